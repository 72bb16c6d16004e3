"""The page on the format is true: its files load, its other pieces are TOML, and it names every key."""

import copy
import re
import tomllib
from pathlib import Path

import pytest

from simcenter.scenario import Scenario, json_schema
from simcenter.scenario.laws import LAWS

PAGE = (Path(__file__).parents[2] / "docs" / "scenario.md").read_text(encoding="utf-8")
FORMAT, RULES = PAGE.split("\n## Rules of a real centre\n")
PIECES = re.findall(r"```toml\n(.*?)```", FORMAT, re.DOTALL)
RULE_PIECES = re.findall(r"```toml\n(.*?)```", RULES, re.DOTALL)
CENTRE = """
schema = 1
name = "The centre of the page"
timezone = "Europe/Paris"
horizon = { start = 2026-03-02, days = 5, interval = "30 min", hours = { mon-fri = "08:00-20:00" } }
[queues]
orders = { channel = "phone", handle_time = "4 min", patience = "3 min" }
claims = { channel = "phone", volume = { per_day = 100 }, handle_time = "7 min" }
mail = { channel = "email", volume = { per_day = 200 }, handle_time = "6 min" }
branch = { channel = "face_to_face", volume = { per_day = 50 }, handle_time = "8 min" }
[desks]
front = { serves = { orders = {}, mail = {} } }
experts = { serves = { claims = {}, mail = { rank = 2 }, branch = {} } }
"""


def merged(below, above):
    """Tables put together, as a planner does who adds lines to a file."""
    for key, value in above.items():
        if isinstance(value, dict) and isinstance(below.get(key), dict):
            merged(below[key], value)
        else:
            below[key] = copy.deepcopy(value)
    return below


def test_the_first_file_loads():
    scenario = Scenario.from_dict(tomllib.loads(PIECES[0]))
    assert sum(scenario.queues["orders"].volume) == pytest.approx(900)


@pytest.mark.parametrize("piece", PIECES[1:])
def test_the_other_pieces_are_toml_line_by_line(piece):
    for part in re.split(r"\n(?=target =|handle_time =|patience =)", piece):
        tomllib.loads(part)


@pytest.mark.parametrize("piece", RULE_PIECES)
def test_each_piece_on_a_rule_fits_into_the_centre_of_the_page(piece, tmp_path):
    (tmp_path / "calls.csv").write_text("arrival,queue\n2026-03-02T08:00:07.25,orders\n")
    table = tomllib.loads(piece)
    if "arrivals" not in table.get("queues", {}).get("orders", {}):
        merged(table, {"queues": {"orders": {"volume": {"per_day": 900}}}})
    scenario = Scenario.from_dict(merged(tomllib.loads(CENTRE), table), tmp_path)
    assert scenario.hash != Scenario.from_dict(centre_without_rules(), tmp_path).hash


def centre_without_rules():
    return merged(tomllib.loads(CENTRE), {"queues": {"orders": {"volume": {"per_day": 900}}}})


def test_every_key_and_law_is_named():
    keys = {key for form in [json_schema(), *json_schema()["$defs"].values()] for key in form["properties"]}
    assert [name for name in sorted(keys | set(LAWS)) if not re.search(rf"\b{name}\b", PAGE)] == []
