"""Whole plans of small centres by simulation."""

import json
from dataclasses import replace

import numpy as np
import pytest
from planning_centres import front_and_experts, one_queue, phone, scenario

import simcenter.planning.job as job
from simcenter import erlang
from simcenter.errors import ScenarioError
from simcenter.experiment import simulate
from simcenter.planning import plan
from simcenter.planning.plan import Plan
from simcenter.planning.polish import Polished
from simcenter.planning.proof import Proof
from simcenter.planning.sample import Sample
from simcenter.planning.search import Level

PER_INTERVAL = {"answered": 0.8, "within": "20 s", "per": "interval"}


def same(one: Plan, two: Plan) -> bool:
    return json.dumps(one.to_json_dict()) == json.dumps(two.to_json_dict())


def test_a_single_queue_gets_the_erlang_minimum_or_one_more_where_the_proof_needs_it() -> None:
    """Steady hours: an interval's level is at least Erlang A's, as it starts no worse than in the steady state; so the
    minimum is enough on average, and one adviser more where the proof's width is larger than the slack."""
    volume = [0.0] * 9 + [20.0, 45.0, 60.0, 30.0] + [0.0] * 11
    made = plan(one_queue(volume=volume, target=PER_INTERVAL), seed=4, replications=100)
    assert made.proven
    least = erlang.advisers_for(np.array([1.0, 2.25, 3.0, 1.5]), aht_s=180, target=0.8, within_s=20, patience_s=180)
    extra = made.staffing.advisers[9:13, 0] - least
    assert (extra >= 0).all()
    assert (extra <= 1).all()
    assert made.unmet == ()


def test_a_shared_desk_carries_two_queues_with_fewer_than_two_desks_would() -> None:
    queues = {"a": phone(80), "b": phone(80)}
    shared = plan(scenario(queues, {"both": {"serves": {"a": {}, "b": {}}}}), seed=1, replications=100)
    apart = plan(scenario(queues, {"x": {"serves": {"a": {}}}, "y": {"serves": {"b": {}}}}), seed=1, replications=100)
    assert shared.proven
    assert apart.proven
    assert shared.adviser_hours < apart.adviser_hours


@pytest.fixture(scope="module")
def capped() -> Plan:
    return plan(front_and_experts(cap=0.05), seed=2, replications=100)


def test_a_binding_cap_on_transfers_moves_calls_from_the_front_desk_to_experts(capped: Plan) -> None:
    free = plan(front_and_experts(), seed=2, replications=100)
    assert capped.proven
    assert free.proven
    transferred = [float(one.results.journeys["transferred"].iloc[-1]) for one in (free, capped)]
    assert transferred[0] > 0.05 > transferred[1]
    hours = [one.staffing.hours() for one in (free, capped)]
    assert hours[1]["experts"] > hours[0]["experts"]
    assert capped.cost > free.cost


def test_the_proof_is_on_replications_that_the_search_never_saw(capped: Plan) -> None:
    searched = max(step.replications for step in capped.steps if step.phase != "repair")
    assert capped.rounds[0].first >= searched
    for before, after in zip(capped.rounds, capped.rounds[1:], strict=False):
        assert after.first == before.last + 1
    last = capped.rounds[-1]
    assert capped.results.first_replication == last.first
    assert capped.results.replications == last.last - last.first + 1


def test_the_plan_holds_on_another_seed_too(capped: Plan) -> None:
    """On 400 replications of other customers every target holds on average."""
    results = simulate(capped.scenario, capped.staffing, replications=400, seed=99)
    assert results.target_table.met.all()


def test_same_seed_same_plan_whatever_the_jobs(capped: Plan) -> None:
    assert same(capped, plan(front_and_experts(cap=0.05), seed=2, jobs=2, replications=100))


def test_given_desks_stay_and_bounds_hold_and_what_is_missed_is_named() -> None:
    given = front_and_experts(cap=0.12, advisers=1)
    made = plan(given, seed=3, replications=100)
    assert (made.staffing.advisers[9:13, 0] == 1).all()
    assert made.proven
    few = plan(scenario({"a": phone(160)}, {"x": {"max_advisers": 2, "serves": {"a": {}}}}), seed=3, replications=60)
    assert not few.proven
    assert (few.staffing.advisers[9:13, 0] == 2).all()
    (finding,) = few.unmet
    assert "desk x is at its max_advisers (2) in 4 of 4 intervals" in str(finding)
    assert finding.value is not None
    assert finding.value < 0.8
    fixed = plan(scenario({"a": phone(160)}, {"x": {"advisers": 1, "serves": {"a": {}}}}), seed=3, replications=60)
    assert "desk x has given advisers, too few" in str(fixed.unmet[0])


