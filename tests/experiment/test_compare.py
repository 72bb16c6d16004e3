"""Comparing variants: the same customers, so differences are paired."""

import json

import numpy as np
import pytest
from planning_centres import front_and_experts, one_queue

import simcenter as sc
from simcenter.errors import ScenarioError
from simcenter.experiment.compare import Comparison, compare
from simcenter.experiment.simulate import simulate

STAFFING = {"front": 7, "experts": 5}


@pytest.fixture(scope="module")
def compared() -> Comparison:
    base = front_and_experts()
    fewer = base.replace("desks.front.serves.calls.transfers.hard", 0.1)
    return compare({"now": base, "menu": fewer}, STAFFING, replications=60, seed=3)


def test_values_are_those_of_simulate(compared: Comparison) -> None:
    results = simulate(front_and_experts(), STAFFING, replications=60, seed=3)
    table = compared.table.set_index(["level", "place", "measure"])
    for level, frame in (("queue", results.queues), ("desk", results.desks)):
        for place in frame.index:
            for measure in ("service_level", "asa_s", "answered", "occupancy", "offered"):
                if measure in frame and (level, place, measure) in table.index:
                    assert table.loc[(level, place, measure), "base"] == pytest.approx(frame.loc[place, measure])
    assert table.loc[("journey", "(all)", "transferred"), "base"] == pytest.approx(
        results.journeys["transferred"].iloc[-1]
    )


def test_a_smaller_share_is_seen_to_hand_on_fewer(compared: Comparison) -> None:
    row = compared.table.set_index(["place", "measure"]).loc[("(all)", "transferred")]
    assert row["differs"]
    assert row["low"] < row["difference"] < row["high"] < 0
    assert row["difference"] == pytest.approx(row["value"] - row["base"])


def test_pairing_makes_the_interval_narrower_than_two_intervals_of_their_own() -> None:
    base = one_queue()
    variants = {"a": base, "b": base.replace("queues.calls.handle_time", "3.1 min")}
    paired = compare(variants, {"team": 4}, replications=60, seed=1).table
    row = paired.set_index(["place", "measure"]).loc[("calls", "service_level")]
    alone = simulate(base, {"team": 4}, replications=60, seed=1).queues.loc["calls"]
    width = alone["service_level_high"] - alone["service_level_low"]
    assert row["high"] - row["low"] < 0.8 * width


def test_the_same_centre_twice_does_not_differ() -> None:
    table = compare({"a": one_queue(), "b": one_queue()}, {"team": 4}, replications=5).table
    assert (table["difference"].dropna() == 0).all()
    assert not table["differs"].any()


@pytest.mark.slow
def test_intervals_cover_the_true_difference_as_often_as_they_say() -> None:
    """Broken once: with the error halved 60 of 100 cover. 100 comparisons of 20 days against 2,000 days: at least 89 of
    100 at 95 % (four standard errors below are 86)."""
    base = one_queue()
    variants = {"a": base, "b": base.replace("queues.calls.patience", "6 min")}
    staffing = {"team": 3}
    key = ["place", "measure"]
    true = compare(variants, staffing, replications=2000, seed=1).table.set_index(key)
    covered = {"abandon_rate": 0, "asa_s": 0, "wait_p90_s": 0}
    for seed in range(100):
        table = compare(variants, staffing, replications=20, seed=100 + seed).table.set_index(key)
        for name in covered:
            row = table.loc[("calls", name)]
            covered[name] += row["low"] <= true.loc[("calls", name), "difference"] <= row["high"]
    assert min(covered.values()) >= 86


def test_jobs_do_not_matter_and_files_can_be_written(compared: Comparison, tmp_path: object) -> None:
    base = front_and_experts()
    fewer = base.replace("desks.front.serves.calls.transfers.hard", 0.1)
    again = compare({"now": base, "menu": fewer}, STAFFING, replications=60, seed=3, jobs=2)
    assert json.dumps(again.to_json_dict()) == json.dumps(compared.to_json_dict())
    assert "NaN" not in json.dumps(compared.to_json_dict())
    sc.write(compared, f"{tmp_path}/c.xlsx")
    sc.write(compared, f"{tmp_path}/c.csv")
    assert "menu" in repr(compared)
    assert "transferred" in compared._repr_html_()


def test_a_staffing_for_each_variant_is_used() -> None:
    base = one_queue()
    table = compare({"a": base, "b": base}, {"a": {"team": 4}, "b": {"team": 5}}, replications=20).table
    row = table.set_index(["place", "measure"]).loc[("team", "advisers")]
    assert (row["base"], row["value"], row["difference"], row["low"]) == (4, 5, 1, 1)


def test_what_cannot_be_compared_is_named() -> None:
    with pytest.raises(ScenarioError, match="two or more"):
        compare({"a": one_queue()}, {"team": 4})
    with pytest.raises(ScenarioError, match="b must be over the same days and intervals as a"):
        compare({"a": one_queue(), "b": one_queue().replace("horizon.days", 2)}, {"team": 4})
    with pytest.raises(ScenarioError) as caught:
        compare({"a": one_queue(), "b": one_queue()}, {"team": 4}, replications=1, confidence=2)
    assert [problem.split(":")[0] for problem in caught.value.problems] == ["replications", "confidence"]


def test_what_is_wrong_with_a_variant_is_said_with_its_name_before_any_is_played() -> None:
    one, told = front_and_experts(), []
    each = {"now": STAFFING, "then": {}}
    with pytest.raises(ScenarioError) as caught:
        compare({"now": one, "then": one}, each, replications=5, progress=lambda done, _: told.append(done))
    assert caught.value.problems[0].startswith("then: desks.")
    assert not told


def test_a_place_that_only_one_variant_has_has_no_difference() -> None:
    data = one_queue().to_dict()
    data["desks"]["second"] = data["desks"]["team"]
    both = sc.Scenario.from_dict(data)
    table = compare({"a": one_queue(), "b": both}, {"a": {"team": 4}, "b": {"team": 4, "second": 1}}, replications=5)
    rows = table.table.set_index(["place", "measure"])
    assert np.isnan(rows.loc[("second", "occupancy"), "difference"])
    assert not rows.loc[("second", "occupancy"), "differs"]


def test_places_taken_together_are_sums_over_sums() -> None:
    centre = sc.load_scenario(sc.ready_scenarios()["bank_1999"]).replace("horizon.days", 1)
    staffing = sc.requirement(centre)
    both = sc.compare({"one": centre, "two": centre}, staffing, replications=3, seed=1)
    queues = sc.simulate(centre, staffing, replications=3, seed=1).queues.loc[["regular", "stock"]]
    for pooled in both.pooled("queue", "abandon_rate", ["regular", "stock", "no such queue"]):
        assert pooled is not None
        offered = queues["answered"] + queues["abandoned"]
        assert pooled.value == pytest.approx(queues["abandoned"].sum() / offered.sum())
    assert both.pooled("queue", "abandon_rate", ["no such queue"]) == (None, None)
