"""Telephone lines that queues share, against chains and against loss that no law of the talk can change."""

import numpy as np
import pytest
from oracles.chains import one_desk
from oracles.lines import lines_and_callbacks, lines_in_tandem, shared_lines
from simulated import Days, check

from simcenter.simulation.log import Outcome

pytestmark = pytest.mark.slow


def calls(aht_s, patience_s=None, **more):
    patience = {} if patience_s is None else {"patience": f"{patience_s} s"}
    return {"channel": "phone", "handle_time": f"{aht_s} s", "lines": "main", **patience, **more}


@pytest.mark.parametrize(
    ("per_minute", "aht_s", "patience_s", "advisers", "lines", "days"),
    [
        ((1.4, 0.9), (100.0, 160.0), (90.0, 150.0), (2, 2), 7, 60),
        ((0.8, 0.8), (60.0, 90.0), (60.0, 60.0), (1, 2), 4, 80),
    ],
)
def test_two_queues_on_the_same_lines(per_minute, aht_s, patience_s, advisers, lines, days):
    names = ("first", "second")
    queues = {name: calls(aht_s[i], patience_s[i]) for i, name in enumerate(names)}
    desks = {f"desk {name}": {"advisers": advisers[i], "serves": {name: {}}} for i, name in enumerate(names)}
    rates = [n / 60 for n in per_minute]
    seen = Days(queues, desks, dict(zip(names, rates, strict=True)), days=days, seed=111, lines={"main": lines})
    services, leaving = ([1 / x for x in per] for per in (aht_s, patience_s))
    expect = shared_lines(rates, services, leaving, advisers, lines).day(seen.length_s)
    numbers = {}
    for i, name in enumerate(names):
        numbers |= {
            f"blocked {name}": (
                seen.of(seen.ended(name, Outcome.BLOCKED)),
                rates[i] * expect(lambda s: sum(s) == lines),
            ),
            f"busy {name}": (seen.of(seen.busy_seconds(f"desk {name}")), expect(lambda s, i=i: min(s[i], advisers[i]))),
            f"abandoned {name}": (
                seen.of(seen.abandoned(name)),
                leaving[i] * expect(lambda s, i=i: max(s[i] - advisers[i], 0)),
            ),
        }
    check(numbers)


def test_k7_as_many_lines_as_advisers_is_erlang_b():
    """The published value: 25 erlangs on 30 lines; an hour of warm-up is cut off."""
    desks = {"team": {"advisers": 30, "serves": {"calls": {}}}}
    seen = Days({"calls": calls(60.0)}, desks, {"calls": 25 / 60}, days=20, hours=14, seed=114, lines={"main": 30})
    above = seen.late("calls", lambda log, late: np.sum(late & (log.outcome == Outcome.BLOCKED)), 3600)
    check({"blocked": (seen.ratio(above, seen.late("calls", lambda _, late: np.sum(late), 3600)), 0.052603)})


def test_who_is_handed_on_keeps_his_line():
    queues = {"calls": calls(90.0), "hard": calls(150.0)}
    desks = {
        "front": {"advisers": 3, "serves": {"calls": {"transfers": {"hard": 0.5}}}},
        "experts": {"advisers": 2, "serves": {"hard": {}}},
    }
    seen = Days(queues, desks, {"calls": 1.5 / 60}, days=80, seed=112, lines={"main": 7})
    expect = lines_in_tandem(1.5 / 60, (1 / 90, 1 / 150), (3, 2), 0.5, 7).day(seen.length_s)
    assert all(np.sum(log.outcome[log.queue == 1] == Outcome.BLOCKED) == 0 for log in seen.logs)
    check(
        {
            "blocked": (seen.of(seen.ended("calls", Outcome.BLOCKED)), 1.5 / 60 * expect(lambda s: sum(s) == 7)),
            "front": (seen.of(seen.busy_seconds("front")), expect(lambda s: min(s[0], 3))),
            "waiting for experts": (seen.of(seen.waiting_seconds("hard")), expect(lambda s: max(s[1] - 2, 0))),
        }
    )


def test_who_is_called_back_holds_no_line():
    """Half of those who would wait accept: the lines are for the others, and all are served in one order."""
    queue = calls(100.0) | {"callback": {"over": "0 s", "accepted": 0.5}}
    desks = {"team": {"advisers": 1, "serves": {"calls": {}}}}
    rate = 0.6 / 60
    seen = Days({"calls": queue}, desks, {"calls": rate}, days=150, seed=115, lines={"main": 3})
    expect = lines_and_callbacks(rate, 1 / 100, 3, 0.5, most=14).day(seen.length_s)
    assert expect(lambda s: len(s) == 14) < 1e-3 * seen.length_s
    check(
        {
            "blocked": (seen.of(seen.ended("calls", Outcome.BLOCKED)), rate * expect(lambda s: sum(s) == 3)),
            "called back": (
                seen.of(seen.ended("calls", Outcome.CALLBACK)),
                0.5 * rate * expect(lambda s: len(s) > 0 and sum(s) < 3),
            ),
            "waiting": (seen.of(seen.waiting_seconds("calls")), expect(lambda s: max(len(s) - 1, 0))),
            "busy": (seen.of(seen.busy_seconds("team")), expect(lambda s: len(s) > 0)),
        }
    )


@pytest.mark.parametrize(
    "law", [{"mean": "90 s"}, {"mean": "90 s", "law": "deterministic"}, {"mean": "90 s", "cv": 1.3}]
)
def test_wrap_up_holds_no_line(law):
    """Nobody waits; a third of the handle time holds no line: Erlang B of the talk, whatever its law."""
    queue = calls(90.0) | {"handle_time": law | {"wrap_up": "30 s"}}
    desks = {"team": {"advisers": 30, "serves": {"calls": {}}}}
    seen = Days({"calls": queue}, desks, {"calls": 4 / 60}, days=50, seed=113, lines={"main": 5})

    def blocked(log, late):
        return np.sum(late & (log.outcome == Outcome.BLOCKED))

    share = seen.ratio(seen.late("calls", blocked, 1800), seen.late("calls", lambda _, late: np.sum(late), 1800))
    loss = one_desk(4 / 60, 1 / 60, 5, room=0).long_run(lambda k: k == 5)
    check({"blocked": (share, loss)})
