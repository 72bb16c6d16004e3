"""A budget: the best that so many advisers, adviser hours or so much money can do, where they are not enough."""

import re
from dataclasses import dataclass
from numbers import Real
from typing import TYPE_CHECKING

import numpy as np
from scipy.sparse import coo_matrix, csr_matrix

from simcenter.errors import ScenarioError
from simcenter.planning.centre import Centre, FloatArray, IntArray
from simcenter.planning.criteria import Cells, queue_of
from simcenter.planning.cuts import Cuts, Limits
from simcenter.planning.sample import Sample
from simcenter.planning.units import Units

if TYPE_CHECKING:
    from simcenter.planning.search import Level, Search

KINDS = {
    "advisers": "on the floor at once, of all desks together",
    "hours": "adviser hours over the horizon",
    "cost": "cost over the horizon",
}
"""What a budget may be of."""
RADII = (4, 2, 1, 1)
"""How far each unit may move in one step, try after try."""
ROUNDS = 20
TRIES = 24
"""Swaps that are looked at before the search is given up."""
FEW = 16
"""Units up to which pairs are swapped for pairs."""
_FORM = re.compile(r"\s*(\d+(?:\.\d+)?)\s*([a-z]*)\s*")


@dataclass(frozen=True)
class Budget:
    """At most ``amount`` of ``kind``, one of ``KINDS``."""

    amount: float
    kind: str = "advisers"

    def __str__(self) -> str:
        return f"{self.amount:g} {self.kind}"


def read_budget(given: object) -> Budget:
    """A budget from a number (of advisers at once) or a text: "40", "40 advisers", "300 hours", "9000 cost".

    Raises
    ------
    ScenarioError
        Where it is not of that form.
    """
    if isinstance(given, Budget):
        return given
    text = f"{given:g}" if isinstance(given, Real) and not isinstance(given, bool) else given
    match = _FORM.fullmatch(text) if isinstance(text, str) else None
    if match is None or (match[2] or "advisers") not in KINDS:
        raise ScenarioError([f'budget: must be as in "40 advisers", "300 hours" or "9000 cost", got {given!r}'])
    return Budget(float(match[1]), match[2] or "advisers")


def limits_of(budget: Budget, centre: Centre, units: Units) -> Limits:
    """The budget as limits on the levels of the units, what is not to be decided taken off.

    Raises
    ------
    ScenarioError
        Where the given advisers and the minima alone are more.
    """
    if budget.kind == "advisers":
        inside = np.flatnonzero((units.cell >= 0).any(axis=1))
        t, d = np.nonzero(units.cell[inside] >= 0)
        place = np.ones(len(t)), (t, units.cell[inside][t, d])
        rows = coo_matrix(place, shape=(len(inside), len(units))).tocsr()
        most = budget.amount - units.base[inside].sum(axis=1).astype(np.float64)
    elif budget.kind == "hours":
        rows = csr_matrix(units.place.sum(axis=0) * centre.hour)
        most = np.array([budget.amount - float(units.base.sum()) * centre.hour])
    else:
        rows = csr_matrix(units.price[None, :])
        most = np.array([budget.amount - centre.total_cost(units.base)])
    if (rows @ units.least > most + 1e-9).any():
        raise ScenarioError([f"budget: must be enough for the given and the fewest allowed advisers, got {budget}"])
    return Limits(csr_matrix(rows), most)


def weights_of(centre: Centre, cells: Cells) -> FloatArray:
    """(C,) what a unit of each cell's margin is worth in contacts: a share counts contacts already, a mean wait counts
    by its limit, an occupancy by the mean handle time of the desk's queues."""
    found = []
    for one in cells.criteria:
        if one.measure.endswith("_s") and one.measure != "wait_p90_s":
            found.append(1.0 / max(one.limit, 1.0))
        elif queue_of(one, centre) is None and one.level == "desk":
            handle_s = centre.handle_s[centre.serves[one.index]]
            found.append(1.0 / max(float(handle_s.mean()), 1.0))
        else:
            found.append(1.0)
    return np.array(found)[cells.criterion]


def shortfall(sample: Sample, weights: FloatArray) -> float:
    """Total shortfall, contacts a replication: how many more would have had to be served as promised."""
    return float((weights * np.clip(-sample.standing, 0, None)).sum())


