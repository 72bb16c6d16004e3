"""Demand: the volume of a queue per interval, from a list, a file or a day's total, and the clock of such files."""

import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, time
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np
from pydantic_core import PydanticCustomError

from simcenter.scenario.calendar import BoolArray, Calendar, FloatArray, exists, is_ambiguous
from simcenter.scenario.fields import ListOf, Number, said
from simcenter.scenario.problems import NOTHING, Problem, Said, nearest
from simcenter.scenario.queue import MOST_PER_DAY, MOST_PER_INTERVAL
from simcenter.scenario.tables import Cell, Files, Found, Table, missing_column, number, shorten, split_reference
from simcenter.scenario.units import seconds_text

VOLUME_RULE = 'must be a list of numbers, a file such as "demand.csv", or { per_day = ..., shape = [...] }'
_PER_INTERVAL = Number(0, MOST_PER_INTERVAL)
_PER_DAY = Number(0, MOST_PER_DAY)
_WEIGHTS = ListOf(Number(0, 1e9), 1, 1500)
_LOCAL_TIME = re.compile(r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d(:\d\d(\.0+)?)?(Z|[+-]\d\d:\d\d)?", re.ASCII)
TIME_RULE = 'must be a local time such as "2026-03-02T08:00"'


def read_volume(
    value: Any, name: str, calendar: Calendar, is_open: BoolArray, files: Files
) -> tuple[tuple[float, ...], list[Problem]]:
    """The volume of a queue in each of the T intervals.

    Parameters
    ----------
    value : object
        As the file writes it; None: no contacts of its own.
    name : str
        The queue, which is also the column of a demand file unless that names another.
    calendar : Calendar
    is_open : array (T,) of bool
        When the queue is open.
    files : Files

    Returns
    -------
    tuple of float (T,), list of problems
    """
    match value:
        case None:
            return (0.0,) * calendar.T, []
        case str():
            column, problems = _of_file(value, name, calendar, is_open, files)
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
    interval = seconds_text(calendar.interval_s)
    if calendar.slots == calendar.T:
        return f"must have {calendar.T} values, one per interval of {interval}"
    return f"must have {calendar.slots} values (a day of intervals of {interval}) or {calendar.T} (the horizon)"


def _of_list(value: Sequence[Any], calendar: Calendar) -> tuple[tuple[float, ...], list[Problem]]:
    values = spread(value, calendar)
    if values is None:
        return (), [((), length_rule(calendar), Said(f"{len(value)} values"))]
    try:
        ListOf(_PER_INTERVAL, 1, len(value)).check(value)
    except PydanticCustomError as error:
        return (), [(place, rule, value if got is ... else got) for place, rule, got in said(error)]
    return tuple(float(v) + 0.0 for v in values), []


def _of_day(
    value: Mapping[str, Any], calendar: Calendar, is_open: BoolArray
) -> tuple[tuple[float, ...], list[Problem]]:
    problems: list[Problem] = []
    for other in value:
        if other not in ("per_day", "shape"):
            problems.append(
                ((str(other),), f"must be a known key {nearest(str(other), ('per_day', 'shape'))}", value[other])
            )
    read: dict[str, Any] = {"shape": (1.0,)}
    for name, rule in (("per_day", _PER_DAY), ("shape", _WEIGHTS)):
        if name in value:
            try:
                read[name] = rule.check(value[name])
            except PydanticCustomError as error:
                problems += [
                    ((name, *place), text, value[name] if got is ... else got) for place, text, got in said(error)
                ]
    if "per_day" not in value:
        problems.append((("per_day",), "must be given", NOTHING))
    if not problems and sum(read["shape"]) <= 0:
        problems.append((("shape",), "must have a weight above 0", list(value["shape"])))
    if problems:
        return (), problems
    return tuple(day_volumes(read["per_day"], read["shape"], calendar, is_open).tolist()), []


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


def _of_file(
    reference: str, queue: str, calendar: Calendar, is_open: BoolArray, files: Files
) -> tuple[tuple[float, ...], list[Found]]:
    name, column = split_reference(reference)
    table, problems = files.table(name)
    if table is None:
        return (), problems
    times = read_times(table, calendar)
    index = table.column(column or queue)
    if index is None:
        return (), [*times.problems, missing_column(table, column or queue)]
    volume = np.zeros(calendar.T)
    given = np.zeros(calendar.T, dtype=np.bool_)
    bad: list[Found] = []
    for line, row, at in zip(table.lines, table.rows, times.at, strict=True):
        if at is None:
            continue
        cell = row[index] if index < len(row) else None
        value = number(cell)
        where = f'{table.name} line {line}, column "{table.header[index]}"'
        if value is not None and 0 <= value <= MOST_PER_INTERVAL:
            volume[at] = value
        elif cell is None or cell == "":
            if is_open[at]:
                rule = f"{where} must have a number where the queue is open"
                bad.append((rule, Said("an empty cell")))
        else:
            bad.append((f"{where} {_PER_INTERVAL.rule()}", cell))
        given[at] = True
    problems = [*times.problems, *shorten(bad)]
    if not times.problems:
        problems += gaps(table.name, calendar, is_open & ~given, "the queue is open")
    return tuple(volume.tolist()), problems


def gaps(name: str, calendar: Calendar, missing: BoolArray, when: str) -> list[Found]:
    """The problem of intervals without a row."""
    at = np.flatnonzero(missing)
    if not len(at):
        return []
    listed = ", ".join(calendar.interval_start[i] for i in at[:3].tolist())
    more = f" and {len(at) - 3} more" if len(at) > 3 else ""
    return [(f"{name} must have a row for every interval in which {when}", Said(f"none for {listed}{more}"))]


@dataclass(frozen=True)
class Times:
    """The interval of each row of a file (None: outside the horizon, or broken), and what is wrong."""

    at: list[int | None]
    problems: list[Found]


def read_times(table: Table, calendar: Calendar, repeated: bool = False) -> Times:
    """The intervals that the first column of a file names: local times, ascending, each once unless ``repeated``."""
    if not table.header or table.header[0] != "interval_start":
        got = Said(f'"{table.header[0]}"') if table.header else NOTHING
        return Times([None] * len(table.rows), [(f'{table.name} must have "interval_start" as its first column', got)])
    clock = Clock(calendar)
    at: list[int | None] = []
    problems: list[Found] = []
    before: float | None = None
    for line, row in zip(table.lines, table.rows, strict=True):
        cell = row[0] if row else None
        found = clock.seconds(cell)
        rule = found if isinstance(found, str) else None
        if not isinstance(found, str):
            if before is not None and found < before:
                rule = "must be later than the row before"
            elif before is not None and found == before and not repeated:
                rule = "must name each interval once"
            before = found if before is None else max(before, found)
        if rule is None:
            assert not isinstance(found, str)
            inside = 0 <= found < calendar.end_s
            at.append(round(found / calendar.interval_s) if inside else None)
        else:
            problems.append((f"{table.name} line {line}, interval_start {rule}", cell))
            at.append(None)
    return Times(at, shorten(problems))


class Clock:
    """Reads local times of files as seconds since the start of the horizon."""

    def __init__(self, calendar: Calendar) -> None:
        self.calendar = calendar
        self._zone = ZoneInfo(calendar.timezone)
        self._start = datetime.combine(calendar.dates[0], time(), tzinfo=self._zone).astimezone(UTC)
        self._known = {label: i * calendar.interval_s for i, label in enumerate(calendar.interval_start)}

    def seconds(self, cell: Cell) -> float | str:
        """Elapsed seconds of an interval's start (before or after the horizon too), or the rule it breaks."""
        if isinstance(cell, str):
            known = self._known.get(cell)
            if known is not None:
                return known
            text = cell.strip()
            try:
                local = datetime.fromisoformat(text) if _LOCAL_TIME.fullmatch(text) else None
            except ValueError:
                local = None
        else:
            local = cell if isinstance(cell, datetime) else None
        return TIME_RULE if local is None else self._elapsed(local)

    def _elapsed(self, local: datetime) -> float | str:
        place = self.calendar.timezone
        if not 1900 <= local.year <= 2200:
            return TIME_RULE
        if local.tzinfo is None:
            local = local.replace(tzinfo=self._zone)
            if not exists(local):
                return f"must be a local time that exists in {place} (clocks go forward)"
            if is_ambiguous(local):
                return f"must have its offset, as {place} has this local time twice"
        elif local.astimezone(self._zone).utcoffset() != local.utcoffset():
            return f"must be local time of {place}, without an offset or with its own"
        seconds = (local.astimezone(UTC) - self._start).total_seconds()
        if 0 <= seconds < self.calendar.end_s and seconds % self.calendar.interval_s:
            return f"must be the start of an interval of {seconds_text(self.calendar.interval_s)}"
        return seconds
