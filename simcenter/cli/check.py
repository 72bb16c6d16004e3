"""``simcenter check``: every mistake of a scenario at once."""

from pathlib import Path
from typing import Annotated

import typer

from simcenter.cli.options import Settings, read_scenario
from simcenter.cli.screen import print_json


def check(
    scenario: Annotated[
        Path | None, typer.Argument(metavar="SCENARIO", help="A scenario file, or the name of a ready scenario.")
    ] = None,
    settings: Settings = None,
    as_json: Annotated[
        bool, typer.Option("--json", help="Print the scenario with every value explicit; that is a valid scenario too.")
    ] = False,
    schema: Annotated[
        bool, typer.Option("--schema", help="Print the JSON Schema of scenario files, for editors.")
    ] = False,
) -> None:
    """Read a scenario and say all that is wrong with it."""
    if schema:
        from simcenter.scenario import json_schema

        print_json(json_schema())
        return
    from simcenter.simulation.attempts import first_attempts

    if scenario is None:
        raise typer.BadParameter("give a scenario, or --schema")
    checked = read_scenario(scenario, settings)
    first_attempts(checked)  # a volume of all attempts must leave first ones
    if as_json:
        print_json(checked.to_dict())
    else:
        from simcenter.report import describe

        typer.echo(describe(checked))
