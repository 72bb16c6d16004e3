"""The corpus of scenario files in tests/scenarios, and what is expected beside each of them."""

import json
from pathlib import Path
from typing import Any

from simcenter.errors import ScenarioError
from simcenter.scenario import load_scenario

FOLDER = Path(__file__).parent / "scenarios"
INVALID = sorted((FOLDER / "invalid").glob("*.toml"))
VALID = sorted((FOLDER / "valid").glob("*.toml"))
LONGEST_LIST = 30


def message(path: Path) -> str:
    """What a planner is told about a scenario file, without the folder that it is in."""
    try:
        load_scenario(path)
    except ScenarioError as error:
        return str(error).replace(str(path), path.name) + "\n"
    return "valid\n"


def resolved(path: Path) -> str:
    """The resolved scenario as text; of a long list only its length, sum and first values that are not 0."""
    return json.dumps(shortened(load_scenario(path).to_dict()), indent=1, ensure_ascii=False) + "\n"


def shortened(value: Any) -> Any:
    """A value whose lists stand on one line."""
    if isinstance(value, dict):
        return {key: shortened(inner) for key, inner in value.items()}
    if not isinstance(value, list):
        return value
    if len(value) <= LONGEST_LIST:
        return ", ".join(map(str, value))
    first = next((i for i, item in enumerate(value) if item), 0)
    return f"{len(value)} values, sum {round(sum(value), 9):g}, from item {first + 1}: {value[first : first + 8]}"
