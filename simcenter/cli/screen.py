"""What commands print: results on stdout, progress on stderr."""

import json
import os
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import typer

if TYPE_CHECKING:
    from rich.console import Console

    from simcenter.scenario import Scenario

WIDTH = 120

SECONDS_BETWEEN_LINES = 10.0
"""Where stderr is no terminal, progress is one plain line now and then."""


def console() -> "Console":
    """Where tables go. Rich itself leaves out colour when stdout is no terminal or NO_COLOR is set."""
    from rich.console import Console

    # A file or a pipe has no width of its own; rich would take 80 columns, too few for tables.
    known = sys.stdout.isatty() or "COLUMNS" in os.environ
    return Console(width=None if known else WIDTH, highlight=False)


def show(result: Any, *, output: Path | None, as_json: bool) -> None:
    """Print the result, and write it where it was asked for."""
    from simcenter import report

    if as_json:
        print_json(report.to_json_dict(result))
    else:
        report.show(result, console())
    if output is not None:  # after printing: whatever happens to the file, the work is not lost
        report.write(result, output)
        typer.echo(f"wrote {output}", err=True)


def say_volumes(scenario: "Scenario") -> None:
    """Say on stderr which volumes count all attempts, and how many of them are taken for first ones."""
    from simcenter.simulation.attempts import volume_notes

    for note in volume_notes(scenario):
        typer.echo(note, err=True)


def print_json(value: Any) -> None:
    """Print plain JSON; never NaN, which is not JSON."""
    typer.echo(json.dumps(value, indent=2, ensure_ascii=False, allow_nan=False))


Line = Callable[[str, float], None]
"""Told what is being done, and what share of all the work is done."""


@contextmanager
def progress(quiet: bool) -> Iterator[Line | None]:
    """Where the work is, on stderr: one line kept up to date on a terminal, a plain line now and then elsewhere."""
    if quiet:
        yield None
        return
    from rich.console import Console

    err = Console(stderr=True, highlight=False)
    if err.is_terminal:
        with err.status("starting") as status:
            yield lambda text, share: status.update(f"{share:4.0%}  {text}")
        return
    last = time.monotonic()

    def line(text: str, share: float) -> None:
        """Write one, now and then."""
        nonlocal last
        if time.monotonic() - last >= SECONDS_BETWEEN_LINES:
            last = time.monotonic()
            typer.echo(f"{share:4.0%}  {text}", err=True)

    yield line


def counted(line: Line | None) -> Callable[[int, int], None] | None:
    """The same for work that counts replications."""
    if line is None:
        return None
    began = time.monotonic()

    def told(done: int, wanted: int) -> None:
        """Say how many are done, and how long the rest will take."""
        left_s = (time.monotonic() - began) * (wanted - done) / done
        line(f"replication {done} of {wanted}, {span(left_s)} left", done / wanted)

    return told


def span(seconds: float) -> str:
    """About how long, for people: 45 s, 12 min, 3 h."""
    if seconds < 100:
        return f"{seconds:.0f} s"
    return f"{seconds / 60:.0f} min" if seconds < 6000 else f"{seconds / 3600:.0f} h"
