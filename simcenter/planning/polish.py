"""Polish: the end of a search. Cutting planes around the best staffing, exchanges between desks, then thinning."""

from dataclasses import dataclass

import numpy as np

from simcenter.planning.cuts import Cuts
from simcenter.planning.draft import drafted, worth
from simcenter.planning.exchange import WORTH, exchanged
from simcenter.planning.sample import Sample
from simcenter.planning.search import Level
from simcenter.planning.thin import Minimality, Thinner, harmless, untried

ROUNDS = 8
"""How often effects are measured anew around a better staffing."""
DRAFT_AGAIN = 0.05
"""Share of the cost that drafting must have saved to be done once more."""
RADII = (2, 2, 1, 1)
"""How far each unit may move in one step, try after try: each try that fails adds what it has shown as a cut."""


@dataclass(frozen=True)
class Polished:
    """The end of a search: its sample, whether anybody can be spared, and a bound on the cost of any staffing."""

    sample: Sample
    minimality: Minimality
    bound: float
    """Lower bound on cost by the cuts; minus infinity if there is none."""


def polish(level: Level, best: Sample, apart: bool) -> Polished:
    """The cheapest staffing near ``best``, 1-minimal on the replications of ``level`` and in its rehearsal.

    Where none is found that keeps every cell nothing is taken away, and nothing is known.
    """
    search = level.search
    best = level.settled(best)
    if level.lack(best) > 0 or not len(search.units):
        return Polished(best, untried(len(search.units), "not every target is kept"), -np.inf)
    measured = Cuts(search.units, search.presence, search.limits)
    if search.by_day:
        _measured(level, best, measured)
    else:
        best = _cutting(level, best, measured)
    before = np.inf
    while search.cost(best) < (1 - DRAFT_AGAIN) * before:
        before = search.cost(best)
        best, lacked = drafted(level, best, worth(level, best))
    for _ in range(ROUNDS):
        _measured(level, best, measured)
        after = exchanged(level, best)
        if after is best:
            break
        best = after
    promise = harmless(search, best, level.per_deviation)
    if np.isfinite(lacked).any():  # better than what was measured before so many went
        promise = -np.where(np.isfinite(lacked), lacked, np.nanmedian(lacked))
    best, found = Thinner(level, apart).thinned(best, promise)
    return Polished(best, found, _bound(level, best, measured))


def _cutting(level: Level, best: Sample, measured: Cuts) -> Sample:
    """Solve the cuts around the best staffing, look, and add what that has shown, while it gets cheaper.

    ``measured`` gets the cuts of the staffings at which effects were measured; those of the others have but the effects
    of their neighbour, which is good enough to look for a staffing and not for a bound.
    """
    search = level.search
    cuts = Cuts(search.units, search.presence, search.limits)
    for _ in range(ROUNDS):
        _measured(level, best, measured)
        _add(level, best, cuts)
        before = best
        for radius in RADII:
            here = search.level(best)
            lower, upper = np.maximum(here - radius, search.units.least), np.minimum(here + radius, search.most)
            solved = cuts.solve(lower, upper)
            if solved.level is None or search.units.price @ solved.level >= search.units.price @ here - WORTH:
                break
            after = level.look(search.units.spread(solved.level))
            if level.holds(after):
                best = level.take(after)
                break
            _add(level, after, cuts)
        if best is before:
            break
    return best


def _measured(level: Level, best: Sample, measured: Cuts) -> None:
    """Measure the effects at a staffing and add the cuts that they are; not anew where that takes many looks."""
    search = level.search
    if search.by_day and search.effects is not None and search.effects.measured_at[2]:
        return
    level.measure_here(best)
    _add(level, best, measured)


def _add(level: Level, sample: Sample, cuts: Cuts) -> None:
    """Add what a look has shown, with the effects measured last."""
    search = level.search
    assert search.effects is not None
    short = level.short(sample)
    cuts.add(search.effects.raw, search.level(sample), short, np.isfinite(short))


def _bound(level: Level, best: Sample, measured: Cuts) -> float:
    """A bound on the cost of any staffing that keeps every cell, by the cuts of looks where effects were measured; none
    where their predictions do not come true."""
    search = level.search
    if search.by_day:
        return -np.inf
    _measured(level, best, measured)
    solved = measured.solve(search.units.least, search.most, price=search.units.price)
    return min(solved.bound + search.centre.total_cost(search.units.base), search.cost(best))
