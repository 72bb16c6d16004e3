"""The page on the format is true: its first file loads, its other pieces are TOML, and it names every key."""

import re
import tomllib
from pathlib import Path

import pytest

from simcenter.scenario import Scenario, json_schema
from simcenter.scenario.laws import LAWS

PAGE = (Path(__file__).parents[2] / "docs" / "scenario.md").read_text(encoding="utf-8")
PIECES = re.findall(r"```toml\n(.*?)```", PAGE, re.DOTALL)


def test_the_first_file_loads():
    scenario = Scenario.from_dict(tomllib.loads(PIECES[0]))
    assert sum(scenario.queues["orders"].volume) == pytest.approx(900)


@pytest.mark.parametrize("piece", PIECES[1:])
def test_the_other_pieces_are_toml_line_by_line(piece):
    for part in re.split(r"\n(?=target =|handle_time =|patience =)", piece):
        tomllib.loads(part)


def test_every_key_and_law_is_named():
    keys = {key for form in [json_schema(), *json_schema()["$defs"].values()] for key in form["properties"]}
    assert [name for name in sorted(keys | set(LAWS)) if not re.search(rf"\b{name}\b", PAGE)] == []