def spend(level: "Level", found: Sample) -> Sample:
    """The staffing within the limits with the least total shortfall that cutting planes find, from one without limits.

    The shortfall is that of the means, without any safety. Effects are measured at each better staffing; a step that
    turns out worse than the cuts said is one more cut.

    Raises
    ------
    ScenarioError
        Where the limits do not allow one adviser wherever a live queue needs one.
    """
    search = level.search
    units, limits = search.units, search.limits
    assert limits is not None
    weights = weights_of(search.centre, search.cells)
    price = 1e-6 * units.price / max(float(units.price.max(initial=0.0)), 1.0)
    cuts = Cuts(units, search.presence, limits)
    _add(level, found, cuts)
    first = cuts.solve(units.least, search.level(found), weights, price).level
    if first is None:
        raise ScenarioError(["budget: must allow one adviser wherever a live queue is open and used"])
    best = level.look(units.spread(first))
    for _ in range(ROUNDS):
        search.best = best
        _add(level, best, cuts)
        after = _step(level, best, cuts, weights, price) or _swapped(level, best, weights)
        if after is None:
            break
        best = after
    return best


def within(search: "Search", level: IntArray) -> IntArray:
    """Levels (U,) within the limits: one adviser after the other is taken away where most are, but not the last whom a
    queue has."""
    limits, level = search.limits, level.copy()
    assert limits is not None
    while (over := limits.rows @ level > limits.most + 1e-9).any():
        counted = np.asarray(abs(limits.rows[over]).sum(axis=0)).ravel() > 0
        for unit in np.argsort(-level, kind="stable"):
            fewer = level.copy()
            fewer[unit] -= 1
            present = search.presence @ fewer >= np.minimum(1, search.presence @ level)
            if counted[unit] and fewer[unit] >= search.units.least[unit] and present.all():
                level = fewer
                break
        else:
            break
    return level


def _step(level: "Level", best: Sample, cuts: Cuts, weights: FloatArray, price: FloatArray) -> Sample | None:
    """A staffing near the best with less shortfall, or None if none of a few tries is."""
    search = level.search
    here = search.level(best)
    for radius in RADII:
        lower, upper = np.maximum(here - radius, search.units.least), np.minimum(here + radius, search.most)
        solved: IntArray | None = cuts.solve(lower, upper, weights, price).level
        if solved is None or np.array_equal(solved, here):
            return None
        after = level.look(search.units.spread(solved))
        if shortfall(after, weights) < shortfall(best, weights) - 1e-9:
            return after
        cuts.add(_gain(level), solved, -after.standing, np.ones(len(after.standing), dtype=np.bool_))
    return None


def _swapped(level: "Level", best: Sample, weights: FloatArray) -> Sample | None:
    """The first of the most promising swaps within the limits seen to fall short by less, or None: what the cuts miss
    where margins are not concave, as they are not far below their targets."""
    search = level.search
    units, limits, here = search.units, search.limits, search.level(best)
    assert limits is not None
    level.measure_here(best)
    gain = np.vstack([_gain(level).toarray(), np.zeros(len(best.standing))])
    sets = _sets(len(units), 2 if len(units) <= FEW else 1)
    spent = np.vstack([np.eye(len(units), dtype=np.int64), np.zeros((1, len(units)), dtype=np.int64)])
    change = spent[sets].sum(axis=1)
    found: list[tuple[float, int, int]] = []
    for i, leaving in enumerate(change):
        moved = here - leaving + change
        able = (moved >= units.least).all(axis=1) & (moved <= search.most).all(axis=1)
        able &= (limits.rows @ moved.T <= limits.most[:, None] + 1e-9).all(axis=0)
        mean = best.standing - gain[sets[i]].sum(axis=0) + gain[sets].sum(axis=1)
        short = np.clip(-mean, 0, None) @ weights
        found += [(float(short[j]), i, int(j)) for j in np.flatnonzero(able & (change != leaving).any(axis=1))]
    for _, i, j in sorted(found)[:TRIES]:
        moved_level = here - change[i] + change[j]
        if search.allowed(moved_level, here):
            after = level.look(units.spread(moved_level))
            if shortfall(after, weights) < shortfall(best, weights) - 1e-9:
                return after
    return None


def _sets(units: int, most: int) -> IntArray:
    """(N, 2) nobody, every unit alone and, if ``most`` is 2, every pair; -1 for none."""
    single = np.stack([np.arange(-1, units), np.full(units + 1, -1)], axis=1)
    if most == 1:
        return single
    i, j = np.triu_indices(units)
    return np.concatenate([single, np.stack([i, j], axis=1)])


def _add(level: "Level", sample: Sample, cuts: Cuts) -> None:
    """Measure the effects at a sample and add what it shows: its margins should not be negative."""
    level.measure_here(sample)
    cuts.add(_gain(level), level.search.level(sample), -sample.standing, np.ones(len(sample.standing), dtype=np.bool_))


def _gain(level: "Level") -> csr_matrix:
    effects = level.search.effects
    assert effects is not None
    return effects.gain
