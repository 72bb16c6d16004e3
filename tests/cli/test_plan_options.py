"""Options of ``simcenter plan``: blocks, budgets and stress."""

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from simcenter.cli.app import app

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
