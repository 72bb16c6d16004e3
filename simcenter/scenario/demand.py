"""Demand: the volume of a queue per interval, from a list, a file or a day's total."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from pydantic_core import PydanticCustomError

from simcenter.scenario.calendar import BoolArray, Calendar, FloatArray
from simcenter.scenario.clock import Times, gaps, read_times
from simcenter.scenario.fields import ListOf, Number, Rule, said
from simcenter.scenario.problems import NOTHING, Problem, Said, nearest
from simcenter.scenario.queue import MOST_PER_DAY, MOST_PER_INTERVAL
from simcenter.scenario.tables import Cell, Files, Found, Table, missing_column, number, shorten, split_reference
from simcenter.scenario.units import spoken

VOLUME_RULE = 'must be a list of numbers, a file such as "demand.csv", or { per_day = ..., shape = [...] }'
_PER_INTERVAL = Number(0, MOST_PER_INTERVAL)
_PER_DAY = Number(0, MOST_PER_DAY)
_WEIGHTS = ListOf(Number(0, 1e9), 1, 1500)


@dataclass
class DemandFiles:
    """The demand files of a scenario, placed in its calendar."""

    files: Files
    calendar: Calendar
    _times: dict[str, Times] = field(default_factory=dict)

    def volume(self, reference: str, queue: str, is_open: BoolArray) -> tuple[tuple[float, ...], list[Found]]:
        """The volume (T,) of a queue from ``file`` or ``file#column``, and what is wrong with it.

        What is wrong with a file's times is said once, for the first queue that uses it.
        """
        name, column = split_reference(reference)
        table, problems = self.files.table(name)
        if table is None:
            return (), problems
        column = column or queue
        at_column = table.column(column)
        if name not in self._times:
            self._times[name] = read_times(table, self.calendar, ascending=True)
            problems = self._times[name].problems
        times = self._times[name]
        if at_column is None:
            return (), [*problems, missing_column(table, column)]
        volume, given, bad = _numbers(table, at_column, times, is_open)
        problems = [*problems, *bad]
        if not times.problems:
            problems += gaps(table.name, self.calendar, is_open & ~given, "the queue is open")
        return tuple(volume.tolist()), problems


def read_volume(
    value: Any, name: str, demand: DemandFiles, is_open: BoolArray
) -> tuple[tuple[float, ...], list[Problem]]:
    """The volume of a queue in each of the T intervals.

    Parameters
    ----------
    value : object
        As the file writes it; None: no contacts of its own.
    name : str
        The queue, which is also the column of a demand file unless that names another.
    demand : DemandFiles
        Files, and the calendar.
    is_open : array (T,) of bool
        When the queue is open.

    Returns
    -------
    tuple of float (T,), list of problems
    """
    calendar = demand.calendar
    match value:
        case None:
            return (0.0,) * calendar.T, []
        case str():
            column, problems = demand.volume(value, name, is_open)
            return column, [((), rule, got) for rule, got in problems]
        case list() | tuple():
            return _of_list(value, calendar)
        case Mapping():
            return _of_day(value, calendar, is_open)
    return (), [((), VOLUME_RULE, value)]


def spread(values: Sequence[Any], calendar: Calendar) -> tuple[Any, ...] | None:
    """A list of the horizon as it is, or a list of a day by the clock on the wall; None when it is neither."""
    if len(values) == calendar.T:
        return tuple(values)
    if len(values) == calendar.slots:
        return tuple(values[slot] for slot in calendar.interval_slot.tolist())
    return None


def length_rule(calendar: Calendar) -> str:
    """The rule about the length of a list per interval."""
    interval = spoken(calendar.interval_s)
    if calendar.slots == calendar.T:
        return f"must have {calendar.T} values, one per interval of {interval}"
    return f"must have {calendar.slots} values (a day of intervals of {interval}) or {calendar.T} (the horizon)"


def volume_problems(value: Any, name: str, files: Files) -> list[Problem]:
    """What is wrong with a volume as far as can be said without a calendar."""
    match value:
        case None:
            return []
        case str():
            return [((), rule, got) for rule, got in _file_problems(value, name, files)]
        case list() | tuple():
            return item_problems(value, _PER_INTERVAL)
        case Mapping():
            return _day_form(value)[2]
    return [((), VOLUME_RULE, value)]


def item_problems(value: Sequence[Any], item: Rule) -> list[Problem]:
    """What is wrong with the items of a list."""
    try:
        ListOf(item, 0, len(value)).check(value)
    except PydanticCustomError as error:
        return said(error)
    return []


def _of_list(value: Sequence[Any], calendar: Calendar) -> tuple[tuple[float, ...], list[Problem]]:
    problems = item_problems(value, _PER_INTERVAL)
    values = spread(value, calendar)
    if values is None:
        problems.insert(0, ((), length_rule(calendar), Said(f"{len(value)} values")))
    if values is None or problems:
        return (), problems
    return tuple(float(v) + 0.0 for v in values), []


def _day_form(value: Mapping[str, Any]) -> tuple[float, tuple[float, ...], list[Problem]]:
    """``per_day`` and ``shape``, and what is wrong with them."""
    keys = ("per_day", "shape")
    problems: list[Problem] = [
        ((str(other),), f"must be a known key {nearest(str(other), keys)}", value[other])
        for other in value
        if other not in keys
    ]
    read: dict[str, Any] = {"per_day": 0.0, "shape": (1.0,)}
    for name, rule in (("per_day", _PER_DAY), ("shape", _WEIGHTS)):
        if name in value:
            try:
                read[name] = rule.check(value[name])
            except PydanticCustomError as error:
                problems += [((name, *place), text, got) for place, text, got in said(error)]
    if "per_day" not in value:
        problems.append((("per_day",), "must be given", NOTHING))
    if sum(read["shape"]) <= 0:
        problems.append((("shape",), "must have a weight above 0", ...))
    return read["per_day"], read["shape"], problems


def _of_day(
    value: Mapping[str, Any], calendar: Calendar, is_open: BoolArray
) -> tuple[tuple[float, ...], list[Problem]]:
    per_day, shape, problems = _day_form(value)
    if problems:
        return (), problems
    return tuple(day_volumes(per_day, shape, calendar, is_open).tolist()), []


def day_volumes(per_day: float, shape: Sequence[float], calendar: Calendar, is_open: BoolArray) -> FloatArray:
    """A day's total spread over each day's open intervals.

    Parameters
    ----------
    per_day : float
        Contacts of each day with opening time.
    shape : sequence of float
        Weights of equal parts of the day's opening time, breaks left out; normalised.
    calendar : Calendar
    is_open : array (T,) of bool

    Returns
    -------
    array (T,)
    """
    volume = np.zeros(calendar.T)
    shares: dict[int, FloatArray] = {}
    open_at = np.flatnonzero(is_open)
    bounds = np.searchsorted(calendar.interval_day[open_at], np.arange(len(calendar.dates) + 1))
    for first, last in zip(bounds[:-1].tolist(), bounds[1:].tolist(), strict=True):
        n = last - first
        if n and n not in shares:
            shares[n] = _divided(shape, n)
        if n:
            volume[open_at[first:last]] = per_day * shares[n]
    return volume


def _divided(shape: Sequence[float], n: int) -> FloatArray:
    """The shares of n equal pieces of a stretch whose equal parts have the weights ``shape``."""
    weights = np.asarray(shape, dtype=np.float64)
    if len(weights) != n:
        # In whole n * len(shape)-ths of the stretch, so that no boundary is off by float dust.
        fine = np.repeat(weights, n).reshape(n, len(weights))
        weights = fine.sum(axis=1)
    shares: FloatArray = weights / math.fsum(weights)
    return shares


def _file_problems(reference: str, queue: str, files: Files) -> list[Found]:
    name, column = split_reference(reference)
    table, problems = files.table(name)
    if table is None:
        return problems
    at = table.column(column or queue)
    if at is None:
        return [missing_column(table, column or queue)]
    lines = zip(table.lines, table.rows, strict=True)
    return shorten([_cell_problem(table, line, at, row[at]) for line, row in lines if _is_wrong(row, at)])


def _is_wrong(row: Sequence[Cell], column: int) -> bool:
    """Whether a cell holds something that is no volume."""
    cell = row[column] if column < len(row) else None
    value = number(cell)
    return cell not in (None, "") and (value is None or not 0 <= value <= MOST_PER_INTERVAL)


def _cell_problem(table: Table, line: int, column: int, cell: Cell) -> Found:
    return f'{table.name} line {line}, column "{table.header[column]}" {_PER_INTERVAL.rule()}', cell


def _numbers(table: Table, column: int, times: Times, is_open: BoolArray) -> tuple[FloatArray, BoolArray, list[Found]]:
    """A column's numbers per interval, which intervals have a row, and what is wrong."""
    volume = np.zeros(len(is_open))
    given = np.zeros(len(is_open), dtype=np.bool_)
    bad: list[Found] = []
    for line, row, at in zip(table.lines, table.rows, times.at, strict=True):
        if at is None:
            continue
        given[at] = True
        if _is_wrong(row, column):
            bad.append(_cell_problem(table, line, column, row[column]))
            continue
        value = number(row[column] if column < len(row) else None)
        if value is not None:
            volume[at] = value
        elif is_open[at]:
            where = f'{table.name} line {line}, column "{table.header[column]}"'
            bad.append((f"{where} must have a number where the queue is open", Said("an empty cell")))
    return volume, given, shorten(bad)
