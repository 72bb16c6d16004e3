"""A frontier as a table on a screen and as a picture (SVG)."""

import math
from pathlib import Path

from rich.table import Table
from rich.text import Text

from simcenter.planning.frontier import Frontier
from simcenter.report.fitting import ruled
from simcenter.report.shown import UNKNOWN, number

WIDTH, HEIGHT, LEFT, RIGHT, TOP, BOTTOM = 760, 440, 90, 730, 60, 380
FONT = 'font-family="system-ui, Segoe UI, Helvetica, Arial, sans-serif"'
SHOWN = {"transfers": ("transferred", "customers handed on"), "service level": ("service_level", "answered in time")}
"""Column and words of what cost is traded against."""


def frontier_tables(frontier: Frontier) -> list[Table | Text]:
    """One row per point: what was asked, what came out, and what it costs."""
    column, words = SHOWN[frontier.against]
    desks = [name for name in frontier.table.columns if name.endswith("_hours") and name != "adviser_hours"]
    heads = ["asked", words, "cost", "more", "adviser hours", *(f"{name.removesuffix('_hours')}, h" for name in desks)]
    table = ruled(f"Cost against {frontier.against}", [*heads, "proven"])
    for row in frontier.table.to_dict("records"):
        cells = [
            _asked(row["asked"], frontier.against),
            number(row[column], "share"),
            number(row["cost"], "cost"),
            UNKNOWN if math.isnan(row["extra_cost"]) else f"{row['extra_cost']:+,.0f}",
            number(row["adviser_hours"], "h"),
            *(number(row[name], "h") for name in desks),
            "yes" if row["proven"] else "no",
        ]
        table.add_row(*(Text(cell) for cell in cells), style="" if row["proven"] else "red")
    parts: list[Table | Text] = [
        table,
        Text("Every point is a plan with a proof of its own; all have the same customers."),
    ]
    return parts if frontier.levers is None else [*parts, *_levers(frontier)]


def _levers(frontier: Frontier) -> list[Table | Text]:
    """One row per change of the centre that was tried."""
    heads = ["lever", "what", "cost", "handed on", "never answered", "wait per customer", "spared per 100"]
    table = ruled("Where the next euro buys most", heads, texts=2)
    assert frontier.levers is not None
    for row in frontier.levers.to_dict("records"):
        cells = [row["kind"], row["lever"], f"{row['extra_cost']:+,.0f}"]
        for measure, scale, unit in (
            ("transferred", 100, " points"),
            ("lost", 100, " points"),
            ("journey_wait_s", 1, " s"),
        ):
            half = row[f"{measure}_high"] - row[measure]
            cells.append(f"{scale * row[measure]:+.2f}{unit} ±{scale * half:.2f}")
        table.add_row(*(Text(cell) for cell in [*cells, number(row["spared_per_100"], "customers")]))
    words = (
        "Spared per 100: customers spared a hand-over for each 100 of cost. A change without cost is not free: it is "
    )
    return [table, Text(f"{words}only not paid in advisers.")]


def _asked(asked: float, against: str) -> str:
    if math.isnan(asked):
        return "no cap"
    return f"{100 * asked:.2f} %" if against == "transfers" else f"{100 * asked:+.1f} points"


def draw(frontier: Frontier, path: Path) -> None:
    """Write the picture: cost over what it is traded against, a dot a plan, hollow where it is not proven."""
    path.write_text(picture(frontier), encoding="utf-8")


def picture(frontier: Frontier) -> str:
    """The picture as SVG."""
    column, words = SHOWN[frontier.against]
    rows = [row for row in frontier.table.to_dict("records") if not math.isnan(row[column])]
    across, up = _axis([100 * row[column] for row in rows]), _axis([row["cost"] for row in rows])

    def x(value: float) -> float:
        return LEFT + (value - across[0]) / (across[-1] - across[0]) * (RIGHT - LEFT)

    def y(value: float) -> float:
        return BOTTOM - (value - up[0]) / (up[-1] - up[0]) * (BOTTOM - TOP)

    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" {FONT}>',
        f'<rect width="{WIDTH}" height="{HEIGHT}" fill="white"/>',
        _text(LEFT, 30, f"Cost against {frontier.against}", 16),
        _text((LEFT + RIGHT) / 2, HEIGHT - 14, f"{words}, %", 13, "middle"),
        _text(LEFT, 50, "cost over the horizon", 12),
    ]
    for tick in up:
        parts.append(f'<line x1="{LEFT}" x2="{RIGHT}" y1="{y(tick):.1f}" y2="{y(tick):.1f}" stroke="#e6e6e6"/>')
        parts.append(_text(LEFT - 8, y(tick) + 4, f"{tick:,.6g}", 12, "end"))
    parts += [_text(x(tick), BOTTOM + 18, f"{tick:.4g}", 12, "middle") for tick in across]
    spots = sorted((x(100 * row[column]), y(row["cost"]), row["proven"]) for row in rows)
    line = " ".join(f"{a:.1f},{b:.1f}" for a, b, _ in spots)
    parts.append(f'<polyline points="{line}" fill="none" stroke="#2f6f8f" stroke-width="2"/>')
    for a, b, proven in spots:
        fill = "#2f6f8f" if proven else "white"
        parts.append(f'<circle cx="{a:.1f}" cy="{b:.1f}" r="5" fill="{fill}" stroke="#2f6f8f" stroke-width="2"/>')
    return "\n".join([*parts, "</svg>"]) + "\n"


def _text(x: float, y: float, words: str, size: int, anchor: str = "start") -> str:
    return f'<text x="{x:.1f}" y="{y:.1f}" font-size="{size}" text-anchor="{anchor}" fill="#333">{words}</text>'


def _axis(values: list[float]) -> list[float]:
    """Round numbers that cover the values: four to eight of them."""
    low, high = min(values), max(values)
    wide = max(high - low, 0.01 * abs(high), 1e-9)
    step = 10 ** math.floor(math.log10(wide / 3))
    step *= next(factor for factor in (1, 2, 5, 10) if wide / (factor * step) <= 6)
    first = math.floor(low / step)
    return [step * i for i in range(first, math.ceil(high / step + 1e-9) + 1 + (high == low))]
