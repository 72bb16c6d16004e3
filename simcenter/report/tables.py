"""Tables on a screen: the staffing, what became of the targets, queues, desks and journeys."""

import math
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from rich.table import Table
from rich.text import Text

from simcenter.experiment.compare import Comparison
from simcenter.experiment.results import Results
from simcenter.measures.table import measure_named
from simcenter.report.comparison import comparison_tables
from simcenter.report.fitting import fitted, ruled
from simcenter.report.rule_tables import measure_table, rule_tables, texts
from simcenter.report.shown import UNKNOWN, duration, estimate, number
from simcenter.simulation.staffing import Staffing

if TYPE_CHECKING:
    import pandas as pd
    from rich.console import Console

MOST_MISSED = 10
"""Missed cells named one by one."""

_TIMES = ("from", "to")
"""What the rows of a staffing begin with."""

_QUEUE_COLUMNS = (
    ("offered", "offered"),
    ("answered", "answered"),
    ("service_level", "service level"),
    ("abandon_rate", "abandoned"),
    ("asa_s", "ASA"),
    ("wait_p90_s", "90 % wait"),
    ("handle_s", "handle time"),
    ("transferred_out", "handed on"),
)
_DESK_COLUMNS = (
    ("advisers", "advisers"),
    ("paid_hours", "paid hours"),
    ("occupancy", "occupancy"),
    ("answered", "answered"),
    ("transferred_out", "handed on"),
)
_JOURNEY_ROWS = (
    ("contacts", "customers"),
    ("transferred", "handed on, of those answered"),
    ("bounced", "handed on twice or more"),
    ("first_contact_resolution", "resolved at first contact"),
    ("lost", "never answered"),
    ("legs_per_contact", "legs per customer"),
    ("journey_wait_s", "wait per customer, all legs"),
    ("time_to_resolution_s", "time to resolution"),
)
_JOURNEY_MORE = (
    ("transfers", "passed_on_s", "wait after being handed on"),
    ("returns", "attempts_per_contact", "attempts per customer"),
    ("returns", "pending", "to come back after the horizon"),
)
"""The rule that the centre must have, measure, heading."""


def show(result: Any, console: "Console") -> None:
    """Print a Staffing, Results, Plan, explanation or comparison as tables."""
    for part in parts_of(result):
        if isinstance(part, Text):
            console.print(part)
            continue
        # The title is printed by itself, as rich would break it to the width of a narrow table.
        console.print(part.title)
        part.title = None
        keys = (
            len(_TIMES) if isinstance(part.columns[0].header, Text) and str(part.columns[0].header) == _TIMES[0] else 1
        )
        for piece in fitted(part, console.width, keys):
            console.print(piece)


def parts_of(result: Any) -> list[Table | Text]:
    """The tables and lines of whatever can be shown."""
    if isinstance(result, Staffing):
        return [*staffing_tables(result), _hours(result)]
    if isinstance(result, Results):
        return results_tables(result)
    if isinstance(result, Comparison):
        return comparison_tables(result)
    # planning is slow to load, and only what it has made needs it
    from simcenter.report.planned import planned_parts

    return planned_parts(result)


def results_tables(results: Results) -> list[Table | Text]:
    """Everything about results that fits on a screen."""
    head = (
        f"{results.scenario.name}: {results.replications} replications, seed {results.seed}; "
        f"± {100 * results.confidence:g} % confidence"
    )
    if results.precision is not None:
        head += f"; {results.precision}"
    parts: list[Table | Text] = [Text(head, style="bold")]
    if len(results.target_table.value):
        parts += target_tables(results)
    parts.append(measure_table("Queues", results.queues, "queue", _QUEUE_COLUMNS))
    parts += rule_tables(results)
    parts.append(measure_table("Desks", results.desks, "desk", _DESK_COLUMNS))
    parts.append(_journey_table(results))
    parts.append(Text(_definitions(results), style="dim"))
    return parts


