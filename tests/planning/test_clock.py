"""The clock of a plan: what it says of the time left."""

import time

import pytest

from simcenter.planning.clock import Clock, time_spoken


def said(clock: Clock, played: int) -> str:
    """What it says after so many replications of one second each."""
    told: list[str] = []
    clock.progress = lambda message, _: told.append(message)
    clock.played, clock.started_s = played, time.monotonic() - played
    clock.say("search")
    return told[0]


def clock(limit_s: float | None = None) -> Clock:
    return Clock(limit_s, lambda message, share: None, expected=100, reserve=30)


@pytest.mark.parametrize(
    ("played", "text"),
    [
        (5, "search"),
        (20, "search, about 80 s left"),
        (70, "search, about 30 s left"),
        (90, "search, at least 30 s left"),
        (500, "search, at least 30 s left"),
    ],
)
def test_the_time_left_is_never_less_than_the_proof_takes(played: int, text: str) -> None:
    assert said(clock(), played) == text


def test_a_time_limit_is_the_most_that_is_left() -> None:
    assert said(clock(50), 40) == "search, about 10 s left"
    assert said(clock(110), 100) == "search, about 10 s left"


def test_long_times_are_in_minutes() -> None:
    assert (time_spoken(0.2), time_spoken(89), time_spoken(150)) == ("1 s", "89 s", "2 min")
