"""Customers who come back: redials and repeat contacts, on centres worked out by hand."""

import pytest
from small_centres import Back, Customer, Desk, Queue, Serves, To

from simcenter.simulation.network import DEFERRED
from simcenter.simulation.purposes import Purpose

ONE = {"d": Desk({"a": Serves()})}
WHAT = "customer attempt leg entry entered_s end_s outcome returns"
YES, NO = {Purpose.RETURN: 0.1}, {Purpose.RETURN: 0.9}
LONG = Customer("a", 0, 200)


def redialling(share=0.5, **rest):
    return {"a": Queue(redial=Back(share, **rest), room=1)}


def test_who_gives_up_calls_again_after_the_delay(rows):
    """Served until 200; gives up at 40, calls at 100, gives up at 130, calls at 190 and is answered at 200."""
    caller = Customer("a", 10, 50, 30, u=YES, delay=60)
    assert rows(redialling(), ONE, [LONG, caller], WHAT)[1:] == [
        (1, 0, 0, "FIRST", 10, 40, "ABANDONED", "COMES_BACK"),
        (1, 1, 1, "REDIAL", 100, 130, "ABANDONED", "COMES_BACK"),
        (1, 2, 2, "REDIAL", 190, 250, "RESOLVED", "NONE"),
    ]


def test_who_is_blocked_calls_again_too(rows):
    customers = [LONG, Customer("a", 10, 20), Customer("a", 20, 5, u=YES, delay=400)]
    assert rows(redialling(), ONE, customers, WHAT)[2:] == [
        (2, 0, 0, "FIRST", 20, 20, "BLOCKED", "COMES_BACK"),
        (2, 1, 1, "REDIAL", 420, 425, "RESOLVED", "NONE"),
    ]


@pytest.mark.parametrize(("u", "share", "returns"), [(0.5, 0.5, "NONE"), (0.499, 0.5, "COMES_BACK")])
def test_whose_uniform_is_below_the_share_comes_back(rows, u, share, returns):
    customers = [LONG, Customer("a", 10, 50, 30, u={Purpose.RETURN: u}, delay=1000)]
    assert rows(redialling(share), ONE, customers, WHAT)[1][-1] == returns


def test_each_leg_has_a_uniform_of_its_own(rows):
    caller = Customer("a", 10, 50, 30, u={Purpose.RETURN: (0.1, 0.9)}, delay=20)
    assert [row[-1] for row in rows(redialling(), ONE, [LONG, caller], WHAT)[1:]] == ["COMES_BACK", "NONE"]


def test_at_most_so_many_attempts(rows):
    caller = Customer("a", 10, 50, 30, u=YES, delay=10)
    found = rows(redialling(at_most=2), ONE, [LONG, caller], WHAT)[1:]
    assert [row[-1] for row in found] == ["COMES_BACK", "AT_LIMIT"]


def test_who_would_come_at_the_end_of_the_horizon_is_pending(rows):
    """He gives up at 40 and the horizon ends at 3600."""
    at_the_end = Customer("a", 10, 50, 30, u=YES, delay=3560)
    just_before = Customer("a", 10, 50, 30, u=YES, delay=3559)
    assert rows(redialling(), ONE, [LONG, at_the_end], WHAT)[1:] == [
        (1, 0, 0, "FIRST", 10, 40, "ABANDONED", "PENDING"),
    ]
    assert rows(redialling(), ONE, [LONG, just_before], WHAT)[2][3:5] == ("REDIAL", 3599)


def test_a_redial_before_a_first_arrival_at_the_same_instant(rows):
    """At 100 a1 is back before a2 comes for the first time, so it is in front of him."""
    customers = [LONG, Customer("a", 10, 50, (30, 500), u=YES, delay=60), Customer("a", 100, 50)]
    queues = {"a": Queue(redial=Back(0.5))}
    assert rows(queues, ONE, customers, "customer leg start_s")[2:] == [(1, 1, 200), (2, 0, 250)]


def test_a_redial_at_once_comes_after_the_event_that_ends_the_attempt(rows):
    customers = [LONG, Customer("a", 10, 50, (0, 500), u=YES)]
    assert rows({"a": Queue(redial=Back(0.5))}, ONE, customers, WHAT)[2] == (
        1, 1, 1, "REDIAL", 10, 250, "RESOLVED", "NONE",
    )  # fmt: skip


@pytest.mark.parametrize(("same", "until"), [(False, 125), (True, 130)])
def test_patience_is_new_at_each_attempt_or_the_same(rows, same, until):
    """He waits 30 s, calls again at 100 and waits 25 s, or 30 s as before."""
    caller = Customer("a", 10, 50, (30, 25), u={Purpose.RETURN: (0.1, 0.9)}, delay=60)
    found = rows(redialling(same_patience=same), ONE, [LONG, caller], WHAT)
    assert found[2] == (1, 1, 1, "REDIAL", 100, until, "ABANDONED", "NONE")


