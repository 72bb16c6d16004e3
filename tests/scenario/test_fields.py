import pytest
from pydantic_core import PydanticCustomError

from simcenter.scenario.fields import Day, Duration, ListOf, Number, Text, Whole, Word, name_problem, said


def problem(rule, value):
    with pytest.raises(PydanticCustomError) as caught:
        rule.check(value)
    return [(place, text) for place, text, _ in said(caught.value)]


@pytest.mark.parametrize("value", [0, 1, 0.5, -0.0])
def test_numbers_within_their_limits(value):
    checked = Number(0, 1).check(value)
    assert checked == value
    assert str(checked) != "-0.0"


@pytest.mark.parametrize(
    "value", [-1e-9, 1.0000001, float("nan"), float("inf"), True, False, "0.5", None, [0.5], 10**400]
)
def test_what_is_no_such_number(value):
    assert problem(Number(0, 1), value) == [((), "must be a number from 0 to 1")]


def test_limits_that_are_not_allowed_themselves():
    assert problem(Number(0, 1, above=True), 0) == [((), "must be a number above 0 and at most 1")]
    assert problem(Number(0, 1, below=True), 1) == [((), "must be a number of at least 0 and below 1")]


@pytest.mark.parametrize("value", [0, 11, 1.0, True, "5", None, 10**400])
def test_what_is_no_such_whole_number(value):
    assert problem(Whole(1, 10), value) == [((), "must be a whole number from 1 to 10")]


def test_words_are_listed():
    assert problem(Word(("a", "b")), "c") == [((), 'must be "a" or "b"')]
    assert problem(Word(("a", "b", "c")), ["a"]) == [((), 'must be one of "a", "b" or "c"')]


def test_durations_are_positive_unless_they_may_be_0():
    assert Duration(zero=True).check("0 s") == 0
    assert problem(Duration(), "0 s") == [((), "must be longer than 0 s")]
    assert problem(Duration(zero=True), "-1 s") == [((), "must be 0 s or longer")]
    assert problem(Duration(), "8785 h") == [((), "must be at most 366 days")]


def test_each_item_of_a_list_is_checked_and_many_problems_are_counted():
    rule = ListOf(Number(0, 1), 1, 100)
    assert problem(rule, [0, 2, 1, 3]) == [
        ((1,), "must be a number from 0 to 1"),
        ((3,), "must be a number from 0 to 1"),
    ]
    assert problem(rule, []) == [((), "must have 1 to 100 values")]
    assert problem(rule, "0, 1") == [((), "must be a list of 1 to 100 values")]
    assert len(problem(rule, [5] * 50)) == 11


def test_dates_and_texts():
    assert Day().check("2026-03-02").isoformat() == "2026-03-02"
    assert problem(Day(), "2026-3-2")
    assert problem(Text(), "two\nlines")
    assert problem(Text(5), "too long")


@pytest.mark.parametrize(
    ("name", "good"), [("calls", 1), ("Après-vente 2", 1), ("a.b", 1), ("", 0), (" a", 0), ("a\tb", 0)]
)
def test_names(name, good):
    assert (name_problem(name) is None) == bool(good)
