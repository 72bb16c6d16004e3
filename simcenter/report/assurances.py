"""Assurance on a screen: on how many days each target is kept, and what each step costs."""

import math
from typing import TYPE_CHECKING

from rich.table import Table
from rich.text import Text

from simcenter.planning.assurances import Assurances
from simcenter.report.fitting import ruled
from simcenter.report.shown import UNKNOWN, number

if TYPE_CHECKING:
    import pandas as pd

CHANCE = (
    "The scenario says nothing of busy and quiet days (variability): the extra cost is that of pure chance, as every "
    "day has the same volumes on average."
)
"""Said where days do not differ."""


def kept_table(targets: "pd.DataFrame", assurance: float, confidence: float) -> Table:
    """One row per target of a plan: on what share of days its worst cell was kept, and is for sure."""
    heads = ["place", "target", "per", "worst", "kept on", "surely on", "held in"]
    title = f"Assurance: each target kept on {100 * assurance:g} % of days ({100 * confidence:g} % confidence)"
    table = ruled(title, heads, texts=4)
    for _, cells in targets.groupby(["place", "measure", "condition"], sort=False):
        worst = min(cells.to_dict("records"), key=lambda row: float(row["days_kept_at_least"]))
        held = int(cells["held"].sum())
        words = [
            worst["place"] or "(whole centre)",
            worst["condition"],
            worst["per"],
            worst["cell"],
            number(worst["days_kept"], "share"),
            f"{number(worst['days_kept_at_least'], 'share')} or more",
            f"{held} of {len(cells)}",
        ]
        table.add_row(*(Text(str(word)) for word in words), style="" if held == len(cells) else "red")
    return table


def assurance_tables(found: Assurances) -> list[Table | Text]:
    """One row per step: what it takes, and costs beyond the plan on average."""
    heads = ["targets kept", "adviser hours", "cost", "more", "", "days kept", "all at once", "proven", ""]
    table = ruled("The price of each step", heads)
    for row in found.table.to_dict("records"):
        own = row["planned_for"] == row["assurance"] or math.isnan(row["assurance"])
        first = math.isnan(row["assurance"])
        words = [
            row["asked"],
            number(row["adviser_hours"], "h"),
            number(row["cost"], "cost"),
            UNKNOWN if first else f"{row['extra_cost']:+,.1f}",
            UNKNOWN if first or math.isnan(row["extra"]) else f"{100 * row['extra']:+.1f} %",
            number(row["days_kept"], "share"),
            number(row["days_kept_together"], "share"),
            "yes" if row["proven"] else "no",
            "" if own else f"as for {100 * row['planned_for']:g} %",
        ]
        table.add_row(*(Text(str(word)) for word in words), style="" if row["proven"] else "red")
    parts: list[Table | Text] = [table]
    sure = f"with {100 * found.average.confidence:g} % confidence"
    parts.append(
        Text(
            f"Same customers in every step; each is a plan with its own proof, {sure}. Days kept: of the target and "
            "day least kept, in the plan's last fresh replications; all at once: every target of a day."
        )
    )
    if not found.busyness:
        parts.append(Text(CHANCE))
    for row in found.table.to_dict("records"):
        if row["unmet"]:
            parts.append(Text(f"{row['asked']}, not met: {row['unmet']}", style="red"))
    return parts
