"""The horizon: the days that are looked at, their intervals, opening hours and holidays."""

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict
from pydantic_core import PydanticCustomError

from simcenter.scenario.fields import ADate, AnyDuration, AsWritten, Day, Duration, ListOf, Whole, said
from simcenter.scenario.hours import DAY_S, Hours, HoursRule
from simcenter.scenario.problems import Problem, Said, broken, nearest
from simcenter.scenario.units import seconds_text

INTERVAL_RULE = "must be 5 to 60 min, a whole number of seconds, and divide the day of 24 h"
HOLIDAYS_RULE = 'must be a country code such as "FR" (or with its region, "DE-BY"), or a list of dates'
MOST_HOLIDAYS = 10_000

HOLIDAYS_SCHEMA = {
    "anyOf": [
        {"type": "string", "pattern": "^[A-Z]{2}(-.+)?$"},
        {"type": "array", "items": {"type": "string", "format": "date"}},
    ]
}


class Horizon(BaseModel):
    """The horizon, every value resolved.

    ``holidays`` are the closed dates within it; ``warm_up_s`` at its start counts for no result.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", arbitrary_types_allowed=True)

    start: date
    days: int
    interval_s: float
    hours: Hours
    holidays: tuple[date, ...]
    warm_up_s: float = 0.0

    def to_dict(self) -> dict[str, Any]:
        """As the file writes it, every value explicit."""
        written: dict[str, Any] = {
            "start": self.start.isoformat(),
            "days": self.days,
            "interval": seconds_text(self.interval_s),
            "hours": self.hours.to_dict(),
            "holidays": [day.isoformat() for day in self.holidays],
        }
        if self.warm_up_s:
            written["warm_up"] = seconds_text(self.warm_up_s)
        return written


class IntervalRule(Duration):
    """The length of the intervals."""

    def check(self, value: Any) -> float:
        """Seconds."""
        interval_s = super().check(value)
        if not 300 <= interval_s <= 3600 or interval_s != int(interval_s) or DAY_S % interval_s != 0:
            raise broken(INTERVAL_RULE)
        return interval_s


class HorizonForm(BaseModel):
    """The horizon as the file writes it."""

    model_config = ConfigDict(frozen=True, extra="forbid", arbitrary_types_allowed=True)

    start: ADate
    days: Annotated[int, Whole(1, 366)]
    interval: Annotated[float, IntervalRule()]
    hours: Annotated[Hours, HoursRule()] | None = None
    opens: Annotated[Any, AsWritten({"type": "string"})] = None
    closes: Annotated[Any, AsWritten({"type": "string"})] = None
    holidays: Annotated[Any, AsWritten(HOLIDAYS_SCHEMA)] = None
    warm_up: AnyDuration = 0.0


def read_holidays(value: Any, start: date, days: int) -> tuple[tuple[date, ...], list[Problem]]:
    """The holidays within the horizon, ascending, of a country code or a list of dates."""
    end = start + timedelta(days=days)
    if value is None:
        return (), []
    if isinstance(value, str):
        return _of_country(value, start, end)
    if not isinstance(value, list | tuple):
        return (), [((), HOLIDAYS_RULE, value)]
    try:
        dates: Sequence[date] = ListOf(Day(), 0, MOST_HOLIDAYS).check(value)
    except PydanticCustomError as error:
        return (), [(place, rule, got) for place, rule, got in said(error)]
    twice = sorted({day for day in dates if list(dates).count(day) > 1}) if len(dates) != len(set(dates)) else []
    if twice:
        return (), [((), "must name each date once", Said(f"{twice[0]} twice"))]
    return tuple(sorted(day for day in dates if start <= day < end)), []


def _of_country(value: str, start: date, end: date) -> tuple[tuple[date, ...], list[Problem]]:
    import holidays

    code, _, region = value.partition("-")
    countries = holidays.list_supported_countries(include_aliases=False)
    if code not in countries:
        return (), [((), HOLIDAYS_RULE, value)]
    if "-" in value and region not in countries[code]:
        rule = f"must name a region of {code} {nearest(region, countries[code])}" if countries[code] else HOLIDAYS_RULE
        return (), [((), rule, value)]
    last = end - timedelta(days=1)
    found = holidays.country_holidays(code, subdiv=region or None, years=range(start.year, last.year + 1))
    return tuple(sorted(day for day in found if start <= day < end)), []
