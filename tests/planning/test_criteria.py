"""Cells and the plan's own rules."""

import numpy as np
from planning_centres import phone, scenario

from simcenter.planning.centre import centre_of
from simcenter.planning.criteria import KEPT_UP, Cells, cells_of, criteria_of
from simcenter.planning.flows import solve_flows
from simcenter.scenario import Scenario
from simcenter.simulation.compile import compile_network


def cells(one: Scenario) -> Cells:
    centre = centre_of(one, compile_network(one))
    return cells_of(centre, solve_flows(centre), criteria_of(one))


def test_cells_are_intervals_days_or_the_horizon_and_only_where_contacts_are_expected() -> None:
    queues = {
        "a": phone(100, target={"answered": 0.8, "within": "20 s", "per": "interval"}),
        "b": phone(100, target={"answered": 0.8, "within": "20 s", "abandoned": 0.05}),
        "c": phone(100, target={"answered": 0.8, "within": "20 s", "per": "horizon"}),
        "d": phone(volume=[0.0] * 48 + [0.0] * 9 + [5.0] + [0.0] * 14),
    }
    found = cells(scenario(queues, {"t": {"serves": {name: {} for name in queues}}}, days=3))
    names = [(found.criteria[k].place, label) for k, label in zip(found.criterion, found.label, strict=True)]
    assert sum(place == "a" for place, _ in names) == 12
    assert ("a", "2026-03-03T09:00") in names
    assert sum(place == "b" for place, _ in names) == 6
    assert [label for place, label in names if place == "c"] == ["horizon"]
    assert [label for place, label in names if place == "d"] == ["2026-03-04"]
    assert found.criteria[0].measure != KEPT_UP


def test_days_sum_their_intervals_and_the_last_day_takes_what_comes_after_the_horizon() -> None:
    found = cells(scenario({"a": phone(100)}, {"t": {"serves": {"a": {}}}}, days=2))
    assert found.gather(np.ones((49, 1))).tolist() == [24, 25]
    places = found.places(49)
    assert places[0, 0] == 0
    assert places[48, 0] == 1


def test_queues_without_a_target_on_waits_are_kept_up_with() -> None:
    """A live queue each day; a deferred one until the last tenth of its open time, whatever its promise."""
    mail = {"channel": "email", "volume": {"per_day": 48}, "handle_time": "5 min"}
    queues = {"a": phone(100, target=None), "b": phone(100, target={"resolved": 0.5}), "mail": mail}
    one = scenario(queues, {"t": {"serves": {name: {} for name in queues}}}, hours="09:00-19:00", days=2)
    found = cells(one)
    own = [(c.place, c.per, c.limit) for c in found.criteria if c.measure == KEPT_UP]
    assert own == [("a", "day", 0.9), ("b", "day", 0.9), ("mail", "horizon", 0.95)]
    k = next(k for k, c in enumerate(found.criteria) if c.place == "mail")
    # 20 open hours, the last two left out: until 17:00 of the second day
    assert found.end[found.criterion == k].tolist() == [24 + 17]
