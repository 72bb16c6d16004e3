"""Search: from a start to a cheap staffing that keeps every cell on given replications.

``improve`` is the interface for a stronger search: it knows a centre, its cells and an ``Evaluate``, nothing of
engines, scenarios or proofs.
"""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

import numpy as np
from scipy.sparse import csr_matrix, diags

from simcenter.planning.centre import BoolArray, Centre, FloatArray, IntArray
from simcenter.planning.criteria import Cells
from simcenter.planning.cuts import Limits, in_whole_advisers
from simcenter.planning.effects import Effects, measure_effects
from simcenter.planning.evaluate import Evaluate
from simcenter.planning.moves import Room, best_moves
from simcenter.planning.sample import Sample
from simcenter.planning.units import Units

if TYPE_CHECKING:
    from simcenter.planning.rehearsal import Rehearsal

STALLED = {"sketch": 2}
"""Rounds of a phase (3 where not named) without a staffing that is cheaper by ``WORTHWHILE``, after which it ends."""
WORTHWHILE = {"sketch": 0.015}
"""Share of the cost (0.006 where not named)."""
LOWER_CAUTION, RETURN_CAUTION = 1.4, 0.6
"""Trust in effects measured one by one when many advisers go at once (they harm more) or come back (they help less)."""
RETREATS = 2
"""How often some of the advisers taken away are put back before the step counts as failed."""
MIXED = ("transferred", "bounced", "occupancy", "resolved")
"""Measures that fewer advisers at the wrong desk may mend."""
HOPELESS = 4
"""Rounds without coming nearer to the cells missed, after which they are given up."""
MOST_ROUNDS = 40
REHEARSED = 6
"""How often a staffing is raised until it is kept in the rehearsal too."""
ROUNDING = 1e-9
"""Contacts or seconds that no cell lacks."""


class OutOfTimeError(Exception):
    """Raised by an ``Evaluate`` when the time limit has passed."""


@dataclass(frozen=True)
class Step:
    """One staffing that the search looked at: its cost, and how many cells it missed, on how many replications."""

    phase: str
    cost: float
    missed: int
    replications: int


@dataclass
class Search:
    """What a search knows and keeps. C cells, D desks, T intervals, U units (what can be decided).

    ``need_per_deviation``: a cell is kept if its mean margin is at least so many of its standard deviations;
    ``given_up`` (C,) cells that no move brings nearer; ``floor`` (C,) what they are kept at.
    """

    centre: Centre
    units: Units
    cells: Cells
    evaluate: Evaluate
    presence: csr_matrix
    """(P, U) units of which one must have an adviser."""
    ceiling: IntArray
    """(U,) above which more advisers are not tried."""
    given_up: BoolArray
    floor: FloatArray
    limits: Limits | None = None
    """Limits on the levels: a budget."""
    effects: Effects | None = None
    steps: list[Step] = field(default_factory=list)
    lead: FloatArray = field(default_factory=lambda: np.zeros(1))
    """(C,) or (1,) how much better each cell looks on the search's replications than on many others."""
    by_day: bool = False
    """Whether effects are measured at the end with one change a day, as a backlog carries them on over the day."""
    best: Sample | None = None
    """The cheapest staffing seen so far that keeps every cell, or else the one nearest to it."""
    watch: Callable[[Step], None] = lambda step: None

    def __post_init__(self) -> None:
        self.most: IntArray = np.minimum(self.units.most, np.maximum(self.ceiling, self.units.least))
        """(U,) most advisers that are tried."""

    def level(self, sample: Sample) -> IntArray:
        """(U,) the levels of the units in a sample's staffing."""
        return self.units.level(sample.advisers)

    def cost(self, sample: Sample) -> float:
        """Of a sample's staffing."""
        return self.centre.total_cost(sample.advisers)

    def allowed(self, level: IntArray, before: IntArray) -> bool:
        """Whether levels (U,) leave nobody alone who was not so ``before``, and are within the limits."""
        if (self.presence @ level < np.minimum(1, self.presence @ before)).any():
            return False
        return self.limits is None or bool((self.limits.rows @ level <= self.limits.most + 1e-9).all())

    def need(self, sample: Sample, per_deviation: float) -> FloatArray:
        """(C,) the mean margin that each cell should have on the sample."""
        need = per_deviation * sample.deviation + self.lead
        return np.where(self.given_up, np.minimum(self.floor, need), need)

    def missing(self, sample: Sample, per_deviation: float) -> FloatArray:
        """(C,) how much each cell's mean margin lacks, 0 where it is kept."""
        lack = self.need(sample, per_deviation) - sample.standing
        return np.asarray(np.where(lack > ROUNDING, lack, 0.0))


