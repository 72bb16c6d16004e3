"""Simulate: play a centre a number of times and say what comes out."""

from collections.abc import Mapping, Sequence
from numbers import Integral
from typing import TYPE_CHECKING

from simcenter.errors import ScenarioError
from simcenter.experiment.precision import MOST, Watch, read_precision, watch_for
from simcenter.experiment.reduction import Several, SeveralPartial
from simcenter.experiment.replicate import Players, Progress
from simcenter.experiment.results import Results, summing
from simcenter.experiment.targets import SumTargets
from simcenter.measures import compile_promises
from simcenter.simulation.compile import compile_network
from simcenter.simulation.engine import check_engine
from simcenter.simulation.staffing import Staffing

if TYPE_CHECKING:
    import pandas as pd

    from simcenter.scenario import Scenario


USUAL = 100
"""Replications where none are asked for."""


def simulate(
    scenario: "Scenario",
    staffing: "Staffing | Mapping[str, int | Sequence[int]] | pd.DataFrame | None" = None,
    *,
    replications: int | None = None,
    seed: int = 0,
    engine: str = "auto",
    jobs: int = 1,
    keep_legs: int = 1,
    confidence: float = 0.95,
    precision: float | str | None = None,
    progress: Progress | None = None,
) -> Results:
    """Simulate a centre with given staffing.

    Parameters
    ----------
    scenario : Scenario
    staffing : Staffing, mapping or DataFrame, optional
        Advisers on the floor, also as {desk: number, or numbers per interval} or a table with columns interval_start,
        desk, advisers. Left out: those that the scenario gives.
    replications : int, optional
        How many times the horizon is played: 100; with ``precision`` at most, 10,000. Intervals need at least 2.
    seed : int
        The same seed gives the same customers, whatever the staffing, engine and jobs.
    engine, jobs : str, int
        "auto" or an engine's name; processes. The results do not depend on them.
    keep_legs : int
        Of how many replications to keep the legs.
    confidence : float
        Of the confidence intervals, between 0 and 1.
    precision : float or str, optional
        Play until no target's interval is more than this (0.01, or "1%") to either side, in points of share or
        relative to times; see docs/measures.md. ``Results.precision`` says whether that came to be.
    progress : callable, optional
        Called with the replications done and wanted (until the next look), after each block of them.

    Returns
    -------
    Results

    Raises
    ------
    ScenarioError
        For arguments that are not allowed, and desks without advisers.
    """
    from simcenter.scenario import check_scenario  # slow to load, and workers never need it

    check_scenario(scenario)
    wanted = None if precision is None else read_precision(precision)
    if replications is None:
        replications = USUAL if wanted is None else MOST
    _check(engine, confidence, wanted, replications=replications, keep_legs=keep_legs, seed=seed)
    staffing, replications, seed = staffing_for(scenario, staffing), int(replications), int(seed)
    with Players(compile_network(scenario), compile_promises(scenario), jobs=jobs, engine=engine) as players:
        watch = None if wanted is None else watch_for(scenario, players.meter, wanted, replications, confidence)
        summed = _summed(players, scenario, staffing, range(replications), seed, int(keep_legs), watch, progress)
        found = None if watch is None else watch.found
        return Results.of(scenario, staffing, summed, seed=seed, engine=engine, confidence=confidence, precision=found)


def _summed(
    players: Players,
    scenario: "Scenario",
    staffing: Staffing,
    replications: range,
    seed: int,
    keep_legs: int,
    watch: Watch | None,
    progress: Progress | None,
) -> SeveralPartial:
    """What results are made of, of as many replications as the watch asks for."""
    reduction = summing(scenario, keep_legs)
    if watch is not None:
        reduction = Several((*reduction.reductions, SumTargets(watch.cells.criteria)))
    total, done = reduction.start(players.meter, replications[:0]), 0
    for block, partial in players.partials(reduction, staffing, seed=seed, replications=replications):
        total.merge(partial)
        done += len(block)
        if watch is not None and watch.enough(partial.parts[-1], len(block)):
            break
        if progress is not None:
            progress(done, len(replications) if watch is None else watch.next_look)
    return total


def staffing_for(scenario: "Scenario", given: object) -> Staffing:
    """The staffing to simulate, made sure to be for this scenario."""
    if given is None or isinstance(given, Mapping):
        return Staffing.from_scenario(scenario, given)
    if not isinstance(given, Staffing):
        import pandas as pd  # slow to load, and workers never need it

        if isinstance(given, pd.DataFrame):
            return Staffing.from_frame(given, scenario)
        allowed = "a Staffing, {desk: advisers}, or a DataFrame with columns interval_start, desk, advisers"
        raise ScenarioError([f"staffing: must be {allowed}, got {given!r}"])
    if (given.desks, given.interval_start) != (tuple(scenario.desks), scenario.calendar.interval_start):
        raise ScenarioError(["staffing: must be for the desks and intervals of this scenario, got one for others"])
    return given


def _check(engine: str, confidence: float, precision: float | None, **whole: object) -> None:
    """Raise ScenarioError for arguments that are not allowed, all at once."""
    check_engine(engine)
    problems = [
        f"{name}: must be a whole number from {least}, got {value!r}"
        for (name, value), least in zip(whole.items(), (1, 0, 0), strict=True)
        if isinstance(value, bool) or not isinstance(value, Integral) or value < least
    ]
    if not 0 < confidence < 1:
        problems.append(f"confidence: must be between 0 and 1, got {confidence!r}")
    if precision is not None and whole["replications"] == 1:
        problems.append("replications: must be 2 or more with precision, as one replication has no interval, got 1")
    if problems:
        raise ScenarioError(problems)
