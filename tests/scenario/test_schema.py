"""The JSON Schema, checked by a small validator of the keywords that it uses."""

import json
import re
import tomllib

import pytest
from corpus import INVALID, VALID
from hypothesis import given, settings
from strategies import scenarios

from simcenter.scenario import json_schema, load_scenario
from simcenter.scenario.ready import ready_scenarios

SCHEMA = json_schema()
TYPES = {"object": dict, "array": list, "string": str, "integer": int, "number": int | float}
TYPES |= {"null": type(None), "boolean": bool}
NOTES = {"title", "description", "default", "examples", "format", "$schema", "$defs"}


def faults(value, schema, root=SCHEMA, place="$"):
    """What is wrong with a value; every keyword of the schema must be one that is known here."""
    found = []
    for word, wanted in schema.items():
        if word == "$ref":
            found += faults(value, root["$defs"][wanted.removeprefix("#/$defs/")], root, place)
        elif word == "anyOf":
            tried = [faults(value, option, root, place) for option in wanted]
            found += [] if [] in tried else [f"{place}: none of {len(wanted)}"]
        elif word == "type":
            ok = isinstance(value, TYPES[wanted]) and isinstance(value, bool) == (wanted == "boolean")
            found += [] if ok else [f"{place}: no {wanted}"]
        elif word in ("properties", "required", "additionalProperties"):
            found += in_table(value, schema, word, root, place)
        elif word == "items":
            found += [f for v in value for f in faults(v, wanted, root, place)] if isinstance(value, list) else []
        elif word not in NOTES:
            found += [] if keeps(value, word, wanted) else [f"{place}: {word} {wanted}"]
    return found


def in_table(value, schema, word, root, place):
    wanted = schema[word]
    if not isinstance(value, dict):
        return []
    if word == "required":
        return [f"{place}: {key} is missing" for key in wanted if key not in value]
    if word == "properties":
        return [f for key in value if key in wanted for f in faults(value[key], wanted[key], root, f"{place}.{key}")]
    others = [key for key in value if key not in schema.get("properties", {})]
    if wanted is False:
        return [f"{place}: {key} is not known" for key in others]
    return [f for key in others for f in faults(value[key], wanted, root, f"{place}.{key}")]


def keeps(value, word, wanted):
    match word:
        case "enum":
            return value in wanted
        case "const":
            return value == wanted
        case "pattern":
            return not isinstance(value, str) or re.search(wanted, value) is not None
        case "minimum" | "exclusiveMinimum" | "maximum" | "exclusiveMaximum" if not isinstance(value, int | float):
            return True
        case "minimum":
            return value >= wanted
        case "exclusiveMinimum":
            return value > wanted
        case "maximum":
            return value <= wanted
        case "exclusiveMaximum":
            return value < wanted
        case "minLength" | "maxLength":
            return not isinstance(value, str) or (len(value) >= wanted) == (word == "minLength") or len(value) == wanted
        case "minItems" | "maxItems":
            return not isinstance(value, list) or (len(value) >= wanted) == (word == "minItems") or len(value) == wanted
    raise AssertionError(f"the schema uses {word}")


def as_json(path):
    tables = tomllib.loads(path.read_text(encoding="utf-8-sig"))
    return json.loads(json.dumps(tables, default=lambda day: day.isoformat()))


@pytest.mark.parametrize("path", [*VALID, *ready_scenarios().values()], ids=lambda path: path.stem)
def test_valid_files_and_their_resolved_form_conform(path):
    assert faults(as_json(path), SCHEMA) == []
    assert faults(load_scenario(path).to_dict(), SCHEMA) == []


@settings(max_examples=50, deadline=None)
@given(scenarios(rules=True))
def test_scenarios_made_at_random_conform(data):
    assert faults(data, SCHEMA) == []


def test_an_editor_would_mark_most_faults():
    """All but those of TOML itself, of other files, and those that lie between values."""
    marked = 0
    for path in INVALID:
        try:
            marked += bool(faults(as_json(path), SCHEMA))
        except (tomllib.TOMLDecodeError, UnicodeDecodeError):
            continue
    assert marked >= 180


def test_the_schema_is_json_and_names_its_draft():
    assert json.loads(json.dumps(SCHEMA))["$schema"].startswith("https://json-schema.org/draft/2020-12")
