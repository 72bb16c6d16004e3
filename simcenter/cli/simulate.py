"""``simcenter simulate``: what customers meet with a given staffing."""

from pathlib import Path
from typing import Annotated

import typer

from simcenter.cli.edge import UNATTAINABLE
from simcenter.cli.options import (
    Engine,
    Jobs,
    Json,
    Output,
    Precision,
    Quiet,
    Repeats,
    ScenarioFile,
    Seed,
    Settings,
    read_scenario,
    writable,
)
from simcenter.cli.screen import counted, progress, say_volumes, show


def simulate(
    scenario: ScenarioFile,
    staffing: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE",
            help="Advisers: CSV with interval_start, desk, advisers. Left out: those that the scenario gives.",
        ),
    ] = None,
    replications: Repeats = None,
    precision: Precision = None,
    seed: Seed = 0,
    jobs: Jobs = 1,
    engine: Engine = "auto",
    settings: Settings = None,
    output: Output = None,
    legs: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE",
            callback=writable,
            help="Also write the first replication contact by contact, one row a leg.",
        ),
    ] = None,
    as_json: Json = False,
    check: Annotated[bool, typer.Option("--check", help="Exit with 3 when a target is missed.")] = False,
    quiet: Quiet = False,
) -> None:
    """Play the centre with a given staffing, and measure it."""
    from simcenter import experiment, report
    from simcenter.scenario import read_staffing_frame
    from simcenter.simulation.staffing import Staffing

    centre = read_scenario(scenario, settings)
    say_volumes(centre)
    advisers = None if staffing is None else Staffing.from_scenario(centre, read_staffing_frame(staffing, centre))
    with progress(quiet) as line:
        results = experiment.simulate(
            centre,
            advisers,
            replications=replications,
            precision=precision,
            seed=seed,
            engine=engine,
            jobs=jobs,
            progress=counted(line),
        )
    show(results, output=output, as_json=as_json)
    if legs is not None:
        report.write(results.legs, legs)
        typer.echo(f"wrote {legs}", err=True)
    if check and not results.met:
        raise typer.Exit(UNATTAINABLE)
