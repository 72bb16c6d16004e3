"""Plan: from the closed-form start to a staffing proven by simulation. Wiring; the parts are in their own modules."""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from numbers import Integral
from typing import TYPE_CHECKING

import numpy as np

from simcenter.errors import ScenarioError
from simcenter.experiment.replicate import Players
from simcenter.experiment.results import Results
from simcenter.measures import compile_promises
from simcenter.measures.targets import Criterion
from simcenter.planning.centre import BoolArray, Centre, FloatArray, IntArray, centre_of
from simcenter.planning.criteria import Cells, cells_of, criteria_of
from simcenter.planning.effects import reach_of
from simcenter.planning.evaluate import Adder, Evaluate, Sample, Simulator
from simcenter.planning.findings import Finding, Obstacle, binding_reason, obstacle
from simcenter.planning.moves import presence_rows
from simcenter.planning.plan import Evidence, Plan, Round
from simcenter.planning.proof import Proof, prove, safety, share_of_alpha
from simcenter.planning.requirement import ClosedForm, closed_form
from simcenter.planning.search import OutOfTimeError, Search, Step, improve
from simcenter.scenario import check_scenario
from simcenter.simulation.compile import compile_network
from simcenter.simulation.engine import check_engine

if TYPE_CHECKING:
    from simcenter.scenario import Scenario

Progress = Callable[[str, float], None]
"""Called with one line of text and the fraction done, 0 to 1."""

STEADY = 10
"""Replications after which their pace is known: the first ones start processes."""
SKETCHED = 20_000
"""Contacts that the first phase and the measuring of effects play at least, if half a fresh round has so many."""
MOST_ROUNDS = 6
GROWTH = (1, 1, 2, 2, 4, 4)
"""Fresh replications of each round, in multiples of ``replications``."""


