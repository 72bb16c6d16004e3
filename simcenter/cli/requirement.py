"""``simcenter requirement``: the closed-form answer."""

from typing import Annotated

import typer

from simcenter.cli.options import Json, Output, ScenarioFile, Settings, read_scenario
from simcenter.cli.screen import show


def requirement(
    scenario: ScenarioFile,
    settings: Settings = None,
    method: Annotated[
        str,
        typer.Option(
            help="How load follows volume: mol (modified offered load), sipp (each interval alone), lag_sipp."
        ),
    ] = "mol",
    explain: Annotated[
        bool, typer.Option("--explain", help="Show what every headcount is made of, and what asks for it.")
    ] = False,
    output: Output = None,
    as_json: Json = False,
) -> None:
    """Advisers per desk and interval by queueing formulas: instant, unproven; where `plan` begins."""
    from simcenter.planning import closed_form
    from simcenter.planning.explain import explained

    form = closed_form(read_scenario(scenario, settings), method=method)
    typer.echo(form.formulas, err=True)
    for note in form.notes:
        typer.echo(note, err=True)
    show(explained(form) if explain else form.staffing, output=output, as_json=as_json)
