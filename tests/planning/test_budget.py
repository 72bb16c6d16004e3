"""Budgets: the best that so many advisers can do."""

from itertools import product

import numpy as np
import pytest
from planning_centres import front_and_experts, one_queue, phone, scenario
from planning_chains import MOST, shared_desk
from planning_fakes import set_up

from simcenter.errors import ScenarioError
from simcenter.planning import plan
from simcenter.planning.budget import Budget, limits_of, read_budget, shortfall, spend, weights_of, within
from simcenter.planning.search import Level, improve


def test_what_is_said_is_read() -> None:
    assert read_budget("40") == read_budget(40) == read_budget("40 advisers") == Budget(40, "advisers")
    assert read_budget("300.5 hours") == Budget(300.5, "hours")
    assert str(read_budget("9000 cost")) == "9000 cost"
    for wrong in ("", "many", "40 people", -3, True):
        with pytest.raises(ScenarioError, match="budget: must be as in"):
            read_budget(wrong)


def ratio_to_the_least(seed: int) -> float:
    """Shortfall found over the least there is by trying all, of 60 % of what the targets would cost; exact chains."""
    centre = shared_desk(np.random.default_rng(seed))
    search = centre.search()
    start = search.units.spread(np.full(len(search.units), 4))
    found = improve(search, start, range(2), 0.0, "search", range(2))
    budget = Budget(round(0.6 * search.cost(found), 1), "cost")
    search.limits = limits_of(budget, search.centre, search.units)
    weights = weights_of(search.centre, search.cells)
    got = shortfall(spend(Level(search, range(2), 0.0, "budget", range(2)), found), weights)
    pairs = [p for p in product(range(MOST + 1), repeat=2) if p[1] > 0]
    sides = [{p: centre.margins(t, p) for p in pairs} for t in centre.open]
    least = np.inf
    per_day = (search.cells.end - search.cells.first > 1).any()
    for a, b in product(pairs, pairs):
        if (np.array(a) + np.array(b)) @ search.centre.cost <= budget.amount + 1e-9:
            both = sides[0][a], sides[1][b]
            lacks = np.clip(-sum(both), 0, None) if per_day else sum(np.clip(-one, 0, None) for one in both)
            least = min(least, float(lacks.sum()))
    return got / least


def test_nearly_always_the_least_total_shortfall_there_is() -> None:
    """When this was written: the least itself in 4 of 6, within 5 % in 5, and 19 % more in one."""
    ratios = [ratio_to_the_least(seed) for seed in range(6)]
    assert min(ratios) > 1 - 1e-9
    assert sum(ratio < 1.05 for ratio in ratios) >= 5
    assert max(ratios) < 1.25


def test_a_budget_that_is_enough_changes_nothing() -> None:
    free = plan(one_queue(), seed=1, replications=40)
    made = plan(one_queue(), seed=1, replications=40, budget=50)
    assert made.proven
    assert made.cost == free.cost
    assert made.budget is not None
    assert made.budget.enough
    assert "the budget of 50 advisers is enough" in made.notes


@pytest.mark.parametrize(("budget", "used"), [("3 advisers", 12), ("13 hours", 13), ("13 cost", 13)])
def test_a_budget_that_is_too_small_is_spent_and_said_so(budget: str, used: int) -> None:
    made = plan(one_queue(), seed=1, replications=40, budget=budget)
    assert not made.proven
    assert made.budget is not None
    assert not made.budget.enough
    assert made.budget.shortfall > 0
    assert used - 2 <= made.adviser_hours <= used
    if "advisers" in budget:
        assert made.staffing.advisers.sum(axis=1).max() == 3
    assert f"the budget of {budget} is too small" in str(made.unmet[0])
    assert any("least total shortfall" in line for line in made.notes)


def test_more_money_falls_short_by_less() -> None:
    short = []
    for amount in (15, 22, 30):
        made = plan(front_and_experts(cap=0.05), seed=1, replications=40, budget=f"{amount} cost")
        assert made.cost <= amount
        assert made.budget is not None
        short.append(made.budget.shortfall)
    assert short == sorted(short, reverse=True)


def test_a_budget_below_what_is_given_is_refused() -> None:
    with pytest.raises(ScenarioError, match="must be enough for the given"):
        plan(front_and_experts(advisers=5), replications=20, budget=4)
    with pytest.raises(ScenarioError, match="wherever a live queue is open"):
        plan(one_queue(), replications=20, budget="2 hours")


def test_within_takes_where_most_are_and_never_the_last_of_a_queue() -> None:
    """A time limit may end a search above its budget: what is returned is within it all the same."""
    queues = {"a": phone(300), "b": phone(200)}
    search, _ = set_up(scenario(queues, {"one": {"serves": {"a": {}}}, "two": {"serves": {"b": {}}}}))
    high = np.full(len(search.units), 9)
    high[search.units.desk == 1] = 3
    for most in (40.0, 20.0, 9.0):
        search.limits = limits_of(Budget(most, "hours"), search.centre, search.units)
        level = within(search, high)
        assert (search.limits.rows @ level <= search.limits.most).all()
        assert (level >= 1).all()
    assert (within(search, high)[search.units.desk == 0] <= 3).all()


def test_a_time_limit_does_not_make_a_budget_enough() -> None:
    queues = {"a": phone(300), "b": phone(200)}
    one = scenario(queues, {"team": {"serves": {"a": {}, "b": {}}}})
    made = plan(one, replications=20, budget="5 hours", time_limit=0.01)
    assert made.out_of_time
    assert made.adviser_hours <= 5
    assert made.budget is not None
    assert not made.budget.enough
    (note,) = [line for line in made.notes if "budget" in line]
    assert "whether the budget of 5 hours is enough is not known" in note
    assert "least" not in note
    assert not made.minimal
