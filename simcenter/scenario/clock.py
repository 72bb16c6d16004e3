"""Clock times in files: the local times of rows as intervals of the horizon."""

import re
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

import numpy as np

from simcenter.scenario.calendar import BoolArray, Calendar, exists, is_ambiguous, local_starts
from simcenter.scenario.problems import NOTHING, Said
from simcenter.scenario.tables import Cell, Found, Table, shorten
from simcenter.scenario.units import spoken

TIME_RULE = 'must be a local time such as "2026-03-02T08:00"'
INSTANT_RULE = 'must be a local time such as "2026-03-02T08:00:07.5"'
_LOCAL_TIME = re.compile(r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d:\d\d)?", re.ASCII)


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


def read_times(table: Table, calendar: Calendar, *, ascending: bool) -> Times:
    """The intervals that the first column of a file names; where ``ascending``, in order and each once."""
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
            if ascending and before is not None and found < before:
                rule = "must be later than the row before"
            elif ascending and found == before:
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
        self._plain_days: dict[int, float | None] = {}

    def seconds(self, cell: Cell) -> float | str:
        """Elapsed seconds of an interval's start (before or after the horizon too), or the rule it breaks."""
        known = self._known.get(cell) if isinstance(cell, str) else None
        if known is not None:
            return known
        local = _local(cell)
        seconds = TIME_RULE if local is None or local.microsecond else self._elapsed(local)
        if isinstance(seconds, float) and 0 <= seconds < self.calendar.end_s and seconds % self.calendar.interval_s:
            return f"must be the start of an interval of {spoken(self.calendar.interval_s)}"
        return seconds

    def instant(self, cell: Cell) -> float | str:
        """Elapsed seconds of any time (before or after the horizon too), or the rule it breaks."""
        local = _local(cell)
        if local is None or not 1900 <= local.year <= 2200:
            return INSTANT_RULE
        start = self._plain_day(local) if local.tzinfo is None else None
        if start is None:
            return self._elapsed(local)
        return start + local.hour * 3600 + local.minute * 60 + local.second + local.microsecond * 1e-6

    def _plain_day(self, local: datetime) -> float | None:
        """When the day of a local time starts, if the clocks do not change on it."""
        day = local.toordinal()
        if day not in self._plain_days:
            first, after = local_starts(self._zone, local.date(), 1)
            plain = after - first == timedelta(days=1)
            self._plain_days[day] = (first - self._start).total_seconds() if plain else None
        return self._plain_days[day]

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
        return (local.astimezone(UTC) - self._start).total_seconds()


def _local(cell: Cell) -> datetime | None:
    """The local time that a cell holds, None if it holds none."""
    if isinstance(cell, datetime):
        return cell
    text = cell.strip() if isinstance(cell, str) else ""
    try:
        return datetime.fromisoformat(text) if _LOCAL_TIME.fullmatch(text) else None
    except ValueError:
        return None
