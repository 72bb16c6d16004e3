"""``--explain`` of requirement and plan."""

import json
from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pytest
from typer.testing import Result

Run = Callable[..., Result]


def test_requirement_explains_every_headcount(run: Run, small: Path, tmp_path: Path) -> None:
    result = run("requirement", small, "--explain", "-o", tmp_path / "why.xlsx")
    assert result.exit_code == 0, result.stderr
    for words in ("bare load", "room for randomness", "rounding", "advisers on the floor", "What asks for them"):
        assert words in result.stdout
    sheets = pd.read_excel(tmp_path / "why.xlsx", sheet_name=None)
    assert {"explain", "explain_totals", "explain_reasons", "staffing"} <= set(sheets)
    rows = sheets["explain"]
    parts = rows.loc[:, "bare_load":"bounds"].sum(axis=1)
    assert (parts - rows["advisers"]).abs().max() < 1e-9


def test_plan_explains_its_advisers_in_json_too(run: Run, small: Path) -> None:
    result = run("plan", small, "--explain", "--replications", "20", "-q", "--json")
    assert result.exit_code in (0, 3), result.stderr
    written = json.loads(result.stdout)
    for row in written["explain"]:
        parts = [value for name, value in row.items() if name in PARTS]
        assert abs(sum(parts) - row["advisers"]) < 1e-9
    assert sum(row["advisers"] for row in written["explain"]) > 0
    assert "plan" in written


def test_explain_and_stress_are_asked_for_one_at_a_time(run: Run, small: Path) -> None:
    result = run("plan", small, "--explain", "--stress", "volume=+10%")
    assert result.exit_code == 2
    assert "--explain, --stress" in result.stderr


@pytest.mark.parametrize(
    "command",
    [["requirement"], ["simulate", "--replications", "2", "--json"], ["plan", "--replications", "10", "--json"]],
)
def test_commands_say_what_they_made_of_the_volumes(run: Run, small: Path, command: list[str]) -> None:
    redial = 'redial = { share = 0.5, after = "5 min" }\nvolume_counts = { counts = "all attempts", abandoned = 0.2 }'
    small.write_text(small.read_text().replace('patience = "3 min"', f'patience = "3 min"\n{redial}'))
    if command[0] == "simulate":
        small.write_text(small.read_text().replace("[desks.team]\n", "[desks.team]\nadvisers = 3\n"))
    result = run(command[0], small, *command[1:])
    assert result.exit_code in (0, 3), result.stderr
    if "--json" in command:
        (said,) = json.loads(result.stdout)["provenance"]["volumes"]
        assert said in result.stderr
    assert "(90.0%) are first attempts, the others redials and repeats" in result.stderr


PARTS = {
    "bare_load", "transfers", "returns", "side_by_side", "room", "occupancy_cap", "busyness", "absence", "off_phone",
    "rounding", "bounds", "search",
}  # fmt: skip
