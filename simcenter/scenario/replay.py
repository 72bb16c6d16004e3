"""Replay: the arrivals of a queue read from a file of single contacts, or from a list of seconds."""

import math
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from simcenter.scenario.arrivals import Arrivals
from simcenter.scenario.calendar import Calendar
from simcenter.scenario.clock import Clock
from simcenter.scenario.demand import item_problems
from simcenter.scenario.fields import Number, Rule
from simcenter.scenario.problems import NOTHING, Problem, Said, nearest, show
from simcenter.scenario.tables import Cell, Files, Found, Table, missing_column, number, shorten, split_reference
from simcenter.scenario.units import LONGEST_S

ARRIVALS_RULE = 'must be a file such as "calls.csv", or { at = [...], handle = [...] } in seconds'
_SECONDS = Number(0, LONGEST_S)


class _OrNothing(Rule):
    """A handle time in seconds, or nothing where it is drawn."""

    def check(self, value: Any) -> float:
        """Seconds; NaN for nothing."""
        return math.nan if value is None else _SECONDS.check(value)


def read_arrivals(value: Any, queue: str, calendar: Calendar, files: Files) -> tuple[Arrivals | None, list[Problem]]:
    """The arrivals of a queue within the horizon, ascending, and what is wrong with them.

    Parameters
    ----------
    value : object
        As the file writes it: ``"calls.csv"``, ``"calls.csv#name"``, or a table of seconds.
    queue : str
        The queue, which is also the name in the column ``queue`` unless the reference has another.
    calendar : Calendar
    files : Files
    """
    if isinstance(value, str):
        arrivals, found = _of_file(value, queue, calendar, files)
        return arrivals, [((), rule, got) for rule, got in found]
    problems = arrivals_problems(value, files)
    if problems:
        return None, problems
    at_s = tuple(float(at) + 0.0 for at in value["at"])
    late = next((i for i, at in enumerate(at_s) if at >= calendar.end_s), None)
    if late is not None:
        return None, [(("at", late), f"must be before the end of the horizon, {calendar.end_s:,.0f} s", at_s[late])]
    handle = value.get("handle")
    return _replayed(at_s, [math.nan] * len(at_s) if handle is None else [_OrNothing().check(h) for h in handle]), []


def arrivals_problems(value: Any, files: Files) -> list[Problem]:
    """What is wrong with arrivals as far as can be said without a calendar."""
    if isinstance(value, str):
        _, found = _table(value, files)
        return [((), rule, got) for rule, got in found]
    if not isinstance(value, Mapping):
        return [((), ARRIVALS_RULE, value)]
    keys = ("at", "handle")
    problems: list[Problem] = [
        ((str(name),), f"must be a known key {nearest(str(name), keys)}", value[name])
        for name in value
        if name not in keys
    ]
    at, handle = value.get("at"), value.get("handle")
    if not isinstance(at, list | tuple) or not at:
        rule = "must be a list of seconds since 00:00 of the first day"
        return [*problems, (("at",), rule if "at" in value else "must be given", ... if "at" in value else NOTHING)]
    wrong = item_problems(at, _SECONDS)
    back = [] if wrong else [i for i in range(1, len(at)) if at[i] < at[i - 1]][:1]
    problems += [(("at", *place), rule, got) for place, rule, got in wrong]
    problems += [(("at", i), "must not be before the one before", ...) for i in back]
    if handle is None:
        return problems
    if not isinstance(handle, list | tuple) or len(handle) != len(at):
        got = Said(f"{len(handle)} of them") if isinstance(handle, list | tuple) else ...
        return [*problems, (("handle",), f"must have as many values as at ({len(at)})", got)]
    return problems + [(("handle", *place), rule, got) for place, rule, got in item_problems(handle, _OrNothing())]


def counts(arrivals: Arrivals, calendar: Calendar) -> tuple[float, ...]:
    """How many arrive in each of the T intervals."""
    at = np.floor_divide(arrivals.at_s, calendar.interval_s).astype(np.int64)
    return tuple(np.bincount(at, minlength=calendar.T).astype(np.float64).tolist())


def _table(reference: str, files: Files) -> tuple[Table | None, list[Found]]:
    """The file of a reference if it has the columns that it must have."""
    name, wanted = split_reference(reference)
    table, problems = files.table(name)
    if table is None:
        return None, problems
    needed = ("arrival", "queue") if wanted is not None else ("arrival",)
    missing = [missing_column(table, column) for column in needed if table.column(column) is None]
    return (None, missing) if missing else (table, [])


def _of_file(reference: str, queue: str, calendar: Calendar, files: Files) -> tuple[Arrivals | None, list[Found]]:
    table, problems = _table(reference, files)
    if table is None:
        return None, problems
    wanted = split_reference(reference)[1] or queue
    queue_at, arrival_at, handle_at = (table.column(name) for name in ("queue", "arrival", "handle_s"))
    clock, end_s = Clock(calendar), calendar.end_s
    times: list[float] = []
    handles: list[float] = []
    bad: list[Found] = []
    count = 0
    for line, row in zip(table.lines, table.rows, strict=True):
        if queue_at is not None and _name(_cell(row, queue_at)) != wanted:
            continue
        count += 1
        cell = _cell(row, arrival_at)
        at = clock.instant(cell)
        if isinstance(at, str):
            bad.append((f"{table.name} line {line}, arrival {at}", cell))
        elif 0 <= at < end_s:
            times.append(at)
            cell = _cell(row, handle_at)
            handle = math.nan if cell in (None, "") else number(cell)
            if handle is None or handle < 0 or handle > LONGEST_S:
                bad.append((f"{table.name} line {line}, handle_s {_SECONDS.rule()}", cell))
            else:
                handles.append(handle)
    if bad:
        return None, shorten(bad)
    if not count:
        names = sorted({_name(_cell(row, queue_at)) for row in table.rows})
        return None, [
            (f"{table.name} must have a row of the queue {show(wanted)} {nearest(wanted, names)}", Said("none"))
        ]
    if not times:
        first, last = calendar.dates[0], calendar.dates[-1]
        return None, [(f"{table.name} must have an arrival of {wanted} from {first} to {last}", Said("none"))]
    return _replayed(times, handles), []


def _replayed(times: Sequence[float], handles: Sequence[float]) -> Arrivals:
    """The arrivals in the order of time; those of one instant stay in the order of the file."""
    order = np.argsort(times, kind="stable")
    handle_s = np.asarray(handles)[order]
    drawn = bool(np.isnan(handle_s).all())
    at_s = tuple(np.asarray(times)[order].tolist())
    return Arrivals(at_s=at_s, handle_s=None if drawn else tuple(handle_s.tolist()))


def _cell(row: Sequence[Cell], column: int | None) -> Cell:
    return row[column] if column is not None and column < len(row) else None


def _name(cell: Cell) -> str:
    """The name of a queue in a file; a spreadsheet takes a name of digits for a number."""
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    text = "" if cell is None else str(cell)
    return text.strip()
