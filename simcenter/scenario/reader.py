"""Reading a scenario file: TOML text in, a checked scenario out."""

import tomllib
from pathlib import Path
from typing import Any

from simcenter.errors import ScenarioError
from simcenter.scenario.build import build_scenario
from simcenter.scenario.model import Scenario
from simcenter.scenario.tables import Files

LARGEST_BYTES = 100_000_000


def load_scenario(path: str | Path) -> Scenario:
    """Load a scenario file and check every rule.

    Parameters
    ----------
    path : str or Path
        A TOML file; the demand files that it names are looked for beside it.

    Returns
    -------
    Scenario

    Raises
    ------
    ScenarioError
        With every problem found, each as ``key path: rule, got value``.
    """
    return build_scenario(read_toml(path), Files(Path(path).parent))


def read_toml(path: str | Path) -> dict[str, Any]:
    """The tables of a TOML file.

    Raises
    ------
    ScenarioError
        When it cannot be read, is not text in UTF-8 or not TOML.
    """
    try:
        where = Path(path)
        if where.is_dir():
            raise ScenarioError([f"{path}: must be a scenario file, got a folder"])
        if where.stat().st_size > LARGEST_BYTES:
            raise ScenarioError([f"{path}: must be a file of at most {LARGEST_BYTES // 10**6} MB, got {where.stat().st_size / 1e6:.0f} MB"])
        content = where.read_bytes()
    except FileNotFoundError:
        raise ScenarioError([f"{path}: must be a file that exists, got nothing there"]) from None
    except OSError as error:
        raise ScenarioError([f"{path}: must be a file that can be read, got {error.strerror or error}"]) from None
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content[: error.start].count(b"\n") + 1
        got = f"the byte 0x{content[error.start]:02x} in line {line}"
        raise ScenarioError([f"{path}: must be text in UTF-8, got {got}"]) from None
    try:
        return tomllib.loads(text)
    except RecursionError:
        raise ScenarioError([f"{path}: must be valid TOML, got tables or lists nested too deep"]) from None
    except ValueError as error:
        raise ScenarioError([f"{path}: must be valid TOML, got {_plain(str(error))}"]) from None


def _plain(message: str) -> str:
    """tomllib's message with a small first letter."""
    return message[:1].lower() + message[1:]
