"""The calendar against zoneinfo and against days written out by hand."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from simcenter.scenario import Calendar, Scenario
from simcenter.scenario.calendar import make_calendar
from simcenter.scenario.hours import HoursRule

H = 3600.0


def hours(written):
    return HoursRule().check(written)


def test_a_plain_day():
    calendar = make_calendar("Europe/Paris", date(2026, 3, 2), 1, 1800, [])
    assert isinstance(calendar, Calendar)
    assert (calendar.T, calendar.end_s, calendar.slots) == (48, 86400, 48)
    assert calendar.interval_start[:3] == ("2026-03-02T00:00", "2026-03-02T00:30", "2026-03-02T01:00")
    assert calendar.periods(hours("08:00-12:30, 14:00-18:00")) == ((8 * H, 12.5 * H), (14 * H, 18 * H))


def test_the_day_of_23_hours_has_no_two_o_clock():
    calendar = make_calendar("Europe/Paris", date(2026, 3, 28), 3, 3600, [])
    assert calendar.day_start_s.tolist() == [0, 24 * H, 47 * H, 71 * H]
    assert calendar.T == 71
    sunday = calendar.interval_start[24:47]
    assert sunday[1:3] == ("2026-03-29T01:00", "2026-03-29T03:00")
    assert calendar.periods(hours("01:00-04:00"))[1] == (25 * H, 27 * H)


def test_the_day_of_25_hours_has_two_o_clock_twice_and_says_which():
    calendar = make_calendar("Europe/Paris", date(2026, 10, 25), 1, 3600, [])
    assert calendar.T == 25
    assert calendar.interval_start[1:5] == (
        "2026-10-25T01:00",
        "2026-10-25T02:00+02:00",
        "2026-10-25T02:00+01:00",
        "2026-10-25T03:00",
    )
    assert calendar.interval_slot[1:5].tolist() == [1, 2, 2, 3]
    assert calendar.periods(hours("02:00-03:00")) == ((2 * H, 4 * H),)


def test_hours_that_touch_at_midnight_are_one_period():
    calendar = make_calendar("UTC", date(2026, 3, 2), 3, 3600, [])
    night = hours({"mon": "20:00-24:00", "tue": "00:00-02:00"})
    assert calendar.periods(night) == ((20 * H, 26 * H),)


def test_a_holiday_is_closed_all_day_for_everybody():
    calendar = make_calendar("UTC", date(2026, 3, 2), 3, 3600, [date(2026, 3, 3)])
    assert calendar.periods(hours("00:00-24:00")) == ((0, 24 * H), (48 * H, 72 * H))


def test_a_place_without_opening_time_has_no_period():
    calendar = make_calendar("UTC", date(2026, 3, 2), 3, 3600, [])
    assert calendar.periods(hours({"sun": "08:00-12:00"})) == ()


def test_a_queue_and_a_desk_have_their_own_hours(small):
    small["queues"]["calls"]["hours"] = "06:00-07:00"
    scenario = Scenario.from_dict(small)
    assert scenario.calendar.periods(scenario.queues["calls"])[0] == (6 * H, 7 * H)
    assert scenario.calendar.periods(scenario.desks["front"])[0] == (8 * H, 12 * H)


@pytest.mark.parametrize(
    ("zone", "day", "length_h"),
    [
        ("Australia/Lord_Howe", date(2026, 4, 5), 24.5),
        ("Australia/Lord_Howe", date(2026, 10, 4), 23.5),
        ("Africa/Cairo", date(2026, 4, 24), 23),
        ("America/Havana", date(2026, 11, 1), 25),
        ("Asia/Kathmandu", date(2026, 4, 24), 24),
    ],
)
def test_unusual_clock_changes(zone, day, length_h):
    calendar = make_calendar(zone, day, 1, 1800, [])
    assert calendar.end_s == length_h * H
    assert len(set(calendar.interval_start)) == calendar.T


@given(
    zone=st.sampled_from(["Europe/Paris", "America/New_York", "Australia/Lord_Howe", "Africa/Cairo", "UTC"]),
    start=st.dates(date(2024, 1, 1), date(2027, 12, 31)),
    days=st.integers(1, 5),
)
def test_labels_name_the_instant_of_each_interval(zone, start, days):
    """Read back by zoneinfo, each label is that interval's elapsed time since the first midnight."""
    calendar = make_calendar(zone, start, days, 1800, [])
    tz = ZoneInfo(zone)
    origin = datetime.combine(start, datetime.min.time(), tzinfo=tz).astimezone(UTC)
    for i, text in enumerate(calendar.interval_start):
        local = datetime.fromisoformat(text)
        instant = (local if local.tzinfo else local.replace(tzinfo=tz)).astimezone(UTC)
        assert instant - origin == timedelta(seconds=i * 1800)
        assert calendar.dates[calendar.interval_day[i]] == local.date()
        assert calendar.interval_slot[i] == local.hour * 2 + local.minute // 30
    assert np.diff(calendar.interval_day).min() >= 0
