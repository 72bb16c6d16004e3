"""Options that several commands share, and the scenario they work on."""

import json
import os
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from simcenter.errors import SimcenterError
from simcenter.worker import start_early

if TYPE_CHECKING:
    from simcenter.scenario import Scenario

ScenarioFile = Annotated[
    Path, typer.Argument(metavar="SCENARIO", help="A scenario file, or the name of a ready scenario.")
]
Settings = Annotated[
    list[str] | None,
    typer.Option("--set", metavar="KEY=VALUE", help="Change a key of the scenario; repeatable: --set horizon.days=1"),
]
ENDINGS = (".csv", ".xlsx", ".json")
PLOTS = (".svg", ".png")


def writable(path: Path | None) -> Path | None:
    """Refuse a place that cannot be written before the work begins, not after it."""
    return _place(path, ENDINGS)


def plottable(path: Path | None) -> Path | None:
    """The same for a plot, and refuse it where there is nothing to draw it with."""
    if path is not None and path.suffix.lower() in PLOTS:
        from simcenter.report.plots import check_drawable

        check_drawable()
    return _place(path, PLOTS)


def drawable(path: Path | None) -> Path | None:
    """The same for what can be written or drawn."""
    return plottable(path) if path is not None and path.suffix.lower() in PLOTS else _place(path, (*ENDINGS, *PLOTS))


def _place(path: Path | None, endings: tuple[str, ...]) -> Path | None:
    if path is None:
        return None
    if path.suffix.lower() not in endings:
        raise SimcenterError(f"{path}: must end in {', '.join(endings)}, got {path.suffix or 'no ending'!r}")
    if path.is_dir():
        raise SimcenterError(f"{path}: is a folder")
    if not path.parent.is_dir():
        raise SimcenterError(f"{path}: there is no folder {path.parent}")
    if not os.access(path.parent, os.W_OK):
        raise SimcenterError(f"{path}: cannot be written (no permission in {path.parent})")
    return path


Output = Annotated[
    Path | None,
    typer.Option(
        "--output",
        "-o",
        metavar="FILE",
        callback=writable,
        help="Write the result here: .csv, .xlsx or .json by its ending.",
    ),
]
Json = Annotated[bool, typer.Option("--json", help="Print the result as JSON instead of tables.")]
Replications = Annotated[int, typer.Option(min=1, help="How many independent weeks, days, ... to simulate.")]
Repeats = Annotated[
    int | None,
    typer.Option(
        "--replications",
        min=1,
        help="How many independent weeks, days, ... to simulate: 100; with --precision at most, 10,000.",
    ),
]
Precision = Annotated[
    str | None,
    typer.Option(
        metavar="SHARE",
        help="Simulate until every target's interval is this narrow, to either side: 1% or 0.01. Shares in points, "
        "times relative to their value; without targets, the mean wait and share abandoned of each queue.",
    ),
]
Seed = Annotated[int, typer.Option(min=0, help="The same seed gives the same customers.")]


def _start_workers(jobs: int) -> int:
    """They load what they need while this process does, which takes as long."""
    start_early(jobs, "simcenter.experiment.replicate")
    return jobs


Jobs = Annotated[
    int,
    typer.Option(min=0, callback=_start_workers, help="Processes that share the replications; 0: one for each core."),
]
Engine = Annotated[str, typer.Option(help="auto, compiled or simpy; every engine gives the same rows.")]
Quiet = Annotated[bool, typer.Option("--quiet", "-q", help="No progress on stderr.")]


def read_scenario(file: Path, settings: list[str] | None = None) -> "Scenario":
    """The scenario of a file or a ready one, with the given keys changed, all of them at once."""
    from simcenter.scenario import load_scenario
    from simcenter.scenario.ready import find_scenario

    scenario = load_scenario(find_scenario(file))
    changes: dict[str, Any] = {}
    for setting in settings or ():
        key, equals, value = setting.partition("=")
        if not key or not equals:
            raise typer.BadParameter(
                f'{setting!r} is not of the form KEY=VALUE, such as horizon.days=1, or queues.calls.patience="2 min"'
            )
        changes.pop(key.strip(), None)  # given twice: the last one counts, in its turn
        changes[key.strip()] = read_value(value.strip())
    return scenario.replace(changes) if changes else scenario


def read_value(text: str) -> Any:
    """A number, true, false, or a list or table in JSON; anything else is text as it stands."""
    try:
        return json.loads(text)
    except ValueError:
        return text
