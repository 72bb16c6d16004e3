"""One run of the planner: search, polish, prove, repair."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from simcenter.experiment.reduction import Several
from simcenter.experiment.replicate import Players
from simcenter.experiment.results import Results, summing
from simcenter.measures.targets import Criterion
from simcenter.planning.bound import lower_bound
from simcenter.planning.budget import Budget, limits_of, shortfall, spend, weights_of, within
from simcenter.planning.centre import BoolArray, Centre, IntArray
from simcenter.planning.clock import Clock, Memo
from simcenter.planning.criteria import Cells, queue_of
from simcenter.planning.effects import day_phases, phases, reach_of
from simcenter.planning.evaluate import Simulator
from simcenter.planning.exchange import TRIES
from simcenter.planning.findings import Obstacle
from simcenter.planning.moves import presence_rows
from simcenter.planning.plan import Bound, Evidence, Plan, Round, Spending
from simcenter.planning.polish import Polished, polish
from simcenter.planning.proof import Proof, prove, safety, share_of_alpha
from simcenter.planning.rehearsal import Rehearsal
from simcenter.planning.requirement import ClosedForm
from simcenter.planning.sample import Sample
from simcenter.planning.search import Level, OutOfTimeError, Search, Step, improve
from simcenter.planning.thin import days_apart, missed_by, untried
from simcenter.planning.units import Units, units_of
from simcenter.planning.unmet import findings

if TYPE_CHECKING:
    from simcenter.scenario import Scenario

SKETCHED = 20_000
"""Contacts that the first phase and the measuring of effects play at least, if half a fresh round has so many."""
SEARCHED = 20, 40
"""Replications that a search looks at, at least and at most."""
MOST_ROUNDS = 6
GROWTH = (1, 1, 2, 2, 4, 4)
"""Fresh replications of each round, in multiples of ``replications``."""


@dataclass(frozen=True)
class Options:
    """What a plan is asked to be: see :func:`simcenter.planning.planner.plan`; ``replications`` 0: as many as the proof
    of its ``assurance`` takes."""

    replications: int
    seed: int = 0
    confidence: float = 0.95
    block: int = 1
    budget: Budget | None = None
    assurance: float | None = None


@dataclass(frozen=True)
class Task:
    """What is planned: a centre, where its targets must hold, and what makes some of them impossible, by number.

    ``start`` (T, D): where the search begins, None: at the closed form; ``unseen``: the first replication that had no
    part in finding that.
    """

    scenario: "Scenario"
    centre: Centre
    form: ClosedForm
    cells: Cells
    obstacles: dict[int, Obstacle]
    start: IntArray | None = None
    unseen: int = 0


class Job:
    """One run of the planner."""

    def __init__(self, task: Task, players: Players, options: Options, clock: Clock) -> None:
        centre = _floored(task.centre, task.form, [task.cells.criteria[k] for k in task.obstacles])
        centre = _warm(centre, task.form, round(task.scenario.horizon.warm_up_s / centre.interval_s))
        self.task, self.players, self.options, self.clock = task, players, options, clock
        self.centre, self.cells = centre, task.cells
        self.possible: BoolArray = ~np.isin(self.cells.criterion, list(task.obstacles))
        self.simulator = Simulator(players, self.cells, task.form.staffing, options.seed)
        self.reduction = Several((*summing(task.scenario).reductions, self.simulator.margins))
        self.memo = Memo(self.simulator, self.possible)
        assured = self.cells.assured
        searched = int(np.clip(options.replications // 2, *SEARCHED)) if assured is None else assured.searched
        self.full = range(searched)
        self.rehearsed = range(searched, searched + max(options.replications * 3 // 8, 20))
        # few contacts are cheap to play and noisy: more replications for small centres
        contacts = max(float(centre.volume.sum()), 1.0)
        least = max(20, len(self.full) // 4)
        self.quick = range(int(np.clip(SKETCHED / contacts, least, len(self.full))))
        self.rounds: list[Round] = []
        wanted = self.cells.only(self.possible)
        self.units = units_of(centre, options.block)
        self.apart = days_apart(centre, players.meter.network, wanted)
        self.search = Search(
            centre=centre,
            units=self.units,
            cells=wanted,
            evaluate=self.memo,
            presence=presence_rows(centre, self.units, task.form.flows.entered),
            ceiling=_ceiling(self.units, task.form),
            given_up=np.zeros(len(wanted), dtype=np.bool_),
            floor=np.full(len(wanted), -np.inf),
            by_day=not self.apart and len(np.unique(self.units.day)) > 2,
            watch=self._watch,
        )
        if options.budget is not None:
            self.search.limits = limits_of(options.budget, centre, self.units)
        self.enough = True
        """Whether the budget, if any, is enough for every target."""
        self.polished: Polished | None = None
        clock.expected = self._expected_work()

    def _expected_work(self) -> int:
        """Replications that a plan usually takes."""
        days = len(np.unique(self.centre.day)) if self.apart else 1
        looks = len(phases(self.units, reach_of(self.centre)))
        polishing = 3 * looks + 2 * TRIES + 1.7 * len(self.units) / days
        if self.search.by_day:
            polishing += 1.6 * len(day_phases(self.units))
        sketching = len(self.quick) * (looks + 16)
        return int(sketching + (16 + polishing) * len(self.full) + 20 * len(self.rehearsed) + self.options.replications)

    def run(self) -> Plan:
        """Search, polish, prove, repair."""
        clock, wanted = self.clock, self.options.replications
        self.simulator.tick = clock.tick
        clock.reserve = int(1.2 * wanted)
        advisers, out_of_time = self._searched()
        first = max(self.rehearsed.stop, self.task.unseen)
        while True:
            number = len(self.rounds) + 1
            fresh = range(first, first + wanted * GROWTH[number - 1])
            sample, results, proof = self._fresh(advisers, fresh, number)
            first = fresh.stop
            proven = bool(proof.held[self.possible].all())
            self.enough |= proven
            if proven or number == MOST_ROUNDS or out_of_time or not self.enough:
                break
            clock.searching, clock.reserve = True, int(1.2 * wanted * GROWTH[number])
            before = advisers
            self.rehearsed = fresh
            self.memo.learn(sample)
            advisers, out_of_time = self._repaired(advisers, number + 1)
            if out_of_time or (np.array_equal(before, advisers) and self._only_given_up(proof)):
                advisers = before
                break
        return self._plan(advisers, sample, results, proof, out_of_time)

    def _searched(self) -> tuple[IntArray, bool]:
        """The staffing found on the search's own replications, and whether the time limit ended the search."""
        start = self.task.form.staffing.advisers if self.task.start is None else self.task.start
        advisers = self.units.spread(self.units.level(start))
        try:
            for phase, searched in (("sketch", self.quick), ("search", self.full)):
                found = improve(self.search, advisers, searched, self._safety(1), phase, self.quick)
                advisers = found.advisers
            if self._affordable(advisers):
                advisers = self._polish(found, 1)
            return advisers if self._affordable(advisers) else self._spent(found), False
        except OutOfTimeError:
            advisers = advisers if self.search.best is None else self.search.best.advisers
            if not self._affordable(advisers):
                self.enough, self.polished = False, None
                advisers = self.units.spread(within(self.search, self.units.level(advisers)))
            return advisers, True

    def _repaired(self, advisers: IntArray, number: int) -> tuple[IntArray, bool]:
        """The staffing mended by what the days of a failed proof have shown."""
        known = self.polished
        try:
            mended = self._polish(self.search.evaluate(advisers, self.full), number)
            if self._affordable(mended):
                return mended, False
            self.enough, self.polished = False, known
            return advisers, False
        except OutOfTimeError:
            return advisers, True

    def _affordable(self, advisers: IntArray) -> bool:
        level = self.units.level(advisers)
        return self.search.limits is None or bool((self.search.limits.rows @ level <= self.search.limits.most).all())

    def _spent(self, found: Sample) -> IntArray:
        """The staffing within the budget that falls short least."""
        self.enough = False
        self.search.lead = np.zeros(1)
        level = Level(self.search, self.full, 0.0, "budget", self.full)
        best = spend(level, found)
        self.polished = Polished(best, untried(len(self.units), "the budget is too small for every target"), -np.inf)
        return best.advisers

    def _polish(self, found: Sample, number: int) -> IntArray:
        """The end of a search."""
        self.polished = None
        safety = self._safety(number)
        rehearsal = Rehearsal(self.search, self.rehearsed, safety)
        level = Level(self.search, self.full, safety, "polish", self.full, rehearsal)
        self.polished = polish(level, found, self.apart)
        return self.polished.sample.advisers

    def _safety(self, number: int) -> float:
        if self.cells.assured is not None:
            return 0.0  # the standing of a sample has it already
        alpha = share_of_alpha(self.options.confidence, number)
        fresh = self.options.replications * GROWTH[number - 1]
        return safety(alpha, int(self.possible.sum()), len(self.rehearsed), fresh)

    def _fresh(self, advisers: IntArray, fresh: range, number: int) -> tuple[Sample, Results, Proof]:
        """One round on replications that no search has seen."""
        self.clock.searching = False
        self.clock.say(f"proof, round {number}: {len(fresh)} fresh replications")
        summed = self.simulator.reduced(self.reduction, advisers, fresh)
        results = Results.of(
            self.task.scenario,
            self.task.form.staffing.with_advisers(advisers),
            summed,
            seed=self.options.seed,
            first_replication=fresh.start,
            confidence=self.options.confidence,
        )
        sample = summed.parts[-1].sample(advisers, fresh)
        alpha = share_of_alpha(self.options.confidence, number)
        part = prove(sample.only(self.possible), alpha)
        bound, held = np.full(len(self.cells), -np.inf), np.zeros(len(self.cells), dtype=np.bool_)
        bound[self.possible], held[self.possible] = part.bound, part.held
        cost = self.centre.total_cost(advisers)
        self.rounds.append(Round(fresh.start, fresh.stop - 1, alpha, len(part.held), int(part.held.sum()), cost))
        return sample, results, Proof(alpha, bound, held)

    def _only_given_up(self, proof: Proof) -> bool:
        return bool((proof.held[self.possible] | self.search.given_up).all())

    def _watch(self, step: Step) -> None:
        state = "all targets hold" if not step.missed else f"{step.missed} cells missed"
        self.clock.say(f"{step.phase}: cost {step.cost:g}, {state} ({step.replications} replications)")

    def _spending(self, sample: Sample) -> Spending | None:
        """What became of the budget, if there is one."""
        if self.options.budget is None:
            return None
        short = shortfall(sample, weights_of(self.centre, self.cells))
        return Spending(str(self.options.budget), self.enough, short)

    def _bound(self, advisers: IntArray) -> Bound:
        """What any staffing costs at least: by the cuts, and by the work. Shares of days are bounded by neither."""
        estimate = proven = -np.inf
        polished, cells = self.polished, self.search.cells
        if polished is not None and polished.minimality.complete and cells.assured is None:
            estimate = polished.bound
            cells = cells.only(~self.search.given_up)
            proven = lower_bound(self.task.scenario, self.centre, cells, self.units, self.search.presence)
        return Bound.of(estimate, proven if np.isfinite(proven) else -np.inf, self.centre.total_cost(advisers))

    def _plan(self, advisers: IntArray, sample: Sample, results: Results, proof: Proof, out_of_time: bool) -> Plan:
        ended = "the time limit ended the search" if out_of_time else ""
        if not self.enough:
            ended = f"the budget of {self.options.budget} is too small"
            if out_of_time:
                ended = f"the time limit ended the search before a plan within {self.options.budget} was found"
        given_up = np.zeros(len(self.cells), dtype=np.bool_)
        given_up[self.possible] = self.search.given_up
        unmet = findings(self.cells, self.centre, self.task.obstacles, sample, proof, given_up, ended)
        polished = self.polished
        known = untried(len(self.units), "the time limit ended the search") if polished is None else polished.minimality
        breaks = np.append(missed_by(known.breaks, self.possible), -1)
        self.clock.progress("done", 1.0)
        return Plan(
            scenario=self.task.scenario,
            staffing=self.task.form.staffing.with_advisers(advisers),
            proven=not unmet,
            unmet=unmet,
            results=results,
            requirement=self.task.form.staffing,
            confidence=self.options.confidence,
            seed=self.options.seed,
            steps=tuple(self.search.steps),
            rounds=tuple(self.rounds),
            out_of_time=out_of_time,
            evidence=Evidence(self.cells, sample, proof),
            minimal=known.complete,
            minimal_how=known.how,
            breaks=breaks[self.units.cell],
            bound=self._bound(advisers),
            assurance=self.options.assurance,
            budget=self._spending(sample),
            block=self.options.block,
        )


def _floored(centre: Centre, form: ClosedForm, impossible: Sequence[Criterion]) -> Centre:
    """The centre where no desk goes below the closed form if a queue that it serves has a target that cannot be met:
    nothing else would speak for its customers."""
    queues = [q for q in (queue_of(one, centre) for one in impossible) if q is not None]
    desks = centre.serves[:, queues].any(axis=1) & ~centre.given
    least = np.where(desks[None, :], np.maximum(centre.least, form.staffing.advisers), centre.least)
    return replace(centre, least=least)


def _warm(centre: Centre, form: ClosedForm, intervals: int) -> Centre:
    """The centre whose first intervals, the warm-up, are as the closed form has them: nothing there is measured, so
    nothing would keep anybody there."""
    least, most = centre.least.copy(), centre.most.copy()
    least[:intervals] = most[:intervals] = form.staffing.advisers[:intervals]
    return replace(centre, least=least, most=most)


def _ceiling(units: Units, form: ClosedForm) -> IntArray:
    """(U,) advisers above which a unit is not tried: twice what the whole centre should need, and ten."""
    whole = form.staffing.advisers.sum(axis=1, keepdims=True)
    return units.level(np.broadcast_to(2 * whole + 10, form.staffing.advisers.shape))
