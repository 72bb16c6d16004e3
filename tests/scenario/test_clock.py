from datetime import date, datetime

import pytest

from simcenter.scenario.calendar import make_calendar
from simcenter.scenario.clock import TIME_RULE, Clock, read_times
from simcenter.scenario.tables import Table

AUTUMN = make_calendar("Europe/Paris", date(2026, 10, 25), 1, 1800, [])
SPRING = make_calendar("Europe/Paris", date(2026, 3, 29), 1, 1800, [])


@pytest.mark.parametrize(
    ("cell", "hours"),
    [
        ("2026-10-25T01:30", 1.5),
        ("2026-10-25 01:30:00", 1.5),
        ("2026-10-25T01:30:00.000", 1.5),
        ("2026-10-25T01:30+02:00", 1.5),
        ("2026-10-25T02:30+02:00", 2.5),
        ("2026-10-25T02:30+01:00", 3.5),
        ("2026-10-25T03:00", 4),
        (datetime(2026, 10, 25, 23, 30), 24.5),
        ("2026-10-24T23:00", -1),
        ("2026-10-26T00:00", 25),
        ("2026-10-26T00:07", 25 + 7 / 60),
    ],
)
def test_local_times_are_elapsed_hours_of_the_horizon(cell, hours):
    assert Clock(AUTUMN).seconds(cell) == pytest.approx(hours * 3600)


@pytest.mark.parametrize(
    ("cell", "rule"),
    [
        ("2026-10-25T02:30", "must have its offset, as Europe/Paris has this local time twice"),
        (datetime(2026, 10, 25, 2, 30), "must have its offset, as Europe/Paris has this local time twice"),
        ("2026-10-25T01:30+01:00", "must be local time of Europe/Paris, without an offset or with its own"),
        ("2026-10-25T01:30Z", "must be local time of Europe/Paris, without an offset or with its own"),
        ("2026-10-25T01:45", "must be the start of an interval of 30 min"),
        *[(cell, TIME_RULE) for cell in ("", "2026-10-25", "25/10/2026 01:30", "2026-13-01T00:00", "20261025T0130")],
        *[(cell, TIME_RULE) for cell in ("2026-W43-7T01:30", "0001-01-01T00:00", 46320.0, None)],
    ],
)
def test_what_names_no_interval_is_told(cell, rule):
    assert Clock(AUTUMN).seconds(cell) == rule


def test_a_time_that_the_clocks_skip_is_told():
    assert Clock(SPRING).seconds("2026-03-29T02:30").startswith("must be a local time that exists")
    assert Clock(SPRING).seconds("2026-03-29T03:00") == 7200


def table(*cells):
    return Table("t.csv", ("interval_start", "x"), [[cell, "1"] for cell in cells], range(2, 2 + len(cells)))


def test_order_and_repetition_matter_only_where_asked():
    cells = ("2026-10-25T01:00", "2026-10-25T00:30", "2026-10-25T01:00", "2026-10-24T00:00")
    assert read_times(table(*cells), AUTUMN, ascending=False).at == [2, 1, 2, None]
    times = read_times(table(*cells), AUTUMN, ascending=True)
    assert times.at == [2, None, None, None]
    assert [rule for rule, _ in times.problems] == [
        "t.csv line 3, interval_start must be later than the row before",
        "t.csv line 4, interval_start must name each interval once",
        "t.csv line 5, interval_start must be later than the row before",
    ]