def test_an_impossible_cap_is_named_and_the_rest_is_planned_all_the_same() -> None:
    queues = {"calls": phone(80), "hard": phone()}
    desks = {
        "front": {"serves": {"calls": {"transfers": {"hard": 0.3}}}},
        "experts": {"serves": {"hard": {}}},
    }
    made = plan(scenario(queues, desks, {"transferred": 0.1}), seed=1, replications=100)
    assert not made.proven
    (finding,) = made.unmet
    assert finding.measure == "transferred"
    assert finding.attainable == pytest.approx(0.3)
    assert finding.value == pytest.approx(0.3, abs=0.02)
    held = made.targets.set_index(["place", "measure"])["held"]
    assert held["calls", "service_level"]
    assert held["hard", "service_level"]


def test_email_is_kept_up_with_though_nothing_is_due_before_the_end() -> None:
    mail = {"channel": "email", "volume": {"per_day": 48}, "handle_time": "6 min",
            "target": {"answered": 0.98, "within": "4 working days"}}  # fmt: skip
    centre = scenario({"mail": mail}, {"team": {"serves": {"mail": {}}}}, hours="09:00-17:00", days=2)
    made = plan(centre, seed=1, replications=60)
    assert made.proven
    # 80 mails reach the desk before the last closing, 8 h of work
    assert 7.5 <= made.adviser_hours <= 12


def two_short(level: Level, end: Polished) -> Polished:
    fewer = np.clip(end.sample.advisers - 2, 0, None)
    return replace(end, sample=level.search.evaluate(fewer, level.replications))


def test_a_staffing_that_is_too_small_is_not_called_proven(monkeypatch: pytest.MonkeyPatch) -> None:
    """Break the search on purpose: it hands over a staffing two short. The proof says no, and repairs find the rest."""
    right = job.polish
    times: list[Sample] = []

    def wrong(level: Level, best: Sample, apart: bool) -> Polished:
        end = right(level, best, apart)
        times.append(best)
        return two_short(level, end) if len(times) == 1 else end

    monkeypatch.setattr(job, "polish", wrong)
    made = plan(one_queue(), seed=5, replications=100)
    assert made.rounds[0].held < made.rounds[0].cells
    assert made.proven
    assert len(made.rounds) >= 2


def test_a_wrong_proof_would_be_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    """Break the proof on purpose: with bounds that always hold, a plan two short is called proven, and the check of the
    test above on other customers turns red."""
    right = job.polish

    def wrong(level: Level, best: Sample, apart: bool) -> Polished:
        return two_short(level, right(level, best, apart))

    monkeypatch.setattr(job, "polish", wrong)
    monkeypatch.setattr(job, "prove", lambda sample, a: Proof(a, sample.mean, np.ones(len(sample.mean), bool)))
    made = plan(one_queue(), seed=5, replications=100)
    assert made.proven
    assert not simulate(made.scenario, made.staffing, replications=100, seed=99).target_table.met.all()


def test_a_time_limit_gives_the_best_so_far_and_says_whether_it_is_proven() -> None:
    made = plan(front_and_experts(cap=0.05), seed=2, time_limit=0.2)
    assert made.out_of_time
    assert made.rounds
    assert made.proven == (not made.unmet)
    assert len(made.rounds) == 1


