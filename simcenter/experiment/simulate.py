"""Simulate: play a centre a number of times and say what comes out."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from numbers import Integral
from typing import TYPE_CHECKING

import pandas as pd

from simcenter.errors import ScenarioError
from simcenter.experiment.replicate import Players, Progress
from simcenter.experiment.results import Results
from simcenter.measures import Tally, compile_promises
from simcenter.scenario import check_scenario
from simcenter.simulation.compile import compile_network
from simcenter.simulation.engine import check_engine
from simcenter.simulation.log import ContactLog
from simcenter.simulation.staffing import Staffing

if TYPE_CHECKING:
    from simcenter.scenario import Scenario


def simulate(
    scenario: "Scenario",
    staffing: "Staffing | Mapping[str, int | Sequence[int]] | pd.DataFrame | None" = None,
    *,
    replications: int = 100,
    seed: int = 0,
    engine: str = "auto",
    jobs: int = 1,
    keep_legs: int = 1,
    confidence: float = 0.95,
    progress: Progress | None = None,
) -> Results:
    """Simulate a centre with given staffing.

    Parameters
    ----------
    scenario : Scenario
    staffing : Staffing, mapping or DataFrame, optional
        Advisers on the floor: a Staffing; a desk's name to its number, or its numbers per interval; or a table with
        columns interval_start, desk, advisers. Left out: those that the scenario gives.
    replications : int
        How many times the whole horizon is played, 1 or more; confidence intervals need at least 2.
    seed : int
        The same seed gives the same customers, whatever the staffing, engine and jobs.
    engine : str
        "auto" or one of the engines by name; all give the same rows.
    jobs : int
        Processes; the results do not depend on it.
    keep_legs : int
        Of how many replications to keep the legs.
    confidence : float
        Of the confidence intervals, between 0 and 1.
    progress : callable, optional
        Called with the replications done and wanted.

    Returns
    -------
    Results

    Raises
    ------
    ScenarioError
        For arguments that are not allowed, and desks without advisers.
    """
    check_scenario(scenario)
    _check(engine, confidence, replications=replications, keep_legs=keep_legs, seed=seed)
    staffing = _staffing(scenario, staffing)
    replications, seed, keep_legs = int(replications), int(seed), int(keep_legs)
    with Players(compile_network(scenario), compile_promises(scenario), jobs=jobs, engine=engine) as players:
        played = players.play_logged(staffing, seed=seed, replications=range(replications), keep_logs=keep_legs)
        return Results.from_tallies(
            scenario,
            staffing,
            _reported(played, replications, progress),
            seed=seed,
            engine=engine,
            confidence=confidence,
            meter=players.meter,
        )


def _staffing(scenario: "Scenario", given: object) -> Staffing:
    """The staffing to simulate, made sure to be for this scenario."""
    if given is None or isinstance(given, Mapping):
        return Staffing.from_scenario(scenario, given)
    if isinstance(given, pd.DataFrame):
        return Staffing.from_frame(given, scenario)
    if not isinstance(given, Staffing):
        allowed = "a Staffing, {desk: advisers}, or a DataFrame with columns interval_start, desk, advisers"
        raise ScenarioError([f"staffing: must be {allowed}, got {given!r}"])
    if (given.desks, given.interval_start) != (tuple(scenario.desks), scenario.calendar.interval_start):
        raise ScenarioError(["staffing: must be for the desks and intervals of this scenario, got one for others"])
    return given


def _check(engine: str, confidence: float, **whole: object) -> None:
    """Raise ScenarioError for arguments that are not allowed, all at once."""
    check_engine(engine)
    problems = [
        f"{name}: must be a whole number from {least}, got {value!r}"
        for (name, value), least in zip(whole.items(), (1, 0, 0), strict=True)
        if isinstance(value, bool) or not isinstance(value, Integral) or value < least
    ]
    if not 0 < confidence < 1:
        problems.append(f"confidence: must be between 0 and 1, got {confidence!r}")
    if problems:
        raise ScenarioError(problems)


def _reported(
    played: Iterable[tuple[Tally, ContactLog | None]], wanted: int, progress: Progress | None
) -> Iterator[tuple[Tally, ContactLog | None]]:
    """The same items; progress is told of each once it has been dealt with."""
    for done, item in enumerate(played, start=1):
        yield item
        if progress is not None:
            progress(done, wanted)
