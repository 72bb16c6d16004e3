"""Who comes first: classes, credit, the discipline of relative waits, and email that makes room for calls."""

import numpy as np
import pytest
from oracles.chains import one_desk, shared_desk
from oracles.first import free_adviser_at_random, keeping_free, stepping_back
from simulated import Days, check

from simcenter.simulation.log import Outcome

pytestmark = pytest.mark.slow

COLUMNS = ("origin", "customer", "queue", "entered_s", "desk", "adviser", "start_s", "end_s", "freed_s", "outcome")


def calls(aht_s, patience_s=None, **more):
    patience = {} if patience_s is None else {"patience": f"{patience_s} s"}
    return {"channel": "phone", "handle_time": f"{aht_s} s", **patience, **more}


def team(advisers, *queues, **more):
    return {"team": {"advisers": advisers, "serves": {queue: {} for queue in queues or ("calls",)}, **more}}


def same_rows(one, other, columns=COLUMNS):
    return all(
        np.array_equal(getattr(a, column), getattr(b, column), equal_nan=column.endswith("_s"))
        for a, b in zip(one.logs, other.logs, strict=True)
        for column in columns
    )


@pytest.mark.parametrize(
    ("per_minute", "aht_s", "patience_s", "advisers", "share", "days"),
    [(2.0, 120.0, (150.0, 60.0), 4, 0.3, 80), (0.9, 60.0, (30.0, 200.0), 1, 0.5, 100)],
)
def test_two_classes_with_strict_priority(per_minute, aht_s, patience_s, advisers, share, days):
    """Each class with its own patience: the chain of two queues at one desk, the first always first."""
    vip = {"share": share, "priority": 0, "patience": f"{patience_s[0]} s"}
    queue = calls(aht_s, patience_s[1], classes={"VIP": vip})
    seen = Days({"calls": queue}, team(advisers), {"calls": per_minute / 60}, days=days, seed=131)
    rates = (per_minute / 60 * share, per_minute / 60 * (1 - share))
    chain = shared_desk(rates, (1 / aht_s,) * 2, tuple(1 / x for x in patience_s), advisers)
    expect = chain.day(seen.length_s)
    numbers = {}
    for i, row in enumerate(("VIP", "others")):

        def of_class(log, i=i):
            return log.customer_class == i

        def waited(log, of_class=of_class):
            until = np.where(np.isnan(log.start_s), log.end_s, log.start_s)
            wait = np.clip(until, 0, seen.close_s) - np.clip(log.entered_s, 0, seen.close_s)
            return np.sum(wait[of_class(log)])

        def gone(log, of_class=of_class):
            return np.sum(of_class(log) & (log.outcome == Outcome.ABANDONED) & (log.end_s < seen.close_s))

        numbers |= {
            f"came {row}": (seen.of(lambda log, of_class=of_class: np.sum(of_class(log))), rates[i] * seen.length_s),
            f"waiting {row}": (seen.of(waited), expect(lambda s, i=i: s[2 + i])),
            f"abandoned {row}": (seen.of(gone), expect(lambda s, i=i: s[2 + i]) / patience_s[i]),
        }
    check(numbers)


def test_without_priority_the_classes_of_a_queue_wait_alike():
    """Same patience, same priority: the rows of a queue without classes."""
    plain = Days({"calls": calls(120.0, 90.0)}, team(3), {"calls": 2.0 / 60}, days=5, seed=132)
    vip = {"VIP": {"share": 0.4, "patience": "90 s"}}
    classes = Days({"calls": calls(120.0, 90.0, classes=vip)}, team(3), {"calls": 2.0 / 60}, days=5, seed=132)
    assert same_rows(plain, classes)
    assert {0, 1} == set(np.unique(classes.logs[0].customer_class))


