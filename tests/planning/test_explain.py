"""Explain: the parts of every headcount add up, and each is what its name says."""

import json
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from planning_centres import front_and_experts, one_queue, phone, scenario
from strategies import scenarios

from simcenter import erlang
from simcenter.errors import ScenarioError
from simcenter.planning import closed_form, explain, plan
from simcenter.planning.explain import PARTS, explained
from simcenter.scenario import Scenario, load_scenario
from simcenter.scenario.ready import ready_scenarios


def parts_of(frame: pd.DataFrame) -> list[str]:
    return [name for name in PARTS if name in frame]


def adds_up(frame: pd.DataFrame) -> None:
    """Every row: parts are finite, and add up to the advisers and to those scheduled, within 1e-9."""
    parts = frame[parts_of(frame)].to_numpy()
    assert np.isfinite(parts).all()
    np.testing.assert_allclose(parts.sum(axis=1), frame["advisers"], rtol=0, atol=1e-9)
    assert (frame["advisers"] + frame["shrinkage"] == frame["scheduled"]).all()
    for name in ("bare_load", "transfers", "returns", "occupancy_cap", "busyness", "absence", "off_phone"):
        assert (frame[name] >= -1e-9).all(), name
    assert (frame["rounding"].between(-1e-9, 1)).all()
    assert (frame.loc[frame["advisers"] > 0, "binds"] != "").all()
    assert (frame.loc[frame["advisers"] == 0, "binds"].isin(["", "max_advisers", "given advisers"])).all()


@pytest.mark.parametrize("name", list(ready_scenarios()))
def test_the_parts_of_a_ready_scenario_add_up(name: str) -> None:
    one = load_scenario(ready_scenarios()[name])
    frame = explain(one)
    adds_up(frame)
    form = closed_form(one)
    assert len(frame) == form.staffing.open.sum()
    assert frame["advisers"].sum() == form.staffing.advisers.sum()


@settings(max_examples=15, suppress_health_check=list(HealthCheck))
@given(st.one_of(scenarios(), scenarios(given=False, rules=True)))
def test_the_parts_of_any_scenario_add_up(data: dict[str, Any]) -> None:
    adds_up(explain(Scenario.from_dict(data)))


def test_bare_load_and_room_are_those_of_erlang() -> None:
    frame = explain(one_queue(), method="sipp")
    exact = erlang.advisers_for(2.5, aht_s=180, target=0.8, within_s=20, patience_s=180, fractional=True)
    np.testing.assert_allclose(frame["bare_load"], 2.5, rtol=1e-12)
    np.testing.assert_allclose(frame["room"], exact - 2.5, rtol=1e-9)
    np.testing.assert_allclose(frame["rounding"], np.ceil(exact) - exact, rtol=1e-9)
    assert set(frame["binds"]) == {"calls: answered within 20 s >= 80 % (sl_offered)"}


def test_what_is_handed_on_is_bare_load_where_it_came_first_and_a_transfer_where_it_goes() -> None:
    frame = explain(front_and_experts(), method="sipp").set_index("desk")
    # 40 calls an hour, shared evenly by the two desks
    assert frame.loc["front", "bare_load"].to_numpy() == pytest.approx(20 * 180 / 3600)
    assert (frame.loc["front", "transfers"] == 0).all()
    answered = frame.loc["experts", "transfers"].to_numpy() / (20 * 0.3 * 180 / 3600)
    assert (answered <= 1).all()
    assert (answered > 0.9).all()


def test_the_strictest_target_is_named() -> None:
    queues = {
        "easy": phone(200, target={"answered": 0.5, "within": "60 s"}),
        "hard": phone(100, target={"answered": 0.95, "within": "10 s"}),
    }
    frame = explain(scenario(queues, {"team": {"serves": {"easy": {}, "hard": {}}}}))
    assert set(frame["binds"]) == {"hard: answered within 10 s >= 95 % (sl_offered)"}
    few = explain(scenario({"a": phone(200, target={"abandoned": 0.01})}, {"team": {"serves": {"a": {}}}}))
    assert set(few["binds"]) == {"a: abandoned <= 1 %"}


@pytest.mark.parametrize(
    ("desk", "word", "bounds"),
    [
        ({"min_advisers": 9}, "min_advisers", 5),
        ({"max_advisers": 2}, "max_advisers", -2),
        ({"advisers": 7}, "given advisers", 3),
    ],
)
def test_bounds_of_the_file_are_a_part_of_their_own(desk: dict[str, Any], word: str, bounds: int) -> None:
    frame = explain(scenario({"a": phone(200)}, {"team": desk | {"serves": {"a": {}}}}), method="sipp")
    assert set(frame["binds"]) == {word}
    assert set(frame["bounds"]) == {bounds}
    adds_up(frame)


