"""``simcenter plan``: the main job."""

from typing import Annotated, Any

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
from simcenter.cli.screen import progress, say_volumes, show

Budget = Annotated[
    str | None,
    typer.Option(
        metavar="N",
        help="At most so much: 40 (advisers at once), '300 hours' or '9000 cost'. If that is too little: the least "
        "total shortfall, and exit code 3.",
    ),
]
Assurance = Annotated[
    str | None,
    typer.Option(
        metavar="SHARES",
        help="Keep each target on this share of all days (0.9 or 90%), not just on average. Several, as in "
        "0.5,0.8,0.9,0.95: what each step costs.",
    ),
]
Replications = Annotated[
    int | None,
    typer.Option(min=10, help="Fresh replications for the proof: 400; with --assurance what its proof takes."),
]
Stress = Annotated[
    str | None,
    typer.Option(
        metavar="CHANGES",
        help="Also: does the plan hold with more to do, what breaks first, and what would holding cost? As in "
        "volume=+10%,aht=+5% (also patience).",
    ),
]
Explain = Annotated[
    bool, typer.Option("--explain", help="Also: what every headcount is made of, and what asks for it.")
]


def plan(
    scenario: ScenarioFile,
    replications: Replications = None,
    seed: Seed = 0,
    confidence: Annotated[float, typer.Option(min=0.5, max=0.999, help="Of the proof: all targets together.")] = 0.95,
    time_limit: Annotated[
        float | None, typer.Option(min=1.0, metavar="SECONDS", help="Stop searching then, with the best so far.")
    ] = None,
    block: Annotated[
        int,
        typer.Option(min=1, metavar="K", help="Each desk keeps its number for K intervals, from its opening each day."),
    ] = 1,
    assurance: Assurance = None,
    budget: Budget = None,
    stress: Stress = None,
    explain: Explain = False,
    jobs: Jobs = 1,
    engine: Engine = "auto",
    settings: Settings = None,
    output: Output = None,
    as_json: Json = False,
    quiet: Quiet = False,
) -> None:
    """Find the advisers per desk and interval that keep every target, proven on fresh replications."""
    from simcenter.planning import plan as search
    from simcenter.planning.assurances import assurances
    from simcenter.planning.explain import explained
    from simcenter.planning.stress import read_stress
    from simcenter.planning.stress import stress as play

    if explain and stress is not None:
        raise typer.BadParameter("must be asked for one at a time", param_hint="--explain, --stress")
    shares = [] if assurance is None else assurance.split(",")
    if len(shares) > 1 and (explain or stress is not None or budget is not None):
        raise typer.BadParameter(
            "several shares must be asked for without --explain, --stress and --budget", param_hint="--assurance"
        )
    changes = None if stress is None else read_stress(stress)
    centre = read_scenario(scenario, settings)
    say_volumes(centre)
    options: dict[str, Any] = {"replications": replications, "jobs": jobs, "engine": engine}
    result: object
    asked: dict[str, Any] = {"seed": seed, "confidence": confidence, "block": block, "time_limit": time_limit}
    with progress(quiet) as line:
        if len(shares) > 1:
            steps = assurances(centre, shares, **asked, **options, progress=line)
            result, proven = steps, steps.proven
        else:
            found = search(centre, assurance=assurance, budget=budget, **asked, **options, progress=line)
            if changes is not None:
                shown: object = play(found, changes, **options, progress=line)
            else:
                shown = explained(found) if explain else found
            result, proven = shown, found.proven
    show(result, output=output, as_json=as_json)
    if not proven:
        raise typer.Exit(UNATTAINABLE)
