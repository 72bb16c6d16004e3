"""The closed form: reference tables, pooling, bounds."""

import numpy as np
import pytest
from planning_centres import one_queue, phone, scenario

from simcenter import erlang
from simcenter.errors import ScenarioError
from simcenter.experiment import simulate
from simcenter.planning import closed_form, requirement
from simcenter.scenario import Scenario

ERLANG_C = {
    (25, 180): 5, (25, 300): 7, (50, 180): 8, (50, 300): 12, (100, 180): 14,
    (100, 300): 21, (200, 180): 24, (200, 300): 39, (400, 180): 45, (400, 300): 74,
}  # fmt: skip
ERLANG_A = (4, 6, 7, 11, 12, 19, 22, 35, 41, 67)
TARGET = {"answered": 0.8, "within": "20 s"}
HALF_HOURS = {"interval": "30 min", "hours": "09:00-10:00"}


def needed(calls: float, aht_s: float, **keys: object) -> int:
    queue = phone(2 * calls, handle_time=f"{aht_s} s", **keys)
    staffing = requirement(scenario({"calls": queue}, {"team": {"serves": {"calls": {}}}}, **HALF_HOURS), method="sipp")
    open_cells = staffing.advisers[18:20, 0]
    assert open_cells[0] == open_cells[1]
    assert staffing.advisers.sum() == open_cells.sum()
    return int(open_cells[0])


@pytest.mark.parametrize(("case", "advisers"), list(ERLANG_C.items()))
def test_advisers_without_patience_are_those_of_the_reference_table(case: tuple[int, int], advisers: int) -> None:
    assert needed(*case, patience=None) == advisers


@pytest.mark.parametrize(("case", "advisers"), list(zip(ERLANG_C, ERLANG_A, strict=True)))
def test_advisers_with_patience_of_two_minutes_are_those_of_the_reference_table(
    case: tuple[int, int], advisers: int
) -> None:
    assert needed(*case, patience="2 min") == advisers


@pytest.mark.parametrize(
    ("target", "patience", "advisers"),
    [
        (0.888350, None, 14),
        (0.888351, None, 15),
        (0.941453, None, 15),
        (0.916792, "300 s", 14),
        (0.858178, "300 s", 13),
    ],
)
def test_k1_to_k4_a_target_just_met_needs_just_that_many(target: float, patience: str | None, advisers: int) -> None:
    """Service levels of K1, K2, K3 and K4, as targets, rounded down to six figures where they must be met."""
    limit = np.floor(target * 1e6 - (target != 0.888351)) / 1e6
    assert needed(100, 180, patience=patience, target={"answered": limit, "within": "20 s"}) == advisers


def test_every_interval_of_a_single_queue_has_the_exact_minimum() -> None:
    volume = [0.0] * 9 + [10.0, 77.0, 31.5, 140.0] + [0.0] * 11
    staffing = requirement(one_queue(volume=volume), method="sipp")
    for hour in range(24):
        load = volume[hour] * 180 / 3600
        if load == 0:
            assert staffing.advisers[hour, 0] == 0
            continue
        n = int(staffing.advisers[hour, 0])
        levels = [erlang.service_level(load, m, aht_s=180, within_s=20, patience_s=180) for m in (n - 1, n)]
        assert levels[0] < 0.8 <= levels[1]


def test_two_queues_on_one_desk_are_pooled_and_rounded_once() -> None:
    queues = {"a": phone(200, patience=None), "b": phone(200, patience=None)}
    together = requirement(scenario(queues, {"team": {"serves": {"a": {}, "b": {}}}})).advisers[9].sum()
    apart = requirement(scenario(queues, {"x": {"serves": {"a": {}}}, "y": {"serves": {"b": {}}}})).advisers[9].sum()
    assert together == erlang.advisers_for(100 * 180 / 3600, aht_s=180, target=0.8, within_s=20)
    assert together < apart


def test_email_and_chat_on_the_phone_desk_add_up_before_rounding() -> None:
    queues = {
        "calls": phone(200),
        "mail": {"channel": "email", "volume": [0.0] * 9 + [5.0] * 4 + [0.0] * 11, "handle_time": "6 min",
                 "target": {"answered": 0.9, "within": "2 working hours"}},
    }  # fmt: skip
    form = closed_form(scenario(queues, {"team": {"serves": {"calls": {}, "mail": {"rank": 2}}}}), method="sipp")
    calls = erlang.advisers_for(2.5, aht_s=180, target=0.8, within_s=20, patience_s=180, fractional=True)
    np.testing.assert_allclose(form.exact[9:13, 0], calls + 0.5, rtol=1e-9)
    assert (form.staffing.advisers[9:13, 0] == np.ceil(calls + 0.5)).all()


