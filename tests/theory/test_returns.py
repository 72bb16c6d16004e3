"""Customers who come back, against two- and three-dimensional chains of the desk and of those on their way back."""

import numpy as np
import pytest
from oracles.returning import patient_loss, redialling_desk, repeating_desk, writing_instead
from simulated import Days, check

from simcenter.simulation.log import Entry, Outcome, Returns

pytestmark = pytest.mark.slow


def calls(aht_s, patience_s=None, **more):
    patience = {} if patience_s is None else {"patience": f"{patience_s} s"}
    return {"channel": "phone", "handle_time": f"{aht_s} s", **patience, **more}


def coming_back(share, mean_s, **more):
    return {"share": share, "after": {"mean": f"{mean_s} s", "law": "exponential"}, "at_most": 100, **more}


def team(advisers, queue="calls", **serves):
    return {"team": {"advisers": advisers, "serves": {queue: serves}}}


@pytest.mark.parametrize(
    ("per_minute", "aht_s", "patience_s", "advisers", "room", "balking", "share", "back_s", "days"),
    [
        (2.4, 100.0, 90.0, 4, None, 0.0, 0.6, 600.0, 60),
        (1.3, 150.0, 200.0, 3, 2, 0.0, 0.75, 240.0, 80),
        (1.3, 150.0, 60.0, 3, None, 0.3, 0.5, 900.0, 80),
        (1.6, 120.0, 150.0, 2, 3, 0.25, 0.6, 500.0, 60),
        (0.7, 90.0, 60.0, 1, 0, 0.0, 0.8, 120.0, 100),
    ],
)
def test_redial(per_minute, aht_s, patience_s, advisers, room, balking, share, back_s, days):
    """Who gives up, finds no room or balks calls again with some chance, as a new customer would."""
    queue = calls(aht_s, patience_s, redial=coming_back(share, back_s), balking=balking)
    queue |= {} if room is None else {"waiting_room": room}
    seen = Days({"calls": queue}, team(advisers), {"calls": per_minute / 60}, days=days, seed=101)
    chain = redialling_desk(
        per_minute / 60, 1 / aht_s, advisers, 1 / patience_s, share, 1 / back_s, room, balking, most=(40, 80)
    )
    expect = chain.day(seen.length_s)
    limit = advisers + (40 if room is None else room)
    edge = expect(lambda s: s[1] == 80 or (room is None and s[0] == limit))
    assert edge < 1e-7 * seen.length_s, "the chain is cut off too early"

    def comes(s):
        return per_minute / 60 + s[1] / back_s

    numbers = {
        "called again": (seen.of(seen.entered("calls", Entry.REDIAL)), expect(lambda s: s[1]) / back_s),
        "busy": (seen.of(seen.busy_seconds("team")), expect(lambda s: min(s[0], advisers))),
    }
    if room != 0:
        numbers["abandoned"] = (
            seen.of(seen.abandoned("calls")),
            expect(lambda s: max(s[0] - advisers, 0)) / patience_s,
        )
    if room is not None:
        numbers["blocked"] = (
            seen.of(seen.ended("calls", Outcome.BLOCKED)),
            expect(lambda s: comes(s) * (s[0] == limit)),
        )
    if balking:
        numbers["balked"] = (
            seen.of(seen.ended("calls", Outcome.BALKED)),
            balking * expect(lambda s: comes(s) * (advisers <= s[0] < limit)),
        )
    check(numbers)


@pytest.mark.parametrize("patience", ["same", "new"])
def test_who_keeps_his_patience_gives_up_after_the_same_time(patience):
    queue = calls(150.0, 60.0, redial=coming_back(1.0, 300.0, patience=patience))
    seen = Days({"calls": queue}, team(1), {"calls": 1.0 / 60}, days=3, seed=106)
    for log in seen.logs:
        gave_up = log.outcome == Outcome.ABANDONED
        again = np.flatnonzero(gave_up[1:] & gave_up[:-1] & (log.customer[1:] == log.customer[:-1]))
        waits = log.end_s - log.entered_s
        assert len(again) > 100
        assert np.all(waits[again] == waits[again + 1]) == (patience == "same")
        assert np.all(waits[again] != waits[again + 1]) == (patience == "new")


