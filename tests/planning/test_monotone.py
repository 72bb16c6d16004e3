"""What must not go the wrong way: a looser cap never costs more, a cheaper desk is never used less, more demand never
needs fewer. Around the random instances of the enumeration, and, within one adviser-interval, on simulated centres."""

from collections.abc import Sequence
from functools import cache
from itertools import pairwise
from typing import Any

import numpy as np
import pytest
from planning_centres import front_and_experts, phone, scenario
from planning_chains import ChainCentre, front_desk, searched, shared_desk

from simcenter.planning import plan
from simcenter.scenario import Scenario

SEEDS = [0, 1, 2, 3, *(pytest.param(seed, marks=pytest.mark.slow) for seed in range(4, 10))]
STEPS = (1.0, 0.85, 0.7)
"""Of the instance itself: its price, its demand."""


@cache
def instance(kind: str, seed: int) -> ChainCentre:
    return {"shared": shared_desk, "front": front_desk}[kind](np.random.default_rng(seed))


def found(one: ChainCentre) -> tuple[float, np.ndarray]:
    """Cost and advisers (T, D) by the search, which sees the margins without noise."""
    search = one.search()
    end = searched(search)
    return search.cost(end.sample), end.sample.advisers


def assert_never_less(values: Sequence[float], slack: float = 1e-9) -> None:
    """Each no less than the one before, but for ``slack``."""
    assert all(after >= before - slack for before, after in pairwise(values)), values


def costs_by_cap(seed: int) -> list[float]:
    """From a loose cap on those handed on to a strict one."""
    one = instance("front", seed)
    cap = one.scenario.targets.transferred
    assert cap is not None
    return [found(one.changed(targets__transferred=round(cap * by, 4)))[0] for by in (1.5, 1.2, 1.0, 0.8, 0.6)]


@pytest.mark.parametrize("seed", SEEDS)
def test_a_looser_cap_never_costs_more_but_for_one_adviser_interval(seed: int) -> None:
    """By so much: far from the instances of the enumeration the search is not always at the optimum, see below."""
    assert_never_less(costs_by_cap(seed), float(instance("front", seed).search().units.price.max()))


@pytest.mark.slow
def test_a_looser_cap_hardly_ever_costs_more_at_all() -> None:
    """When this was written: on 8 of 10 instances never; on the other two half as loose a cap costs 1 and 2 more."""
    assert sum(costs == sorted(costs) for costs in map(costs_by_cap, range(10))) >= 8


@pytest.mark.parametrize("kind", ["shared", "front"])
@pytest.mark.parametrize("seed", SEEDS)
def test_a_looser_limit_on_who_leaves_never_costs_more(kind: str, seed: int) -> None:
    one = instance(kind, seed)
    key = {"shared": "queues__one__target__abandoned", "front": "queues__calls__target__abandoned"}[kind]
    limit = one.cells.criteria[0].limit
    assert_never_less([found(one.changed(**{key: round(limit * by, 4)}))[0] for by in (1.5, 1.0, 0.7)])


@pytest.mark.parametrize("kind", ["shared", "front"])
@pytest.mark.parametrize("seed", SEEDS)
def test_a_cheaper_desk_is_never_used_less(kind: str, seed: int) -> None:
    """Of two optima under two prices the one where a desk is cheaper has no fewer of its advisers: were it not so, each
    would be cheaper than the other at the other's price."""
    one = instance(kind, seed)
    name = one.centre.desks[1]
    price = float(one.centre.cost[1])
    used = [found(one.changed(**{f"desks__{name}__cost_per_hour": price * by}))[1][:, 1].sum() for by in STEPS]
    assert_never_less(used)


@pytest.mark.parametrize("kind", ["shared", "front"])
@pytest.mark.parametrize("seed", SEEDS)
def test_more_demand_never_needs_fewer(kind: str, seed: int) -> None:
    one = instance(kind, seed)
    name = {"shared": "one", "front": "calls"}[kind]
    volume = one.scenario.queues[name].volume
    costs = [found(one.changed(**{f"queues__{name}__volume": [v * by for v in volume]}))[0] for by in STEPS[::-1]]
    assert_never_less(costs)


def test_the_steps_are_large_enough_to_cost_something() -> None:
    one = instance("front", 0)
    volume = one.scenario.queues["calls"].volume
    assert found(one)[0] > found(one.changed(queues__calls__volume=[0.7 * v for v in volume]))[0]
    assert found(one)[0] < found(one.changed(queues__calls__target__abandoned=0.001))[0]


def test_a_cost_that_falls_is_seen() -> None:
    """Break it on purpose."""
    with pytest.raises(AssertionError):
        assert_never_less([1.0, 2.0, 1.5])


# ---- simulated centres -----------------------------------------------------------------------------------------------


def planned(one: Scenario) -> tuple[float, float]:
    """Cost of the plan, and of one adviser for an interval at the dearest desk."""
    made = plan(one, seed=1, replications=60)
    dearest = max(desk.cost_per_hour for desk in one.desks.values())
    return made.cost, dearest * made.staffing.interval_s / 3600


def email_and_calls(**keys: Any) -> Scenario:
    email = {"channel": "email", "volume": {"per_day": 40}, "handle_time": "5 min"}
    email |= {"target": {"answered": 0.9, "within": "2 working hours"}}
    return scenario({"calls": phone(200) | keys, "email": email}, {"team": {"serves": {"calls": {}, "email": {}}}})


@pytest.mark.slow
def test_on_a_simulated_centre_a_looser_cap_costs_no_more_but_for_one_adviser_interval() -> None:
    costs = [planned(front_and_experts(cap)) for cap in (0.25, 0.15, 0.05)]
    assert_never_less([cost for cost, _ in costs], costs[0][1])
    assert costs[0][0] < costs[-1][0]


@pytest.mark.slow
def test_on_a_simulated_centre_more_demand_needs_no_fewer_but_for_one_adviser_interval() -> None:
    costs = [planned(email_and_calls(volume={"per_day": volume})) for volume in (160, 180, 200)]
    assert_never_less([cost for cost, _ in costs], costs[0][1])
    assert costs[0][0] < costs[-1][0]


@pytest.mark.slow
def test_on_a_simulated_centre_a_cheaper_desk_is_used_no_less_but_for_one_adviser_interval() -> None:
    used = []
    for price in (3.0, 2.0, 1.4):
        one = front_and_experts(0.2).replace("desks.experts.cost_per_hour", price)
        used.append(int(plan(one, seed=1, replications=60).staffing.advisers[:, 1].sum()))
    assert_never_less(used, 1)