def test_credit_beyond_all_waits_is_priority_and_the_same_for_all_is_none():
    def days(**vip):
        queue = calls(150.0, 300.0, classes={"VIP": {"share": 0.4, **vip}, "rest": {"share": 0.6, **rest}})
        return Days({"calls": queue}, team(4), {"calls": 2.0 / 60}, days=5, seed=133)

    rest = {}
    none, first, ahead = days(), days(priority=0), days(credit="12 h")
    assert same_rows(first, ahead)
    assert not same_rows(first, none)
    rest = {"credit": "90 s"}
    assert same_rows(days(credit="90 s"), none)


def taken_first(log, least):
    """Pairs of (the one taken at t, another that waited then) in which the other should have been taken."""
    wrong = 0
    until = np.where(np.isnan(log.start_s), log.end_s, log.start_s)
    for taken in np.flatnonzero(log.start_s > log.entered_s):
        t = log.start_s[taken]
        others = np.flatnonzero((log.entered_s < t) & (until > t))
        keys = least(log, t)
        wrong += sum(keys[other] < keys[taken] for other in others)
    return wrong


def waited(log):
    return int(np.sum(log.start_s > log.entered_s))


def test_credit_is_time_waited():
    """Nobody is taken while another has waited longer, credit included; and it does change the order."""
    queue = calls(150.0, 300.0, classes={"VIP": {"share": 0.3, "credit": "90 s"}})
    seen = Days({"calls": queue}, team(4), {"calls": 2.0 / 60}, days=3, seed=134)
    credit = np.array([90.0, 0.0])
    for log in seen.logs:
        assert waited(log) > 100
        assert taken_first(log, lambda log, _: log.entered_s - credit[log.customer_class]) == 0
        assert taken_first(log, lambda log, _: log.entered_s) > 10


def test_credit_counts_for_an_overflow_wait():
    """Credit beyond the overflow's wait: the second desk may take it from the first moment on."""
    desks = {"first": {"advisers": 2, "serves": {"calls": {}}}}
    waits = desks | {"second": {"advisers": 2, "serves": {"calls": {"rank": 2, "after": "90 s"}}}}
    at_once = desks | {"second": {"advisers": 2, "serves": {"calls": {"rank": 2}}}}
    credit = calls(150.0, 300.0, classes={"all": {"share": 1.0, "credit": "90 s"}})

    def days(queue, desks):
        return Days({"calls": queue}, desks, {"calls": 1.6 / 60}, days=4, seed=140)

    plain = days(calls(150.0, 300.0), at_once)
    assert same_rows(days(credit, waits), plain)
    assert not same_rows(days(calls(150.0, 300.0), waits), plain)


def test_one_idle_adviser_is_the_taker_himself():
    """``min_idle`` of 1 is none."""
    queues = {"calls": calls(100.0, 90.0), "emails": {"channel": "email", "handle_time": "200 s"}}

    def days(**of_emails):
        desks = {"team": {"advisers": 3, "serves": {"calls": {}, "emails": {"priority": 2, **of_emails}}}}
        return Days(dict(queues), desks, {"calls": 1.0 / 60, "emails": 0.2 / 60}, days=4, seed=130)

    assert same_rows(days(min_idle=1), days())
    assert not same_rows(days(min_idle=2), days())


def two_queues(within, **desk):
    queues = {
        name: calls(150.0, 300.0, target={"answered": 0.8, "within": f"{s} s"})
        for name, s in zip("ab", within, strict=True)
    }
    return Days(queues, team(4, "a", "b", **desk), {"a": 1.1 / 60, "b": 0.9 / 60}, days=3, seed=135)


def test_longest_wait_relative_to_equal_targets_is_first_come_first_served():
    seen = two_queues((30, 30), discipline="relative wait")
    assert same_rows(seen, two_queues((30, 30)))
    assert all(waited(log) > 100 for log in seen.logs)


def test_longest_wait_relative_to_target():
    """Nobody is taken while another has used up more of the time promised."""
    seen = two_queues((20, 60), discipline="relative wait")
    within = np.array([20.0, 60.0])
    for log in seen.logs:
        assert waited(log) > 100
        assert taken_first(log, lambda log, t: -(t - log.entered_s) / within[log.queue]) == 0
        assert taken_first(log, lambda log, _: log.entered_s) > 10


