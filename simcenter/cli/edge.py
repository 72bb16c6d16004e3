"""The edge: the one place where errors become messages and exit codes."""

import os
import sys
from contextlib import suppress
from typing import Any

import typer
from typer.core import TyperGroup

from simcenter.errors import ScenarioError, SimcenterError, UnattainableError

FAILED, BAD_INPUT, UNATTAINABLE, INTERRUPTED, NOBODY_READS = 1, 2, 3, 130, 141


class Edge(TyperGroup):
    """The group of all commands. Whatever leaves a command passes through ``invoke``."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        """Take ``--debug`` wherever it stands: people add it at the end of the line that failed."""
        end = args.index("--") if "--" in args else len(args)
        if "--debug" in args[:end]:
            args = ["--debug", *(word for i, word in enumerate(args) if word != "--debug" or i > end)]
        return super().parse_args(ctx, args)

    def invoke(self, ctx: Any) -> Any:
        """Run the command; say what went wrong on stderr, without a traceback unless ``--debug`` was given."""
        _keep_stdout()
        try:
            result = super().invoke(ctx)
            sys.stdout.flush()
            return result
        except (typer.Exit, typer.Abort, typer.TyperException):
            raise
        except KeyboardInterrupt:
            _say("interrupted; nothing was written")
            raise typer.Exit(INTERRUPTED) from None
        except BrokenPipeError:
            # Whoever read the output has gone. Python would complain once more when it flushes at its own end.
            with suppress(OSError):  # a stdout that is no file has nothing to flush either
                os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
            raise typer.Exit(NOBODY_READS) from None
        except (SimcenterError, OSError, MemoryError) as error:
            if ctx.params["debug"]:
                raise
            _say(*_words(error))
            raise typer.Exit(_code(error)) from None
        except Exception as error:
            if ctx.params["debug"]:
                raise
            _say(
                f"unexpected {type(error).__name__}: {error}",
                "A fault of simcenter, not of your input. Run the command again with --debug for the traceback.",
            )
            raise typer.Exit(FAILED) from None


def _keep_stdout() -> None:
    """Keep stdout for results: what compiled libraries print there (the solver of integer programmes does now and then)
    goes to stderr, so that it cannot end up in the middle of a JSON."""
    with suppress(OSError, ValueError, AttributeError):  # a stdout that is no file, or closed; no stderr
        if os.name == "posix" and sys.stdout.fileno() == 1:
            sys.stdout.flush()
            results = os.dup(1)
            os.dup2(2, 1)
            sys.stdout = open(results, "w", encoding=sys.stdout.encoding, errors=sys.stdout.errors)  # noqa: SIM115


def _words(error: BaseException) -> list[str]:
    if isinstance(error, ScenarioError):
        count = len(error.problems)
        return [f"{count} problem{'s'[: count != 1]} found:", *(f"  {problem}" for problem in error.problems)]
    if isinstance(error, OSError) and error.filename is not None:
        return [f"{error.filename}: {error.strerror or error}"]
    if isinstance(error, MemoryError):
        return [f"out of memory: {error}" if str(error) else "out of memory: fewer replications, or a shorter horizon"]
    return [str(error)]


def _code(error: BaseException) -> int:
    if isinstance(error, UnattainableError):
        return UNATTAINABLE
    return BAD_INPUT if isinstance(error, SimcenterError | FileNotFoundError | IsADirectoryError) else FAILED


def _say(first: str, *more: str) -> None:
    typer.echo(f"simcenter: {first}", err=True)
    for line in more:
        typer.echo(line, err=True)
