"""Moves: which advisers to add and to take away, by a linear programme over measured effects."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy.optimize import linprog
from scipy.sparse import coo_matrix, csr_matrix, diags, hstack, identity, vstack

from simcenter.planning.centre import Centre, FloatArray, IntArray
from simcenter.planning.effects import Effects

UP, UP_AGAIN, DOWN = 0, 1, 2
ROUNDING = 1e-6
SMALL_COST = 1e-4
"""Added to each adviser's cost, so that free desks are not filled without reason."""


# The exact integer programme was tried: on a week of three desks it takes as long as many simulations, and the effects
# are not known well enough to be worth it. What rounding leaves on the table, the next round of the search takes.


@dataclass(frozen=True)
class Room:
    """How far each desk and interval may move: (T, D) ``up`` 0 to 2 steps, ``down`` 0 or 1; what a step down is worth
    beside its cost: ``down_price`` -1 saves it, a positive share makes it dear, a means to an end."""

    up: IntArray
    down: IntArray
    down_price: float


def best_moves(
    centre: Centre,
    effects: Effects,
    advisers: IntArray,
    margin: FloatArray,
    need: FloatArray,
    presence: csr_matrix,
    room: Room,
) -> IntArray:
    """The advisers after the cheapest set of single steps that should bring every cell's margin to what it needs.

    Cells that cannot reach their need this time come as near as possible.

    Parameters
    ----------
    centre : Centre
    effects : Effects
    advisers : (T, D) int array
    margin, need : (C,) float array
        Mean margins now, and what they should be.
    presence : sparse (P, T x D) matrix
        Rows of desks and intervals of which one must have an adviser (see ``presence_rows``).
    room : Room

    Returns
    -------
    (T, D) int array
    """
    flat = advisers.ravel()
    lists, gains, price = _steps(centre, effects, advisers, room)
    count, cells = gains.shape
    if count == 0:
        return advisers.copy()
    penalty = _penalties(gains, price)
    change = _change(lists, len(flat))
    # one adviser stays where a live queue has nobody else (as far as it has one now)
    present = presence @ flat
    upper: list[Any] = [hstack([-gains.T, -identity(cells)])]
    limits = [margin - need]
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
        return advisers.copy()
    # parts of an adviser, at most one per binding cell: added whole, not taken away
    added = len(lists[UP]) + len(lists[UP_AGAIN])
    chosen = np.concatenate([np.ceil(found.x[:added] - ROUNDING), np.floor(found.x[added:count] + ROUNDING)])
    return np.asarray(flat + np.rint(change @ chosen).astype(np.int64)).reshape(advisers.shape)


def _steps(
    centre: Centre, effects: Effects, advisers: IntArray, room: Room
) -> tuple[list[IntArray], csr_matrix, FloatArray]:
    """The single steps that there is room for: their places by UP, UP_AGAIN, DOWN; gains (moves, C); prices."""
    room_up, room_down = room.up.ravel(), room.down.ravel()
    steps = [
        diags(effects.step(advisers + 1).ravel()) @ effects.gain,
        diags(effects.step(advisers + 2).ravel()) @ effects.gain,
        -diags(effects.step(advisers).ravel()) @ effects.gain,
    ]
    cost = np.tile(centre.cost + SMALL_COST * max(centre.cost.max(initial=0.0), 1.0), len(advisers))
    lists = [np.flatnonzero(room_up >= 1), np.flatnonzero(room_up >= 2), np.flatnonzero(room_down >= 1)]
    gains = vstack([step.tocsr()[rows] for step, rows in zip(steps, lists, strict=True)]).tocsr()
    price = np.concatenate([cost[lists[UP]], cost[lists[UP_AGAIN]], room.down_price * cost[lists[DOWN]]])
    return lists, gains, price


def _penalties(gains: csr_matrix, price: FloatArray) -> FloatArray:
    """(C,) price of a missing unit of margin: far above what any useful step costs per unit of gain."""
    strongest = np.asarray(abs(gains).max(axis=0).todense()).ravel()
    dearest = float(np.abs(price).max(initial=1.0))
    usable = strongest > 0
    return np.where(usable, 50 * dearest / np.where(usable, strongest, 1.0), 0.0)


def _change(lists: list[IntArray], size: int) -> csr_matrix:
    """(T x D, moves) how each move changes the advisers."""
    rows = np.concatenate(lists)
    signs = np.concatenate([np.ones(len(lists[UP]) + len(lists[UP_AGAIN])), -np.ones(len(lists[DOWN]))])
    return coo_matrix((signs, (rows, np.arange(len(rows)))), shape=(size, len(rows))).tocsr()


def presence_rows(centre: Centre, entered: FloatArray) -> csr_matrix:
    """(P, T x D) for each interval and live queue in which contacts are expected, the desks that take them at once.

    A queue that is open and expected to be used always has somebody, even where a day's target would hold without.
    """
    intervals, desks = centre.desk_open.shape
    rows: list[IntArray] = []
    for q in np.flatnonzero(centre.live):
        able = centre.serves[:, q] & (centre.after_s[:, q] <= 0)
        for t in np.flatnonzero((entered[:, q] > 0) & centre.queue_open[:, q]):
            here = np.flatnonzero(able & (centre.most[t] > 0))
            if not len(here):
                here = np.flatnonzero(centre.serves[:, q] & (centre.most[t] > 0))
            if len(here):
                rows.append(t * desks + here)
    unique = sorted({tuple(int(place) for place in row) for row in rows})
    index = [(i, place) for i, row in enumerate(unique) for place in row]
    at = np.array(index, dtype=np.int64).reshape(-1, 2)
    shape = (len(unique), intervals * desks)
    return coo_matrix((np.ones(len(at)), (at[:, 0], at[:, 1])), shape=shape).tocsr()
