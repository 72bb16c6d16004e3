"""Misrouting, identifying again, handing on only if somebody is free, and who is helped first after a transfer."""

import numpy as np
import pytest
from oracles.chains import one_desk
from oracles.first import handed_on_first, handed_on_if_free
from simulated import Days, check

from simcenter.simulation.log import Entry, Outcome

pytestmark = pytest.mark.slow


def calls(aht_s, patience_s=None, **more):
    patience = {} if patience_s is None else {"patience": f"{patience_s} s"}
    return {"channel": "phone", "handle_time": f"{aht_s} s", **patience, **more}


def two_desks(advisers, **transfers):
    front = {"calls": {"transfers": transfers} if transfers else {}}
    return {
        "front": {"advisers": advisers[0], "serves": front},
        "experts": {"advisers": advisers[1], "serves": {"hard": {}}},
    }


def mean_wait(seen, queue, warm_up_s=7200):
    above = seen.late(queue, lambda log, late: np.sum((log.start_s - log.entered_s)[late]), warm_up_s)
    return seen.ratio(above, seen.late(queue, lambda _, late: np.sum(late), warm_up_s))


def delayed(seen, queue, warm_up_s=7200):
    above = seen.late(queue, lambda log, late: np.sum((log.start_s > log.entered_s)[late]), warm_up_s)
    return seen.ratio(above, seen.late(queue, lambda _, late: np.sum(late), warm_up_s))


def pollaczek(rate, mean_s, square):
    """Mean wait at one adviser."""
    return rate * square / 2 / (1 - rate * mean_s)


def test_one_adviser_with_misrouted_calls_waits_after_pollaczek_and_khinchine():
    """A third takes just the 20 s until it is found out, and goes on to those who know."""
    misrouted = {"hard": {"share": 0.3, "after": "20 s"}}
    queues = {"calls": calls(100.0, misrouted=misrouted), "hard": calls(50.0)}
    seen = Days(queues, two_desks((1, 3)), {"calls": 0.55 / 60}, days=100, hours=14, seed=141)
    mean_s, square = 0.7 * 100 + 0.3 * 20, 0.7 * 2 * 100**2 + 0.3 * 20**2
    share = seen.ratio(lambda log: np.sum(log.entry == Entry.MISROUTED), lambda log: np.sum(log.queue == 0))
    check(
        {
            "share": (share, 0.3),
            "mean wait": (mean_wait(seen, "calls"), pollaczek(0.55 / 60, mean_s, square)),
        }
    )


def test_misrouted_calls_from_a_large_desk_are_poisson():
    """Nobody waits at the front, so what it hands on is Poisson, and the experts are Erlang C."""
    misrouted = {"hard": {"share": 0.4, "after": "45 s"}}
    queues = {"calls": calls(100.0, misrouted=misrouted), "hard": calls(150.0)}
    desks = two_desks((40, 3))
    seen = Days(queues, desks, {"calls": 2.2 / 60}, days=60, hours=12, seed=142)
    alone = one_desk(0.4 * 2.2 / 60, 1 / 150, 3)
    check(
        {
            "delayed": (delayed(seen, "hard"), alone.long_run(lambda k: k >= 3)),
            "mean wait": (mean_wait(seen, "hard"), alone.long_run(lambda k: max(k - 3, 0)) / (0.4 * 2.2 / 60)),
        }
    )


def test_all_misrouted_is_all_handed_on():
    """The same rows but for how the second leg came."""
    after = {"share": 1.0, "after": "30 s"}
    rows = []
    for misrouted, transfers in (({"hard": after}, {}), ({}, {"hard": after})):
        queues = {"calls": calls(100.0, 90.0, misrouted=misrouted), "hard": calls(150.0, 90.0)}
        rows.append(Days(queues, two_desks((2, 3), **transfers), {"calls": 1.5 / 60}, days=3, seed=149).logs)
    for one, other in zip(*rows, strict=True):
        assert np.sum(one.entry == Entry.MISROUTED) == np.sum(other.entry == Entry.TRANSFER) > 100
        for column in ("queue", "entered_s", "adviser", "start_s", "end_s", "outcome"):
            assert np.array_equal(getattr(one, column), getattr(other, column), equal_nan=column.endswith("_s"))


def test_burke_three_desks_in_tandem():
    """Everybody goes through all three; each waits as if it were alone."""
    queues = {"calls": calls(100.0), "hard": calls(60.0), "hardest": calls(200.0)}
    desks = {
        name: {"advisers": n, "serves": {queue: {"transfers": {to: 1.0} if to else {}}}}
        for name, n, queue, to in (("a", 4, "calls", "hard"), ("b", 3, "hard", "hardest"), ("c", 7, "hardest", None))
    }
    rate = 1.6 / 60
    seen = Days(queues, desks, {"calls": rate}, days=80, hours=12, seed=143)
    numbers = {}
    for queue, aht_s, n in (("calls", 100.0, 4), ("hard", 60.0, 3), ("hardest", 200.0, 7)):
        alone = one_desk(rate, 1 / aht_s, n)
        numbers[f"delayed {queue}"] = (delayed(seen, queue), alone.long_run(lambda k, n=n: k >= n))
        numbers[f"mean wait {queue}"] = (
            mean_wait(seen, queue),
            alone.long_run(lambda k, n=n: max(k - n, 0)) / rate,
        )
    check(numbers)


