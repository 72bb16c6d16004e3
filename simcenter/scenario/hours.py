"""Hours: when a place is open, per weekday, with breaks."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from simcenter.scenario.fields import Json, Rule
from simcenter.scenario.problems import Problem, broken, several

WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
DAY_S = 86400

HOURS_RULE = 'must be opening hours such as "08:00-20:00" or "09:00-12:30, 14:00-18:00"'
DAYS_RULE = 'must be a weekday (mon, tue, ...), a range such as mon-fri, or several with commas such as "mon, wed"'

_TIME = re.compile(r"([01]\d|2[0-3]):([0-5]\d)|24:00")
_PERIOD = re.compile(r"\s*(\d\d:\d\d)\s*-\s*(\d\d:\d\d)\s*")

Period = tuple[int, int]


@dataclass(frozen=True)
class Hours:
    """Opening hours: for each weekday from Monday its open periods, in seconds of local clock time since 00:00."""

    week: tuple[tuple[Period, ...], ...]

    def to_dict(self) -> dict[str, str]:
        """As the file writes them, every weekday explicit (empty when closed)."""
        return {
            day: ", ".join(f"{clock_text(start)}-{clock_text(end)}" for start, end in periods)
            for day, periods in zip(WEEKDAYS, self.week, strict=True)
        }


class HoursRule(Rule):
    """Opening hours: a table by weekday, a text for every day, or a table with opens and closes."""

    def check(self, value: Any) -> Hours:
        """The hours."""
        if isinstance(value, Hours):
            return value
        if isinstance(value, str):
            return Hours((_periods(value, ()),) * 7)
        if not isinstance(value, Mapping):
            raise broken(f"{HOURS_RULE}, or a table of them by weekday")
        if "opens" in value or "closes" in value:
            return _short(value)
        return _by_weekday(value)

    def schema(self) -> Json:
        """JSON Schema of what may be written."""
        text = {"type": "string", "examples": ["08:00-20:00", "09:00-12:30, 14:00-18:00"]}
        listed = {"type": "array", "items": text}
        week = {
            "type": "object",
            "additionalProperties": {"anyOf": [text, listed]},
            "examples": [{"mon-fri": "08:00-20:00"}],
        }
        return {"anyOf": [text, week]}


def clock_seconds(text: object) -> int | None:
    """Seconds since 00:00 of ``"08:30"``; 24:00 is the end of the day; None when it is no time."""
    if not isinstance(text, str) or not _TIME.fullmatch(text):
        return None
    return int(text[:2]) * 3600 + int(text[3:]) * 60


def clock_text(seconds: int) -> str:
    """``"08:30"`` of seconds since 00:00."""
    return f"{seconds // 3600:02d}:{seconds % 3600 // 60:02d}"


def _short(value: Mapping[Any, Any]) -> Hours:
    problems: list[Problem] = []
    times = []
    for name in ("opens", "closes"):
        seconds = clock_seconds(value.get(name))
        if name not in value:
            problems.append(((name,), "must be given, as opens and closes go together", None))
        elif seconds is None:
            problems.append(((name,), 'must be a time of day such as "08:00"', ...))
        else:
            times.append(seconds)
    for name in value:
        if name not in ("opens", "closes"):
            problems.append(
                ((str(name),), "must be left out, as opens and closes give the hours of every day", value[name])
            )
    if not problems and times[0] >= times[1]:
        problems.append((("closes",), f'must be later than opens ("{value["opens"]}")', ...))
    if problems:
        raise several(problems)
    return Hours((((times[0], times[1]),),) * 7)


def _by_weekday(value: Mapping[Any, Any]) -> Hours:
    week: list[tuple[Period, ...]] = [()] * 7
    problems: list[Problem] = []
    named: dict[int, str] = {}
    for days, text in value.items():
        found = weekdays(days)
        if found is None:
            problems.append(((str(days),), DAYS_RULE, str(days)))
            continue
        for day in found:
            if day in named:
                problems.append(
                    ((str(days),), f"must name each weekday once ({WEEKDAYS[day]} is in {named[day]} too)", str(days))
                )
                break
            named[day] = str(days)
        try:
            periods = _listed(text)
        except ValueError as error:
            problems.append(((str(days),), str(error), text))
            continue
        for day in found:
            week[day] = periods
    if not value:
        problems.append(((), "must name at least one weekday", value))
    if problems:
        raise several(problems)
    return Hours(tuple(week))


def weekdays(text: object) -> list[int] | None:
    """Indexes of the weekdays (Monday 0) of ``"mon"``, ``"mon-fri"`` or ``"mon, wed, sat-sun"``."""
    if not isinstance(text, str):
        return None
    days: list[int] = []
    for part in text.lower().split(","):
        ends = [end.strip() for end in part.split("-")]
        if len(ends) > 2 or any(end not in WEEKDAYS for end in ends):
            return None
        first, last = WEEKDAYS.index(ends[0]), WEEKDAYS.index(ends[-1])
        days += [(first + i) % 7 for i in range((last - first) % 7 + 1)]
    return days if len(set(days)) == len(days) else None


def _listed(value: object) -> tuple[Period, ...]:
    if isinstance(value, list | tuple):
        if not all(isinstance(text, str) for text in value):
            raise ValueError(HOURS_RULE)
        value = ", ".join(value)
    if not isinstance(value, str):
        raise ValueError(HOURS_RULE)
    return _read_periods(value)


def _periods(text: str, place: tuple[str, ...]) -> tuple[Period, ...]:
    try:
        return _read_periods(text)
    except ValueError as error:
        raise several([(place, str(error), ...)]) from None


def _read_periods(text: str) -> tuple[Period, ...]:
    if not text.strip():
        return ()
    periods: list[Period] = []
    for part in text.split(","):
        found = _PERIOD.fullmatch(part)
        start, end = (clock_seconds(found[1]), clock_seconds(found[2])) if found else (None, None)
        if start is None or end is None:
            raise ValueError(HOURS_RULE)
        if start >= end:
            raise ValueError(
                'must close later than it opens (hours past midnight go in two days: "20:00-24:00", "00:00-02:00")'
            )
        if periods and start < periods[-1][1]:
            raise ValueError("must be in order and not overlap")
        periods.append((start, end))
    return _merged(periods)


def _merged(periods: list[Period]) -> tuple[Period, ...]:
    merged: list[Period] = []
    for start, end in periods:
        if merged and merged[-1][1] == start:
            merged[-1] = (merged[-1][0], end)
        else:
            merged.append((start, end))
    return tuple(merged)
