"""Search: from a start to a cheap staffing that keeps every cell on given replications.

``improve`` is the interface for a stronger search: it knows a centre, its cells and an ``Evaluate``, nothing of
engines, scenarios or proofs.
"""

from collections.abc import Callable
from dataclasses import dataclass, field, replace

import numpy as np
from scipy.sparse import csr_matrix, diags

from simcenter.planning.centre import BoolArray, Centre, FloatArray, IntArray
from simcenter.planning.criteria import Cells
from simcenter.planning.effects import Effects, measure_effects
from simcenter.planning.evaluate import Evaluate, Sample
from simcenter.planning.moves import best_moves

STALLED = 3
"""Rounds without a cheaper staffing that keeps every cell, after which the search ends."""
HOPELESS = 5
"""Rounds without coming nearer to the cells missed, after which they are given up."""
MOST_ROUNDS = 40


class OutOfTime(Exception):
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
    """What a search knows and keeps. C cells, D desks, T intervals.

    ``need_per_deviation``: a cell is kept if its mean margin is at least so many of its standard deviations;
    ``given_up`` (C,) cells that no move brings nearer; ``floor`` (C,) what they are kept at.
    """

    centre: Centre
    cells: Cells
    evaluate: Evaluate
    presence: csr_matrix
    ceiling: IntArray
    """(T, D) above which more advisers are not tried."""
    given_up: BoolArray
    floor: FloatArray
    effects: Effects | None = None
    steps: list[Step] = field(default_factory=list)
    best: Sample | None = None
    """The cheapest staffing seen so far that keeps every cell, or else the one nearest to it."""
    watch: Callable[[Step], None] = lambda step: None

    @property
    def bounded(self) -> Centre:
        """The centre with the ceiling as the most advisers of planned desks."""
        return replace(self.centre, most=np.minimum(self.centre.most, np.maximum(self.ceiling, self.centre.least)))

    def need(self, sample: Sample, per_deviation: float) -> FloatArray:
        """(C,) the mean margin that each cell should have on the sample."""
        need = per_deviation * sample.deviation
        return np.where(self.given_up, np.minimum(self.floor, need), need)

    def missing(self, sample: Sample, per_deviation: float) -> FloatArray:
        """(C,) how much each cell's mean margin lacks, 0 where it is kept."""
        lack = self.need(sample, per_deviation) - sample.mean
        return np.asarray(np.where(lack > 1e-9, lack, 0.0))


def improve(
    search: Search, start: IntArray, replications: range, per_deviation: float, phase: str, fresh_effects: bool
) -> Sample:
    """The cheapest staffing found that keeps every cell on the replications, or the nearest if none is.

    Rounds of: choose the best moves by the measured effects, look at where they lead, correct the effects by what
    really happened. The incumbent changes only for a staffing seen to be better, so a wrong prediction costs a round,
    never the result.
    """
    sample = _look(search, start, replications, per_deviation, phase)
    if fresh_effects or search.effects is None:
        search.effects = measure_effects(search.centre, search.cells, search.evaluate, sample, replications)
    best, best_lack = sample, _relative(search, sample, per_deviation)
    seen = {sample.advisers.tobytes()}
    scale = np.ones(len(search.cells.criteria))
    stalled = 0
    for _ in range(MOST_ROUNDS):
        moved = _moved(search, sample, per_deviation, scale, seen)
        hopeless = best_lack > 0 and (moved is None or stalled >= HOPELESS)
        if hopeless:
            _rethink(search, best, replications, per_deviation)
            sample, stalled, scale = best, 0, np.ones_like(scale)
            best_lack = _relative(search, best, per_deviation)
            continue
        if moved is None or stalled >= STALLED + (best_lack > 0) * HOPELESS:
            break
        seen.add(moved.tobytes())
        after = _look(search, moved, replications, per_deviation, phase)
        scale = _corrected(search, sample, after, scale)
        sample = after
        lack = _relative(search, sample, per_deviation)
        better = lack < 0.95 * best_lack or (
            lack <= best_lack <= 0 and search.centre.total_cost(moved) < search.centre.total_cost(best.advisers) - 1e-9
        )
        if better:
            best, best_lack, stalled = sample, lack, 0
            search.best = best
            continue
        stalled += 1
    search.best = best
    return best


def _look(search: Search, advisers: IntArray, replications: range, per_deviation: float, phase: str) -> Sample:
    sample = search.evaluate(advisers, replications)
    missed = int((search.missing(sample, per_deviation) > 0).sum())
    step = Step(phase, search.centre.total_cost(advisers), missed, len(replications))
    search.steps.append(step)
    if search.best is None:
        search.best = sample
    search.watch(step)
    return sample


def _relative(search: Search, sample: Sample, per_deviation: float) -> float:
    """How far a sample is from keeping every cell: lacks in standard deviations, summed; 0 if all are kept."""
    lack = search.missing(sample, per_deviation)
    deviation = np.where(sample.deviation > 0, sample.deviation, 1.0)
    return float((lack / deviation).sum())


def _moved(
    search: Search, sample: Sample, per_deviation: float, scale: FloatArray, seen: set[bytes]
) -> IntArray | None:
    """The staffing that the best moves lead to, more carefully if they lead where the search has been; None if none."""
    assert search.effects is not None
    caution = 1.0
    for _ in range(4):
        factors = scale[search.cells.criterion] * caution
        effects = replace(search.effects, gain=(search.effects.gain @ diags(factors)).tocsr())
        need = search.need(sample, per_deviation)
        moved = best_moves(search.bounded, effects, sample.advisers, sample.mean, need, search.presence)
        if moved.tobytes() not in seen:
            return moved
        # where steps were harmless on paper but not in truth, think them more harmful
        caution *= 1.5 if (search.missing(sample, per_deviation) <= 0).all() else 0.6
    return None


def _corrected(search: Search, before: Sample, after: Sample, scale: FloatArray) -> FloatArray:
    """(K,) what the effects of each criterion are to be multiplied by, from what the last moves really did."""
    assert search.effects is not None
    step = search.effects
    change = after.advisers - before.advisers
    weight = np.zeros(change.shape)
    for up in (1, 2):
        weight += (change >= up) * step.step(before.advisers + up)
    weight -= (change <= -1) * step.step(before.advisers)
    predicted = np.asarray(step.gain.T @ weight.ravel()).ravel()
    real = after.mean - before.mean
    corrected = scale.copy()
    for k in range(len(scale)):
        mine = search.cells.criterion == k
        said = float(np.abs(predicted[mine]).sum())
        noise = float((before.deviation[mine]).sum()) / np.sqrt(len(before.replications)) * 0.1
        if said > noise:
            ratio = float((real[mine] * np.sign(predicted[mine])).sum()) / said
            corrected[k] = np.clip(0.5 * scale[k] + 0.5 * np.clip(ratio, 0.3, 3.0), 0.3, 3.0)
    return corrected


def _rethink(search: Search, best: Sample, replications: range, per_deviation: float) -> None:
    """Measure the effects again where the search is; if that was done already, keep the missed cells at what was
    reached, as nothing brings them nearer."""
    assert search.effects is not None
    if search.effects.measured_at != best.advisers.tobytes():
        search.effects = measure_effects(search.centre, search.cells, search.evaluate, best, replications)
        return
    missed = search.missing(best, per_deviation) > 0
    search.given_up = search.given_up | missed
    search.floor = np.where(missed, best.mean - 0.1 * best.deviation, search.floor)
