"""The application: its first screen, its global options, and the list of its commands."""

from typing import Annotated

import typer

from simcenter.cli.check import check
from simcenter.cli.compare import compare
from simcenter.cli.edge import Edge
from simcenter.cli.erlang import erlang
from simcenter.cli.frontier import frontier
from simcenter.cli.init import init
from simcenter.cli.measures import measures
from simcenter.cli.plan import plan
from simcenter.cli.requirement import requirement
from simcenter.cli.scenarios import scenarios
from simcenter.cli.simulate import simulate

FIRST_SCREEN = """simcenter: how many advisers each desk of a contact centre needs, proven by simulation.

  simcenter scenarios            the ready scenarios
  simcenter init first           copy one here, to edit
  simcenter check first.toml     every mistake in it, at once
  simcenter plan first.toml      advisers per desk and interval, and the proof

simcenter --help lists every command; simcenter COMMAND --help its options."""

app = typer.Typer(
    cls=Edge,
    help="How many advisers each desk of a contact centre needs, proven by simulation.",
    epilog="Results go to stdout, progress and messages to stderr. "
    "Exit codes: 0 done, 1 failed, 2 bad input or usage, 3 a target cannot be met or was missed.",
    invoke_without_command=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)
for command in (check, plan, simulate, compare, frontier, requirement, erlang, measures, scenarios, init):
    app.command()(command)


def _version(wanted: bool) -> None:
    if wanted:
        from simcenter import __version__

        typer.echo(f"simcenter {__version__}")
        raise typer.Exit


@app.callback()
def first_screen(
    context: typer.Context,
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Print the version and exit.")
    ] = False,
    debug: Annotated[
        bool, typer.Option("--debug", help="Show the traceback of an unexpected error; also after the command.")
    ] = False,
) -> None:
    """Print where to begin when no command is given."""
    if context.invoked_subcommand is None:
        typer.echo(FIRST_SCREEN)