def target_tables(results: Results) -> list[Table | Text]:
    """One row per target: in how many cells it was met, and its worst cell; then the cells that missed it."""
    frame = results.targets
    table = ruled("Targets", ["place", "target", "per", "worst", "met in"], texts=4)
    for _, cells in frame.groupby(["level", "place", "measure"], sort=False):
        judged = cells[cells["met"].notna()]
        met = f"{int(judged['met'].sum())} of {len(judged)}"
        style = "" if bool(judged["met"].all()) else "red"
        slack = (judged["value"] - judged["limit"]) * judged["at_least"].map({True: 1, False: -1})
        worst = UNKNOWN
        if len(judged):
            row = judged.iloc[int(slack.to_numpy().argmin())]
            worst = f"{_value(row)} {_cell_name(row)}"
        first = cells.iloc[0]
        name = first["place"] or "(whole centre)"
        table.add_row(*texts([name, first["condition"], first["per"], worst, met]), style=style)
    parts: list[Table | Text] = [table]
    missed = frame[frame["met"].notna() & ~frame["met"].fillna(True).astype(bool)]
    for _, row in missed.head(MOST_MISSED).iterrows():
        place = row["place"] or "whole centre"
        parts.append(Text(f"missed: {place}, {row['condition']}: {_value(row)} {_cell_name(row)}", style="red"))
    if len(missed) > MOST_MISSED:
        parts.append(Text(f"and {len(missed) - MOST_MISSED} more missed cells (all are in the exported file)"))
    return parts


def staffing_tables(staffing: Staffing) -> list[Table | Text]:
    """Advisers by time of day: equal neighbouring intervals are one row, equal days one table."""
    days: dict[str, list[int]] = {}
    for place, label in enumerate(staffing.interval_start):
        days.setdefault(label[:10], []).append(place)
    same: dict[tuple[tuple[str, ...], ...], list[str]] = {}
    for day, places in days.items():
        rows = tuple(_runs(staffing, places))
        if rows:
            same.setdefault(rows, []).append(day)
    tables: list[Table | Text] = []
    for rows, dates in same.items():
        title = "Advisers on the floor, " + (
            ", ".join(dates) if len(dates) <= 7 else f"{dates[0]} and {len(dates) - 1} like it"
        )
        table = ruled(title, [*_TIMES, *staffing.desks])
        for row in rows:
            table.add_row(*texts(row))
        tables.append(table)
    return tables


def _runs(staffing: Staffing, places: list[int]) -> Iterable[tuple[str, ...]]:
    """Rows (from, to, advisers of each desk) of one day; closed desks are blank, closed times left out."""
    rows: list[tuple[str, ...]] = []
    for place in places:
        opened = staffing.open[place]
        if not opened.any():
            continue
        cells = tuple(
            str(count) if is_open else "" for count, is_open in zip(staffing.advisers[place], opened, strict=True)
        )
        start = staffing.interval_start[place][11:]
        end = staffing.interval_start[place + 1][11:] if place != places[-1] else "24:00"
        if rows and rows[-1][1] == start and rows[-1][2:] == cells:
            rows[-1] = (rows[-1][0], end, *cells)
        else:
            rows.append((start, end, *cells))
    return rows


def _hours(staffing: Staffing) -> Text:
    hours = staffing.hours()
    each = ", ".join(f"{name} {number(value, 'h')}" for name, value in hours.items())
    return Text(f"adviser hours: {each}")


def _journey_table(results: Results) -> Table:
    """The whole centre, one measure a row; those of a rule where the centre has it, limits where they ended any."""
    frame = results.journeys
    table = ruled("Customers", ["measure", "value"])
    more = [row for row in _JOURNEY_MORE if row[0] in results.rules]
    if frame["at_limit"].iloc[-1] > 0:
        more.append(("", "at_limit", "stopped by a limit on legs or attempts"))
    for measure, heading in (*_JOURNEY_ROWS, *(row[1:] for row in more)):
        values = [float(frame[measure + part].iloc[-1]) for part in ("", "_low", "_high")]
        unit = measure_named("journey", measure).unit
        plain = unit in ("legs", "attempts") and not math.isnan(values[0])
        text = f"{values[0]:.3f}" if plain else estimate(values[0], values[1], values[2], unit)
        table.add_row(*texts([heading, text]))
    return table


def _definitions(results: Results) -> str:
    """Which service level each queue uses, and how the intervals were made."""
    used = results.provenance["service_level"]
    names = sorted(set(used.values()))
    formulas = "; ".join(f"{name} = {measure_named('queue', name).formula}" for name in names)
    whose = "" if len(names) == 1 else " (" + ", ".join(f"{queue}: {name}" for queue, name in used.items()) + ")"
    warm_up_s = results.scenario.horizon.warm_up_s
    left_out = f" What came in the first {duration(warm_up_s)} is not counted." if warm_up_s else ""
    counts = "Counts are means of one replication."
    return f"Service level: {formulas}{whose}. {counts}{left_out} `simcenter measures` defines all."


def _value(row: "pd.Series") -> str:
    return number(float(row["value"]), "s" if row["measure"] == "asa_s" else "share")


def _cell_name(row: "pd.Series") -> str:
    if row["per"] == "horizon":
        return "over the horizon"
    return f"on {row['cell']}" if row["per"] == "day" else f"at {str(row['cell']).replace('T', ' ')}"