def plan(
    scenario: "Scenario",
    *,
    replications: int = 100,
    seed: int = 0,
    confidence: float = 0.95,
    jobs: int = 1,
    engine: str = "auto",
    time_limit: float | None = None,
    progress: Progress | None = None,
) -> Plan:
    """Find the advisers that each desk needs in every interval, and prove them on fresh replications.

    Starts from :func:`requirement`; adds and removes advisers by what they are measured to do with common random
    numbers; then plays replications that the search never saw, until every cell of every target holds at once.

    Parameters
    ----------
    scenario : Scenario
    replications : int
        Replications of a fresh round; the search uses fewer.
    seed : int
        The same seed gives the same plan, whatever the number of jobs (unless a time limit ends the search).
    confidence : float
        Joint confidence of the proof: one-sided Student bounds, Bonferroni over the cells, fresh round k spends
        2^-k of what may go wrong.
    jobs : int
        Processes.
    engine : str
    time_limit : float, optional
        Seconds after which the best staffing so far is returned; at least one fresh round is always played.
    progress : callable, optional
        Called with (message, fraction done).

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
    _check(replications, seed, confidence, time_limit)
    check_engine(engine)
    replications, seed = int(replications), int(seed)
    network = compile_network(scenario)
    centre = centre_of(scenario, network)
    form = closed_form(scenario, network)
    cells = cells_of(centre, form.flows, criteria_of(scenario))
    found = [obstacle(criterion, scenario, network, centre, seed) for criterion in cells.criteria]
    obstacles = {k: one for k, one in enumerate(found) if one is not None}
    with Players(network, compile_promises(scenario), jobs=jobs, engine=engine) as players:
        job = _Job(scenario, centre, form, cells, obstacles, players, seed, replications, confidence)
        job.clock = _Clock(time_limit, progress or (lambda message, fraction: None), job.expected_work())
        return job.run()


def _check(replications: int, seed: int, confidence: float, time_limit: float | None) -> None:
    problems = [
        f"{name}: must be a whole number from {least}, got {value!r}"
        for name, value, least in (("replications", replications, 10), ("seed", seed, 0))
        if isinstance(value, bool) or not isinstance(value, Integral) or value < least
    ]
    if not 0.5 <= confidence < 1:
        problems.append(f"confidence: must be from 0.5 to below 1, got {confidence!r}")
    if time_limit is not None and not time_limit > 0:
        problems.append(f"time_limit: must be more than 0 s, got {time_limit!r}")
    if problems:
        raise ScenarioError(problems)


@dataclass
class _Clock:
    """Time and progress of one plan."""

    limit_s: float | None
    progress: Progress
    expected: int
    """Replications that a plan is expected to take."""
    started_s: float = field(default_factory=time.monotonic)
    played: int = 0
    reserve: int = 0
    """Replications that must still be possible when the search ends."""
    searching: bool = True

    def tick(self) -> None:
        """After each replication."""
        self.played += 1
        if self.limit_s is None or not self.searching or self.played < STEADY:
            return
        if self.left_s() < min(self.reserve * self.pace_s(), 0.5 * self.limit_s):
            raise OutOfTimeError

    def pace_s(self) -> float:
        """Seconds per replication so far."""
        return (time.monotonic() - self.started_s) / max(self.played, 1)

    def left_s(self) -> float:
        """Seconds until the limit."""
        return np.inf if self.limit_s is None else self.limit_s - (time.monotonic() - self.started_s)

    def say(self, message: str) -> None:
        """Report progress."""
        self.progress(message, min(self.played / max(self.expected, 1), 0.99))


class _Memo:
    """An evaluate that remembers its last answers, so that a known staffing is not simulated again."""

    def __init__(self, evaluate: Evaluate, keep: BoolArray) -> None:
        self._evaluate = evaluate
        self._keep = keep
        self._known: dict[tuple[bytes, range], Sample] = {}

    def __call__(self, advisers: IntArray, replications: range) -> Sample:
        key = (advisers.tobytes(), replications)
        if key not in self._known:
            self.learn(self._evaluate(advisers, replications))
        return self._known[key]

    def learn(self, sample: Sample) -> None:
        """Remember a sample of all cells."""
        if len(self._known) > 64:
            self._known.pop(next(iter(self._known)))
        self._known[sample.advisers.tobytes(), sample.replications] = sample.only(self._keep)


class _Job:
    """One run of the planner."""

    def __init__(
        self,
        scenario: "Scenario",
        centre: Centre,
        form: ClosedForm,
        cells: Cells,
        obstacles: dict[int, Obstacle],
        players: Players,
        seed: int,
        replications: int,
        confidence: float,
    ) -> None:
        centre = _floored(centre, form, [cells.criteria[k] for k in obstacles])
        self.scenario, self.centre, self.form, self.cells = scenario, centre, form, cells
        self.obstacles, self.players, self.seed = obstacles, players, seed
        self.replications, self.confidence = replications, confidence
        self.possible: BoolArray = ~np.isin(cells.criterion, list(obstacles))
        self.clock = _Clock(None, lambda message, fraction: None, 1)
        self.simulator = Simulator(players, cells, form.staffing, seed)
        self.memo = _Memo(self.simulator, self.possible)
        self.full = range(max(20, replications // 2))
        # few contacts are cheap to play and noisy: more replications for small centres
        contacts = max(float(centre.volume.sum()), 1.0)
        self.quick = range(int(np.clip(SKETCHED / contacts, max(20, replications // 8), len(self.full))))
        self.rounds: list[Round] = []
        searched = cells.only(self.possible)
        self.search = Search(
            centre=centre,
            cells=searched,
            evaluate=self.memo,
            presence=presence_rows(centre, form.flows.entered),
            ceiling=_ceiling(centre, form),
            given_up=np.zeros(len(searched), dtype=np.bool_),
            floor=np.full(len(searched), -np.inf),
            watch=self._watch,
        )

    def expected_work(self) -> int:
        """Replications that a plan usually takes."""
        movable = int((self.centre.most > self.centre.least).any(axis=0).sum())
        return len(self.quick) * (movable * reach_of(self.centre) + 8) + 6 * len(self.full) + 2 * self.replications

    def run(self) -> Plan:
        """Search, prove, repair."""
        clock = self.clock
        self.simulator.tick = clock.tick
        clock.reserve = int(1.2 * self.replications)
        advisers = self.form.staffing.advisers
        out_of_time = False
        try:
            for phase, searched in (("sketch", self.quick), ("search", self.full)):
                found = improve(self.search, advisers, searched, self._safety(searched, 1), phase, self.quick)
                advisers = found.advisers
        except OutOfTimeError:
            out_of_time = True
            advisers = advisers if self.search.best is None else self.search.best.advisers
        first = self.full.stop
        while True:
            number = len(self.rounds) + 1
            fresh = range(first, first + self.replications * GROWTH[number - 1])
            sample, results, proof = self._fresh(advisers, fresh, number)
            first = fresh.stop
            if self._settled(proof, sample) or number == MOST_ROUNDS or out_of_time:
                break
            self.memo.learn(sample)
            clock.searching, clock.reserve = True, int(1.2 * self.replications * GROWTH[number])
            try:
                repaired = improve(self.search, advisers, fresh, self._safety(fresh, number + 1), "repair", self.quick)
            except OutOfTimeError:
                out_of_time = True
                break
            if np.array_equal(repaired.advisers, advisers) and self._only_given_up(proof):
                break
            advisers = repaired.advisers
        return self._plan(advisers, sample, results, proof, out_of_time)

    def _safety(self, searched: range, number: int) -> float:
        alpha = share_of_alpha(self.confidence, number)
        fresh = self.replications * GROWTH[number - 1]
        return safety(alpha, int(self.possible.sum()), len(searched), fresh)

    def _fresh(self, advisers: IntArray, fresh: range, number: int) -> tuple[Sample, Results, Proof]:
        """One round on replications that no search has seen."""
        self.clock.searching = False
        self.clock.say(f"proof, round {number}: {len(fresh)} fresh replications")
        adder = Adder(self.cells, advisers, fresh)
        results = Results.from_tallies(
            self.scenario,
            self.form.staffing.with_advisers(advisers),
            self.simulator.tallies(adder),
            seed=self.seed,
            first_replication=fresh.start,
            confidence=self.confidence,
            meter=self.players.meter,
        )
        sample = adder.sample()
        alpha = share_of_alpha(self.confidence, number)
        part = prove(sample.only(self.possible), alpha)
        bound, held = np.full(len(self.cells), -np.inf), np.zeros(len(self.cells), dtype=np.bool_)
        bound[self.possible], held[self.possible] = part.bound, part.held
        cost = self.centre.total_cost(advisers)
        self.rounds.append(Round(fresh.start, fresh.stop - 1, alpha, len(part.held), int(part.held.sum()), cost))
        return sample, results, Proof(alpha, bound, held)

    def _settled(self, proof: Proof, sample: Sample) -> bool:
        return bool(proof.held[self.possible].all())

    def _only_given_up(self, proof: Proof) -> bool:
        return bool((proof.held[self.possible] | self.search.given_up).all())

    def _watch(self, step: Step) -> None:
        state = "all targets hold" if not step.missed else f"{step.missed} cells missed"
        self.clock.say(f"{step.phase}: cost {step.cost:g}, {state} ({step.replications} replications)")

    def _plan(self, advisers: IntArray, sample: Sample, results: Results, proof: Proof, out_of_time: bool) -> Plan:
        unmet = _findings(self.cells, self.centre, self.obstacles, sample, proof, out_of_time)
        self.clock.progress("done", 1.0)
        return Plan(
            scenario=self.scenario,
            staffing=self.form.staffing.with_advisers(advisers),
            proven=not unmet,
            unmet=unmet,
            results=results,
            requirement=self.form.staffing,
            confidence=self.confidence,
            seed=self.seed,
            steps=tuple(self.search.steps),
            rounds=tuple(self.rounds),
            out_of_time=out_of_time,
            evidence=Evidence(self.cells, sample, proof),
        )


def _floored(centre: Centre, form: ClosedForm, impossible: Sequence[Criterion]) -> Centre:
    """The centre where no desk goes below the closed form if a queue that it serves has a target that cannot be met:
    nothing else would speak for its customers."""
    queues = [one.index for one in impossible if one.level == "queue"]
    desks = centre.serves[:, queues].any(axis=1) & ~centre.given
    least = np.where(desks[None, :], np.maximum(centre.least, form.staffing.advisers), centre.least)
    return replace(centre, least=least)


def _ceiling(centre: Centre, form: ClosedForm) -> IntArray:
    """(T, D) advisers above which a desk is not tried: twice what the whole centre should need, and ten."""
    whole = form.staffing.advisers.sum(axis=1, keepdims=True)
    return np.broadcast_to(2 * whole + 10, centre.desk_open.shape).astype(np.int64)


def _findings(
    cells: Cells, centre: Centre, obstacles: dict[int, Obstacle], sample: Sample, proof: Proof, out_of_time: bool
) -> tuple[Finding, ...]:
    """One finding per criterion that is not held everywhere, with its worst cell's value."""
    found = []
    for k, criterion in enumerate(cells.criteria):
        mine = np.flatnonzero((cells.criterion == k) & ~proof.held)
        if not len(mine):
            continue
        worst = int(mine[np.argmin(_shortfall(sample)[mine])])
        value = float(sample.value[worst]) if sample.den[worst] > 0 else None
        missed = mine[sample.mean[mine] < 0]
        if k in obstacles:
            reason, attainable = obstacles[k].reason, obstacles[k].attainable
        elif not len(missed):
            reason, attainable = "kept on average, but not shown with confidence on so few replications", None
        elif out_of_time:
            reason, attainable = "the time limit ended the search", None
        else:
            first, end = int(cells.first[missed].min()), int(cells.end[missed].max())
            reason, attainable = binding_reason(criterion, centre, sample.advisers, first, end), None
        labels = tuple(cells.label[c] for c in (missed if len(missed) else mine))
        what = criterion.place, criterion.measure, criterion.condition, criterion.limit
        found.append(Finding(*what, value, labels, reason, attainable))
    return tuple(found)


def _shortfall(sample: Sample) -> FloatArray:
    """(C,) mean margins per unit counted, so that cells of different size compare."""
    den = sample.den / max(len(sample.replications), 1)
    return np.asarray(sample.mean / np.where(den > 0, den, 1.0))
