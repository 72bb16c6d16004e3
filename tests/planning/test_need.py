"""Need: what deferred work, absence, meetings, lines and classes add to a desk, each in its direction and size."""

from typing import Any

import numpy as np
import pytest
from planning_centres import phone, scenario

from simcenter import erlang
from simcenter.planning import closed_form
from simcenter.planning.conditions import plain_conditions
from simcenter.planning.flows import solve_flows
from simcenter.planning.need import Need
from simcenter.planning.routes import class_weights
from simcenter.scenario import Scenario
from simcenter.simulation.compile import compile_network

MAIL = {"channel": "email", "volume": [0.0] * 9 + [10.0] * 4 + [0.0] * 11, "handle_time": "6 min",
        "target": {"answered": 0.9, "within": "2 working hours"}}  # fmt: skip
ROOM = float(erlang.advisers_for(5.0, aht_s=180, target=0.8, within_s=20, patience_s=180, fractional=True))
"""Real-valued advisers for 100 calls an hour of 3 minutes."""


def need(one: Scenario) -> Need:
    return closed_form(one, method="sipp").need


def calls_and_mail(mail: dict[str, Any] | None = None, **serves: Any) -> Scenario:
    desk = {"serves": {"calls": {}, "mail": {"priority": 2} | serves}}
    return scenario({"calls": phone(400), "mail": MAIL | (mail or {})}, {"team": desk})


def at_ten(values: np.ndarray) -> float:
    return float(values[10, 0])


def test_mail_that_gives_way_uses_idle_time_and_needs_nobody_while_that_is_enough() -> None:
    own, gives_way = need(calls_and_mail()), need(calls_and_mail(interruptible=True))
    assert at_ten(own.mean_day) == pytest.approx(ROOM + 1.0)
    # 5 erlangs of calls and 1 of mail fit into the advisers that the calls need anyway
    assert ROOM > 6
    assert at_ten(gives_way.mean_day) == pytest.approx(ROOM)


def test_mail_beyond_the_idle_time_needs_the_rest() -> None:
    much = need(calls_and_mail({"volume": [0.0] * 9 + [40.0] * 4 + [0.0] * 11}, interruptible=True))
    assert at_ten(much.mean_day) == pytest.approx(5.0 + 4.0)
    assert at_ten(much.idle) == pytest.approx(9.0 - ROOM)


def test_advisers_to_be_kept_idle_are_needed_beside_the_work() -> None:
    protected = need(calls_and_mail(min_idle=5))
    assert at_ten(protected.mean_day) == pytest.approx(5.0 + 1.0 + 4.0)
    assert at_ten(need(calls_and_mail(min_idle=1)).mean_day) == pytest.approx(ROOM + 1.0)


def desk(**keys: Any) -> Scenario:
    return scenario({"calls": phone(400)}, {"team": keys | {"serves": {"calls": {}}}})


def test_meetings_are_added_to_the_requirement() -> None:
    off = [0] * 24
    off[10] = 3
    plain, meeting = closed_form(desk()), closed_form(desk(off_phone=off))
    assert (meeting.staffing.advisers - plain.staffing.advisers)[9:13, 0].tolist() == [0, 3, 0, 0]


@pytest.mark.parametrize("absence", [0.05, 0.3])
def test_absence_plans_those_needed_by_the_share_who_come_and_some_for_luck(absence: float) -> None:
    found = need(desk(absence=absence))
    planned, floor = at_ten(found.planned), at_ten(found.floor)
    assert planned > floor / (1 - absence)
    # the luck: less than one standard deviation of how many come
    assert planned * (1 - absence) - floor < np.sqrt(planned * absence * (1 - absence))


def test_absence_and_meetings_together_leave_enough_on_the_phone() -> None:
    found = need(desk(absence=0.2, off_phone=2))
    assert at_ten(found.planned) * 0.8 - 2 >= at_ten(found.floor)


def test_absence_is_no_part_of_shrinkage() -> None:
    form = closed_form(desk(absence=0.2, shrinkage=0.3))
    one = desk(absence=0.2, shrinkage=0.3)
    assert (form.staffing.scheduled(one) == np.ceil(form.staffing.advisers / 0.7 - 1e-9)).all()


def test_busy_days_need_more_and_what_queues_share_counts_more() -> None:
    queues = {name: phone(200, variability={"day": 0.3, "interval": 0}) for name in ("a", "b")}
    shared, apart = (
        Scenario.from_dict(
            scenario(queues, {"team": {"serves": {"a": {}, "b": {}}}}).to_dict()
            | {"variability": {"day": 0.3, "interval": 0.0, "shared": shared}}
        )
        for shared in (1.0, 0.0)
    )
    more = [at_ten(need(one).busyness) for one in (shared, apart)]
    assert more[0] > more[1] > 0
    assert at_ten(need(desk()).busyness) == 0


def test_few_lines_spare_advisers_as_fewer_wait() -> None:
    queue = phone(400, patience=None, lines="main")
    few, many = (Scenario.from_dict({**scenario_with_lines(queue, count).to_dict()}) for count in (9, 1000))
    without = need(scenario({"calls": phone(400, patience=None)}, {"team": {"serves": {"calls": {}}}}))
    assert at_ten(need(many).mean_day) == pytest.approx(at_ten(without.mean_day), rel=1e-6)
    assert at_ten(need(few).mean_day) < at_ten(without.mean_day)
    blocked = closed_form(few).conditions.blocked[10, 0]
    assert 0.005 < blocked < 0.1


