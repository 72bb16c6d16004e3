"""``simcenter frontier``: what fewer transfers, or a better service level, cost, and where the next euro buys most."""

from pathlib import Path
from typing import Annotated

import typer

from simcenter.cli.edge import UNATTAINABLE
from simcenter.cli.options import (
    Engine,
    Jobs,
    Json,
    Quiet,
    ScenarioFile,
    Seed,
    Settings,
    drawable,
    plottable,
    read_scenario,
)
from simcenter.cli.screen import progress, show

Transfers = Annotated[
    str | None,
    typer.Option(metavar="CAPS", help="Caps on the share of customers handed on: 0.02,0.04,none (none: no cap)."),
]
Answered = Annotated[
    str | None,
    typer.Option(
        metavar="SHARES",
        help="Shares answered in time: 0.7,0.8,0.9; or moved from each queue's own: -0.05,+0.05. With --transfers: "
        "every pair.",
    ),
]
Queues = Annotated[
    str | None,
    typer.Option(metavar="NAMES", help="Whose share that is: sales,service. Left out: all that promise one."),
]
Assume = Annotated[
    str | None,
    typer.Option(
        metavar="NAME=NUMBER,...",
        help="What levers cost and do, as far as no simulation knows it: generalist_pay, training, skill_pay, "
        "menu_effect, menu_price, longer, longer_effect, coaching, handed_on (see docs/planning.md).",
    ),
]
Output = Annotated[
    Path | None,
    typer.Option(
        "--output",
        "-o",
        metavar="FILE",
        callback=drawable,
        help="Write the result here: .csv, .xlsx, .json, or a plot, .svg or .png, by its ending.",
    ),
]
Plot = Annotated[
    Path | None, typer.Option(metavar="FILE", callback=plottable, help="Also draw it: .svg or .png by its ending.")
]


def frontier(
    scenario: ScenarioFile,
    transfers: Transfers = None,
    answered: Answered = None,
    queues: Queues = None,
    levers: Annotated[bool, typer.Option(help="Also try changes: where the next euro buys most.")] = True,
    assume: Assume = None,
    replications: Annotated[
        int | None, typer.Option(min=10, help="Fresh replications for the proof of each point: 400.")
    ] = None,
    seed: Seed = 0,
    confidence: Annotated[float, typer.Option(min=0.5, max=0.999, help="Of each point's proof.")] = 0.95,
    time_limit: Annotated[float | None, typer.Option(min=1.0, metavar="SECONDS", help="For the whole.")] = None,
    jobs: Jobs = 1,
    engine: Engine = "auto",
    settings: Settings = None,
    output: Output = None,
    plot: Plot = None,
    as_json: Json = False,
    quiet: Quiet = False,
) -> None:
    """Plan from a strict demand to a loose one: what fewer customers handed on, or more answered in time, cost."""
    from simcenter.planning.asked import read_caps, read_shares
    from simcenter.planning.frontier import frontier as plans
    from simcenter.planning.levers import read_assumptions
    from simcenter.report import write

    caps, shares = read_caps(transfers), read_shares(answered)
    assumptions = None if assume is None else read_assumptions(assume)
    centre = read_scenario(scenario, settings)
    with progress(quiet) as line:
        found = plans(
            centre,
            transfers=caps,
            answered=shares,
            queues=None if queues is None else [name.strip() for name in queues.split(",")],
            levers=levers,
            assumptions=assumptions,
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
        write(found, plot)
        typer.echo(f"wrote {plot}", err=True)
    if not found.own.plan.proven:
        raise typer.Exit(UNATTAINABLE)