def test_tables_and_texts_of_a_plan(capped: Plan) -> None:
    summary = capped.summary
    assert list(summary.columns) == ["interval_start", "desk", "advisers", "scheduled", "given", "requirement"]
    assert len(summary) == 8
    assert capped.desks["adviser_hours"].sum() == pytest.approx(capped.adviser_hours)
    assert capped.desks["cost"].sum() == pytest.approx(capped.cost)
    assert capped.targets["held"].all()
    at_least = capped.targets["condition"].str.contains(">=")
    assert (capped.targets["bound"] <= capped.targets["value"])[at_least].all()
    assert (capped.targets["bound"] >= capped.targets["value"])[~at_least].all()
    frames = capped.frames()
    assert list(frames)[:5] == ["plan", "advisers", "hours", "proof", "unmet"]
    assert set(frames) > {"queues", "desks", "journeys", "days", "intervals", "steps", "rounds"}
    assert next(iter(frames["unmet"].columns)) == "place"
    assert frames["advisers"].drop(columns="interval_start").to_numpy().sum() == summary["advisers"].sum()
    written = capped.to_json_dict()
    assert "NaN" not in json.dumps(written)
    assert next(iter(written)) == "result_schema"
    assert written["queues"] == capped.results.to_json_dict()["queues"]
    assert written["plan"]["proven"] is True
    assert "proven: every target holds with 95 % confidence" in repr(capped)
    assert capped.verdict in capped._repr_html_()


@pytest.mark.parametrize("target", [{"answered": 1.0, "within": "20 s"}, {"abandoned": 0.0}])
def test_a_target_that_cannot_be_met_saves_no_adviser(target: dict[str, object]) -> None:
    made = plan(one_queue(target=target), seed=1, replications=20)
    assert not made.proven
    assert (made.staffing.advisers >= made.requirement.advisers).all()


def test_a_centre_that_nobody_contacts_needs_nobody() -> None:
    made = plan(scenario({"calls": phone(volume=[0.0] * 24)}, {"team": {"serves": {"calls": {}}}}), replications=10)
    assert made.adviser_hours == 0


def test_no_waiting_room_is_not_a_way_out_of_a_service_level() -> None:
    made = plan(one_queue(waiting_room=0), seed=1, replications=40)
    counts = made.results.queues.loc["calls"]
    assert made.proven
    assert counts["blocked"] / counts["offered"] <= 0.10
    assert made.results.targets["met"].all()


def test_a_finding_names_the_hours_in_which_no_desk_is_open() -> None:
    short = {"team": {"hours": "09:00-11:00", "serves": {"calls": {}}}}
    made = plan(scenario({"calls": phone(200)}, short), replications=10)
    assert "no desk that serves it is open in 2 of its 4 intervals" in made.unmet[0].reason


def test_without_a_target_the_plan_does_not_say_that_targets_hold() -> None:
    made = plan(one_queue(target=None), seed=1, replications=40)
    assert made.proven
    assert made.verdict.startswith("the file has no target")


def test_shrinkage_is_scheduled_on_top() -> None:
    made = plan(scenario({"a": phone(160)}, {"x": {"shrinkage": 0.3, "serves": {"a": {}}}}), seed=1, replications=40)
    summary = made.summary
    assert (summary["scheduled"] == np.ceil(summary["advisers"] / 0.7 - 1e-9)).all()
    hours = summary["scheduled"].sum() * made.staffing.interval_s / 3600
    assert made.desks["scheduled_hours"].sum() == pytest.approx(hours)


def test_progress_is_told_and_never_goes_back() -> None:
    told: list[tuple[str, float]] = []
    plan(one_queue(), replications=40, progress=lambda message, fraction: told.append((message, fraction)))
    fractions = [fraction for _, fraction in told]
    assert fractions == sorted(fractions)
    assert told[-1] == ("done", 1.0)
    assert any(message.startswith("proof, round 1") for message, _ in told)
    assert any(message.endswith(" left") for message, _ in told)


def test_arguments_that_are_not_allowed_are_all_named() -> None:
    with pytest.raises(ScenarioError) as caught:
        plan(one_queue(), replications=2, confidence=1.0, time_limit=-1)
    assert [problem.split(":")[0] for problem in caught.value.problems] == ["replications", "confidence", "time_limit"]


def test_the_warm_up_is_staffed_as_the_closed_form_has_it() -> None:
    volume = [0.0] * 9 + [60.0, 60.0, 60.0, 60.0] + [0.0] * 11
    made = plan(one_queue(volume=volume).replace("horizon.warm_up", "10 h"), seed=1, replications=20)
    assert made.staffing.advisers[9, 0] == made.requirement.advisers[9, 0] > 0
    assert made.minimal
    assert made.breaks[9, 0] == -1
