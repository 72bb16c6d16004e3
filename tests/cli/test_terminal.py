"""Colour: on a terminal, unless NO_COLOR is set."""

import os
import pty
import re
import subprocess
import sys
from pathlib import Path


def on_a_terminal(*words: str, **environment: str) -> str:
    """What a command prints when its stdout is a terminal."""
    ours, theirs = pty.openpty()
    kept = {name: value for name, value in os.environ.items() if name != "NO_COLOR"}
    process = subprocess.Popen(
        [sys.executable, "-m", "simcenter", *words],
        stdout=theirs,
        env={**kept, "PYTHONPATH": str(Path(__file__).parents[2]), "TERM": "xterm-256color", **environment},
    )
    os.close(theirs)
    seen = b""
    while True:
        try:
            more = os.read(ours, 4096)
        except OSError:  # Linux tells so that the other side is closed
            more = b""
        if not more:
            break
        seen += more
    os.close(ours)
    assert process.wait(timeout=30) == 0
    return seen.decode()


def colours(text: str) -> list[str]:
    """The colour codes in a text; bold and dim are none."""
    return [code for code in re.findall(r"\x1b\[([0-9;]*)m", text) if re.search(r"(^|;)([34]|9|10)[0-7](;|$)", code)]


def test_a_terminal_gets_colour() -> None:
    assert colours(on_a_terminal("--help")) != []


def test_no_color_takes_it_away() -> None:
    assert colours(on_a_terminal("--help", NO_COLOR="1")) == []
    assert colours(on_a_terminal("measures", NO_COLOR="1")) == []