def test_chats_are_fewer_advisers_than_their_load_as_several_go_side_by_side() -> None:
    chat = {"channel": "chat", "volume": {"per_day": 240}, "handle_time": "9 min", "speed": [1.0, 0.85, 0.7],
            "patience": "90 s", "target": {"answered": 0.8, "within": "40 s"}}  # fmt: skip
    frame = explain(scenario({"chat": chat}, {"team": {"serves": {"chat": {}}}}), method="sipp")
    np.testing.assert_allclose(frame["bare_load"], 9.0)
    np.testing.assert_allclose(frame["side_by_side"], 9.0 / 2.1 - 9.0)
    adds_up(frame)


def test_deferred_work_and_occupancy_are_named() -> None:
    mail = {"channel": "email", "volume": {"per_day": 96}, "handle_time": "6 min"}
    desk = {"team": {"max_occupancy": 0.5, "serves": {"mail": {}, "calls": {}}}}
    frame = explain(scenario({"mail": mail, "calls": phone(200)}, desk))
    assert frame["binds"].str.contains("deferred work").all()
    assert frame["binds"].str.endswith("max_occupancy").any()
    adds_up(frame)


def test_a_plan_is_explained_with_the_contacts_divided_as_the_simulation_divided_them() -> None:
    """The cap moves calls from the front desk to the experts, who stand in the file behind it; the formulas alone would
    share them evenly."""
    made = plan(front_and_experts(cap=0.1), seed=1, replications=60)
    frame = explain(made)
    adds_up(frame)
    assert frame["advisers"].tolist() == made.summary["advisers"].tolist()
    assert frame["scheduled"].tolist() == made.summary["scheduled"].tolist()
    load = frame.groupby("desk")["bare_load"].sum()
    answered = made.results.desks["answered"]
    passed_on = 160 * float(made.results.journeys["transferred"].iloc[-1])
    assert load["front"] / load.sum() == pytest.approx(answered["front"] / (answered.sum() - passed_on), rel=0.1)
    t, d = np.nonzero(np.asarray(made.staffing.open))
    cells = made.evidence.cells
    named = [cells.criteria[cells.criterion[c]].condition for c in made.breaks[t, d][made.breaks[t, d] >= 0]]
    assert [binds.split(": ")[1] for binds in frame["binds"][made.breaks[t, d] >= 0]] == named
    assert named
    assert frame["search"].abs().max() <= 2


def test_one_adviser_fewer_names_what_breaks() -> None:
    """One queue, one desk: it is its service level that asks for the last adviser, in every hour that was tried."""
    made = plan(one_queue(target={"answered": 0.8, "within": "20 s", "per": "interval"}), seed=2, replications=60)
    assert (made.breaks[9:13] >= 0).all()
    assert set(explain(made)["binds"]) == {"calls: answered within 20 s >= 80 % (sl_offered)"}


def test_totals_and_reasons_sum_the_rows_up() -> None:
    whole = explained(closed_form(front_and_experts()))
    totals = whole.totals.set_index("part")
    parts = [part for part in totals.index if part in PARTS]
    np.testing.assert_allclose(totals.loc[parts].sum(), totals.loc["advisers"], rtol=1e-12)
    np.testing.assert_allclose(totals["all"], totals["front"] + totals["experts"], rtol=1e-12)
    assert totals.loc["advisers", "all"] == whole.frame["advisers"].sum()
    assert whole.reasons["intervals"].sum() == 8
    assert list(whole.frames()) == ["explain", "explain_totals", "explain_reasons", "staffing"]
    written = whole.to_json_dict()
    assert json.loads(json.dumps(written, allow_nan=False)) == written
    assert written["explain"][0]["desk"] == "front"


def test_an_explained_plan_has_all_that_the_plan_has() -> None:
    made = plan(one_queue(), seed=1, replications=20)
    whole = explained(made)
    assert set(whole.frames()) == {"explain", "explain_totals", "explain_reasons", *made.frames()}
    assert whole.provenance == made.provenance
    written = json.loads(json.dumps(whole.to_json_dict(), allow_nan=False))
    assert set(written) == {*made.to_json_dict(), "explain"}


def test_only_scenarios_and_plans_are_explained() -> None:
    with pytest.raises(ScenarioError, match="what: must be a Scenario or a Plan, got 3"):
        explain(3)  # type: ignore[arg-type]
