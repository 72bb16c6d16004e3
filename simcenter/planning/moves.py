"""Moves: which advisers to add and to take away, by a small integer programme over measured effects."""

import numpy as np
from scipy.optimize import Bounds, LinearConstraint, milp
from scipy.sparse import coo_matrix, csr_matrix, diags, hstack, identity, vstack

from simcenter.planning.centre import Centre, FloatArray, IntArray
from simcenter.planning.effects import Effects

UP, UP_AGAIN, DOWN = 0, 1, 2
SMALL_COST = 1e-4
"""Added to each adviser's cost, so that free desks are not filled without reason."""


def best_moves(
    centre: Centre, effects: Effects, advisers: IntArray, margin: FloatArray, need: FloatArray, presence: csr_matrix
) -> IntArray:
    """The advisers after the cheapest set of single steps that should bring every cell's margin to what it needs.

    At most two up or one down per desk and interval, as effects are measured for single steps. Cells that cannot reach
    their need this time come as near as possible.

    Parameters
    ----------
    centre : Centre
    effects : Effects
    advisers : (T, D) int array
    margin, need : (C,) float array
        Mean margins now, and what they should be.
    presence : sparse (P, T x D) matrix
        Rows of desks and intervals of which one must have an adviser (see ``presence_rows``).

    Returns
    -------
    (T, D) int array
    """
    flat = advisers.ravel()
    room_up = (centre.most.ravel() - flat).clip(0, 2)
    room_down = (flat - centre.least.ravel()).clip(0, 1)
    steps = [
        diags(effects.step(advisers + 1).ravel()) @ effects.gain,
        diags(effects.step(advisers + 2).ravel()) @ effects.gain,
        -diags(effects.step(advisers).ravel()) @ effects.gain,
    ]
    cost = np.tile(centre.cost + SMALL_COST * max(centre.cost.max(initial=0.0), 1.0), len(advisers))
    lists = [np.flatnonzero(room_up >= 1), np.flatnonzero(room_up >= 2), np.flatnonzero(room_down >= 1)]
    gains = vstack([step.tocsr()[rows] for step, rows in zip(steps, lists, strict=True)]).tocsr()
    price = np.concatenate([cost[lists[UP]], cost[lists[UP_AGAIN]], -cost[lists[DOWN]]])
    count, cells = gains.shape
    if count == 0:
        return advisers.copy()
    penalty = _penalties(gains, price)
    change = _change(lists, len(flat))
    # one adviser stays where a live queue has nobody else (as far as it has one now)
    present = presence @ flat
    constraints = [
        LinearConstraint(hstack([gains.T, identity(cells)]).tocsr(), lb=need - margin, ub=np.inf),
    ]
    if presence.shape[0]:
        stay = hstack([presence @ change, csr_matrix((presence.shape[0], cells))]).tocsr()
        constraints.append(LinearConstraint(stay, lb=np.minimum(1 - present, 0), ub=np.inf))
    found = milp(
        c=np.concatenate([price, penalty]),
        constraints=constraints,
        integrality=np.concatenate([np.ones(count), np.zeros(cells)]),
        bounds=Bounds(0, np.concatenate([np.ones(count), np.full(cells, np.inf)])),
        options={"mip_rel_gap": 2e-3, "node_limit": 400},
    )
    if found.x is None:
        return advisers.copy()
    chosen = np.rint(found.x[:count])
    return np.asarray(flat + np.rint(change @ chosen).astype(np.int64)).reshape(advisers.shape)


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
