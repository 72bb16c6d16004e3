"""The command line as a user meets it: words in, exit code and words out."""

from collections.abc import Callable
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

SMALL = """\
schema = 1
name = "Small centre"
timezone = "Europe/Paris"

[horizon]
start = 2026-03-02
days = 1
interval = "60 min"
opens = "09:00"
closes = "12:00"

[queues.calls]
channel = "phone"
volume = { per_day = 60 }
handle_time = "4 min"
patience = "3 min"
target = { answered = 0.70, within = "60 s" }

[desks.team]
[desks.team.serves.calls]
"""


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Result]:
    """Run a command line in an empty folder, its output piped."""
    from simcenter.cli.app import app

    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("COLUMNS", raising=False)  # pytest's own terminal is none of ours
    return lambda *words: CliRunner().invoke(app, [str(word) for word in words], prog_name="simcenter")


@pytest.fixture
def small(tmp_path: Path) -> Path:
    """One queue, one desk, three hours: plans in about a second."""
    path = tmp_path / "small.toml"
    path.write_text(SMALL, encoding="utf-8")
    return path


@pytest.fixture
def given(tmp_path: Path) -> Path:
    """The same with its advisers given."""
    path = tmp_path / "given.toml"
    path.write_text(SMALL.replace("[desks.team]\n", "[desks.team]\nadvisers = 3\n"), encoding="utf-8")
    return path