def test_identifying_again_is_work_of_the_next_desk():
    """Behind M/M/3 one expert: Poisson arrivals (Burke), 25 s and then an exponential time (Pollaczek, Khinchine)."""
    queues = {"calls": calls(150.0), "hard": calls(60.0)}
    desks = two_desks((3, 1), hard={"share": 1.0, "identify": "25 s"})
    rate = 0.45 / 60
    seen = Days(queues, desks, {"calls": rate}, days=100, hours=14, seed=144)
    square = 60**2 + (25 + 60) ** 2
    alone = one_desk(rate, 1 / 150, 3)
    check(
        {
            "delayed at the front": (delayed(seen, "calls"), alone.long_run(lambda k: k >= 3)),
            "mean wait": (mean_wait(seen, "hard"), pollaczek(rate, 85.0, square)),
        }
    )


@pytest.mark.parametrize("at_once", [True, False])
def test_handed_on_only_if_somebody_is_free(at_once):
    """Keep: seen at once, the front does it itself. Disconnect: seen at the end of its work, nothing more is done."""
    to_hard = {"share": 0.6} | ({"if_busy": "keep", "after": "0 s"} if at_once else {"if_busy": "disconnect"})
    queues = {"calls": calls(120.0, waiting_room=0), "hard": calls(200.0)}
    seen = Days(queues, two_desks((4, 2), hard=to_hard), {"calls": 2.0 / 60}, days=60, seed=145)
    expect = handed_on_if_free(2.0 / 60, (1 / 120, 1 / 200), (4, 2), 0.6, at_once).day(seen.length_s)
    assert all(np.all(log.start_s[log.queue == 1] == log.entered_s[log.queue == 1]) for log in seen.logs)
    numbers = {
        "front": (seen.of(seen.busy_seconds("front")), expect(lambda s: s[0])),
        "experts": (seen.of(seen.busy_seconds("experts")), expect(lambda s: s[1])),
        "blocked": (seen.of(seen.ended("calls", Outcome.BLOCKED)), 2.0 / 60 * expect(lambda s: s[0] == 4)),
    }
    if not at_once:
        numbers["disconnected"] = (
            seen.of(seen.ended("calls", Outcome.UNRESOLVED_BUSY)),
            0.6 / 120 * expect(lambda s: s[0] * (s[1] == 2)),
        )
    check(numbers)


def test_handed_on_with_priority():
    """Those who were handed on come before the experts' own callers."""
    queues = {"calls": calls(80.0, 150.0), "hard": calls(120.0, 150.0)}
    desks = two_desks((2, 2), hard={"share": 0.5, "priority": 0})
    rates = (1.1 / 60, 0.6 / 60)
    seen = Days(queues, desks, {"calls": rates[0], "hard": rates[1]}, days=100, seed=146)
    expect = handed_on_first(rates, (1 / 80, 1 / 120), 1 / 150, (2, 2), 0.5, most=12).day(seen.length_s)
    assert expect(lambda s: s[0] == 14 or s[2] == 12 or s[3] == 12) < 1e-3 * seen.length_s

    def gone(entry):
        return lambda log: np.sum(
            (log.queue == 1) & (log.entry == entry) & (log.outcome == Outcome.ABANDONED) & (log.end_s < seen.close_s)
        )

    check(
        {
            "front": (seen.of(seen.busy_seconds("front")), expect(lambda s: min(s[0], 2))),
            "experts": (seen.of(seen.busy_seconds("experts")), expect(lambda s: s[1])),
            "handed on and gone": (seen.of(gone(Entry.TRANSFER)), expect(lambda s: s[2]) / 150),
            "own callers gone": (seen.of(gone(Entry.FIRST)), expect(lambda s: s[3]) / 150),
        }
    )


@pytest.mark.parametrize("credit", ["waited", "45 s", None])
def test_credit_of_who_was_handed_on(credit):
    """The experts take first who has waited longest: with what he waited before, with 45 s, or by his arrival there."""
    to_hard = {"share": 0.5} | ({} if credit is None else {"credit": credit})
    queues = {"calls": calls(80.0), "hard": calls(120.0)}
    desks = two_desks((2, 2), hard=to_hard)
    seen = Days(queues, desks, {"calls": 1.2 / 60, "hard": 0.3 / 60}, days=4, seed=147)
    for log in seen.logs:
        since = log.entered_s.copy()
        handed = np.flatnonzero(log.entry == Entry.TRANSFER)
        before = handed - 1  # the leg before in the rows, of the same customer
        assert np.array_equal(log.customer[handed], log.customer[before])
        if credit == "waited":
            since[handed] -= log.start_s[before] - log.entered_s[before]
        elif credit:
            since[handed] -= 45.0
        starts = (log.queue == 1) & (log.start_s > log.entered_s)
        assert np.sum(starts) > 60
        for taken in np.flatnonzero(starts):
            t = log.start_s[taken]
            others = (log.queue == 1) & (log.entered_s < t) & (log.start_s > t)
            assert not np.any(since[others] < since[taken])


def test_shares_by_class_are_binomial():
    queue = calls(60.0, classes={"VIP": {"share": 0.4}, "student": {"share": 0.3}})
    to_hard = {"hard": {"shares": {"VIP": 0.05, "student": 0.6}, "share": 0.25}}
    seen = Days(
        {"calls": queue, "hard": calls(60.0)}, two_desks((30, 30), **to_hard), {"calls": 5 / 60}, days=30, seed=148
    )
    numbers = {}
    for row, share in enumerate((0.05, 0.6, 0.25)):
        handed = seen.ratio(
            lambda log, row=row: np.sum((log.customer_class == row) & (log.outcome == Outcome.TRANSFERRED)),
            lambda log, row=row: np.sum((log.customer_class == row) & (log.queue == 0)),
        )
        numbers[f"row {row}"] = (handed, share)
    check(numbers)
