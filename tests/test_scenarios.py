"""The ready scenarios: each loads, is required, plays with that staffing, and ends in a plan that keeps its word."""

from pathlib import Path

import pytest

import simcenter as sc
from simcenter.scenario.ready import find_scenario, scenario_files

READY = sc.ready_scenarios()


def test_there_are_four_beside_the_package() -> None:
    assert list(READY) == ["bank_1999", "first", "home_shopping", "insurance"]


@pytest.mark.parametrize("name", sorted(READY))
def test_each_loads_and_goes_round(name: str) -> None:
    scenario = sc.load_scenario(READY[name])
    assert sc.Scenario.from_dict(scenario.to_dict(), base=READY[name].parent).hash == scenario.hash


@pytest.mark.parametrize("name", sorted(READY))
def test_each_explains_itself(name: str) -> None:
    """A planner learns the format from it: every key that is not obvious has a comment."""
    text = READY[name].read_text(encoding="utf-8")
    assert text.count("#") >= 8
    assert max(map(len, text.splitlines())) <= 120


@pytest.mark.parametrize("name", sorted(READY))
def test_each_plays_with_its_requirement(name: str) -> None:
    scenario = sc.load_scenario(READY[name])
    results = sc.simulate(scenario, sc.requirement(scenario), replications=2)
    for queue in scenario.queues:
        assert results.queues.loc[queue, "answered"] > 0, queue


def test_first_is_planned_and_proven() -> None:
    plan = sc.plan(sc.load_scenario(READY["first"]), replications=50)
    assert plan.proven


def test_one_day_of_the_bank_is_planned_and_proven() -> None:
    """What `make demo` shows."""
    plan = sc.plan(sc.load_scenario(READY["bank_1999"]).replace("horizon.days", 1), replications=50)
    assert plan.proven


def test_the_bank_s_week_is_the_week_of_the_call_file() -> None:
    """Counted in the call file in another way (awk): 8,034 calls queued or answered, 52 of them outside the hours."""
    scenario = sc.load_scenario(READY["bank_1999"])
    by_queue = {name: sum(queue.volume) for name, queue in scenario.queues.items()}
    assert sum(by_queue.values()) == 8034 - 52
    assert by_queue["regular"] == 5348


def test_the_bank_is_credited_in_what_is_shipped() -> None:
    text = READY["bank_1999"].read_text(encoding="utf-8")
    for word in ("Anonymous Bank", "Guedj", "Mandelbaum", "Technion"):
        assert word in text


def test_home_shopping_closes_on_easter_monday_but_email_comes_in() -> None:
    scenario = sc.load_scenario(READY["home_shopping"])
    first_day = scenario.calendar.interval_day == 0
    assert not scenario.calendar.open_mask(scenario.desks["front"])[first_day].any()
    emails = [volume for volume, first in zip(scenario.queues["orders_email"].volume, first_day, strict=True) if first]
    assert sum(emails) > 100


def test_insurance_shows_the_rules_of_a_real_centre() -> None:
    """Every rule that it switches on leaves its trace in what comes out."""
    scenario = sc.load_scenario(READY["insurance"])
    results = sc.simulate(scenario, sc.requirement(scenario), replications=20)
    queues = results.queues
    for queue, measure in {
        "service": "redials repeats balked transfers_misrouted transfers_skill callbacks called_back",
        "claims": "redials continuity",
        "email": "interrupted answered",
        "service/loyal": "answered",
    }.items():
        for name in measure.split():
            assert queues.loc[queue, name] > 0, f"{queue}: {name}"
    assert queues.loc["service/loyal", "asa_s"] < queues.loc["service/others", "asa_s"]


def test_a_scenario_is_found_by_path_before_name(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert find_scenario("first") == READY["first"]
    monkeypatch.chdir(tmp_path)
    (tmp_path / "first").write_text("")
    assert find_scenario("first") == Path("first")
    with pytest.raises(sc.SimcenterError, match="bank: no such file, and no ready scenario of that name"):
        find_scenario("bank")


def test_demand_files_go_with_their_scenario() -> None:
    assert [path.name for path in scenario_files("bank_1999")] == ["bank_1999.toml", "bank_1999.csv"]
    assert [path.name for path in scenario_files("first")] == ["first.toml"]
