"""Levers: each a change of the scenario or the advisers, with what is assumed of it."""

import numpy as np
import pytest
from planning_centres import front_and_experts, one_queue, phone, scenario

from simcenter.errors import ScenarioError
from simcenter.planning.levers import MOST_TRAININGS, Assumptions, Lever, levers_of, read_assumptions
from simcenter.scenario import Scenario
from simcenter.simulation.staffing import Staffing


def made(centre: Scenario, advisers: int = 3, **assumed: float) -> tuple[dict[str, Lever], list[str]]:
    found, left_out = levers_of(centre, Staffing.constant(centre, advisers), Assumptions(**assumed))
    return {lever.what: lever for lever in found}, left_out


def test_an_extra_specialist_is_there_whenever_the_desk_is_open() -> None:
    centre = one_queue()
    found, left_out = made(centre)
    (lever,) = found.values()
    assert (lever.kind, lever.what, lever.price, left_out) == ("specialist", "one more at team", 0.0, [])
    assert lever.scenario is centre
    assert lever.staffing.hours() == {"team": 16.0}
    assert (lever.staffing.advisers[~lever.staffing.open] == 0).all()


def test_a_generalist_serves_every_queue_after_the_others_and_hands_nobody_on() -> None:
    found, _ = made(front_and_experts())
    lever = found["one who serves every queue"]
    desk = lever.scenario.desks["generalist"]
    assert {queue: serves.rank for queue, serves in desk.serves.items()} == {"calls": 2, "hard": 2}
    assert not any(serves.transfers for serves in desk.serves.values())
    assert desk.cost_per_hour == pytest.approx(1.1 * 3.0)
    assert lever.staffing.hours() == {"front": 12.0, "experts": 12.0, "generalist": 4.0}


def test_a_desk_that_learns_a_queue_hands_on_to_it_no_more() -> None:
    desks = {
        "front": {"serves": {"calls": {"transfers": {"hard": 0.3, "other": 0.1}}, "other": {}}},
        "experts": {"cost_per_hour": 3.0, "serves": {"hard": {"speed": 0.8}, "other": {}}},
    }
    centre = scenario({"calls": phone(160), "hard": phone(20), "other": phone()}, desks)
    found, _ = made(centre, training=0.02, skill_pay=0.03)
    lever = found["front also serves hard"]
    front = lever.scenario.desks["front"]
    assert {to: route.share for to, route in front.serves["calls"].transfers.items()} == {"hard": 0.0, "other": 0.1}
    assert (front.serves["hard"].rank, front.serves["hard"].priority, front.serves["hard"].speed) == (2, 2, 0.8)
    assert lever.price == pytest.approx(0.05 * 3 * 4)
    # who spares most hand-overs is tried first
    assert [what for what in found if "also serves" in what] == ["front also serves hard", "experts also serves calls"]


def test_a_training_for_a_queue_that_lives_of_transfers_alone_is_tried() -> None:
    found, left_out = made(front_and_experts())
    assert "front also serves hard" in found
    assert left_out == []


def test_a_training_that_the_rules_do_not_allow_is_named() -> None:
    """A desk that takes who waits longest for his promise needs a promise for each queue."""
    desks = {"front": {"discipline": "relative wait", "serves": {"calls": {}}}, "experts": {"serves": {"hard": {}}}}
    found, left_out = made(scenario({"calls": phone(160), "hard": phone(20, target=None)}, desks))
    assert "front also serves hard" not in found
    assert "experts also serves calls" in found
    assert [line.split(":")[0] for line in left_out] == ["front also serves hard"]


def test_many_pairs_are_cut_to_the_most_promising_and_this_is_said() -> None:
    queues = {f"q{i}": phone(10 * (i + 1)) for i in range(5)}
    found, left_out = made(scenario(queues, {f"d{i}": {"serves": {f"q{i}": {}}} for i in range(5)}))
    trained = [what for what in found if "also serves" in what]
    assert len(trained) == MOST_TRAININGS
    assert trained[0] == "d0 also serves q4"
    assert left_out == ["cross-training: the 12 most promising of 20 pairs are tried"]


def test_a_better_menu_halves_the_misrouted_and_where_there_are_none_those_handed_on() -> None:
    found, _ = made(front_and_experts())
    lever = found["50 % fewer contacts handed on"]
    assert lever.scenario.desks["front"].serves["calls"].transfers["hard"].share == pytest.approx(0.15)
    assert lever.price == pytest.approx(0.01 * (3 * 4 * 1.0 + 3 * 4 * 3.0))
    queues = {"calls": phone(160, misrouted={"other": {"share": 0.1, "after": "40 s"}}), "other": phone(20)}
    desks = {"one": {"serves": {"calls": {"transfers": {"other": 0.3}}}}, "two": {"serves": {"other": {}}}}
    found, _ = made(scenario(queues, desks), menu_effect=0.2)
    lever = found["20 % fewer contacts misrouted"]
    assert lever.scenario.queues["calls"].misrouted["other"].share == pytest.approx(0.08)
    assert lever.scenario.desks["one"].serves["calls"].transfers["other"].share == 0.3


def test_a_longer_first_call_is_slower_and_resolves_more() -> None:
    centre = front_and_experts().replace("desks.experts.serves.calls.resolved", 0.5)
    found, _ = made(centre)
    after = found["10 % longer for calls"].scenario
    front, experts = after.desks["front"].serves["calls"], after.desks["experts"].serves["calls"]
    assert front.speed == pytest.approx(1 / 1.1)
    assert experts.speed == pytest.approx(1 / 1.1)
    assert front.transfers["hard"].share == pytest.approx(0.24)
    assert experts.resolved == pytest.approx(0.6)
    assert found["10 % longer for calls"].price == pytest.approx(0.01 * 48)
    assert "10 % longer for hard" not in found  # all is resolved there already


def test_shares_of_classes_change_with_the_others() -> None:
    centre = front_and_experts().replace(
        {
            "queues.calls.classes.vip": {"share": 0.1},
            "desks.front.serves.calls.transfers.hard": {"share": 0.3, "shares": {"vip": 0.1}},
        }
    )
    found, _ = made(centre)
    transfer = found["50 % fewer contacts handed on"].scenario.desks["front"].serves["calls"].transfers["hard"]
    assert (transfer.share, transfer.shares) == (pytest.approx(0.15), {"vip": pytest.approx(0.05)})


def test_assumptions_are_read_and_checked() -> None:
    assert read_assumptions("menu_price=0.02, skill_pay=0") == Assumptions(menu_price=0.02, skill_pay=0.0)
    for text in ("menu=1", "menu_price", "menu_price=x", "menu_price=1,menu_price=2", "menu_price=nan"):
        with pytest.raises(ScenarioError, match="assume: must be NAME=NUMBER"):
            read_assumptions(text)
    with pytest.raises(ScenarioError, match="menu_effect must be a number from 0 to 1"):
        read_assumptions("menu_effect=1.5")
    with pytest.raises(ScenarioError, match="training"):
        Assumptions(training=float("nan"))
    assert np.isfinite(list(vars(Assumptions()).values())).all()
