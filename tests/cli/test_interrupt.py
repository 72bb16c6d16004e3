"""Ctrl-C and a closed pipe end a run cleanly."""

import os
import pty
import signal
import subprocess
import sys
from pathlib import Path

import pytest

LONG = ["--replications", "1000000"]


def start(folder: Path, *words: str) -> tuple["subprocess.Popen[bytes]", int]:
    """Start the command line with a terminal as its stderr, and wait until it is at work."""
    ours, theirs = pty.openpty()
    process = subprocess.Popen(
        [sys.executable, "-m", "simcenter", *words],
        cwd=folder,
        stdout=subprocess.PIPE,
        stderr=theirs,
        start_new_session=True,
        # tests in the background of a shell are started with Ctrl-C ignored, and would hand that on
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
        env={**os.environ, "PYTHONPATH": str(Path(__file__).parents[2]), "TERM": "xterm", "COLUMNS": "100"},
    )
    os.close(theirs)
    seen = b""
    while b"replication" not in seen:
        seen += os.read(ours, 4096)
    return process, ours


def rest(descriptor: int) -> str:
    """What is still said until the terminal closes."""
    seen = b""
    while True:
        try:
            more = os.read(descriptor, 4096)
        except OSError:  # Linux tells so that the other side is closed
            more = b""
        if not more:
            os.close(descriptor)
            return seen.decode(errors="replace")
        seen += more


@pytest.mark.parametrize("jobs", ["1", "2"])
def test_ctrl_c_ends_with_130_and_leaves_no_half_written_file(given: Path, jobs: str) -> None:
    words = ["simulate", given.name, *LONG, "--jobs", jobs, "-o", "out.csv", "--legs", "legs.csv"]
    process, terminal = start(given.parent, *words)
    os.killpg(process.pid, signal.SIGINT)  # as a terminal does: to every process of the group
    said = rest(terminal)
    stdout, _ = process.communicate(timeout=30)
    assert process.returncode == 130
    assert "interrupted; nothing was written" in said
    assert "Traceback" not in said
    assert stdout == b""
    assert [path.name for path in given.parent.iterdir()] == [given.name]


def test_a_reader_that_goes_away_is_no_error(given: Path) -> None:
    process = subprocess.Popen(
        [sys.executable, "-m", "simcenter", "check", given.name, "--json"],
        cwd=given.parent,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env={**os.environ, "PYTHONPATH": str(Path(__file__).parents[2])},
    )
    assert process.stdout is not None
    assert process.stderr is not None
    process.stdout.close()
    said = process.stderr.read().decode()
    process.stderr.close()
    assert process.wait(timeout=30) == 141
    assert said == ""
