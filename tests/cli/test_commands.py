"""What each command prints, writes and returns."""

import json
from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pytest
from typer.testing import Result

import simcenter as sc

Run = Callable[..., Result]


def ok(result: Result) -> str:
    """The output of a command that did its job."""
    assert result.exit_code == 0, result.stderr
    return result.stdout


# ---- check ----


def test_check_describes_a_good_scenario(run: Run, small: Path) -> None:
    said = ok(run("check", small))
    for word in ("Small centre", "calls", "team", "phone"):
        assert word in said


def test_check_says_every_mistake_and_writes_nothing_to_stdout(run: Run, small: Path) -> None:
    small.write_text(small.read_text().replace("4 min", "-4 min").replace('"phone"', '"fone"'))
    result = run("check", small)
    assert result.exit_code == 2
    assert result.stdout == ""
    assert result.stderr.startswith("simcenter: 2 problems found:\n")
    assert "  queues.calls.channel: " in result.stderr
    assert "  queues.calls.handle_time: " in result.stderr


def test_check_says_how_much_of_a_volume_are_first_attempts(run: Run, small: Path) -> None:
    redial = 'redial = { share = 0.5, after = "5 min" }\nvolume_counts = { counts = "all attempts", abandoned = 0.2 }'
    small.write_text(small.read_text().replace('patience = "3 min"', f'patience = "3 min"\n{redial}'))
    assert "first attempts: 90 % of the volume of calls" in ok(run("check", small))
    small.write_text(small.read_text().replace('after = "5 min"', 'after = "5 min", to = "mail"') + MAIL)
    result = run("check", small, "--json")
    assert (result.exit_code, result.stdout) == (2, "")
    assert "  queues.mail.volume_counts: must leave first attempts" in result.stderr


MAIL = """
[queues.mail]
channel = "email"
volume = { per_day = 1 }
volume_counts = "all attempts"
handle_time = "5 min"
[desks.post.serves.mail]
"""


def test_check_json_is_the_same_scenario(run: Run, small: Path) -> None:
    resolved = json.loads(ok(run("check", small, "--json")))
    assert sc.Scenario.from_dict(resolved, base=small.parent).hash == sc.load_scenario(small).hash


def test_check_schema_describes_the_format(run: Run) -> None:
    schema = json.loads(ok(run("check", "--schema")))
    assert {"schema", "horizon", "queues", "desks"} <= set(schema["properties"])


def test_set_changes_a_key(run: Run, small: Path) -> None:
    words = ["--set", "queues.calls.patience=2 min", "--set", 'queues.calls.volume={"per_day": 80}', "--set", "name=X"]
    resolved = json.loads(ok(run("check", small, "--json", *words)))
    assert resolved["name"] == "X"
    assert sum(resolved["queues"]["calls"]["volume"]) == pytest.approx(80)
    wrong = run("check", small, "--set", "queues.calls.patience=-2 min")
    assert wrong.exit_code == 2
    assert "queues.calls.patience" in wrong.stderr


def test_set_changes_all_keys_at_once(run: Run, small: Path) -> None:
    words = ["--set", "lines.main=4", "--set", "queues.calls.lines=main", "--set", "lines.main=5"]
    assert json.loads(ok(run("check", small, "--json", *words)))["lines"] == {"main": 5}
    words = ["--set", "queues.calls.redial.share=0.5", "--set", "queues.calls.redial.after=5 min"]
    assert json.loads(ok(run("check", small, "--json", *words)))["queues"]["calls"]["redial"]["share"] == 0.5
    alone = run("check", small, "--set", "lines.main=4")
    assert alone.exit_code == 2
    assert "lines.main" in alone.stderr


# ---- requirement, simulate ----


def test_requirement_is_a_staffing_file_that_simulate_reads(run: Run, small: Path) -> None:
    said = ok(run("requirement", small, "-o", "staffing.csv"))
    assert "team" in said
    written = pd.read_csv(small.parent / "staffing.csv")
    assert list(written.columns) == ["interval_start", "desk", "advisers"]
    assert list(written.interval_start) == ["2026-03-02T09:00", "2026-03-02T10:00", "2026-03-02T11:00"]
    simulated = run("simulate", small, "--staffing", "staffing.csv", "--replications", 5)
    assert "calls" in ok(simulated)


def test_simulate_without_advisers_names_the_desk(run: Run, small: Path) -> None:
    result = run("simulate", small)
    assert result.exit_code == 2
    assert "desks.team" in result.stderr


def test_simulate_json_has_the_stable_form(run: Run, given: Path) -> None:
    found = json.loads(ok(run("simulate", given, "--replications", 5, "--json")))
    assert found["result_schema"] == 1
    assert found["confidence"] == 0.95
    assert {"queues", "desks", "journeys"} <= set(found)
    assert set(found["queues"]["calls"]["service_level"]) == {"mean", "low", "high"}
    assert 0 < found["desks"]["team"]["occupancy"]["mean"] < 1
    assert found["journeys"]["transferred"]["mean"] == 0


