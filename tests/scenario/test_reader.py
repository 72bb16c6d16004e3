import json

import pytest

from simcenter.errors import ScenarioError
from simcenter.scenario import Scenario, load_scenario


def problem(path):
    with pytest.raises(ScenarioError) as caught:
        load_scenario(path)
    (line,) = caught.value.problems
    return line


def test_a_file_that_is_not_there_is_told(tmp_path):
    path = tmp_path / "none.toml"
    assert problem(path) == f"{path}: must be a scenario file that can be read, got nothing there"


def test_a_folder_is_told(tmp_path):
    assert problem(tmp_path) == f"{tmp_path}: must be a scenario file that can be read, got a folder"


def test_a_path_that_cannot_be_is_told():
    assert problem("a\0b").endswith("must be a scenario file that can be read, got embedded null byte")


@pytest.mark.parametrize(
    "text", ["a = ", "[[[", "a = " + "[" * 5000, "a = " + "9" * 5000, "a = 2026-02-30", "\0", 'a = "\\ud800"', "=" * 9]
)
def test_text_that_is_not_toml_is_told_in_one_line(tmp_path, text):
    path = tmp_path / "x.toml"
    path.write_text(text, encoding="utf-8")
    assert problem(path).startswith(f"{path}: must be valid TOML, got ")


def test_a_byte_order_mark_and_windows_line_ends_are_read(tmp_path):
    path = tmp_path / "x.toml"
    path.write_bytes(b"\xef\xbb\xbfschema = 1\r\nname = 5\r\n")
    with pytest.raises(ScenarioError, match="name: must be text of one line, 1 to 200 characters, got 5"):
        load_scenario(path)


def test_utf16_is_told(tmp_path):
    path = tmp_path / "x.toml"
    path.write_text("schema = 1", encoding="utf-16")
    assert problem(path) == f"{path}: must be text in UTF-8, got the byte 0xff in line 1"


def test_the_json_of_a_resolved_scenario_is_a_scenario_file(small, tmp_path):
    scenario = Scenario.from_dict(small)
    path = tmp_path / "resolved.json"
    path.write_text(json.dumps(scenario.to_dict()), encoding="utf-8")
    assert load_scenario(path) == scenario


@pytest.mark.parametrize(
    ("text", "got"),
    [
        ("{", "must be valid JSON, got expecting property name"),
        ("[1]", "must be a table of keys and values, got [1]"),
        ('{"a": 1, "b": 2, "a": 3}', 'must be valid JSON, got the key "a" twice in a table'),
    ],
)
def test_json_that_is_no_scenario_is_told(tmp_path, text, got):
    path = tmp_path / "x.json"
    path.write_text(text, encoding="utf-8")
    assert problem(path).startswith(f"{path}: {got}")


@pytest.mark.parametrize("data", [None, 5, [], "x"])
def test_what_is_no_table_at_all_is_told(data):
    with pytest.raises(ScenarioError, match="scenario: must be a table of keys and values, got "):
        Scenario.from_dict(data)