@pytest.mark.parametrize("at_most", [1, 2, 3])
def test_the_blocked_try_only_so_often(at_most):
    queue = calls(120.0, waiting_room=0, redial=coming_back(0.7, 300.0) | {"at_most": at_most})
    seen = Days({"calls": queue}, team(3), {"calls": 2.5 / 60}, days=60, seed=102)
    expect = patient_loss(2.5 / 60, 1 / 120, 3, 0.7, 1 / 300, at_most, most=40).day(seen.length_s)

    def last(s):
        """Rate of last attempts."""
        return s[at_most - 1] / 300 if at_most > 1 else 2.5 / 60

    def at_limit(log):
        return np.sum((log.returns == Returns.AT_LIMIT) & (log.end_s < seen.close_s))

    numbers = {
        "busy": (seen.of(seen.busy_seconds("team")), expect(lambda s: s[0])),
        "at the limit": (seen.of(at_limit), 0.7 * expect(lambda s: (s[0] == 3) * last(s))),
    }
    if at_most > 1:
        again = seen.of(seen.entered("calls", Entry.REDIAL))
        numbers["called again"] = (again, expect(lambda s: sum(s[1:])) / 300)
    check(numbers)


def test_a_call_becomes_an_email():
    queues = {
        "calls": calls(100.0, 60.0, redial=coming_back(0.6, 400.0, to="emails")),
        "emails": {"channel": "email", "handle_time": "200 s"},
    }
    desks = team(2) | {"writers": {"advisers": 2, "serves": {"emails": {}}}}
    seen = Days(queues, desks, {"calls": 1.6 / 60}, days=80, seed=103)
    expect = writing_instead(1.6 / 60, (1 / 100, 1 / 200), (2, 2), 1 / 60, 0.6, 1 / 400).day(seen.length_s)
    edge = expect(lambda s: s[0] == 17 or s[1] == 12 or s[2] == 25)
    assert edge < 2e-3 * seen.length_s
    check(
        {
            "abandoned": (seen.of(seen.abandoned("calls")), expect(lambda s: max(s[0] - 2, 0)) / 60),
            "emails": (seen.of(seen.entered("emails", Entry.REDIAL)), expect(lambda s: s[1]) / 400),
            "busy writing": (seen.of(seen.busy_seconds("writers")), expect(lambda s: min(s[2], 2))),
            "emails waiting": (seen.of(seen.waiting_seconds("emails")), expect(lambda s: max(s[2] - 2, 0))),
        }
    )


@pytest.mark.parametrize(
    ("per_minute", "aht_s", "advisers", "resolved", "share", "back_s", "days"),
    [(1.2, 100.0, 4, 0.6, 0.8, 1200.0, 60), (0.3, 120.0, 1, 0.8, 1.0, 300.0, 100)],
)
def test_repeat_contacts(per_minute, aht_s, advisers, resolved, share, back_s, days):
    """In the long run an open network of product form (held in test_rule_chains); here its days from empty."""
    queue = calls(aht_s, repeat=coming_back(share, back_s))
    seen = Days({"calls": queue}, team(advisers, resolved=resolved), {"calls": per_minute / 60}, days=days, seed=104)
    again = (1 - resolved) * share
    expect = repeating_desk(per_minute / 60, 1 / aht_s, advisers, again, 1 / back_s).day(seen.length_s)
    assert expect(lambda s: s[0] == advisers + 40 or s[1] == 40) < 1e-4 * seen.length_s
    check(
        {
            "came again": (seen.of(seen.entered("calls", Entry.REPEAT)), expect(lambda s: s[1]) / back_s),
            "busy": (seen.of(seen.busy_seconds("team")), expect(lambda s: min(s[0], advisers))),
            "waiting": (seen.of(seen.waiting_seconds("calls")), expect(lambda s: max(s[0] - advisers, 0))),
        }
    )


def test_counts_of_all_attempts_are_deflated_to_those_of_first_attempts():
    """What the chain says comes in the long run, with its share abandoned, leads back to the first attempts."""
    chain = redialling_desk(0.04, 0.01, 4, 1 / 90, 0.6, 1 / 600)
    gives_up = chain.long_run(lambda s: max(s[0] - 4, 0)) / 90
    every = 0.04 + chain.long_run(lambda s: s[1]) / 600
    counts = {"counts": "all attempts", "abandoned": gives_up / every}
    queue = calls(100.0, 90.0, redial=coming_back(0.6, 600.0), volume_counts=counts)
    days = Days({"calls": queue}, team(4), {"calls": every}, days=1, seed=105)
    assert days.network.volume[10, 0] == pytest.approx(0.04 * 3600, rel=1e-9)
