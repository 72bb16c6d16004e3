from datetime import date

import pytest

from simcenter.errors import ScenarioError
from simcenter.scenario import Scenario
from simcenter.scenario.horizon import read_holidays


def test_holidays_of_a_country_are_those_within_the_horizon():
    found, problems = read_holidays("FR", date(2026, 12, 20), 20)
    assert problems == []
    assert found == (date(2026, 12, 25), date(2027, 1, 1))


def test_a_region_has_its_own():
    assert read_holidays("DE-BY", date(2026, 1, 6), 1)[0] == (date(2026, 1, 6),)
    assert read_holidays("DE", date(2026, 1, 6), 1)[0] == ()


def test_dates_outside_the_horizon_mean_nothing():
    found, problems = read_holidays([date(2026, 3, 9), "2026-03-03", date(2025, 1, 1)], date(2026, 3, 2), 7)
    assert (found, problems) == ((date(2026, 3, 3),), [])


@pytest.mark.parametrize("written", ["fr", "France", "XX", "", "DE-Bayern", "DE-", 5, True, {}, [5], ["soon"]])
def test_what_is_no_holidays_is_told(written):
    found, problems = read_holidays(written, date(2026, 3, 2), 7)
    assert found == ()
    assert problems


@pytest.mark.parametrize("interval", ["5 min", "7.5 min", "10 min", "12 min", "30 min", "1 h", "3600 s", "0.5 h"])
def test_intervals_that_divide_the_day(small, interval):
    small["horizon"]["interval"] = interval
    assert Scenario.from_dict(small).calendar.T * Scenario.from_dict(small).horizon.interval_s == 2 * 86400


@pytest.mark.parametrize("interval", ["4 min", "7 min", "2 h", "61 min", "5.5 min", "0 s", 30, "30", None, True])
def test_intervals_that_do_not(small, interval):
    small["horizon"]["interval"] = interval
    with pytest.raises(ScenarioError, match=r"^horizon.interval: must"):
        Scenario.from_dict(small)


def test_a_leap_year_in_five_minutes(small):
    small["horizon"] |= {"start": "2028-01-01", "days": 366, "interval": "5 min"}
    assert Scenario.from_dict(small).calendar.T == 366 * 288
