"""A frontier on a screen: what each point asks and costs, and where the next euro buys most."""

import math
from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from rich.table import Table
from rich.text import Text

from simcenter.planning.frontier import Frontier
from simcenter.planning.gains import Levers
from simcenter.report.fitting import ruled
from simcenter.report.shown import UNKNOWN, estimate, number

MOST_LEVERS = 10
"""Levers shown, the best first."""


def frontier_tables(frontier: Frontier) -> list[Table | Text]:
    """One row per point, then the levers."""
    frame = frontier.table
    asked = {"transfer_cap": "cap on handed on", "answered": "answered in time"}
    varied = [name for name in asked if frame[name].nunique(dropna=False) > 1]
    heads = ["point", *(asked[name] for name in varied)]
    measured = ["cost", "more", "adviser hours", "handed on", "service level", "proven", ""]
    table = ruled("What each point asks, costs and gives", [*heads, *measured], texts=len(heads))
    for row in frame.to_dict("records"):
        shown = {"transfer_cap": cap_in_words(row["transfer_cap"]), "answered": row["answered"]}
        cells = [
            str(row["point"]),
            *(shown[name] for name in varied),
            number(row["cost"], "cost"),
            UNKNOWN if row["own"] else f"{row['extra_cost']:+,.1f}",
            number(row["adviser_hours"], "h"),
            estimate(row["transferred"], row["transferred_low"], row["transferred_high"], "share"),
            number(row["service_level"], "share"),
            "yes" if row["proven"] else "no",
            _remark(row),
        ]
        style = "bold" if row["own"] else ""
        table.add_row(*(Text(cell) for cell in cells), style=style if row["proven"] else "red")
    parts: list[Table | Text] = [table, Text("All points have the same customers; each is a plan with its own proof.")]
    for row in frame.to_dict("records"):
        if row["unmet"] and row["planned_for"] == row["point"]:
            parts.append(Text(f"point {row['point']}, not met: {row['unmet']}", style="red"))
    return parts if frontier.levers is None else [*parts, *lever_tables(frontier.levers)]


def lever_tables(levers: Levers) -> list[Table | Text]:
    """One row per change of the centre that was tried, the best first; then what was assumed."""
    heads = ["", "change", "cost", "service level", "handed on", "gain", "gain per 100"]
    table = ruled("Where the next euro buys most: changes tried with the file's own plan", heads, texts=2)
    frame = levers.table
    for row in frame.head(MOST_LEVERS).to_dict("records"):
        cells = [
            str(row["rank"]),
            f"{row['kind']}: {row['lever']}",
            f"{row['cost']:+,.1f}",
            _points(row, "service_level"),
            _points(row, "transferred"),
            f"{row['gain']:+,.1f} ±{row['gain_high'] - row['gain']:,.1f}",
            UNKNOWN if math.isnan(row["gain_per_cost"]) else f"{100 * row['gain_per_cost']:+,.1f}",
        ]
        table.add_row(*(Text(cell) for cell in cells), style="" if row["sure"] else "dim")
    parts: list[Table | Text] = [table]
    if len(frame) > MOST_LEVERS:
        parts.append(Text(f"and {len(frame) - MOST_LEVERS} more (all are in the exported file)"))
    weight = levers.assumptions.handed_on
    parts.append(
        Text(
            f"Simulated, with the same customers and fixed advisers ({levers.replications} replications, "
            f"± {100 * levers.confidence:g} %): wages, service level, handed on. Gain: contacts more served as "
            f"promised, and {weight:g} for each customer fewer handed on. Dim: within chance."
        )
    )
    assumed = ", ".join(f"{name}={value:g}" for name, value in asdict(levers.assumptions).items())
    parts.append(Text(f"Assumed, not simulated (--assume): {assumed}"))
    return [*parts, *(Text(line, style="dim") for line in levers.left_out)]


def cap_in_words(cap: float) -> str:
    """A cap on customers handed on."""
    return "none" if math.isnan(cap) else f"{100 * cap:.3g} %"


def _remark(row: Mapping[Any, Any]) -> str:
    words = ["as the file asks"] if row["own"] else []
    if row["planned_for"] != row["point"]:
        words.append(f"as point {row['planned_for']}")
    return ", ".join(words)


def _points(row: Mapping[Any, Any], measure: str) -> str:
    """A difference of shares in points, with half its interval."""
    value, high = row[measure], row[f"{measure}_high"]
    return UNKNOWN if math.isnan(value) else f"{100 * value:+.2f} ±{100 * (high - value):.2f} points"
