"""Moves: which advisers to add and to take away, by a linear programme over measured effects."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy.sparse import coo_matrix, csr_matrix, diags, hstack, identity, vstack

from simcenter.planning.centre import Centre, FloatArray, IntArray
from simcenter.planning.effects import Effects
from simcenter.planning.units import Units

UP, UP_AGAIN, DOWN = 0, 1, 2
ROUNDING = 1e-6
SMALL_COST = 1e-4
"""Added to each adviser's cost, so that free desks are not filled without reason."""


# A linear programme with rounding is enough here: these are first steps, from few replications. The integer programme
# comes at the end, over effects that are measured well (``cuts.py``).


@dataclass(frozen=True)
class Room:
    """How far each unit may move: (U,) ``up`` 0 to 2 steps, ``down`` 0 or 1; what a step down is worth beside its
    price: ``down_price`` -1 saves it, a positive share makes it dear, a means to an end."""

    up: IntArray
    down: IntArray
    down_price: float


def best_moves(
    units: Units,
    effects: Effects,
    level: IntArray,
    lack: FloatArray,
    presence: csr_matrix,
    room: Room,
) -> IntArray:
    """The levels after the cheapest set of single steps that should bring every cell's margin to what it needs.

    Cells that cannot reach their need this time come as near as possible.

    Parameters
    ----------
    units : Units
    effects : Effects
    level : (U,) int array
    lack : (C,) float array
        What each cell's mean margin should be, less what it is now.
    presence : sparse (P, U) matrix
        Rows of units of which one must have an adviser (see ``presence_rows``).
    room : Room

    Returns
    -------
    (U,) int array
    """
    from scipy.optimize import linprog  # slow to load, and most commands never need it

    lists, gains, price = _steps(units, effects, level, room)
    count, cells = gains.shape
    if count == 0:
        return level.copy()
    penalty = penalties(gains, price)
    change = _change(lists, len(level))
    # one adviser stays where a live queue has nobody else (as far as it has one now)
    present = presence @ level
    upper: list[Any] = [hstack([-gains.T, -identity(cells)])]
    limits = [-lack]
    if presence.shape[0]:
        upper.append(hstack([-(presence @ change), csr_matrix((presence.shape[0], cells))]))
        limits.append(np.maximum(present - 1, 0))
    above: Any = vstack(upper).tocsr()  # linprog takes sparse rows, its stubs do not
    found = linprog(
        c=np.concatenate([price, penalty]),
        A_ub=above,
        b_ub=np.concatenate(limits),
        bounds=[(0, 1)] * count + [(0, None)] * cells,
        method="highs",
    )
    if found.x is None:
        return level.copy()
    # parts of an adviser, at most one per binding cell: added whole, not taken away
    added = len(lists[UP]) + len(lists[UP_AGAIN])
    chosen = np.concatenate([np.ceil(found.x[:added] - ROUNDING), np.floor(found.x[added:count] + ROUNDING)])
    return np.asarray(level + np.rint(change @ chosen).astype(np.int64))


def _steps(
    units: Units, effects: Effects, level: IntArray, room: Room
) -> tuple[list[IntArray], csr_matrix, FloatArray]:
    """The single steps that there is room for: their units by UP, UP_AGAIN, DOWN; gains (moves, C); prices."""
    steps = [
        diags(effects.step(level + 1)) @ effects.gain,
        diags(effects.step(level + 2)) @ effects.gain,
        -diags(effects.step(level)) @ effects.gain,
    ]
    price_of = priced(units)
    lists = [np.flatnonzero(room.up >= 1), np.flatnonzero(room.up >= 2), np.flatnonzero(room.down >= 1)]
    gains = vstack([step.tocsr()[rows] for step, rows in zip(steps, lists, strict=True)]).tocsr()
    price = np.concatenate([price_of[lists[UP]], price_of[lists[UP_AGAIN]], room.down_price * price_of[lists[DOWN]]])
    return lists, gains, price


def priced(units: Units) -> FloatArray:
    """(U,) prices, a little above zero where advisers are free."""
    return np.asarray(units.price + SMALL_COST * max(float(units.price.max(initial=0.0)), 1.0))


def penalties(gains: csr_matrix, price: FloatArray) -> FloatArray:
    """(C,) price of a missing unit of margin: far above what any useful step costs per unit of gain."""
    if not gains.shape[0]:
        return np.zeros(gains.shape[1])
    strongest = np.asarray(abs(gains).max(axis=0).todense()).ravel()
    dearest = float(np.abs(price).max(initial=1.0))
    usable = strongest > 0
    return np.where(usable, 50 * dearest / np.where(usable, strongest, 1.0), 0.0)


def _change(lists: list[IntArray], size: int) -> csr_matrix:
    """(U, moves) how each move changes the levels."""
    rows = np.concatenate(lists)
    signs = np.concatenate([np.ones(len(lists[UP]) + len(lists[UP_AGAIN])), -np.ones(len(lists[DOWN]))])
    return coo_matrix((signs, (rows, np.arange(len(rows)))), shape=(size, len(rows))).tocsr()


def presence_rows(centre: Centre, units: Units, entered: FloatArray) -> csr_matrix:
    """(P, U) for each interval and live queue in which contacts are expected, the units that take them at once.

    A queue that is open and expected to be used always has somebody, even where a day's target would hold without.
    Where a desk that is no decision has somebody there is no row.
    """
    rows: list[IntArray] = []
    for q in np.flatnonzero(centre.live):
        able = centre.serves[:, q] & (centre.after_s[:, q] <= 0)
        for t in np.flatnonzero((entered[:, q] > 0) & centre.queue_open[:, q]):
            here = np.flatnonzero(able & (centre.most[t] > 0))
            if not len(here):
                here = np.flatnonzero(centre.serves[:, q] & (centre.most[t] > 0))
            if len(here) and not (units.base[t, here] > 0).any():
                rows.append(units.cell[t, here])
    unique = sorted({tuple(int(unit) for unit in row if unit >= 0) for row in rows})
    index = [(i, unit) for i, row in enumerate(unique) for unit in row]
    at = np.array(index, dtype=np.int64).reshape(-1, 2)
    return coo_matrix((np.ones(len(at)), (at[:, 0], at[:, 1])), shape=(len(unique), len(units))).tocsr()
