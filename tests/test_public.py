"""The public face: few names, loaded when used."""

import subprocess
import sys

import pytest

import simcenter as sc


def test_public_names_are_few_and_all_there() -> None:
    assert len(sc.__all__) <= 25
    assert [name for name in sc.__all__ if not hasattr(sc, name)] == []
    assert dir(sc) == sorted(sc.__all__)
    assert dir(sc.erlang) == sorted(sc.erlang.__all__)


def test_every_public_name_but_the_version_is_documented() -> None:
    assert [name for name in sc.__all__ if name != "__version__" and not getattr(sc, name).__doc__] == []


def test_an_unknown_name_is_an_attribute_error() -> None:
    with pytest.raises(AttributeError, match="module 'simcenter' has no attribute 'forecast'"):
        _ = sc.forecast


@pytest.mark.parametrize("module", ["simcenter", "simcenter.cli", "simcenter.cli.app"])
def test_importing_loads_nothing_heavy(module: str) -> None:
    """Help and usage errors come at once: what takes long to load is loaded by the command that needs it."""
    heavy = {"numpy", "pandas", "scipy", "pydantic", "simpy", "holidays", "openpyxl", "xlsxwriter"}
    code = f"import sys, {module}; print(sorted({heavy!r} & set(sys.modules)))"
    seen = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert seen.stdout.strip() == "[]"
