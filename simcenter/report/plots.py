"""Plots: a frontier as SVG or PNG, drawn by matplotlib (the extra ``plots``)."""

import math
from collections.abc import Mapping
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any

from simcenter.errors import SimcenterError
from simcenter.planning.frontier import Frontier
from simcenter.report.frontier import cap_in_words

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes

COLOURS = ("#2f6f8f", "#e0a030", "#7aa874", "#8a5a9e", "#b5533c", "#5b6770", "#3b9c9c", "#a08030")
RED = "#b03030"
MOST_LEVERS = 8
"""Levers drawn, the best first."""
WIDEST = 60
"""Characters of queue names that a label has room for."""
SETTINGS: dict[Any, Any] = {
    "font.size": 10,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.grid": True,
    "grid.color": "#e6e6e6",
    "axes.axisbelow": True,
    "svg.hashsalt": "simcenter",
    "text.parse_math": False,  # a name may have a $
    "figure.dpi": 100,
}


def write_plot(result: object, path: Path) -> None:
    """Draw a frontier into a .svg or .png file; the same frontier gives the same picture.

    Raises
    ------
    SimcenterError
        For anything but a frontier, and where matplotlib is not installed.
    """
    if not isinstance(result, Frontier):
        raise SimcenterError(f"{path.suffix}: only a frontier can be drawn; write .csv, .xlsx or .json")
    check_drawable()
    import matplotlib
    from matplotlib.figure import Figure

    with matplotlib.rc_context(SETTINGS):
        rows = 0 if result.levers is None else min(len(result.levers.table), MOST_LEVERS)
        figure = Figure(figsize=(9, 5 + (1.2 + 0.38 * rows if rows else 0)), layout="constrained")
        figure.suptitle(result.own.plan.scenario.name, fontsize=13, fontweight="bold")
        if rows:
            above, below = figure.subplots(2, 1, height_ratios=[4.5, 0.9 + 0.38 * rows])
            _draw_levers(below, result)
        else:
            above = figure.subplots()
        _draw_points(above, result)
        kind = path.suffix.lower().lstrip(".")
        made: dict[str, Any] = {"Date": None} if kind == "svg" else {"Software": None}
        figure.savefig(path, format=kind, dpi=150, metadata=made)


def check_drawable() -> None:
    """Raise SimcenterError where matplotlib is not installed."""
    if find_spec("matplotlib") is None:
        raise SimcenterError("plots need matplotlib: python -m pip install 'simcenter[plots]' (or matplotlib itself)")