def test_longest_wait_relative_to_the_target_of_a_class():
    promise = {"answered": 0.8, "within": "60 s"}
    vip = {"share": 0.3, "target": {"answered": 0.8, "within": "15 s"}}
    queue = calls(150.0, 300.0, classes={"VIP": vip}, target=promise)
    desks = team(4, discipline="relative wait")
    seen = Days({"calls": queue}, desks, {"calls": 2.0 / 60}, days=3, seed=128)
    within = np.array([15.0, 60.0])
    for log in seen.logs:
        assert waited(log) > 100
        assert taken_first(log, lambda log, t: -(t - log.entered_s) / within[log.customer_class]) == 0
        assert taken_first(log, lambda log, _: log.entered_s) > 10


@pytest.mark.parametrize(
    ("per_minute", "aht_s", "patience_s", "advisers", "min_idle", "days"),
    [
        ((1.2, 0.5), (100.0, 200.0), 120.0, 5, 2, 80),
        ((1.0, 0.3), (100.0, 60.0), 60.0, 3, 3, 80),
        ((1.2, 0.3), (100.0, 200.0), 120.0, 4, 1, 80),
    ],
)
def test_email_only_while_enough_advisers_are_idle(per_minute, aht_s, patience_s, advisers, min_idle, days):
    queues = {"calls": calls(aht_s[0], patience_s), "emails": {"channel": "email", "handle_time": f"{aht_s[1]} s"}}
    serves = {"calls": {"priority": 1}, "emails": {"priority": 2, "min_idle": min_idle}}
    rates = [n / 60 for n in per_minute]
    desks = {"team": {"advisers": advisers, "serves": serves}}
    seen = Days(queues, desks, dict(zip(queues, rates, strict=True)), days=days, seed=136)
    chain = keeping_free(rates, [1 / x for x in aht_s], 1 / patience_s, advisers, min_idle, most=(15, 80))
    expect = chain.day(seen.length_s)
    assert expect(lambda s: s[2] == 15 or s[3] == 80) < 1e-3 * seen.length_s
    check(
        {
            "busy with calls": (seen.of(seen.busy_seconds("team", "calls")), expect(lambda s: s[0])),
            "busy with emails": (seen.of(seen.busy_seconds("team", "emails")), expect(lambda s: s[1])),
            "calls waiting": (seen.of(seen.waiting_seconds("calls")), expect(lambda s: s[2])),
            "emails waiting": (seen.of(seen.waiting_seconds("emails")), expect(lambda s: s[3])),
            "calls gone": (seen.of(seen.abandoned("calls")), expect(lambda s: s[2]) / patience_s),
        }
    )


def email_that_steps_back(rates, aht_s, patience_s, advisers, days):
    queues = {"calls": calls(aht_s[0], patience_s), "emails": {"channel": "email", "handle_time": f"{aht_s[1]} s"}}
    serves = {"calls": {"priority": 1}, "emails": {"priority": 2, "interruptible": True}}
    desks = {"team": {"advisers": advisers, "serves": serves}}
    return Days(queues, desks, dict(zip(queues, rates, strict=True)), days=days, seed=137)


