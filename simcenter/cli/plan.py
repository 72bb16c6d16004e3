"""``simcenter plan``: the main job."""

from typing import Annotated

import typer

from simcenter.cli.edge import UNATTAINABLE
from simcenter.cli.options import (
    Engine,
    Jobs,
    Json,
    Output,
    Quiet,
    ScenarioFile,
    Seed,
    Settings,
    read_scenario,
)
from simcenter.cli.screen import progress, show


def plan(
    scenario: ScenarioFile,
    replications: Annotated[int, typer.Option(min=10, help="Fresh replications for the proof.")] = 100,
    seed: Seed = 0,
    confidence: Annotated[float, typer.Option(min=0.5, max=0.999, help="Of the proof: all targets together.")] = 0.95,
    time_limit: Annotated[
        float | None, typer.Option(min=1.0, metavar="SECONDS", help="Stop searching then, with the best so far.")
    ] = None,
    jobs: Jobs = 1,
    engine: Engine = "auto",
    settings: Settings = None,
    output: Output = None,
    as_json: Json = False,
    quiet: Quiet = False,
) -> None:
    """Find the advisers per desk and interval that keep every target, proven on fresh replications."""
    from simcenter.planning import plan as search

    centre = read_scenario(scenario, settings)
    with progress(quiet) as line:
        found = search(
            centre,
            replications=replications,
            seed=seed,
            confidence=confidence,
            time_limit=time_limit,
            jobs=jobs,
            engine=engine,
            progress=line,
        )
    show(found, output=output, as_json=as_json)
    if not found.proven:
        raise typer.Exit(UNATTAINABLE)
