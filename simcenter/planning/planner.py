"""Plan: from the closed-form start to a staffing proven by simulation. Wiring; the parts are in their own modules."""

from dataclasses import replace
from numbers import Integral
from typing import TYPE_CHECKING

from simcenter.errors import ScenarioError
from simcenter.experiment.replicate import Players
from simcenter.measures import compile_promises
from simcenter.planning.assurance import assured_of, read_assurance
from simcenter.planning.budget import Budget, read_budget
from simcenter.planning.centre import centre_of
from simcenter.planning.clock import Clock, Progress
from simcenter.planning.criteria import cells_of, criteria_of
from simcenter.planning.findings import obstacles_of
from simcenter.planning.job import Job, Options, Task
from simcenter.planning.plan import Plan
from simcenter.planning.proof import share_of_alpha
from simcenter.planning.requirement import closed_form
from simcenter.scenario import check_scenario
from simcenter.simulation.compile import compile_network
from simcenter.simulation.engine import check_engine

if TYPE_CHECKING:
    from simcenter.scenario import Scenario


USUAL = 400
"""Replications of a fresh round, unless more are asked for."""


def plan(
    scenario: "Scenario",
    *,
    replications: int | None = None,
    seed: int = 0,
    confidence: float = 0.95,
    assurance: float | str | None = None,
    block: int = 1,
    budget: "Budget | str | float | None" = None,
    jobs: int = 1,
    engine: str = "auto",
    time_limit: float | None = None,
    progress: Progress | None = None,
) -> Plan:
    """Find the advisers that each desk needs in every interval, and prove them on fresh replications.

    Parameters
    ----------
    scenario : Scenario
    replications : int, optional
        Replications of a fresh round; the search uses fewer. Left out: 400, or what the proof of an assurance takes.
    seed : int
        The same seed gives the same plan, whatever the number of jobs (unless a time limit ends the search).
    confidence : float
        Joint confidence of the proof.
    assurance : float or str, optional
        0.9 or "90%": each target is to be kept on that share of the days, each by itself, rather than on average. What
        the file asks of a horizon is then asked of each of its days.
    block : int
        Each desk keeps its number of advisers for so many intervals, counted from its first open one of each day.
    budget : str or number, optional
        "40 advisers" (on the floor at once; a number says the same), "300 hours" or "9000 cost". Where that is too
        little for every target, the plan is the one found with the least total shortfall.
    time_limit : float, optional
        Seconds after which the best staffing so far is returned; at least one fresh round is always played.
    jobs, engine, progress
        Processes; "auto", "compiled" or "simpy"; called with (message, fraction done).

    Returns
    -------
    Plan
        Always; ``.proven`` and ``.unmet`` say what it is worth.

    Raises
    ------
    ScenarioError
        For arguments that are not allowed.
    """
    check_scenario(scenario)
    usual = USUAL if replications is None else replications
    check_options(confidence, time_limit, replications=(usual, 10), seed=(seed, 0), block=(block, 1))
    check_engine(engine)
    share = None if assurance is None else read_assurance(assurance)
    wanted = None if budget is None else read_budget(budget)
    if share is not None and wanted is not None:
        raise ScenarioError(["budget: cannot be asked for together with an assurance"])
    played = 0 if share is not None and replications is None else int(usual)
    options = Options(played, int(seed), confidence, int(block), wanted, share)
    return planned(scenario, options, Clock(time_limit, progress or _silent), jobs=jobs, engine=engine)


def planned(
    scenario: "Scenario",
    options: Options,
    clock: Clock,
    *,
    jobs: int,
    engine: str,
    start: Plan | None = None,
) -> Plan:
    """A plan from checked arguments; ``start``: a plan where to begin, in place of the closed form."""
    network = compile_network(scenario)
    centre = centre_of(scenario, network)
    form = closed_form(scenario, network)
    cells = cells_of(centre, form.flows, criteria_of(scenario, day_by_day=options.assurance is not None))
    if options.assurance is not None:
        alpha = share_of_alpha(options.confidence, 1)
        contacts = float(centre.volume.sum())
        assured = assured_of(options.assurance, alpha, len(cells), options.replications, contacts)
        options, cells = replace(options, replications=assured.fresh), replace(cells, assured=assured)
    obstacles = obstacles_of(cells, scenario, network, centre, form.flows, options.seed)
    begin = (None, 0) if start is None else (start.staffing.advisers, start.rounds[-1].last + 1)
    task = Task(scenario, centre, form, cells, obstacles, *begin)
    with Players(network, compile_promises(scenario), jobs=jobs, engine=engine, again=True) as players:
        return Job(task, players, options, clock).run()


def _silent(message: str, fraction: float) -> None:
    """Tell nobody."""


def check_options(confidence: float, time_limit: float | None, **whole: tuple[object, int]) -> None:
    """Raise ScenarioError for options that are not allowed, all at once; ``whole``: (value, least) of each."""
    problems = [
        f"{name}: must be a whole number from {least}, got {value!r}"
        for name, (value, least) in whole.items()
        if isinstance(value, bool) or not isinstance(value, Integral) or value < least
    ]
    if not 0.5 <= confidence < 1:
        problems.append(f"confidence: must be from 0.5 to below 1, got {confidence!r}")
    if time_limit is not None and not time_limit > 0:
        problems.append(f"time_limit: must be more than 0 s, got {time_limit!r}")
    if problems:
        raise ScenarioError(problems)
