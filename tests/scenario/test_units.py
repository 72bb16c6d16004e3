import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from simcenter.scenario.units import Promise, read_duration, read_promise, seconds_text, spoken


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("20 s", 20),
        ("20s", 20),
        (" 4  min ", 240),
        ("2 h", 7200),
        ("66.6666667 s", 66.6666667),
        ("1e3 s", 1000),
        (".5 min", 30),
        ("-3 min", -180),
    ],
)
def test_a_duration_reads_as_seconds(text, seconds):
    assert read_duration(text) == seconds


@pytest.mark.parametrize(
    "text",
    ["", "20", "s", "4 minutes", "4 m", "1h30", "1 h 30 min", "4,5 min", "nan s", "inf s", "1_0 s", "٣ s x", "1e9999 s",
     20, 20.0, True, None, ["20 s"], "4 MIN", "0x10 s", "--3 s", "20 s" * 40],
)  # fmt: skip
def test_what_is_no_duration_is_refused(text):
    with pytest.raises(ValueError, match="must be a time with its unit"):
        read_duration(text)


def test_working_time_is_no_plain_duration():
    with pytest.raises(ValueError, match="working time is for the promises of deferred queues"):
        read_duration("4 working hours")


@pytest.mark.parametrize(
    ("text", "promise"),
    [
        ("20 s", Promise(20, "s")),
        ("8 working hours", Promise(28800, "working s")),
        ("1 working hour", Promise(3600, "working s")),
        ("90 working min", Promise(5400, "working s")),
        ("7200 working s", Promise(7200, "working s")),
        ("4 working days", Promise(4, "working days")),
        ("1 working day", Promise(1, "working days")),
    ],
)
def test_a_promise_reads_with_its_clock_and_writes_back(text, promise):
    assert read_promise(text) == promise
    assert read_promise(str(promise)) == promise


NO_PROMISES = ["0 s", "-1 working days", "400 working days", "9000 h", "0.5 working days", "4 days", 4]


@pytest.mark.parametrize("text", NO_PROMISES)
def test_what_is_no_promise_is_refused(text):
    with pytest.raises(ValueError, match="must be"):
        read_promise(text)


@given(st.floats(0, 1e9))
def test_seconds_write_and_read_back_as_the_same_float(seconds):
    assert read_duration(seconds_text(seconds)) == seconds


def test_a_planner_reads_minutes_where_they_are_whole():
    assert (spoken(1800), spoken(90), spoken(0)) == ("30 min", "90 s", "0 s")
    assert math.isclose(read_duration(spoken(86400)), 86400)