def scenario_with_lines(queue: dict[str, Any], count: int) -> Scenario:
    return Scenario.from_dict(
        {
            "schema": 1, "name": "lines", "timezone": "UTC", "lines": {"main": count},
            "horizon": {"start": "2026-03-02", "days": 1, "interval": "60 min", "hours": "09:00-13:00"},
            "queues": {"calls": queue}, "desks": {"team": {"serves": {"calls": {}}}},
        }
    )  # fmt: skip


def test_the_strictest_target_of_a_queue_and_its_classes_counts() -> None:
    strict = {"answered": 0.95, "within": "10 s"}
    vip = phone(400, classes={"VIP": {"share": 0.1, "target": strict}})
    one = scenario({"calls": vip}, {"team": {"serves": {"calls": {}}}})
    expected = erlang.advisers_for(5.0, aht_s=180, target=0.95, within_s=10, patience_s=180, fractional=True)
    assert at_ten(need(one).mean_day) == pytest.approx(float(expected))
    form = closed_form(one)
    assert form.limits[form.need.live_limit[10, 0]].label.startswith("calls/VIP: answered within 10 s")
    assert "left to the simulation: priority and credit of classes" in form.notes


def test_transfers_by_class_are_weighted_by_the_classes() -> None:
    classes = {"VIP": {"share": 0.25}, "club": {"share": 0.25}}
    transfers = {"hard": {"share": 0.2, "shares": {"VIP": 0.0, "club": 0.6}}}
    one = scenario(
        {"calls": phone(400, classes=classes), "hard": phone()},
        {"front": {"serves": {"calls": {"transfers": transfers}}}, "back": {"serves": {"hard": {}}}},
    )
    np.testing.assert_allclose(class_weights(compile_network(one))[:3], [0.25, 0.25, 0.5])
    form = closed_form(one, method="sipp")
    flows = solve_flows(form.centre)
    assert flows.entered[10, 1] == pytest.approx(100 * (0.25 * 0 + 0.25 * 0.6 + 0.5 * 0.2))


def handed_on(**transfer: Any) -> Scenario:
    return scenario(
        {"calls": phone(400), "hard": phone()},
        {
            "front": {"serves": {"calls": {"transfers": {"hard": {"share": 0.5, "after": "60 s"} | transfer}}}},
            "back": {"serves": {"hard": {}}},
        },
    )


def work(one: Scenario) -> np.ndarray:
    """(desks,) adviser seconds at ten, nobody waiting."""
    return np.asarray(solve_flows(closed_form(one, method="sipp").centre).work_s[10].sum(axis=1))


def test_the_time_to_know_a_customer_again_is_work_at_the_next_desk() -> None:
    np.testing.assert_allclose(work(handed_on(identify="25 s")) - work(handed_on()), [0, 50 * 25])


@pytest.mark.parametrize("if_busy", ["keep", "disconnect"])
def test_who_finds_nobody_free_is_not_handed_on(if_busy: str) -> None:
    """Kept: the first desk does all the work itself; disconnected: nobody does."""
    centre = closed_form(handed_on(if_busy=if_busy), method="sipp").centre
    conditions = plain_conditions(centre)
    conditions.delayed[:, 1] = 0.2
    flows = solve_flows(centre, conditions)
    np.testing.assert_allclose(flows.entered[10], [100, 50 * 0.8])
    front_s = 50 * 180 + 40 * 60 + 10 * (180 if if_busy == "keep" else 60)
    np.testing.assert_allclose(flows.work_s[10].sum(axis=1), [front_s, 40 * 180])


def test_misrouted_contacts_cost_their_diagnosis_and_then_the_right_desk() -> None:
    misrouted = {"hard": {"share": 0.1, "after": "40 s"}}
    one = scenario(
        {"calls": phone(400, misrouted=misrouted), "hard": phone(handle_time="6 min")},
        {"front": {"serves": {"calls": {"transfers": {"hard": 0.5}}}}, "back": {"serves": {"hard": {}}}},
    )
    flows = solve_flows(closed_form(one, method="sipp").centre)
    # of 100 calls 10 are misrouted; of the other 90 half are handed on after their full handle time
    np.testing.assert_allclose(flows.entered[10], [100, 10 + 45])
    np.testing.assert_allclose(flows.work_s[10].sum(axis=1), [10 * 40 + 90 * 180, 55 * 360])


def test_callbacks_ring_in_vain_and_some_are_never_reached() -> None:
    """All who call are called back, half the tries succeed, two tries: 75 % reached, 0.75 tries in vain each."""
    callback = {"over": "0 s", "accepted": 1.0, "reached": 0.5, "tries": 2, "ring": "30 s"}
    one = scenario({"calls": phone(400, callback=callback)}, {"team": {"serves": {"calls": {}}}})
    form = closed_form(one, method="sipp")
    rule = form.centre.callback[0]
    assert rule is not None
    assert (rule.ever_reached, rule.in_vain) == (0.75, 0.75)
    form.conditions.called_back[:] = 1.0
    flows = solve_flows(form.centre, form.conditions)
    np.testing.assert_allclose(flows.work_s[10, 0, 0], 100 * (0.75 * 180 + 0.75 * 30))


def test_a_desk_that_hands_on_everybody_at_once_has_hardly_any_work() -> None:
    transfers = {"hard": {"share": 1.0, "after": "0 s"}}
    one = scenario(
        {"calls": phone(400), "hard": phone()},
        {"front": {"serves": {"calls": {"transfers": transfers}}}, "back": {"serves": {"hard": {}}}},
    )
    form = closed_form(one)
    assert form.flows.work_s[:, 0].sum() == 0
    assert form.staffing.advisers[9:13, 0].max() <= 1
    assert form.staffing.advisers[10, 1] == np.ceil(ROOM)
