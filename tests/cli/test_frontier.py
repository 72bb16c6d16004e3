"""``simcenter frontier`` from the command line."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from typer.testing import Result

Run = Callable[..., Result]
FEW = ("--replications", 10, "-q")


def test_a_table_the_levers_and_a_plot(run: Run, small: Path, tmp_path: Path) -> None:
    done = run("frontier", small, "--answered", "-0.05,0.8", *FEW, "-o", "f.csv", "--plot", "f.svg")
    assert done.exit_code == 0, done.output
    text = " ".join(done.stdout.split())
    assert "-5 points" in text
    assert "80 %" in text
    assert "as the file asks" in text
    assert "specialist: one more at team" in text
    assert (tmp_path / "f.csv").read_text().count("\n") == 4
    assert "<svg" in (tmp_path / "f.svg").read_text()


def test_json_has_the_points_and_no_levers_if_they_are_not_wanted(run: Run, small: Path) -> None:
    done = run("frontier", small, "--answered", "0.6", "--no-levers", *FEW, "--json")
    assert done.exit_code == 0, done.output
    found = json.loads(done.stdout)
    assert [row["asked_level"] for row in found["frontier"]] == pytest.approx([0.7, 0.6])
    assert found["levers"] is None


def test_assumptions_are_taken_and_shown(run: Run, small: Path) -> None:
    done = run("frontier", small, "--answered", "0.6", "--assume", "handed_on=3", *FEW)
    assert "handed_on=3" in " ".join(done.stdout.split())


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--transfers", "a lot"), "transfers: must be as in 0.02,0.04,none"),
        (("--answered", "80"), "answered: must be shares between 0 and 1"),
        (("--answered", "0.8", "--queues", "clals"), "nearest: calls"),
        (("--assume", "luck=1"), "assume: must be NAME=NUMBER"),
        (("--plot", "f.pdf"), "must end in .svg, .png"),
        (("-o", "f.txt"), "must end in .csv, .xlsx, .json, .svg, .png"),
        (("-o", "nowhere/f.png"), "there is no folder"),
    ],
)
def test_what_is_not_allowed_is_said_before_the_work_begins(
    run: Run, small: Path, words: tuple[str, ...], said: str
) -> None:
    done = run("frontier", small, *words)
    assert done.exit_code == 2
    assert said in " ".join(done.stderr.split())


def test_a_plan_that_cannot_keep_the_file_s_targets_is_exit_code_3(run: Run, small: Path) -> None:
    done = run("frontier", small, "--answered", "0.6", "--no-levers", *FEW, "--set", "desks.team.max_advisers=1")
    assert done.exit_code == 3
    assert "not met" in done.stdout
