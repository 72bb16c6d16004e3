"""A comparison on a screen: what differs between variants of a centre, and by how much."""

import math

from rich.table import Table
from rich.text import Text

from simcenter.experiment.compare import Comparison
from simcenter.report.fitting import ruled
from simcenter.report.shown import UNKNOWN, number


def comparison_tables(comparison: Comparison) -> list[Table | Text]:
    """One table per variant: the measures that differ by more than chance, each with the interval of the difference."""
    frame = comparison.table
    head = (
        f"{comparison.replications} replications, seed {comparison.seed}, the same customers in every variant; "
        f"± {100 * comparison.confidence:g} % confidence"
    )
    parts: list[Table | Text] = [Text(head, style="bold")]
    for name in comparison.names[1:]:
        mine = frame[frame["variant"] == name]
        seen = mine[mine["differs"]]
        title = f"{name}, compared with {comparison.names[0]}"
        if seen.empty:
            parts.append(Text(f"{title}: no measure differs by more than chance"))
            continue
        table = ruled(title, ["place", "measure", _short(comparison.names[0]), _short(name), "difference"], texts=2)
        for row in seen.to_dict("records"):
            cells = [row["place"], row["measure"], *(number(row[part], row["unit"]) for part in ("base", "value"))]
            table.add_row(*(Text(cell) for cell in [*cells, _difference(row["difference"], row["high"], row["unit"])]))
        parts.append(table)
        same = int(mine["difference"].notna().sum()) - len(seen)
        parts.append(Text(f"{same} more measures do not differ by more than chance (all are in the exported file)"))
    return parts


NAMED = 24
"""Characters of a variant's name above its column; the title has all of it."""


def _short(name: str) -> str:
    return name if len(name) <= NAMED else f"{name[: NAMED - 1]}…"


def _difference(value: float, high: float, unit: str) -> str:
    """ "+1.2 % ±0.3": in points where the measure is a share."""
    if math.isnan(value):
        return UNKNOWN
    half = high - value
    scale, digits, mark = (100, 2, " points") if unit == "share" else (1, 2, " s" if unit == "s" else "")
    return f"{scale * value:+,.{digits}f}{mark} ±{scale * half:,.{digits}f}"
