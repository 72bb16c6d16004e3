"""Options of ``simcenter plan``: blocks, budgets and stress."""

import json
from pathlib import Path

import pandas as pd
import pytest
from typer.testing import CliRunner

from simcenter.cli.app import app
from simcenter.errors import ScenarioError

FILE = """
schema = 1
name = "small"
timezone = "UTC"
[horizon]
start = 2026-03-02
days = 1
interval = "60 min"
hours = "09:00-12:00"
[queues.calls]
channel = "phone"
volume = [0, 0, 0, 0, 0, 0, 0, 0, 0, 20, 60, 40, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0]
handle_time = "4 min"
patience = "3 min"
target = { answered = 0.8, within = "20 s" }
[desks.team]
serves.calls = {}
"""


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "small.toml"
    path.write_text(FILE)
    return path


def run(file: Path, *words: object) -> "tuple[int, str]":
    done = CliRunner().invoke(app, ["plan", str(file), "-q", "--replications", "20", *map(str, words)])
    return done.exit_code, done.output


def test_a_block_keeps_its_number(file: Path) -> None:
    code, text = run(file, "--block", 3, "--json")
    assert code == 0
    plan = json.loads(text)["plan"]
    assert len({row["advisers"] for row in plan["staffing"]}) == 1
    assert plan["minimal"] is True
    assert plan["bound"]["cost"] <= plan["cost"]


def test_nobody_can_be_spared_is_said(file: Path) -> None:
    code, text = run(file)
    assert code == 0
    assert "obody can be spared" in text
    assert "an estimate, not a proof" in " ".join(text.split())


def test_a_budget_too_small_is_code_3_and_said(file: Path) -> None:
    code, text = run(file, "--budget", 3)
    assert code == 3
    assert "least total shortfall" in " ".join(text.split())
    code, text = run(file, "--budget", "a lot")
    assert code == 2
    assert "budget: must be as in" in text


def test_stress_says_what_breaks_and_what_holding_costs(file: Path, tmp_path: Path) -> None:
    out = tmp_path / "plan.json"
    code, text = run(file, "--stress", "volume=+30%", "-o", out)
    assert code == 0
    assert "Under stress" in text
    assert "first to break is calls" in " ".join(text.split())
    assert json.loads(out.read_text())["stress"]["extra_cost"] > 0
    code, text = run(file, "--stress", "volume=a lot")
    assert code == 2
    assert "stress: must be as in" in text


def test_stress_tells_its_progress(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    told = []

    def played(*_: object, progress: object = None, **__: object) -> None:
        told.append(progress)
        raise ScenarioError(["enough"])

    monkeypatch.setattr("simcenter.planning.stress.stress", played)
    CliRunner().invoke(app, ["plan", str(file), "--replications", "20", "--stress", "volume=+30%"])
    assert callable(*told)


@pytest.mark.parametrize("wrong", ["0", "1", "1.5", "nan", "abc", "", "90", "0.9,abc", "0.9,"])
def test_a_share_of_days_that_is_none_is_one_clear_error(file: Path, wrong: str) -> None:
    done = CliRunner().invoke(app, ["plan", str(file), "-q", "--assurance", wrong])
    assert done.exit_code == 2
    assert done.output.count("assurance: must be a share of days above 0 and up to 0.999") == 1
    assert "Traceback" not in done.output


def test_too_few_replications_for_a_share_say_how_many_it_takes(file: Path) -> None:
    code, text = run(file, "--assurance", "0.9")
    assert code == 2
    assert "replications: must be at least 36 to prove 90 % of days (targets and days at once: 1)" in text


@pytest.mark.parametrize("more", [["--explain"], ["--stress", "volume=+10%"], ["--budget", "3"]])
def test_several_shares_are_asked_for_alone(file: Path, more: list[str]) -> None:
    done = CliRunner().invoke(app, ["plan", str(file), "-q", "--assurance", "0.5,0.9", *more])
    assert done.exit_code == 2
    assert "several shares must be asked for without" in " ".join(done.output.split())


def test_a_share_of_days_is_planned_shown_and_written(file: Path, tmp_path: Path) -> None:
    place = tmp_path / "plan.xlsx"
    done = CliRunner().invoke(app, ["plan", str(file), "-q", "--assurance", "80%", "-o", str(place)])
    text = " ".join(done.output.split())
    assert done.exit_code == 0
    assert "every target is kept on at least 80 % of days, each target by itself, with 95 % confidence" in text
    assert "Assurance: each target kept on 80 % of days (95 % confidence)" in text
    assert "or more" in text
    proof = pd.read_excel(place, sheet_name="proof")
    assert (proof["days_kept_at_least"] >= 0.8).all()
    assert proof["bound"].isna().all()


def test_the_price_of_each_step_is_a_table_and_files(file: Path, tmp_path: Path) -> None:
    place = tmp_path / "price.csv"
    words = ["plan", str(file), "-q", "--assurance", "90%,0.6", "-o", str(place)]
    done = CliRunner().invoke(app, words, env={"COLUMNS": "120"})
    text = " ".join(done.output.split())
    assert done.exit_code == 0
    assert "The price of each step" in text
    assert "on 60 % of days" in text
    assert "says nothing of busy and quiet days" in text
    table = pd.read_csv(place)
    assert list(table["asked"]) == ["on average", "on 60 % of days", "on 90 % of days"]
    assert table["cost"][2] >= table["cost"][1]
    written = json.loads(CliRunner().invoke(app, [*words, "--json"]).output.rpartition("wrote")[0])
    assert [row["assurance"] for row in written["assurances"]] == [None, 0.6, 0.9]
    assert written["busyness"] is False
