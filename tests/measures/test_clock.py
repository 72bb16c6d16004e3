"""The working clock: open time exactly, working hours and days as a planner counts them."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from oracles import tallies

from simcenter.measures.clock import WorkingClock
from simcenter.scenario.calendar import make_calendar

HOUR, DAY = 3600.0, 86400.0


def week(hours, days=range(5), of=7, breaks=()):
    """Clock of a queue with the same hours on some days: (opens, closes) and breaks, in hours."""
    edges = []
    for day in days:
        opens, closes = hours
        for start, end in [*breaks, (closes, closes)]:
            edges.append((day * DAY + opens * HOUR, day * DAY + start * HOUR))
            opens = end
    edges = [(start, end) for start, end in edges if end > start]
    return clock_of(edges, np.arange(of + 1) * DAY)


def clock_of(periods, day_start_s, shown_s=None):
    from simcenter.measures.clock import working_clock

    class Places:
        first = np.array([0, len(periods)])
        start_s = np.array([start for start, _ in periods], dtype=float)
        end_s = np.array([end for _, end in periods], dtype=float)

    class Centre:
        queue_open = Places
        interval_s = 1800.0

    Centre.day_start_s = np.asarray(day_start_s, dtype=float)
    return working_clock(Centre, 0, shown_s)


def at(day, hour):
    return np.array([day * DAY + hour * HOUR])


def test_8_working_hours_from_tuesday_11_are_wednesday_11():
    """Reference value: calendar Monday to Friday 09:00-17:00."""
    assert week((9, 17)).after(at(1, 11), 8 * HOUR) == at(2, 11)


@pytest.mark.parametrize(
    ("entered", "seconds", "due"),
    [
        (at(0, 9), 8 * HOUR, at(0, 17)),  # the end of the day, not the next morning
        (at(0, 18), HOUR, at(1, 10)),  # after closing
        (at(4, 16), 2 * HOUR, at(7, 10)),  # over the week end
        (at(5, 12), 0.0, at(5, 12)),  # due at once, even though closed
        (at(6, 23), 41 * HOUR, np.array([np.inf])),  # more than what is left
    ],
)
def test_working_hours(entered, seconds, due):
    assert week((9, 17), days=(0, 1, 2, 3, 4, 7, 8, 9, 10, 11), of=14).after(entered, seconds) == due


@pytest.mark.parametrize(
    ("entered", "days", "due"),
    [
        (at(0, 11), 1, at(1, 11)),
        (at(4, 11), 1, at(7, 11)),  # Friday to Monday
        (at(5, 11), 1, at(8, 9)),  # Saturday counts from Monday's opening
        (at(0, 20), 1, at(2, 9)),  # after closing: from Tuesday's opening
        (at(0, 5), 0, at(0, 9)),  # before opening
        (at(11, 11), 1, np.array([np.inf])),  # beyond the horizon
        (at(11, 17), 0, np.array([np.inf])),  # closed for good
    ],
)
def test_working_days(entered, days, due):
    assert week((9, 17), days=(0, 1, 2, 3, 4, 7, 8, 9, 10, 11), of=14).days_after(entered, days) == due


def test_a_working_day_is_clipped_to_the_hours_of_its_day():
    """Friday closes at 12:00: Thursday 15:00 plus a day is Friday 12:00; Monday opens at 10:00."""
    clock = clock_of([(9 * HOUR, 17 * HOUR), (DAY + 10 * HOUR, DAY + 12 * HOUR)], np.arange(3) * DAY)
    assert clock.days_after(at(0, 15), 1) == at(1, 12)
    assert clock.days_after(at(0, 9), 1) == at(1, 10)


def test_days_and_nights_without_closing_are_days_all_the_same():
    clock = clock_of([(0.0, 7 * DAY)], np.arange(8) * DAY)
    assert clock.days_after(at(2, 23.5), 3) == at(5, 23.5)
    assert clock.worked(at(2, 12)) == at(2, 12)


@pytest.mark.parametrize(
    ("start", "entered", "due"),
    [
        # Paris, Saturday 28 March 2026, 10:00; the night loses an hour, so 10:00 on Sunday is 23 hours later
        ("2026-03-28", at(0, 10), np.array([33 * HOUR])),
        # Paris, Saturday 24 October 2026; the night gains one
        ("2026-10-24", at(0, 10), np.array([35 * HOUR])),
        # 02:30 does not exist on 29 March: the first moment that shows as much is 03:00, two hours after midnight
        ("2026-03-28", at(0, 2.5), np.array([26 * HOUR])),
        # 02:30 comes twice on 25 October: the first
        ("2026-10-24", at(0, 2.5), np.array([26.5 * HOUR])),
    ],
)
def test_a_working_day_goes_by_the_clock_on_the_wall(start, entered, due):
    from datetime import date

    calendar = make_calendar("Europe/Paris", date.fromisoformat(start), 2, 1800.0, ())
    shown_s = calendar.interval_slot * 1800.0
    clock = clock_of([(0.0, calendar.end_s)], calendar.day_start_s, shown_s)
    assert clock.days_after(entered, 1) == due


def test_a_queue_that_never_opens_works_nothing():
    clock = clock_of([], np.arange(3) * DAY)
    assert clock.worked(at(1, 3)) == 0
    assert clock.after(at(1, 3), HOUR) == np.inf
    assert clock.days_after(at(1, 3), 1) == np.inf


moments = st.integers(0, 7 * 24 * 4).map(lambda quarter: quarter * 900.0)


@given(st.sets(st.integers(0, 7 * 48 - 1)), moments, st.integers(0, 400), st.integers(0, 4))
def test_clock_is_a_walk_through_the_periods(open_slots, moment, quarters, days):
    """On any pattern of open half hours."""
    edges = np.flatnonzero(np.diff(np.isin(np.arange(-1, 7 * 48 + 1), list(open_slots)).astype(int)))
    bounds = (edges * 1800.0).tolist()
    periods = list(zip(bounds[::2], bounds[1::2], strict=True))
    day_starts = [day * DAY for day in range(8)]
    clock = clock_of(periods, day_starts)
    one = np.array([moment])
    assert isinstance(clock, WorkingClock)
    assert clock.worked(one) == float(tallies.worked(periods, moment))
    assert clock.after(one, quarters * 900.0) == tallies.after(periods, moment, quarters * 900.0)
    assert clock.days_after(one, days) == tallies.days_after(periods, day_starts, moment, days)
