"""``simcenter frontier``: what fewer transfers, or a better service level, cost."""

from pathlib import Path
from typing import Annotated

import typer

from simcenter.cli.options import Engine, Jobs, Json, Output, Quiet, ScenarioFile, Seed, Settings, read_scenario
from simcenter.cli.screen import progress, show


def drawable(path: Path | None) -> Path | None:
    """Refuse a picture that cannot be written before the work begins."""
    if path is None:
        return None
    if path.suffix.lower() != ".svg":
        raise typer.BadParameter(f"{path}: must end in .svg, got {path.suffix or 'no ending'!r}")
    if not path.parent.is_dir():
        raise typer.BadParameter(f"{path}: there is no folder {path.parent}")
    return path


def frontier(
    scenario: ScenarioFile,
    against: Annotated[str, typer.Option(help="transfers, or service level.")] = "transfers",
    points: Annotated[int, typer.Option(min=2, max=20, help="Plans, from the loosest demand to the strictest.")] = 5,
    levers: Annotated[
        bool, typer.Option("--levers", help="Also try single changes of the centre: where the next euro buys most.")
    ] = False,
    replications: Annotated[int, typer.Option(min=10, help="Fresh replications for the proof of each point.")] = 100,
    seed: Seed = 0,
    confidence: Annotated[float, typer.Option(min=0.5, max=0.999, help="Of each point's proof.")] = 0.95,
    time_limit: Annotated[float | None, typer.Option(min=1.0, metavar="SECONDS", help="For each point.")] = None,
    plot: Annotated[
        Path | None, typer.Option(metavar="FILE.svg", callback=drawable, help="Also draw the frontier.")
    ] = None,
    jobs: Jobs = 1,
    engine: Engine = "auto",
    settings: Settings = None,
    output: Output = None,
    as_json: Json = False,
    quiet: Quiet = False,
) -> None:
    """Plan from a loose demand to a strict one: what fewer customers handed on, or more answered in time, cost."""
    from simcenter.planning.frontier import frontier as plans
    from simcenter.report.frontier import draw

    centre = read_scenario(scenario, settings)
    with progress(quiet) as line:
        found = plans(
            centre,
            against,
            points=points,
            with_levers=levers,
            replications=replications,
            seed=seed,
            confidence=confidence,
            jobs=jobs,
            engine=engine,
            time_limit=time_limit,
            progress=line,
        )
    show(found, output=output, as_json=as_json)
    if plot is not None:
        draw(found, plot)
        typer.echo(f"wrote {plot}", err=True)
