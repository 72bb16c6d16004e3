"""The traffic equations against hand-solved centres and linear algebra."""

import numpy as np
import pytest
from planning_centres import phone, scenario

from simcenter.planning.centre import Centre, centre_of
from simcenter.planning.flows import plain_conditions, solve_flows
from simcenter.scenario import Scenario
from simcenter.simulation.compile import compile_network


def centre(one: Scenario) -> Centre:
    return centre_of(one, compile_network(one))


def test_a_transfer_is_load_on_the_receiving_desk_worked_by_hand() -> None:
    """100 calls an hour; 30 % handed on after 60 s of talk, 20 % of those once more after the full handle time."""
    one = scenario(
        {"a": phone(400), "b": phone(handle_time="6 min"), "c": phone(handle_time="10 min")},
        {
            "first": {"serves": {"a": {"transfers": {"b": {"share": 0.3, "after": "60 s"}}}}},
            "second": {"serves": {"b": {"transfers": {"c": {"share": 0.2, "handle": 0.5}}}}},
            "third": {"serves": {"c": {}}},
        },
    )
    flows = solve_flows(centre(one))
    hour = 9
    np.testing.assert_allclose(flows.entered[hour], [100, 30, 6], rtol=1e-12)
    np.testing.assert_allclose(flows.work_s[hour, 0, 0], 70 * 180 + 30 * 60, rtol=1e-12)
    np.testing.assert_allclose(flows.work_s[hour, 1, 1], 30 * 360, rtol=1e-12)
    np.testing.assert_allclose(flows.work_s[hour, 2, 2], 6 * 600 * 0.5, rtol=1e-12)
    assert flows.entered[:9].sum() == 0


def test_a_warm_transfer_holds_the_first_adviser_while_the_customer_waits_and_through_the_handover() -> None:
    warm = {"share": 0.5, "kind": "warm", "after": "30 s", "handover": "20 s"}
    one = scenario(
        {"a": phone(40), "b": phone()},
        {"first": {"serves": {"a": {"transfers": {"b": warm}}}}, "second": {"serves": {"b": {}}}},
    )
    c = centre(one)
    conditions = plain_conditions(c)
    conditions.hold_s[:, 1] = 15.0
    flows = solve_flows(c, conditions)
    assert flows.work_s[9, 0, 0] == pytest.approx(5 * 180 + 5 * (30 + 15 + 20), rel=1e-12)
    assert flows.work_s[9, 1, 1] == pytest.approx(5 * 180, rel=1e-12)


def test_no_transfer_is_made_into_a_closed_queue() -> None:
    one = scenario(
        {"a": phone(400), "b": phone(hours="09:00-11:00")},
        {"first": {"serves": {"a": {"transfers": {"b": 0.3}}}}, "second": {"serves": {"b": {}}}},
    )
    flows = solve_flows(centre(one))
    np.testing.assert_allclose(flows.entered[9:13, 1], [30, 30, 0, 0], rtol=1e-12)


def test_a_ring_of_transfers_is_the_truncated_series_of_linear_algebra() -> None:
    """Three queues handing on to each other: sum of v P^n, n below max_legs, and nearly v (I - P)^-1 for many legs."""
    shares = np.array([[0, 0.3, 0.2], [0.25, 0, 0.1], [0.4, 0.15, 0]])
    names = ["a", "b", "c"]
    # a desk per queue and origin, as a desk never takes what it handed on: two alike desks per queue, in turn
    desks = {
        f"{name}{i}": {"serves": {name: {"transfers": {to: float(s) for to, s in zip(names, row, strict=True) if s}}}}
        for name, row in zip(names, shares, strict=True)
        for i in (1, 2)
    }
    queues = {name: phone(volume, equal_rank="random") for name, volume in zip(names, (400, 200, 100), strict=True)}
    v = np.array([100.0, 50.0, 25.0])
    for legs in (1, 2, 5, 40):
        one = scenario(queues, desks)
        flows = solve_flows(centre(Scenario.from_dict(one.to_dict() | {"max_legs": legs})))
        series = sum(v @ np.linalg.matrix_power(shares, n) for n in range(legs))
        np.testing.assert_allclose(flows.entered[9], series, rtol=1e-12)
    np.testing.assert_allclose(flows.entered[9], v @ np.linalg.inv(np.eye(3) - shares), rtol=1e-6)


def test_a_desk_never_takes_what_it_handed_on_itself() -> None:
    one = scenario(
        {"a": phone(400)},
        {"x": {"serves": {"a": {"transfers": {"a": 0.5}}}}, "y": {"serves": {"a": {"rank": 2}}}},
    )
    flows = solve_flows(centre(one))
    np.testing.assert_allclose(flows.taken[9, :, 0], [100, 50], rtol=1e-12)


def test_lowest_rank_takes_all_and_overflow_desks_nothing_unless_they_are_the_only_ones() -> None:
    desks = {
        "late": {"serves": {"a": {"rank": 1, "after": "20 s"}}},
        "second": {"serves": {"a": {"rank": 2}}, "hours": "09:00-12:00"},
        "first": {"serves": {"a": {"rank": 1}}, "hours": "09:00-11:00"},
    }
    flows = solve_flows(centre(scenario({"a": phone(400)}, desks)))
    expected = [[0, 0, 100], [0, 0, 100], [0, 100, 0], [100, 0, 0]]
    np.testing.assert_allclose(flows.taken[9:13, :, 0], expected, rtol=1e-12)


def test_equal_ranks_share_evenly_unless_the_file_decides() -> None:
    desks = {"x": {"serves": {"a": {}}}, "y": {"serves": {"a": {}}}}
    for rule, expected in (("file", [100, 0]), ("random", [50, 50]), ("longest idle", [50, 50])):
        flows = solve_flows(centre(scenario({"a": phone(400, equal_rank=rule)}, desks)))
        np.testing.assert_allclose(flows.taken[9, :, 0], expected, rtol=1e-12)
