"""``simcenter compare``: variants of a centre on the same customers."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from simcenter.cli.options import (
    Engine,
    Jobs,
    Json,
    Output,
    Quiet,
    Replications,
    Seed,
    read_scenario,
)
from simcenter.cli.screen import counted, progress, show
from simcenter.errors import ScenarioError

if TYPE_CHECKING:
    from simcenter.scenario import Scenario


def compare(
    scenarios: Annotated[
        list[Path],
        typer.Argument(
            metavar="SCENARIO", help="Scenario files, or names of ready ones; the first is what others differ from."
        ),
    ],
    settings: Annotated[
        list[str] | None,
        typer.Option(
            "--set",
            metavar="KEY=VALUE",
            help="A variant of the first scenario; several changes in one variant with ';' between; repeatable, one "
            "variant each: --set desks.front.serves.orders.transfers.returns=0.05",
        ),
    ] = None,
    staffing: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE",
            help="Advisers of all variants: CSV with interval_start, desk, advisers. Left out: those of each scenario.",
        ),
    ] = None,
    replications: Replications = 100,
    seed: Seed = 0,
    jobs: Jobs = 1,
    engine: Engine = "auto",
    output: Output = None,
    as_json: Json = False,
    quiet: Quiet = False,
) -> None:
    """Play variants of a centre with the same customers, and say by how much each measure differs."""
    from simcenter.experiment.compare import compare as paired
    from simcenter.scenario import read_staffing_frame
    from simcenter.simulation.staffing import Staffing

    stems = {file.stem for file in scenarios}
    names = [file.stem if len(stems) == len(scenarios) else str(file) for file in scenarios]
    variants = {name: read_scenario(file) for name, file in zip(names, scenarios, strict=True)}
    for setting in settings or ():
        variants[setting] = read_scenario(scenarios[0], [part.strip() for part in setting.split(";")])
    if len(variants) < 2:
        raise typer.BadParameter("give two scenarios, or one and a variant of it with --set", param_hint="SCENARIO")
    each = None
    if staffing is None:
        _check_given(variants)
    if staffing is not None:
        each = {name: Staffing.from_scenario(one, read_staffing_frame(staffing, one)) for name, one in variants.items()}
    with progress(quiet) as line:
        found = paired(
            variants, each, replications=replications, seed=seed, engine=engine, jobs=jobs, progress=counted(line)
        )
    show(found, output=output, as_json=as_json)


def _check_given(variants: "dict[str, Scenario]") -> None:
    """Raise ScenarioError where a variant leaves the advisers of a desk to a plan."""
    problems = [
        f"{name}: desks.{desk}.advisers: must be given to compare, got nothing (by the file, or by --staffing "
        "for all variants)"
        for name, scenario in variants.items()
        for desk, one in scenario.desks.items()
        if one.advisers is None
    ]
    if problems:
        raise ScenarioError(problems)
