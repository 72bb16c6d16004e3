"""``simcenter simulate``: until the intervals are narrow enough, and checked against targets of classes too."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from typer.testing import Result

import simcenter as sc

Run = Callable[..., Result]


@pytest.mark.parametrize("written", ["20%", "20 %", "0.2", "0.20"])
def test_precision_is_a_share_in_percent_or_not(run: Run, given: Path, written: str) -> None:
    result = run("simulate", given, "--precision", written, "--json", "-q")
    assert result.exit_code == 0, result.stderr
    found = json.loads(result.stdout)
    expected = sc.simulate(sc.load_scenario(given), precision=0.2)
    assert expected.precision is not None
    assert found["precision"] == expected.precision.to_dict()
    assert found["provenance"]["replications"] == expected.replications


def test_replications_are_the_limit(run: Run, given: Path) -> None:
    result = run("simulate", given, "--precision", "0.1%", "--replications", 5)
    assert result.exit_code == 0
    assert "5 replications" in result.stdout
    assert "precision 0.1 % not reached" in result.stdout


@pytest.mark.parametrize(
    ("written", "words"),
    [("much", "must be a share between 0 and 1, such as 0.01 or 1%"), ("1", "got '1'"), ("0%", "got '0%'")],
)
def test_what_is_no_share_is_said(run: Run, given: Path, written: str, words: str) -> None:
    result = run("simulate", given, "--precision", written)
    assert result.exit_code == 2
    assert words in " ".join(result.stderr.split())


def test_the_help_says_the_default_limit(run: Run) -> None:
    said = " ".join(run("simulate", "--help").stdout.split())
    assert "--precision" in said
    assert "10,000" in said


def test_check_asks_for_the_targets_of_classes(run: Run, given: Path) -> None:
    vip = 'queues.calls.classes={"VIP": {"share": 0.5, "target": {"answered": %s, "within": "60 s"}}}'
    easy = ["simulate", given, "--replications", 5, "--check", "--set", "queues.calls.target.answered=0.01"]
    assert run(*easy, "--set", vip % 0.01).exit_code == 0
    missed = run(*easy, "--set", vip % 1.0)
    assert missed.exit_code == 3
    assert "missed: calls/VIP, answered within 1 min >= 100 %" in " ".join(missed.stdout.split())