def _draw_points(axes: "Axes", frontier: Frontier) -> None:
    """Cost over what is asked: a line for each service level where both vary."""
    table = frontier.table
    by_cap = table["transfer_cap"].nunique(dropna=False) > 1
    levels = list(dict.fromkeys(table["answered"])) if by_cap else [None]
    free = _place_of_no_cap(table)
    for level, colour in zip(levels, COLOURS * (1 + len(levels) // len(COLOURS)), strict=False):
        rows = table if level is None else table[table["answered"] == level]
        across = [_across(row, by_cap, free) for row in rows.to_dict("records")]
        spots = sorted(zip(across, rows["cost"], rows["proven"], rows["own"], strict=True))
        label = f"answered in time: {level}" if len(levels) > 1 else None
        held = [(x, y) for x, y, proven, _ in spots if proven]
        axes.plot([x for x, _ in held], [y for _, y in held], color=colour, linewidth=1.5, label=label)
        for x, y, proven, own in spots:
            face = colour if proven else "white"
            axes.plot([x], [y], marker="o", markersize=7, color=colour, markerfacecolor=face, zorder=3)
            if own:
                axes.plot([x], [y], marker="o", markersize=15, color=RED, markerfacecolor="none", zorder=4)
        if by_cap:
            _draw_measured(axes, rows, colour)
    _name_axes(axes, frontier, by_cap, free)
    _draw_legend(axes, by_cap, any(level is not None for level in levels) and len(levels) > 1)


def _draw_measured(axes: "Axes", rows: "pd.DataFrame", colour: str) -> None:
    """The share really handed on, with its interval, at the height of each point."""
    for row in rows.to_dict("records"):
        ends = [100 * row["transferred_low"], 100 * row["transferred_high"]]
        axes.plot(ends, [row["cost"]] * 2, color=colour, linewidth=1.2, alpha=0.6)
        axes.plot([100 * row["transferred"]], [row["cost"]], marker="|", markersize=8, color=colour, alpha=0.6)


def _draw_legend(axes: "Axes", by_cap: bool, levels: bool) -> None:
    from matplotlib.lines import Line2D

    def mark(label: str, marker: str, face: str, edge: str = "#333333", size: float = 7) -> Line2D:
        """A mark of the legend."""
        return Line2D([], [], linestyle="none", marker=marker, color=edge, markerfacecolor=face, markersize=size,
                      label=label)  # fmt: skip

    handles: list[Any] = [
        mark("proven", "o", "#333333"),
        mark("not proven", "o", "white"),
        mark("what the file asks", "o", "none", RED, 12),
    ]
    if by_cap:
        handles.append(mark("handed on as simulated, with its interval", "|", "#333333"))
    if levels:
        handles = [*axes.get_legend_handles_labels()[0], *handles]
    axes.legend(handles=handles, frameon=False, fontsize=9, loc="best")


def _name_axes(axes: "Axes", frontier: Frontier, by_cap: bool, free: float) -> None:
    """Labels with units, and a place for no cap at all."""
    from matplotlib.ticker import FuncFormatter, MaxNLocator

    desks = frontier.own.plan.scenario.desks.values()
    hours = all(desk.cost_per_hour == 1.0 for desk in desks)
    axes.set_ylabel("cost over the horizon" + (" (adviser hours)" if hours else " (cost_per_hour x hours)"))
    axes.yaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:,.6g}"))
    axes.margins(x=0.06, y=0.12)
    if not by_cap:
        several = "mean by contacts of " if len(frontier.queues) > 1 else ""
        names = ", ".join(frontier.queues)
        whose = names if len(names) <= WIDEST else f"{len(frontier.queues)} queues"
        axes.set_xlabel(f"service level asked, % answered in time\n({several}{whose})")
        return
    axes.set_xlabel("cap on customers handed on, % of those answered")
    table = frontier.table
    caps = sorted({100 * cap for cap in table["transfer_cap"].dropna()})
    if table["transfer_cap"].isna().any():
        shown = [*caps, free]
        axes.set_xticks(shown, [cap_in_words(cap / 100).removesuffix(" %") for cap in caps] + ["no cap"])
    else:
        axes.xaxis.set_major_locator(MaxNLocator(8))


def _place_of_no_cap(table: "pd.DataFrame") -> float:
    """Where no cap stands: to the right of all caps and of what is handed on without one."""
    known = [*(100 * table["transfer_cap"].dropna()), *(100 * table["transferred_high"].dropna())]
    low, high = min(known, default=0.0), max(known, default=1.0)
    return high + max(0.12 * (high - low), 0.01 * high, 1e-6)


def _across(row: Mapping[Any, Any], by_cap: bool, free: float) -> float:
    """Where a point stands on the axis of what is asked."""
    if by_cap:
        return free if math.isnan(row["transfer_cap"]) else 100 * row["transfer_cap"]
    return 100 * float(row["asked_level"])


def _draw_levers(axes: "Axes", frontier: Frontier) -> None:
    """Bars: gain for each 100 of cost, with its interval."""
    assert frontier.levers is not None
    frame = frontier.levers.table
    frame = frame[frame["cost"] > 0].head(MOST_LEVERS).iloc[::-1].reset_index(drop=True)
    per_100 = [100 * row["gain_per_cost"] for row in frame.to_dict("records")]
    reach = [100 * row["gain_per_cost_high"] - 100 * row["gain_per_cost"] for row in frame.to_dict("records")]
    colours = ["#2f6f8f" if sure else "#c8d4da" for sure in frame["sure"]]
    axes.barh(range(len(frame)), per_100, xerr=reach, color=colours, height=0.6, error_kw={"ecolor": "#333333"})
    axes.set_yticks(range(len(frame)), [f"{row.kind}: {row.lever}" for row in frame.itertuples()], fontsize=9)
    axes.set_ylim(-0.7, max(len(frame) - 0.3, 0.7))
    axes.axvline(0, color="#333333", linewidth=0.8)
    axes.grid(axis="y", visible=False)
    axes.set_title("Where the next euro buys most", fontsize=11, loc="left")
    axes.set_xlabel("contacts served better for each 100 of cost\n(pale: within chance; prices are partly assumed)")
