"""``simcenter erlang``: its numbers, its exit codes, its file, and how fast it starts."""

import json
import subprocess
import sys
from pathlib import Path

import pytest
from typer.testing import CliRunner

from simcenter.cli.app import app

RUN = CliRunner()
CALL = ["erlang", "--volume", "100", "--aht", "180"]


def answer(*more: str) -> dict:
    result = RUN.invoke(app, [*CALL, *more, "--json"])
    assert result.exit_code == 0, result.output
    return json.loads(result.stdout)


def test_sizing_shows_three_less_to_three_more() -> None:
    found = answer("--target", "80/20", "--shrinkage", "30%")
    assert found["advisers"] == 14
    assert found["scheduled"] == 20
    assert found["service_level"] == pytest.approx(0.88835, abs=1e-6)
    assert [row["advisers"] for row in found["table"]] == list(range(11, 18))
    assert found["table"][3]["asa_s"] == found["asa_s"]


def test_patience_caps_and_lines() -> None:
    assert answer("--patience", "5min")["advisers"] == 13
    assert answer("--max-occupancy", "0.5")["advisers"] == 20
    tight = answer("--lines", "16", "--target", "90/20")
    assert tight["blocking"] > 0
    assert tight["table"][0]["blocking"] > 0


def test_given_advisers_and_what_they_carry() -> None:
    found = answer("--advisers", "14")
    assert found["advisers"] == 14
    assert found["carries"]["load"] == pytest.approx(10.8685, abs=1e-4)
    assert found["carries"]["volume"] == pytest.approx(108.685, abs=1e-3)


def test_infinite_is_null_and_text_says_so() -> None:
    assert answer("--advisers", "9")["asa_s"] is None
    result = RUN.invoke(app, [*CALL, "--advisers", "9"])
    assert result.exit_code == 0
    assert "> " in result.stdout


def test_a_file_has_its_own_columns_per_row(tmp_path: Path) -> None:
    file = tmp_path / "intervals.csv"
    file.write_text(
        "interval_start,volume,aht_s,patience_s,target\n08:00,100,180,,0.8\n08:30,100,180,300,0.8\n09:00,0,180,,\n"
    )
    result = RUN.invoke(app, ["erlang", "--file", str(file), "--json"])
    assert result.exit_code == 0, result.output
    rows = json.loads(result.stdout)["rows"]
    assert [row["advisers"] for row in rows] == [14, 13, 0]
    assert rows[1]["interval_start"] == "08:30"


@pytest.mark.parametrize(
    ("arguments", "code", "text"),
    [
        ([*CALL, "--target", "100/20"], 3, "no number of advisers meets the limits"),
        (["erlang", "--volume", "100"], 2, "--aht: must be given"),
        (["erlang", "--volume", "1e9", "--aht", "3min"], 2, "--volume x --aht / --interval: must be a load in erlangs"),
        ([*CALL, "--target", "120/20"], 2, "--target: must be a share from 0 to 1, got 1.2"),
        ([*CALL, "--target", "80/inf", "--advisers", "14"], 2, "--target: must be a finite time"),
        ([*CALL, "--max-occupancy", "0"], 2, "--max-occupancy: must be a share above 0"),
        ([*CALL, "--max-asa", "inf", "--patience", "0"], 2, "--patience: must be a mean time in seconds longer than 0"),
        ([*CALL, "--advisers", "-1"], 2, "--advisers: must be a whole number from 0"),
        ([*CALL, "--target", "80"], 2, "percent/seconds"),
        (["erlang", "--volume", "-1", "--aht", "180"], 2, "volume"),
        ([*CALL, "--patience", "soon"], 2, "must be a time"),
        (["erlang", "--file", "missing.csv"], 2, "missing.csv"),
    ],
)
def test_bad_input_says_what_and_exits_with_its_code(arguments: list[str], code: int, text: str) -> None:
    result = RUN.invoke(app, arguments)
    assert result.exit_code == code
    assert text in result.output
    assert "[0]" not in result.output


def test_a_file_with_text_for_a_number_names_the_cell(tmp_path: Path) -> None:
    file = tmp_path / "intervals.csv"
    file.write_text("volume,aht_s\n100,180\nmany,180\n")
    result = RUN.invoke(app, ["erlang", "--file", str(file)])
    assert result.exit_code == 2
    assert "volume[1]: must be a number, got 'many'" in result.output


@pytest.mark.parametrize(
    ("rows", "code", "text"),
    [
        ("100,180,0.8,\n100,180,1.2,\n", 2, "target[1]: must be a share from 0 to 1, got 1.2"),
        ("100,180,0.8,\n1e9,180,0.8,\n", 2, "load[1]: must be a load in erlangs"),
        ("100,180,0.8,\n100,180,1,\n", 3, "no number of advisers meets the limits at [1]"),
        ("100,180,1,14\n100,180,1,\n", 3, "no number of advisers meets the limits at [1]"),
    ],
)
def test_a_file_with_a_bad_value_names_the_row(tmp_path: Path, rows: str, code: int, text: str) -> None:
    file = tmp_path / "intervals.csv"
    file.write_text("volume,aht_s,target,advisers\n" + rows)
    result = RUN.invoke(app, ["erlang", "--file", str(file)])
    assert result.exit_code == code
    assert text in result.output


def test_neither_pandas_nor_scipy_is_imported() -> None:
    script = (
        "import sys\nsys.argv = ['simcenter', 'erlang', '--volume', '100', '--aht', '180']\n"
        "from simcenter.cli import main\n"
        "try:\n    main()\nexcept SystemExit:\n    pass\n"
        "assert not {'pandas', 'scipy', 'simpy'} & set(sys.modules), 'heavy imports'"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
