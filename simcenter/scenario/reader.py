"""Reading a scenario file: TOML text (or the JSON of a resolved scenario) in, a checked scenario out."""

import json
import os
import tomllib
from pathlib import Path
from typing import Any

from simcenter.errors import ScenarioError
from simcenter.scenario.build import build_scenario
from simcenter.scenario.model import Scenario
from simcenter.scenario.problems import show
from simcenter.scenario.ready import ready_scenarios
from simcenter.scenario.tables import Files

LARGEST_BYTES = 100_000_000


def load_scenario(path: str | Path) -> Scenario:
    """Load a scenario file and check every rule.

    Parameters
    ----------
    path : str or Path
        A TOML file, or the name of a ready scenario; the demand files are looked for beside it. A file that ends in
        .json is read as JSON: a resolved scenario as ``to_dict`` gives it.

    Returns
    -------
    Scenario

    Raises
    ------
    ScenarioError
        With every problem found, each as ``key path: rule, got value``.
    """
    if not isinstance(path, str | os.PathLike):
        raise ScenarioError([f"path: must be that of a scenario file, got {show(path)}"])
    place = Path(path)
    if not place.exists():
        place = ready_scenarios().get(str(path), place)
    return build_scenario(read_tables(place), Files(place.parent))


def read_tables(path: str | Path) -> dict[str, Any]:
    """The tables of a TOML or JSON file.

    Raises
    ------
    ScenarioError
        When it cannot be read, is not text in UTF-8 or not well formed.
    """
    content = _content(Path(path), str(path))
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content[: error.start].count(b"\n") + 1
        got = f"the byte 0x{content[error.start]:02x} in line {line}"
        raise ScenarioError([f"{path}: must be text in UTF-8, got {got}"]) from None
    kind = "JSON" if Path(path).suffix.lower() == ".json" else "TOML"
    try:
        tables = json.loads(text, object_pairs_hook=_once) if kind == "JSON" else tomllib.loads(text)
    except RecursionError:
        raise ScenarioError([f"{path}: must be valid {kind}, got tables or lists nested too deep"]) from None
    except ValueError as error:
        raise ScenarioError([f"{path}: must be valid {kind}, got {_plain(str(error))}"]) from None
    if not isinstance(tables, dict):
        raise ScenarioError([f"{path}: must be a table of keys and values, got {show(tables)}"])
    return tables


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """A JSON table, whose keys must differ."""
    table = dict(pairs)
    if len(table) < len(pairs):
        names = [name for name, _ in pairs]
        raise ValueError(f"the key {show(next(name for name in names if names.count(name) > 1))} twice in a table")
    return table


def _content(where: Path, shown: str) -> bytes:
    try:
        if where.is_dir():
            got = "a folder"
        elif where.stat().st_size > LARGEST_BYTES:
            got = f"one of over {LARGEST_BYTES // 10**6} MB"
        else:
            return where.read_bytes()
    except FileNotFoundError:
        got = "nothing there"
    except (OSError, ValueError) as error:
        got = getattr(error, "strerror", None) or str(error)
    raise ScenarioError([f"{shown}: must be a scenario file that can be read, got {got}"])


def _plain(message: str) -> str:
    """A parser's message with a small first letter."""
    return message[:1].lower() + message[1:]
