"""Handle times that are not exponential: one adviser after Pollaczek and Khinchine, and loss that no law can change."""

import numpy as np
import pytest
from oracles.chains import one_desk
from simulated import Days, check

from simcenter.simulation.log import Outcome

pytestmark = pytest.mark.slow

LAWS = [
    ({"law": "deterministic"}, 0.0),
    ({"cv": 1.3}, 1.3),
    ({"law": "gamma", "cv": 0.6}, 0.6),
    ({"law": "erlang", "stages": 4}, 0.5),
    ({"law": "uniform", "low": "30 s", "high": "150 s"}, 120 / np.sqrt(12) / 90),
]


@pytest.mark.parametrize(("law", "cv"), LAWS)
@pytest.mark.parametrize("wrap_up", ["0 s", "30 s"])
def test_one_adviser_waits_after_pollaczek_and_khinchine(law, cv, wrap_up):
    """Mean wait = rate E[S^2] / 2 (1 - rate E[S]), S with its wrap-up; two hours of warm-up are cut off."""
    rate, mean_s = 0.4 / 60, 90.0
    handle_time = law | ({} if "low" in law else {"mean": "90 s"}) | {"wrap_up": wrap_up}
    queues = {"calls": {"channel": "phone", "handle_time": handle_time}}
    desks = {"team": {"advisers": 1, "serves": {"calls": {}}}}
    days = Days(queues, desks, {"calls": rate}, days=100, hours=14, seed=91)

    def late(log):
        return log.entered_s >= days.open_s + 7200

    by_formula = rate * mean_s**2 * (1 + cv**2) / 2 / (1 - rate * mean_s)
    mean_wait = days.ratio(lambda log: np.sum((log.start_s - log.entered_s)[late(log)]), lambda log: np.sum(late(log)))
    check({"mean wait": (mean_wait, by_formula)})
    for part, of_part, expected in (
        ("handle time", lambda log: np.sum(log.freed_s - log.start_s), mean_s),
        ("talk", lambda log: np.sum(log.end_s - log.start_s), mean_s - float(wrap_up.split()[0])),
    ):
        mean, error = days.ratio(of_part, len)
        assert abs(mean - expected) <= 4 * error + 2**-19, part  # a deterministic law is off by its rounding alone


@pytest.mark.parametrize(("law", "cv"), LAWS)
def test_loss_without_waiting_room_is_erlang_b_for_any_law(law, cv):
    """After an hour of warm-up the share blocked depends on the mean alone."""
    rate, advisers = 3 / 60, 5
    handle_time = law | ({} if "low" in law else {"mean": "90 s"})
    queues = {"calls": {"channel": "phone", "handle_time": handle_time, "waiting_room": 0}}
    desks = {"team": {"advisers": advisers, "serves": {"calls": {}}}}
    days = Days(queues, desks, {"calls": rate}, days=60, hours=10, seed=92)

    def late(log):
        return log.entered_s >= days.open_s + 3600

    blocked = days.ratio(
        lambda log: np.sum((log.outcome == Outcome.BLOCKED) & late(log)), lambda log: np.sum(late(log))
    )
    loss = one_desk(rate, 1 / 90.0, advisers, room=0).long_run(lambda k: k == advisers)
    check({"blocked": (blocked, loss)})
