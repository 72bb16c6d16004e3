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
    output: Output = None,
    as_json: Json = False,
) -> None:
    """Advisers per desk and interval by queueing formulas: instant, unproven; where `plan` begins."""
    from simcenter.planning import closed_form

    form = closed_form(read_scenario(scenario, settings), method=method)
    typer.echo(form.formulas, err=True)
    show(form.staffing, output=output, as_json=as_json)
