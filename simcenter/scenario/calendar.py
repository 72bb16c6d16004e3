"""The calendar: which intervals there are, on which local day and at which clock time, and when a place is open."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from typing import Protocol
from zoneinfo import ZoneInfo

import numpy as np
import numpy.typing as npt

from simcenter.scenario.hours import DAY_S, Hours, clock_text

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int64]
BoolArray = npt.NDArray[np.bool_]

_HOLIDAY = 7


class Place(Protocol):
    """Anything with opening hours: a queue or a desk."""

    @property
    def hours(self) -> Hours:
        """When it is open."""


@dataclass(frozen=True, eq=False)
class Calendar:
    """The T intervals of a horizon, from 00:00 of its first day, open or not.

    Times are elapsed seconds since then: the day of a clock change has 23 or 25 hours, and opening hours and daily
    lists go by the clock on the wall.

    Attributes
    ----------
    timezone : str
        Of the local times.
    interval_s : float
    dates : tuple of date
        The calendar days.
    day_start_s : array (days + 1,)
        When each day starts, and when the horizon ends.
    interval_day : array (T,)
        The index of the day of each interval.
    interval_slot : array (T,)
        The place of each interval in a day of ``slots`` intervals, by the clock on the wall.
    interval_start : tuple of str
        Local ISO times, with their offset only where the local time comes twice.
    day_row : array (days,)
        The weekday of each day, Monday 0; 7 for a holiday.
    """

    timezone: str
    interval_s: float
    dates: tuple[date, ...]
    day_start_s: FloatArray
    interval_day: IntArray
    interval_slot: IntArray
    interval_start: tuple[str, ...]
    day_row: IntArray
    _masks: dict[Hours, BoolArray] = field(default_factory=dict, repr=False)

    @property
    def T(self) -> int:  # noqa: N802 - the name of the axis everywhere
        """How many intervals there are."""
        return len(self.interval_start)

    @property
    def end_s(self) -> float:
        """The end of the horizon."""
        return float(self.day_start_s[-1])

    @property
    def slots(self) -> int:
        """How many intervals a day of 24 hours has."""
        return round(DAY_S / self.interval_s)

    def open_mask(self, place: Place | Hours) -> BoolArray:
        """Whether a queue, desk or hours are open in each interval.

        Parameters
        ----------
        place : Queue, Desk or Hours

        Returns
        -------
        array (T,) of bool, read-only
        """
        hours = place if isinstance(place, Hours) else place.hours
        if hours not in self._masks:
            mask = self._week(hours)[self.day_row[self.interval_day], self.interval_slot]
            mask.flags.writeable = False
            self._masks[hours] = mask
        return self._masks[hours]

    def ever_open(self, hours: Hours) -> BoolArray:
        """Whether hours are open at each clock time of a day (slots,) on any day, also if the clocks skip it then."""
        return np.asarray(self._week(hours)[self.day_row].any(axis=0), dtype=np.bool_)

    def _week(self, hours: Hours) -> BoolArray:
        """Whether hours are open at each clock time of each weekday and of a holiday: (8, slots)."""
        week = np.zeros((_HOLIDAY + 1, self.slots), dtype=np.bool_)
        for day, periods in enumerate(hours.week):
            for start, end in periods:
                week[day, round(start / self.interval_s) : round(end / self.interval_s)] = True
        return week

    def periods(self, place: Place | Hours) -> tuple[tuple[float, float], ...]:
        """Open periods ``(start_s, end_s)`` of a queue, desk or hours; those that touch are one."""
        mask = self.open_mask(place)
        edges = np.flatnonzero(np.diff(np.concatenate(([False], mask, [False])).astype(np.int8)))
        bounds = (edges * self.interval_s).tolist()
        return tuple(zip(bounds[::2], bounds[1::2], strict=True))


def local_starts(zone: ZoneInfo, first: date, days: int) -> list[datetime]:
    """The instants (UTC) at which the local days start, and at which the last one ends."""
    return [datetime.combine(first + timedelta(days=i), time(), tzinfo=zone).astimezone(UTC) for i in range(days + 1)]


def uneven_day(timezone: str, first: date, days: int, interval_s: float) -> tuple[date, float] | None:
    """The first day, with its length in hours, that intervals do not divide because of a clock change."""
    starts = local_starts(ZoneInfo(timezone), first, days)
    for i in range(days):
        length_s = (starts[i + 1] - starts[i]).total_seconds()
        if length_s % interval_s:
            return first + timedelta(days=i), length_s / 3600
    return None


def make_calendar(timezone: str, first: date, days: int, interval_s: float, holidays: Sequence[date]) -> Calendar:
    """The calendar of a horizon whose interval divides each of its days."""
    zone = ZoneInfo(timezone)
    starts = local_starts(zone, first, days)
    day_start_s = np.array([(start - starts[0]).total_seconds() for start in starts])
    dates = tuple(first + timedelta(days=i) for i in range(days))
    slots = round(DAY_S / interval_s)
    clock = [_clock(round(i * interval_s)) for i in range(slots)]
    labels: list[str] = []
    slot_of: list[int] = []
    counts = []
    for i, day in enumerate(dates):
        if starts[i + 1] - starts[i] == timedelta(days=1):
            labels += [f"{day}T{text}" for text in clock]
            slot_of += range(slots)
            counts.append(slots)
        else:
            count = round((starts[i + 1] - starts[i]).total_seconds() / interval_s)
            for k in range(count):
                local = (starts[i] + timedelta(seconds=k * interval_s)).astimezone(zone)
                labels.append(label(local))
                slot_of.append(round((local.hour * 3600 + local.minute * 60 + local.second) / interval_s) % slots)
            counts.append(count)
    closed = set(holidays)
    row = np.array([_HOLIDAY if day in closed else day.weekday() for day in dates], dtype=np.int64)
    interval_day = np.repeat(np.arange(days, dtype=np.int64), counts)
    slot = np.array(slot_of, dtype=np.int64)
    for array in (day_start_s, row, interval_day, slot):
        array.flags.writeable = False
    return Calendar(timezone, interval_s, dates, day_start_s, interval_day, slot, tuple(labels), row)


def is_ambiguous(local: datetime) -> bool:
    """Whether the clock shows this local time, which exists, twice."""
    naive = local.replace(tzinfo=None)
    early, late = naive.replace(tzinfo=local.tzinfo, fold=0), naive.replace(tzinfo=local.tzinfo, fold=1)
    return early.utcoffset() != late.utcoffset()


def exists(local: datetime) -> bool:
    """Whether the clock ever shows this local time."""
    return local.astimezone(UTC).astimezone(local.tzinfo).replace(tzinfo=None) == local.replace(tzinfo=None)


def label(local: datetime) -> str:
    """A local time as files write it, with its offset only where the clock shows it twice."""
    text = f"{local.date()}T{_clock(local.hour * 3600 + local.minute * 60 + local.second)}"
    if not is_ambiguous(local):
        return text
    return text + local.isoformat()[-6:]


def _clock(seconds: int) -> str:
    return clock_text(seconds) + (f":{seconds % 60:02d}" if seconds % 60 else "")
