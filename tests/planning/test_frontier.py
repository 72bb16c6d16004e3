"""The frontier: proven plans from a loose demand to a strict one."""

import json
from pathlib import Path
from xml.etree import ElementTree

import numpy as np
import pytest
from planning_centres import front_and_experts, one_queue
from rich.console import Console
from typer.testing import CliRunner

import simcenter as sc
from simcenter import report
from simcenter.cli.app import app
from simcenter.errors import ScenarioError
from simcenter.planning.frontier import Frontier, frontier
from simcenter.report.frontier import picture


@pytest.fixture(scope="module")
def transfers() -> Frontier:
    return frontier(front_and_experts(), points=3, replications=100, seed=2)


def test_stricter_caps_hand_on_fewer_and_cost_no_less(transfers: Frontier) -> None:
    table = transfers.table
    assert table["proven"].all()
    assert np.isnan(table["asked"].iloc[0])
    assert (np.diff(table["transferred"]) < 0).all()
    assert (table["transferred"].iloc[1:] <= table["asked"].iloc[1:]).all()
    # within one adviser hour of the dearer desk, as each point has a proof of its own
    assert (table["extra_cost"].iloc[1:] >= -3.0).all()
    assert table["cost"].iloc[-1] > table["cost"].iloc[0]


def test_more_answered_in_time_costs_no_less() -> None:
    table = frontier(one_queue(), "service level", points=3, replications=40).table
    assert table["asked"].tolist() == [-0.1, 0.0, 0.1]
    assert (np.diff(table["service_level"]) > 0).all()
    assert (table["extra_cost"].iloc[1:] >= 0).all()


def test_nothing_to_trade_is_said() -> None:
    with pytest.raises(ScenarioError, match="nobody is"):
        frontier(one_queue(), points=2, replications=20)
    with pytest.raises(ScenarioError, match="without"):
        frontier(one_queue(target=None), "service level", points=2, replications=20)
    with pytest.raises(ScenarioError, match="points"):
        frontier(one_queue(), points=1)
    with pytest.raises(ScenarioError, match="against"):
        frontier(one_queue(), "luck")


def test_files_and_tables_of_a_frontier(transfers: Frontier, tmp_path: Path) -> None:
    written = json.loads(json.dumps(transfers.to_json_dict(), allow_nan=False))
    assert [row["asked"] is None for row in written["frontier"]] == [True, False, False]
    sc.write(transfers, tmp_path / "f.xlsx")
    console = Console(width=120, record=True)
    report.show(transfers, console)
    text = console.export_text()
    assert "no cap" in text
    assert "Cost against transfers" in text
    assert "Frontier(against transfers" in repr(transfers)


def test_the_picture_is_svg_with_a_dot_for_each_plan(transfers: Frontier) -> None:
    root = ElementTree.fromstring(picture(transfers))
    dots = [one for one in root.iter() if one.tag.endswith("circle")]
    assert len(dots) == 3
    for dot in dots:
        assert 90 <= float(dot.attrib["cx"]) <= 731
        assert 59 <= float(dot.attrib["cy"]) <= 381


def test_from_the_command_line(tmp_path: Path) -> None:
    file, plot = tmp_path / "one.json", tmp_path / "f.svg"
    sc.write(one_queue(), file)
    words = ["frontier", str(file), "--against", "service level", "--points", "2", "--replications", "20", "-q"]
    done = CliRunner().invoke(app, [*words, "--plot", str(plot), "--levers"])
    assert done.exit_code == 0
    assert "Where the next euro buys most" in done.output
    assert "an extra specialist" in " ".join(done.output.split())
    assert "-10.0 points" in done.output
    assert plot.read_text().startswith("<svg")
    assert CliRunner().invoke(app, [*words, "--plot", "f.png"]).exit_code == 2
