"""``simcenter compare`` from the command line."""

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
volume = { per_day = 90 }
handle_time = "4 min"
patience = "3 min"
target = { answered = 0.8, within = "20 s" }
[desks.team]
advisers = 3
serves.calls = {}
"""


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "small.toml"
    path.write_text(FILE)
    return path


def run(*words: object) -> "tuple[int, str]":
    done = CliRunner().invoke(app, ["compare", *map(str, words)])
    return done.exit_code, done.output


def test_variants_on_the_command_line(file: Path, tmp_path: Path) -> None:
    out = tmp_path / "c.csv"
    code, text = run(file, "--set", "desks.team.advisers=4", "--set", 'queues.calls.patience="1 min"; horizon.days=1',
                     "--replications", 40, "-q", "-o", out)  # fmt: skip
    assert code == 0
    assert "desks.team.advisers=4, compared with" in text
    assert "the same customers in every variant" in text
    assert "points ±" in text
    assert out.read_text().startswith("variant,level,place,measure,unit,base,value,difference,low,high,differs")


def test_json_and_two_files(file: Path, tmp_path: Path) -> None:
    other = tmp_path / "other.toml"
    other.write_text(FILE.replace("advisers = 3", "advisers = 5"))
    code, text = run(file, other, "--json", "-q", "--replications", 5)
    assert code == 0
    rows = json.loads(text)["comparison"]
    (row,) = [row for row in rows if row["place"] == "team" and row["measure"] == "advisers"]
    assert (row["base"], row["value"], row["differs"]) == (3.0, 5.0, True)


def test_desks_without_advisers_are_named_with_their_scenario(file: Path, tmp_path: Path) -> None:
    other = tmp_path / "other.toml"
    other.write_text(FILE.replace("advisers = 3", ""))
    code, text = run(file, other, "-q", "--replications", 5)
    assert code == 2
    assert "other: desks.team.advisers: must be given to compare, got nothing" in text
    assert "--staffing" in text
    assert "small: " not in text


def test_one_scenario_alone_is_a_usage_error(file: Path) -> None:
    code, text = run(file)
    assert code == 2
    assert "give two scenarios" in text


def test_a_wrong_key_of_a_variant_is_named(file: Path) -> None:
    code, text = run(file, "--set", "desks.tem.advisers=4")
    assert code == 2
    assert "tem" in text


def test_a_variant_that_changes_nothing_says_so(file: Path) -> None:
    code, text = run(file, "--set", "name=other", "-q", "--replications", 5)
    assert code == 0
    assert "no measure differs" in text
