"""Exchanges: one or two advisers for one or two others nearby who cost less in sum (a specialist for a generalist)."""

from dataclasses import dataclass

import numpy as np

from simcenter.planning.centre import BoolArray, FloatArray, IntArray
from simcenter.planning.sample import Sample
from simcenter.planning.search import Level

TRIES = 24
"""Exchanges that are looked at, the most promising first, before the search gives up on them."""
NEAR = 2
"""Intervals within which an exchange moves somebody."""
MOST_NEAR = 24
"""Units nearby above which only those of the same interval are exchanged."""
WORTH = 1e-9
"""Saving below which two staffings cost the same."""


@dataclass(frozen=True)
class Exchanges:
    """N exchanges: (N, 2) units that lose an adviser and that gain one, -1 for none; ``lack`` (N,) what they should
    lack after it, in standard deviations."""

    leaving: IntArray
    coming: IntArray
    lack: FloatArray

    def first(self, count: int) -> "Exchanges":
        """The most promising."""
        order = np.argsort(self.lack, kind="stable")[:count]
        return Exchanges(self.leaving[order], self.coming[order], self.lack[order])


def exchanged(level: Level, best: Sample) -> Sample:
    """The first exchange seen to keep every cell at a lower cost, or ``best`` itself."""
    search = level.search
    here = search.level(best)
    found = promising(level, best)
    for leaving, coming in zip(found.leaving, found.coming, strict=True):
        moved = here.copy()
        np.subtract.at(moved, leaving[leaving >= 0], 1)
        np.add.at(moved, coming[coming >= 0], 1)
        if not search.allowed(moved, here):
            continue
        after = level.look(search.units.spread(moved))
        if level.holds(after):
            return level.take(after)
    return best


def promising(level: Level, best: Sample) -> Exchanges:
    """The exchanges that should lack least by the effects measured, one at a time and without smoothing."""
    search, units = level.search, level.search.units
    assert search.effects is not None
    deviation = np.where(best.deviation > 0, best.deviation, 1.0)
    spare = (best.standing - search.need(best, level.per_deviation)) / deviation
    gain = np.vstack([search.effects.raw.toarray() / deviation, np.zeros(len(spare))])
    price = np.append(units.price, 0.0)
    here = search.level(best)
    serves = search.centre.serves.astype(np.int64)
    shared = serves @ serves.T > 0
    may_come = here < search.most
    kept = Exchanges(np.zeros((0, 2), dtype=np.int64), np.zeros((0, 2), dtype=np.int64), np.zeros(0))
    for unit in np.flatnonzero(may_come):
        near = _near(level, int(unit), shared)
        leaving = _sets(np.flatnonzero(near & (here > units.least)), here - units.least)
        others = _sets(np.flatnonzero(near & may_come & (np.arange(len(units)) >= unit)), search.most - here)
        coming = np.append(others[(others == unit).any(axis=1)], [[unit, -1]], axis=0)
        for pair in np.unique(np.sort(coming, axis=1)[:, ::-1], axis=0):
            free = ~np.isin(leaving, pair[pair >= 0]).any(axis=1)
            saved = price[leaving].sum(axis=1) - price[pair].sum()
            rows = leaving[free & (saved > WORTH)]
            change = gain[pair].sum(axis=0) - gain[rows].sum(axis=1)
            lack = np.clip(-change - spare, 0, None).sum(axis=1)
            kept = Exchanges(
                np.concatenate([kept.leaving, rows]),
                np.concatenate([kept.coming, np.tile(pair, (len(rows), 1))]),
                np.concatenate([kept.lack, lack]),
            ).first(TRIES)
    return kept


def _near(level: Level, unit: int, shared: BoolArray) -> BoolArray:
    """(U,) units of the same day nearby whose desks have a queue in common with the unit's."""
    units = level.search.units
    same = (units.day == units.day[unit]) & shared[units.desk, units.desk[unit]]
    apart = np.abs(units.first - units.first[unit])
    near = same & (apart <= NEAR * (units.last[unit] - units.first[unit] + 1))
    return np.asarray(near if near.sum() <= MOST_NEAR else same & (apart == 0))


def _sets(members: IntArray, room: IntArray) -> IntArray:
    """(N, 2) all sets of one (and -1) or two members, twice the same only where there is room for two."""
    i, j = np.triu_indices(len(members))
    double = np.stack([members[i], members[j]], axis=1)
    double = double[(double[:, 0] != double[:, 1]) | (room[double[:, 0]] >= 2)]
    single = np.stack([members, np.full(len(members), -1)], axis=1)
    return np.concatenate([single, double])