def improve(
    search: Search,
    start: IntArray,
    replications: range,
    per_deviation: float,
    phase: str,
    probes: range,
) -> Sample:
    """The cheapest staffing found that keeps every cell on the replications, or the nearest if none is.

    First raise until every cell is kept; then lower: take many advisers away at once where it should be harmless, look,
    and put some of them back where it was not. The incumbent changes only for a staffing seen to be better, so a wrong
    prediction costs a look, never the result. Effects are measured on ``probes`` (a part of the replications will do).
    """
    level = Level(search, replications, per_deviation, phase, probes)
    if len(probes) < len(replications):
        # what looked hopeless on few replications may be luck
        search.given_up = np.zeros_like(search.given_up)
    best = level.look(start)
    if level.lack(best) > 0:
        best = level.raised(best)
    search.best = best
    return level.lowered(best)


@dataclass
class Level:
    """A search at one number of replications, with what it has learned about how far effects can be trusted."""

    search: Search
    replications: range
    per_deviation: float
    phase: str
    probes: range
    rehearsal: "Rehearsal | None" = None

    def __post_init__(self) -> None:
        self.stalled = STALLED.get(self.phase, 3)
        self.worthwhile = WORTHWHILE.get(self.phase, 0.006)
        criteria = len(self.search.cells.criteria)
        # how the effects of each criterion turn out when advisers go, and when they come
        self.going: FloatArray = np.ones(criteria)
        self.coming: FloatArray = np.ones(criteria)

    def look(self, advisers: IntArray) -> Sample:
        """Evaluate a staffing and note it."""
        sample = self.search.evaluate(advisers, self.replications)
        step = Step(
            self.phase,
            self.search.centre.total_cost(advisers),
            int((self.search.missing(sample, self.per_deviation) > 0).sum()),
            len(self.replications),
        )
        self.search.steps.append(step)
        if self.search.best is None:
            self.search.best = sample
        self.search.watch(step)
        return sample

    def lack(self, sample: Sample) -> float:
        """How far a sample is from keeping every cell: lacks in standard deviations, summed; 0 if all are kept."""
        lack = self.search.missing(sample, self.per_deviation)
        return float((lack / np.where(sample.deviation > 0, sample.deviation, 1.0)).sum())

    def missing(self, sample: Sample) -> FloatArray:
        """(C,) how much each cell lacks on the search's own days, 0 where it is kept."""
        return self.search.missing(sample, self.per_deviation)

    def short(self, sample: Sample) -> FloatArray:
        """(C,) how much each cell lacks, negative where it has to spare; where none does, in the rehearsal too."""
        lack = self.search.need(sample, self.per_deviation) - sample.standing
        if self.rehearsal is None or (lack > ROUNDING).any():
            return lack
        return np.maximum(lack, self.rehearsal.lack(sample))

    def holds(self, sample: Sample) -> bool:
        """Whether a sample keeps every cell, in the rehearsal too."""
        return not (self.short(sample) > ROUNDING).any()

    def take(self, sample: Sample) -> Sample:
        """Make a sample that holds the best so far."""
        self.search.best = sample
        if self.rehearsal is not None:
            self.rehearsal.follow(sample)
        return sample

    def settled(self, sample: Sample) -> Sample:
        """The staffing raised until every cell is kept, in the rehearsal too; or as near as it comes."""
        for _ in range(REHEARSED):
            self.take(sample)
            if self.lack(sample) <= 0:
                break
            sample = self.raised(sample)
        return sample

    def raised(self, sample: Sample) -> Sample:
        """Add advisers (and take away those who stand in the way of a cap) until every cell is kept; cells that
        nothing brings nearer are given up and kept at what was reached."""
        best, stalled, whole = sample, 0, True
        for _ in range(MOST_ROUNDS):
            if self.lack(best) <= 0:
                break
            self._ensure_effects(sample)
            moved = self._moves(sample, self._room_to_raise(sample))
            stuck = np.array_equal(moved, sample.advisers)
            if (stuck or stalled >= HOPELESS // 2) and self._measure(best):
                sample, stalled = best, 0
                continue
            if (stuck or stalled >= HOPELESS) and whole and len(self.search.units):
                after, whole = in_whole_advisers(self, best), False
                if self.lack(after) < 0.97 * self.lack(best):
                    best, sample, stalled, whole = after, after, 0, True
                    self.search.best = best
                continue
            if stuck or stalled >= HOPELESS:
                self._give_up(best)
                sample, stalled = best, 0
                continue
            after = self.look(moved)
            self._learn(sample, after)
            sample = after
            if self.lack(sample) < 0.97 * self.lack(best):
                best, stalled = sample, 0
                self.search.best = best
            else:
                stalled += 1
        return best

    def lowered(self, best: Sample) -> Sample:
        """Take advisers away while every cell is kept."""
        failed, thinned, caution, last = 0, 1, LOWER_CAUTION, False
        for _ in range(MOST_ROUNDS):
            if self.lack(best) > 0 or failed >= self.stalled:
                break
            self._ensure_effects(best)
            moved = self._moves(best, self._room_to_lower(best, thinned), caution)
            if np.array_equal(moved, best.advisers):
                # none should be harmless: make sure with effects measured here, then trust them as they are
                if self._measure(best):
                    continue
                if last or self.phase == "sketch":
                    break
                thinned, caution, last = 1, 1.0, True
                self.going = np.ones_like(self.going)
                continue
            after = self._settled(best, self.look(moved))
            saved = self.search.cost(best) - self.search.cost(after)
            if self.lack(after) <= 0 and saved > 1e-9:
                failed = 0 if saved > self.worthwhile * self.search.cost(best) else failed + 1
                thinned, last = max(thinned // 2, 1), False
                best = after
                self.search.best = best
            else:
                failed, thinned = failed + 1, 2 * thinned
                if failed < self.stalled:
                    self._measure(best)
        return best

    def _settled(self, before: Sample, after: Sample) -> Sample:
        """Put back some of the advisers taken away, until every cell is kept again or all are back."""
        self._learn(before, after)
        caution = RETURN_CAUTION
        for attempt in range(RETREATS + 2):
            if self.lack(after) <= 0:
                break
            level = self.search.level(after)
            taken = np.clip(self.search.level(before) - level, 0, None)
            if attempt < RETREATS:
                room = Room(np.minimum(taken, 2), np.zeros_like(taken), 0.0)
                moved = self._moves(after, room, caution)
            else:
                moved = self.search.units.spread(level + taken * self._involved(after, main=attempt == RETREATS))
            if np.array_equal(moved, after.advisers):
                continue
            following = self.look(moved)
            self._learn(after, following)
            after = following
            caution *= RETURN_CAUTION
        return after

    def _involved(self, sample: Sample, main: bool) -> BoolArray:
        """(U,) which units have to do with the cells missed; with ``main`` only those of desks that matter most."""
        search = self.search
        assert search.effects is not None
        missed = np.flatnonzero(search.missing(sample, self.per_deviation) > 0)
        desk = search.units.desk
        involved = np.zeros(len(desk), dtype=np.bool_)
        for c in missed:
            gain = np.abs(search.effects.gain[:, [c]].toarray().ravel())
            by_desk = np.bincount(desk, gain)
            desks = by_desk >= 0.3 * by_desk.max() if main else by_desk > 0
            involved |= (gain > 0) & desks[desk]
        return involved

    def _room_to_raise(self, sample: Sample) -> Room:
        level = self.search.level(sample)
        up = (self.search.most - level).clip(0, 2)
        missed = self.search.missing(sample, self.per_deviation) > 0
        mixed = np.array([one.measure in MIXED for one in self.search.cells.criteria], dtype=bool)
        down = (level - self.search.units.least).clip(0, 1)
        if not (missed & mixed[self.search.cells.criterion]).any():
            down = np.zeros_like(down)
        return Room(up, down, 0.25)

    def _room_to_lower(self, sample: Sample, thinned: int) -> Room:
        """One step down everywhere, or, after failures, in every second, fourth ... interval: effects that are nothing
        one by one (a backlog with time to spare) may be much together."""
        units = self.search.units
        down = (self.search.level(sample) - units.least).clip(0, 1)
        place = units.first // (units.last - units.first + 1).max(initial=1)
        down[place % thinned != thinned - 1] = 0
        return Room(np.zeros_like(down), down, -1.0)

    def _moves(self, sample: Sample, room: Room, caution: float = 1.0) -> IntArray:
        search = self.search
        assert search.effects is not None
        scale = self.going if room.down_price < 0 else self.coming
        factors = scale[search.cells.criterion] * caution
        effects = replace(search.effects, gain=(search.effects.gain @ diags(factors)).tocsr())
        lack = search.need(sample, self.per_deviation) - sample.standing
        moved = best_moves(search.units, effects, search.level(sample), lack, search.presence, room)
        return search.units.spread(moved)

    def measure_here(self, sample: Sample) -> None:
        """Measure the effects at a staffing, on all replications."""
        search = self.search
        here = sample.advisers.tobytes(), len(self.replications), search.by_day
        if search.effects is None or search.effects.measured_at != here:
            base = search.evaluate(sample.advisers, self.replications)
            search.effects = measure_effects(
                search.centre, search.units, search.cells, search.evaluate, base, self.replications, search.by_day
            )

    def _ensure_effects(self, sample: Sample) -> None:
        if self.search.effects is None:
            self._measure(sample)

    def _measure(self, sample: Sample) -> bool:
        """Measure the effects at a staffing; False if that was done already."""
        search = self.search
        if search.effects is not None and search.effects.measured_at[:2] == (
            sample.advisers.tobytes(),
            len(self.probes),
        ):
            return False
        base = search.evaluate(sample.advisers, self.probes)
        search.effects = measure_effects(search.centre, search.units, search.cells, search.evaluate, base, self.probes)
        self.coming = np.ones_like(self.coming)
        return True

    def _learn(self, before: Sample, after: Sample) -> None:
        """Correct the trust in each criterion's effects by what the last moves really did."""
        effects = self.search.effects
        assert effects is not None
        level = self.search.level(before)
        change = self.search.level(after) - level
        weight = np.zeros(change.shape)
        for up in (1, 2):
            weight += (change >= up) * effects.step(level + up)
        weight -= (change <= -1) * effects.step(level)
        predicted = np.asarray(effects.gain.T @ weight).ravel()
        real = after.standing - before.standing
        noise = 0.2 * before.deviation / np.sqrt(len(before.replications))
        scale = self.going if change.sum() < 0 else self.coming
        for k in range(len(scale)):
            mine = self.search.cells.criterion == k
            said = float(np.abs(predicted[mine]).sum())
            if said > noise[mine].sum():
                ratio = float((real[mine] * np.sign(predicted[mine])).sum()) / said
                least = 1.0 if change.sum() < 0 else 0.2
                scale[k] = np.clip(0.5 * scale[k] + 0.5 * np.clip(ratio, 0.2, 4.0), least, 4.0)

    def _give_up(self, best: Sample) -> None:
        """Keep the missed cells at what was reached, as nothing brings them nearer."""
        search = self.search
        missed = search.missing(best, self.per_deviation) > 0
        search.given_up = search.given_up | missed
        search.floor = np.where(missed, best.standing - 0.1 * best.deviation, search.floor)