@pytest.mark.parametrize(
    ("per_minute", "aht_s", "patience_s", "advisers", "days"),
    [((1.5, 0.4), (100.0, 200.0), 120.0, 4, 80), ((0.4, 0.3), (60.0, 60.0), 600.0, 1, 100)],
)
def test_email_that_steps_back_for_calls(per_minute, aht_s, patience_s, advisers, days):
    """Calls see a desk without email; email has what they leave, and loses no work by being interrupted."""
    rates = [n / 60 for n in per_minute]
    seen = email_that_steps_back(rates, aht_s, patience_s, advisers, days)
    chain = stepping_back(rates, [1 / x for x in aht_s], 1 / patience_s, advisers, most=(30, 80))
    expect = chain.day(seen.length_s)
    assert expect(lambda s: s[1] == 80) < 1e-3 * seen.length_s

    def emails_present(log):
        """Seconds from entry to the end of the talk, of what is interrupted too."""
        mine = (log.queue == 1) & (log.outcome != Outcome.INTERRUPTED)
        return np.sum(np.minimum(log.end_s, seen.close_s)[mine] - np.minimum(log.entered_s, seen.close_s)[mine])

    def interrupted(log):
        return np.sum((log.outcome == Outcome.INTERRUPTED) & (log.end_s < seen.close_s))

    check(
        {
            "busy with calls": (seen.of(seen.busy_seconds("team", "calls")), expect(lambda s: min(s[0], advisers))),
            "calls gone": (seen.of(seen.abandoned("calls")), expect(lambda s: max(s[0] - advisers, 0)) / patience_s),
            "busy with emails": (
                seen.of(seen.busy_seconds("team", "emails")),
                expect(lambda s: min(s[1], max(advisers - s[0], 0))),
            ),
            "emails present": (seen.of(emails_present), expect(lambda s: s[1])),
            "interrupted": (
                seen.of(interrupted),
                rates[0] * expect(lambda s: s[0] < advisers and s[0] + s[1] >= advisers),
            ),
        }
    )


def test_calls_do_not_notice_email_that_steps_back():
    """The very same waits, abandonments and ends as without any email."""
    with_email = email_that_steps_back((1.5 / 60, 0.4 / 60), (100.0, 200.0), 120.0, 4, 5)
    without = Days({"calls": calls(100.0, 120.0)}, team(4), {"calls": 1.5 / 60}, days=5, seed=137)
    for both, alone in zip(with_email.logs, without.logs, strict=True):
        live = both.queue == 0
        for column in ("customer", "entered_s", "start_s", "end_s", "outcome"):
            assert np.array_equal(getattr(both, column)[live], getattr(alone, column), equal_nan=column.endswith("_s"))


@pytest.mark.parametrize(
    ("per_minute", "aht_s", "speed", "patience_s", "advisers", "days"),
    [(2.2, 120.0, 2.0, 90.0, (2, 3), 80), (0.8, 90.0, 0.5, 60.0, (1, 1), 100)],
)
def test_a_random_free_adviser(per_minute, aht_s, speed, patience_s, advisers, days):
    """Two desks, one faster: each free adviser is as likely to have the call."""
    desks = {
        "slow": {"advisers": advisers[0], "serves": {"calls": {}}},
        "fast": {"advisers": advisers[1], "serves": {"calls": {"speed": speed}}},
    }
    queue = calls(aht_s, patience_s, equal_rank="random adviser")
    seen = Days({"calls": queue}, desks, {"calls": per_minute / 60}, days=days, seed=138)
    expect = free_adviser_at_random(per_minute / 60, (1 / aht_s, speed / aht_s), 1 / patience_s, advisers).day(
        seen.length_s
    )
    check(
        {
            "slow": (seen.of(seen.busy_seconds("slow")), expect(lambda s: s[0])),
            "fast": (seen.of(seen.busy_seconds("fast")), expect(lambda s: s[1])),
            "waiting": (seen.of(seen.waiting_seconds("calls")), expect(lambda s: s[2])),
        }
    )


def test_an_adviser_at_random_among_equals_is_erlang_a():
    desks = {name: {"advisers": n, "serves": {"calls": {}}} for name, n in (("one", 1), ("other", 3))}
    queue = calls(120.0, 90.0, equal_rank="random adviser")
    seen = Days({"calls": queue}, desks, {"calls": 2.2 / 60}, days=60, seed=139)
    expect = one_desk(2.2 / 60, 1 / 120, 4, 1 / 90).day(seen.length_s)
    check({"gone": (seen.of(seen.abandoned("calls")), expect(lambda k: max(k - 4, 0)) / 90)})
