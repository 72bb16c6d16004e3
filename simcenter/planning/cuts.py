"""Cutting planes: what each look has shown about the margins, as linear bounds, and the cheapest levels they allow.

Where a cell's mean margin is a concave function of the advisers, a look at levels y with the effects g measured there
bounds it everywhere: margin(x) <= margin(y) + g (x - y). All cuts together make an integer programme, whose solution is
the next staffing worth looking at, and whose bound is a lower bound on the cost of any staffing that keeps every cell.

References
----------
Atlason, Epelman and Henderson (2008): Optimizing call center staffing using simulation and analytic center
cutting-plane methods. Cezik and L'Ecuyer (2008): Staffing multiskill call centers via linear programming and
simulation. Both in Management Science 54.
"""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from scipy.sparse import csr_matrix, hstack, vstack

from simcenter.planning.centre import BoolArray, FloatArray, IntArray
from simcenter.planning.moves import penalties, priced
from simcenter.planning.sample import Sample
from simcenter.planning.units import Units

if TYPE_CHECKING:
    from simcenter.planning.search import Level

NODES = 2000
"""Nodes of the branch and bound after which its best solution and bound are taken: no clock, so the same every time."""
NEAR_ENOUGH = 1e-3
"""Relative gap at which the programme stops."""
WHOLE_TRIES = 5
"""Looks at what the integer programme finds before cells are given up."""


@dataclass(frozen=True)
class Solved:
    """The best levels (U,) that the cuts allow, or None, and a bound on the price of any."""

    level: IntArray | None
    bound: float


@dataclass(frozen=True)
class Limits:
    """Linear limits on the levels beside the cuts: rows (B, U) times the levels is at most ``most`` (B,)."""

    rows: csr_matrix
    most: FloatArray


class Cuts:
    """The cuts of a search so far.

    Parameters
    ----------
    units : Units
    presence : sparse (P, U) matrix
        Rows of units of which one must have an adviser.
    limits : Limits, optional
        A budget.
    """

    def __init__(self, units: Units, presence: csr_matrix, limits: Limits | None = None) -> None:
        self._units = units
        self._presence = presence
        self._limits = limits
        self._rows: list[csr_matrix] = []
        self._least: list[FloatArray] = []
        self._cell: list[IntArray] = []

    def add(self, gain: csr_matrix, level: IntArray, lack: FloatArray, cells: BoolArray) -> None:
        """One look: effects (U, C) at the levels, and how much each cell lacks there (negative: has to spare).

        Only ``cells`` (C,) with an effect at all make a row: nothing can be said about the others.
        """
        rows = csr_matrix(gain.T)
        some = np.flatnonzero(cells & (np.diff(rows.indptr) > 0))
        if len(some):
            kept = csr_matrix(rows[some])
            self._rows.append(kept)
            self._least.append(np.asarray(kept @ level + lack[some]))
            self._cell.append(some)

    def solve(
        self,
        lower: IntArray,
        upper: IntArray,
        penalty: FloatArray | None = None,
        price: FloatArray | None = None,
    ) -> Solved:
        """The cheapest levels between two bounds (U,).

        With a ``penalty`` (C,) for each unit of margin that a cell lacks, cuts may be broken at that price; else they
        hold. ``price`` (U,): the units' prices, a little above zero where advisers are free, unless given.
        """
        from scipy.optimize import Bounds, LinearConstraint, milp  # slow to load, and most commands never need it

        units = len(self._units)
        price = priced(self._units) if price is None else price
        if not self._rows:
            return Solved(lower.copy(), float(price @ lower))
        rows, least, cell = vstack(self._rows).tocsr(), np.concatenate(self._least), np.concatenate(self._cell)
        # margins are counts and seconds of very different size: each row on the scale of its strongest effect
        scale = 1.0 / np.maximum(np.asarray(abs(rows).max(axis=1).todense()).ravel(), 1e-12)
        rows, least = csr_matrix(rows.multiply(scale[:, None])), least * scale
        lacks = 0 if penalty is None else len(penalty)
        cost = price if penalty is None else np.concatenate([price, penalty])
        broken = csr_matrix((len(cell), lacks))
        if lacks:
            broken = csr_matrix((scale, (np.arange(len(cell)), cell)), shape=(len(cell), lacks))
        constraints = [LinearConstraint(_wide(rows, broken), least, np.inf)]
        if self._presence.shape[0]:
            wanted = np.minimum(1, self._presence @ upper)
            constraints.append(LinearConstraint(_wide(self._presence, lacks), wanted, np.inf))
        if self._limits is not None:
            constraints.append(LinearConstraint(_wide(self._limits.rows, lacks), -np.inf, self._limits.most))
        found = milp(
            cost,
            constraints=constraints,
            bounds=Bounds(np.concatenate([lower, np.zeros(lacks)]), np.concatenate([upper, np.full(lacks, np.inf)])),
            integrality=np.concatenate([np.ones(units), np.zeros(lacks)]),
            options={"node_limit": NODES, "mip_rel_gap": NEAR_ENOUGH},
        )
        dual = found.get("mip_dual_bound")
        bound = -np.inf if dual is None or not np.isfinite(dual) else float(dual)
        if found.x is None:
            return Solved(None, np.inf if found.status == 2 else bound)
        return Solved(np.rint(found.x[:units]).astype(np.int64), bound)


def in_whole_advisers(level: "Level", best: Sample) -> Sample:
    """A sample that lacks less than the best, by what the integer programme finds, or the best; each look that lacks as
    much is one more cut. Rounding a linear programme loses a move of which half would be enough."""
    search = level.search
    level.measure_here(best)
    assert search.effects is not None
    gain, here = search.effects.raw, search.level(best)
    cuts = Cuts(search.units, search.presence)
    lower, upper = np.maximum(here - 1, search.units.least), np.minimum(here + 2, search.most)
    after = best
    for _ in range(WHOLE_TRIES):
        lack = search.need(after, level.per_deviation) - after.standing
        cuts.add(gain, search.level(after), lack, np.ones(len(lack), dtype=np.bool_))
        solved = cuts.solve(lower, upper, penalties(gain, search.units.price))
        if solved.level is None:
            break
        after = level.look(search.units.spread(solved.level))
        if level.lack(after) < 0.97 * level.lack(best):
            return after
    return best


def _wide(rows: csr_matrix, more: Any) -> csr_matrix:
    """The rows with further columns: given ones, or so many zeros."""
    further = csr_matrix((rows.shape[0], more)) if isinstance(more, int) else more
    return csr_matrix(hstack([rows, further]))