def test_simulate_is_the_library_s_simulate(run: Run, given: Path) -> None:
    found = json.loads(ok(run("simulate", given, "--replications", 4, "--seed", 7, "--json")))
    results = sc.simulate(sc.load_scenario(given), replications=4, seed=7)
    assert found["queues"]["calls"]["offered"]["mean"] == results.queues.loc["calls", "offered"]


@pytest.mark.parametrize("ending", ["csv", "xlsx", "json"])
def test_simulate_writes_the_format_of_the_ending(run: Run, given: Path, ending: str) -> None:
    result = run("simulate", given, "--replications", 3, "-o", f"out.{ending}", "--legs", "legs.csv")
    ok(result)
    assert f"wrote out.{ending}" in result.stderr
    assert (given.parent / f"out.{ending}").stat().st_size > 0
    legs = pd.read_csv(given.parent / "legs.csv")
    assert {"queue", "entered_s", "start_s", "end_s", "outcome"} <= set(legs.columns)


def test_an_ending_that_nobody_writes_is_2(run: Run, given: Path) -> None:
    result = run("simulate", given, "--replications", 2, "-o", "out.pdf")
    assert result.exit_code == 2
    assert ".csv" in result.stderr
    assert not (given.parent / "out.pdf").exists()


@pytest.mark.parametrize(
    ("place", "said"), [("nowhere/out.csv", "there is no folder nowhere"), ("folder.csv", "is a folder")]
)
@pytest.mark.parametrize("option", ["-o", "--legs"])
def test_a_place_that_cannot_be_written_is_refused_before_the_work(
    run: Run, given: Path, option: str, place: str, said: str
) -> None:
    (given.parent / "folder.csv").mkdir()
    result = run("simulate", given, "--replications", 10**9, option, place)
    assert result.exit_code == 2
    assert result.stderr == f"simcenter: {place}: {said}\n"


def test_check_of_simulate_is_3_when_a_target_is_missed(run: Run, given: Path) -> None:
    ok(run("simulate", given, "--replications", 10, "--check", "--set", "desks.team.advisers=8"))
    missed = run("simulate", given, "--replications", 10, "--check", "--set", "desks.team.advisers=1")
    assert missed.exit_code == 3
    assert "calls" in missed.stdout


def test_an_engine_that_is_not_there_is_2(run: Run, given: Path) -> None:
    result = run("simulate", given, "--engine", "steam")
    assert result.exit_code == 2
    assert "steam" in result.stderr


# ---- plan ----


def test_plan_prints_and_writes_a_staffing_that_keeps_the_targets(run: Run, small: Path) -> None:
    said = ok(run("plan", small, "--replications", 40, "-o", "plan.csv"))
    assert "team" in said
    checked = run("simulate", small, "--staffing", "plan.csv", "--replications", 40, "--seed", 99, "--check")
    assert checked.exit_code == 0, checked.stdout


def test_plan_that_cannot_meet_a_target_is_3_and_names_it(run: Run, small: Path) -> None:
    result = run("plan", small, "--replications", 20, "--set", "desks.team.max_advisers=1")
    assert result.exit_code == 3
    assert "calls" in result.stdout
    assert result.stderr == ""


# ---- measures, scenarios, init ----


def test_measures_name_unit_formula_and_source(run: Run) -> None:
    said = ok(run("measures"))
    for name in ("service_level", "asa_s", "occupancy", "transferred", "bounced"):
        assert name in said
    rows = json.loads(ok(run("measures", "--json")))
    assert {"name", "unit", "formula", "source"} <= set(rows[0])


def test_scenarios_lists_the_ready_ones(run: Run) -> None:
    result = run("scenarios")
    assert [line.split()[0] for line in ok(result).splitlines()] == ["bank_1999", "first", "home_shopping", "insurance"]
    assert "simcenter init NAME" in result.stderr


def test_init_copies_a_scenario_with_its_demand_that_checks(run: Run, tmp_path: Path) -> None:
    assert ok(run("init", "bank_1999", "mine")) == "wrote mine/bank_1999.toml\nwrote mine/bank_1999.csv\n"
    ok(run("check", "mine/bank_1999.toml"))


def test_init_overwrites_only_when_told(run: Run, tmp_path: Path) -> None:
    ok(run("init", "first"))
    (tmp_path / "first.toml").write_text("mine")
    refused = run("init", "first")
    assert refused.exit_code == 2
    assert refused.stderr == "simcenter: first.toml: there already; --force overwrites\n"
    assert (tmp_path / "first.toml").read_text() == "mine"
    ok(run("init", "first", "--force"))
    assert (tmp_path / "first.toml").read_text() != "mine"


def test_init_of_an_unknown_name_lists_the_known(run: Run) -> None:
    result = run("init", "bank")
    assert result.exit_code == 2
    assert (
        result.stderr
        == "simcenter: bank: no ready scenario of that name; there are bank_1999, first, home_shopping, insurance\n"
    )


# ---- colour and progress ----


def test_output_that_is_no_terminal_has_no_colour_and_progress_stays_on_stderr(run: Run, given: Path) -> None:
    result = run("simulate", given, "--replications", 3)
    assert "\x1b[" not in result.stdout + result.stderr
    assert "replication 1 of" not in result.stdout
