import pytest

from simcenter.scenario.hours import Hours, HoursRule, weekdays

NINE_TO_FIVE = ((9 * 3600, 17 * 3600),)


@pytest.mark.parametrize(
    ("text", "days"),
    [
        ("mon", [0]),
        ("mon-fri", [0, 1, 2, 3, 4]),
        ("sat-mon", [5, 6, 0]),
        ("mon, wed,fri", [0, 2, 4]),
        ("Mon-Tue, sun", [0, 1, 6]),
        ("sun-sun", [6]),
    ],
)
def test_weekdays_are_named_singly_in_ranges_and_in_lists(text, days):
    assert weekdays(text) == days


@pytest.mark.parametrize("text", ["", "monday", "mon-", "mon-tue-wed", "mon,,tue", "mon,mon", "mon-wed,tue", "1-5"])
def test_what_names_no_weekdays_is_refused(text):
    assert weekdays(text) is None


def test_days_that_are_not_named_are_closed():
    hours = HoursRule().check({"mon-fri": "09:00-17:00"})
    assert hours.week == (NINE_TO_FIVE,) * 5 + ((), ())


def test_touching_periods_are_one():
    assert HoursRule().check("09:00-12:00, 12:00-17:00").week == (NINE_TO_FIVE,) * 7


@pytest.mark.parametrize(
    "written",
    [
        "09:00-17:00",
        {"mon-fri": "08:00-12:30, 14:00-24:00", "sat": ["09:00-10:00", "11:00-12:00"], "sun": ""},
        {"opens": "00:00", "closes": "24:00"},
    ],
)
def test_hours_write_back_as_themselves(written):
    hours = HoursRule().check(written)
    assert HoursRule().check(hours.to_dict()) == hours
    assert isinstance(hours, Hours)


@pytest.mark.parametrize(
    "written",
    [
        "9-17", "09:00", "17:00-09:00", "09:00-09:00", "09:00-24:30", "09:60-10:00", "09:00-17:00;", 9, None, True, [],
        ["09:00-17:00"], {}, {"mon": 9}, {"mon": ["09:00-17:00", 5]}, {"mon": "10:00-12:00, 09:00-11:00"},
        {"opens": "09:00"}, {"opens": "09:00", "closes": 17},
        {"opens": "09:00", "closes": "17:00", "mon": "09:00-10:00"},
    ],
)  # fmt: skip
def test_what_is_no_hours_is_refused(written):
    with pytest.raises(ValueError, match="breaks a rule"):
        HoursRule().check(written)
