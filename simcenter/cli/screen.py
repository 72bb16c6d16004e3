"""What commands print: results on stdout, progress on stderr."""

import json
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import typer

if TYPE_CHECKING:
    from rich.console import Console

SECONDS_BETWEEN_LINES = 10.0
"""Where stderr is no terminal, progress is one plain line now and then."""


def console() -> "Console":
    """Where tables go. Rich itself leaves out colour when stdout is no terminal or NO_COLOR is set."""
    from rich.console import Console

    return Console(soft_wrap=not sys.stdout.isatty(), highlight=False)


def show(result: Any, *, output: Path | None, as_json: bool) -> None:
    """Write the result where it was asked for, and print it."""
    from simcenter import report

    if output is not None:
        report.write(result, output)
        typer.echo(f"wrote {output}", err=True)
    if as_json:
        print_json(report.to_json_dict(result))
    else:
        report.show(result, console())


def print_json(value: Any) -> None:
    """Print plain JSON; never NaN, which is not JSON."""
    typer.echo(json.dumps(value, indent=2, ensure_ascii=False, allow_nan=False))


@contextmanager
def progress(quiet: bool) -> Iterator[Callable[[str], None] | None]:
    """A function that shows where the work is: one line kept up to date on a terminal, plain lines elsewhere."""
    if quiet:
        yield None
        return
    from rich.console import Console

    err = Console(stderr=True, highlight=False)
    if err.is_terminal:
        with err.status("starting") as status:
            yield lambda text: status.update(text)
        return
    last = time.monotonic()

    def line(text: str) -> None:
        nonlocal last
        if time.monotonic() - last >= SECONDS_BETWEEN_LINES:
            last = time.monotonic()
            typer.echo(text, err=True)

    yield line
