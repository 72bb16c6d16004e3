"""Who comes back when: shifts of contacts worked by hand, and attempts followed to their end."""

import numpy as np
import pytest
from planning_centres import phone, scenario

from simcenter.planning.centre import Centre, centre_of
from simcenter.planning.conditions import plain_conditions
from simcenter.planning.flows import Flows, solve_flows
from simcenter.planning.returns import later
from simcenter.scenario import Scenario
from simcenter.simulation.compile import compile_network

SOON = "0.001 s"
ONCE = np.array([12.0, 0, 0, 0, 0])


def centre(one: Scenario) -> Centre:
    return centre_of(one, compile_network(one))


def losing(one: Scenario, share: float) -> Flows:
    """Flows when this share of all who come to live queues is not answered, at once."""
    c = centre(one)
    conditions = plain_conditions(c)
    conditions.answered[:] = 1 - share
    return solve_flows(c, conditions)


def test_a_delay_of_one_and_a_half_intervals_spreads_an_interval_over_two() -> None:
    np.testing.assert_allclose(later(ONCE, np.array([5400.0]), 3600), [0, 6, 6, 0, 0])
    np.testing.assert_allclose(later(ONCE, np.array([0.0]), 3600), ONCE)
    np.testing.assert_allclose(later(ONCE, np.array([0.0, 7200.0]), 3600), [6, 0, 6, 0, 0])


def test_who_is_back_after_the_end_is_not_back() -> None:
    np.testing.assert_allclose(later(np.full(3, 4.0), np.array([3600.0 * 2.5]), 3600), [0, 0, 2])
    assert later(ONCE, np.array([1e9]), 3600).sum() == 0


def test_working_time_runs_only_while_the_destination_is_open() -> None:
    """Closed in intervals 1 and 2: half an hour later; those of the night all start at the opening."""
    open_ = np.array([True, False, False, True, True])
    np.testing.assert_allclose(later(ONCE, np.array([1800.0]), 3600, open_), [6, 0, 0, 6, 0])
    night = np.array([0, 12.0, 0, 0, 0])
    np.testing.assert_allclose(later(night, np.array([1800.0]), 3600, open_), [0, 0, 0, 12, 0])
    np.testing.assert_allclose(later(night, np.array([5400.0]), 3600, open_), [0, 0, 0, 0, 12])
    assert later(night, np.array([9000.0]), 3600, open_).sum() == 0


def test_working_delays_agree_with_the_engines_clock_on_random_openings() -> None:
    """A hundred moments of each interval, each moved by brute force over the open seconds."""
    rng = np.random.default_rng(3)
    for _ in range(20):
        open_ = rng.random(8) < 0.6
        contacts, delay_s = rng.integers(0, 9, 8).astype(float), float(rng.integers(0, 20000))
        expected = np.zeros(8)
        for t, count in enumerate(contacts):
            for moment in (np.arange(100) + 0.5) / 100:
                at, left = t + moment, delay_s / 3600
                while at < 8 and (not open_[int(at)] or left > 0):
                    if open_[int(at)]:
                        step = min(left, int(at) + 1 - at)
                        left, at = left - step, at + step
                    else:
                        at = int(at) + 1.0
                if at < 8:
                    expected[int(at)] += count / 100
        np.testing.assert_allclose(later(contacts, np.array([delay_s]), 3600, open_), expected, atol=0.02 * 9 * 2)


def test_redials_are_a_geometric_series_cut_at_the_last_attempt() -> None:
    """Half of 100 calls is lost and 80 % of those redial within the hour: 100, 40, 16 and no fourth attempt."""
    queue = phone(volume=[0.0] * 9 + [100.0] + [0.0] * 14, redial={"share": 0.8, "after": SOON, "at_most": 3})
    one = scenario({"a": queue}, {"x": {"serves": {"a": {}}}})
    flows = losing(one, 0.5)
    np.testing.assert_allclose(flows.entered[9, 0], 100 + 40 + 16, rtol=1e-6)
    np.testing.assert_allclose(flows.returned[9, 0], 56, rtol=1e-6)
    endless = losing(one.replace("queues.a.redial.at_most", 100), 0.5)
    np.testing.assert_allclose(endless.entered[9, 0], 100 / (1 - 0.4), rtol=1e-5)


def test_redials_become_mail_after_their_delay() -> None:
    queues = {
        "calls": phone(volume=[0.0] * 9 + [100.0] + [0.0] * 14, redial={"share": 1.0, "after": "90 min", "to": "mail"}),
        "mail": {"channel": "email", "handle_time": "6 min"},
    }
    flows = losing(scenario(queues, {"x": {"serves": {"calls": {}, "mail": {}}}}), 0.2)
    np.testing.assert_allclose(flows.entered[9:13, 0], [100, 0, 0, 0])
    np.testing.assert_allclose(flows.entered[9:13, 1], [0, 10, 10, 0], rtol=1e-12)
    np.testing.assert_allclose(flows.work_from_s[2, :, 0, 1].sum(), 20 * 360, rtol=1e-12)


def test_repeats_are_of_those_answered_not_handed_on_and_not_resolved() -> None:
    """Of 100 calls, 20 are handed on; of the other 80 a quarter is not resolved, and 60 % of those call again."""
    queues = {"a": phone(400, repeat={"share": 0.6, "after": SOON, "at_most": 2}), "b": phone()}
    desks = {
        "x": {"serves": {"a": {"resolved": 0.75, "transfers": {"b": 0.2}}}},
        "y": {"serves": {"b": {}}},
    }
    one = scenario(queues, desks)
    flows = solve_flows(centre(one))
    # a call ends 3 minutes after it came: 5 % of an hour's repeats fall into the next
    np.testing.assert_allclose(flows.returned[9:13, 0].sum(), 4 * 12 - 0.05 * 12, rtol=1e-5)
    np.testing.assert_allclose(flows.returned[10, 0], 12, rtol=1e-5)
    np.testing.assert_allclose(flows.entered[10, 1], 20 + 0.2 * 12, rtol=1e-5)


def test_without_a_share_nobody_comes_back() -> None:
    one = scenario({"a": phone(400, redial={"share": 0, "after": SOON})}, {"x": {"serves": {"a": {}}}})
    assert centre(one).returns == ()
    assert losing(one, 0.5).entered.sum() == pytest.approx(400)