def test_into_a_closed_queue_he_is_turned_away_for_good(rows):
    queues = {"a": Queue(redial=Back(0.5), open=((0, 600),))}
    customers = [LONG, Customer("a", 10, 50, 30, u=YES, delay=600)]
    assert rows(queues, ONE, customers, WHAT)[2] == (1, 1, 1, "REDIAL", 640, 640, "TURNED_AWAY", "NONE")


def test_a_call_becomes_an_email(rows):
    """Customers of the calls come to the emails under their own numbers, with the email's handle time."""
    queues = {"a": Queue(redial=Back(0.5, to="mail")), "mail": Queue(DEFERRED)}
    desks = {"d": Desk({"a": Serves()}), "m": Desk({"mail": Serves()})}
    customers = [LONG, Customer("a", 10, (50, 300), 30, u=YES, delay=60)]
    what = "origin customer attempt queue from_desk desk start_s end_s"
    assert rows(queues, desks, customers, what)[2] == (0, 1, 1, 1, -1, 1, 100, 400)


def test_working_time_until_the_email(rows):
    """He gives up at 40; the emails are worked from 600 to 1200 and from 1800: 700 open seconds are over at 1900."""
    queues = {
        "a": Queue(redial=Back(0.5, to="mail", working=True)),
        "mail": Queue(DEFERRED, open=((600, 1200), (1800, 3600))),
    }
    desks = {"d": Desk({"a": Serves()}), "m": Desk({"mail": Serves()})}
    customers = [LONG, Customer("a", 10, (50, 5), 30, u=YES, delay=700)]
    assert rows(queues, desks, customers, WHAT)[2][4:6] == (1900, 1905)


def test_never_open_long_enough_is_pending(rows):
    queues = {"a": Queue(redial=Back(0.5, to="mail", working=True)), "mail": Queue(DEFERRED, open=((600, 1200),))}
    desks = {"d": Desk({"a": Serves()}), "m": Desk({"mail": Serves()})}
    customers = [LONG, Customer("a", 10, (50, 5), 30, u=YES, delay=601)]
    assert [row[-1] for row in rows(queues, desks, customers, WHAT)] == ["NONE", "PENDING"]


def test_who_is_not_resolved_comes_again(rows):
    """The delay runs from the end of the talk, at 50; the wrap-up ends at 100."""
    queues = {"a": Queue(repeat=Back(0.5), wrap=0.5)}
    desks = {"d": Desk({"a": Serves(resolved=0.4)})}
    caller = Customer("a", 0, 100, u={Purpose.RETURN: (0.1, 0.9)}, delay=20)
    assert rows(queues, desks, [caller], f"{WHAT} start_s freed_s") == [
        (0, 0, 0, "FIRST", 0, 50, "UNRESOLVED", "COMES_BACK", 0, 100),
        (0, 1, 1, "REPEAT", 70, 150, "UNRESOLVED", "NONE", 100, 200),
    ]


def test_who_is_resolved_does_not(rows):
    queues = {"a": Queue(repeat=Back(1.0))}
    assert rows(queues, ONE, [Customer("a", 0, 100, u=YES)], WHAT)[0][-2:] == ("RESOLVED", "NONE")


def test_nor_who_abandons_where_only_repeats_are_given(rows):
    queues = {"a": Queue(repeat=Back(1.0))}
    assert rows(queues, ONE, [LONG, Customer("a", 10, 50, 30, u=YES)], WHAT)[1][-2:] == ("ABANDONED", "NONE")


def test_the_limit_on_legs_holds_within_an_attempt(rows):
    """Two legs an attempt: front hands on to back, who would hand on again; then he comes once more."""
    queues = {"a": Queue(repeat=Back(1.0, at_most=2)), "b": Queue(repeat=Back(1.0, to="a", at_most=2))}
    desks = {"front": Desk({"a": Serves(to={"b": To()})}), "back": Desk({"b": Serves(to={"a": To()})})}
    found = rows(queues, desks, [Customer("a", 0, 10, u=YES, delay=5)], WHAT, max_legs=2)
    assert found == [
        (0, 0, 0, "FIRST", 0, 10, "TRANSFERRED", "NONE"),
        (0, 0, 1, "TRANSFER", 10, 20, "UNRESOLVED_LIMIT", "COMES_BACK"),
        (0, 1, 2, "REPEAT", 25, 35, "TRANSFERRED", "NONE"),
        (0, 1, 3, "TRANSFER", 35, 45, "UNRESOLVED_LIMIT", "AT_LIMIT"),
    ]


def test_nobody_who_turns_up_at_the_wrong_time_or_still_waits_comes_back(rows):
    queues = {"a": Queue(redial=Back(1.0), open=((0, 600),), drop=True)}
    customers = [Customer("a", 0, 700), Customer("a", 10, 5, u=YES), Customer("a", 600, 5, u=YES)]
    assert [row[-2:] for row in rows(queues, ONE, customers, WHAT)] == [
        ("RESOLVED", "NONE"),
        ("DROPPED", "NONE"),
        ("TURNED_AWAY", "NONE"),
    ]