def test_chat_needs_fewer_than_phone_by_its_concurrency_and_exactly_what_the_chat_formula_says() -> None:
    chat = {"channel": "chat", "volume": {"per_day": 240}, "handle_time": "9 min", "speed": [1.0, 0.85, 0.7],
            "patience": "90 s", "target": {"answered": 0.8, "within": "40 s"}}  # fmt: skip
    staffing = requirement(scenario({"chat": chat}, {"team": {"serves": {"chat": {}}}}), method="sipp")
    exact = erlang.chat_advisers_for(9.0, aht_s=540, speed=[1.0, 0.85, 0.7], target=0.8, within_s=40, patience_s=90)
    assert (staffing.advisers[9:13, 0] == exact).all()
    assert exact < 9


def test_bounds_occupancy_and_given_desks_hold() -> None:
    queues = {"a": phone(200), "b": phone(200), "c": phone(200)}
    desks = {
        "low": {"max_advisers": 3, "serves": {"a": {}}},
        "high": {"min_advisers": 9, "serves": {"b": {}}},
        "given": {"advisers": 4, "serves": {"c": {}}},
    }
    staffing = requirement(scenario(queues, desks))
    assert (staffing.advisers[9:13] == [3, 9, 4]).all()
    relaxed = requirement(scenario({"a": phone(400)}, {"x": {"max_occupancy": 0.5, "serves": {"a": {}}}}))
    assert (relaxed.advisers[9:13, 0] == 10).all()


def test_what_a_given_desk_cannot_carry_goes_to_the_next_in_rank() -> None:
    desks = {"given": {"advisers": 2, "serves": {"a": {}}}, "next": {"serves": {"a": {"rank": 2}}}}
    staffing = requirement(scenario({"a": phone(400)}, desks))
    assert staffing.advisers[9, 1] >= 3


def swelling() -> Scenario:
    """Calls of 12 minutes whose volume swells and falls within a day of quarter hours."""
    hour = np.arange(0.125, 24, 0.25)
    volume = np.where((hour > 8) & (hour < 20), 50 * np.sin((hour - 8) / 12 * np.pi) ** 2, 0.0)
    queue = phone(volume=volume.tolist(), handle_time="12 min", target={**TARGET, "per": "interval"})
    return scenario({"calls": queue}, {"team": {"serves": {"calls": {}}}}, interval="15 min", hours="08:00-20:00")


def test_modified_offered_load_follows_a_swelling_day_far_better_than_each_interval_by_itself() -> None:
    """Same hours, but SIPP staffs the rise too high and the fall too low: its shortfalls are many times larger."""
    day = swelling()
    short, hours = {}, {}
    for method in ("mol", "sipp"):
        staffing = requirement(day, method=method)
        level = simulate(day, staffing, replications=40, keep_legs=0).targets["value"].to_numpy(float)
        short[method], hours[method] = np.clip(0.8 - level, 0, None).sum(), staffing.total_hours()
    assert hours["mol"] == pytest.approx(hours["sipp"], rel=0.01)
    assert short["mol"] < 0.2 * short["sipp"]


def test_with_short_calls_the_middle_of_a_steady_day_is_the_same_by_every_method() -> None:
    found = [requirement(one_queue(), method=method).advisers[10:13, 0] for method in ("mol", "sipp", "lag_sipp")]
    assert (found[0] == found[1]).all()
    assert (found[1] == found[2]).all()


def test_the_closed_form_says_what_it_used_and_refuses_what_it_does_not_know() -> None:
    assert closed_form(one_queue()).formulas == "Erlang A for calls. Load of live queues: modified offered load"
    with pytest.raises(ScenarioError, match="method: must be one of mol, sipp, lag_sipp, got 'mool'"):
        requirement(one_queue(), method="mool")


def test_details_name_the_formula_and_the_load() -> None:
    details = closed_form(one_queue()).details
    assert set(details["formula"]) == {"Erlang A"}
    # from empty, averaged over 20 handle times, then steady
    first = 2.5 * (1 - (1 - np.exp(-20)) / 20)
    np.testing.assert_allclose(details["load_erlangs"], [first, 2.5, 2.5, 2.5], rtol=1e-9)
    assert set(closed_form(one_queue(patience=None)).details["formula"]) == {"Erlang C"}
