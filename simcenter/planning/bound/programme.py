"""Programme: a linear programme that grows by named columns and by rows."""

from typing import Any

import numpy as np
from scipy.sparse import coo_matrix, csr_matrix

from simcenter.planning.centre import FloatArray, IntArray

NONE = -1
"""In place of a column's number: there is none, and it counts for nothing."""

Term = tuple[Any, float]
"""Columns (any shape; NONE for none) and the factor of each."""


class Programme:
    """Columns are not negative; rows say that a sum of terms is at most a number."""

    def __init__(self) -> None:
        self._upper: list[FloatArray] = []
        self._row: list[IntArray] = []
        self._column: list[IntArray] = []
        self._factor: list[FloatArray] = []
        self._most: list[float] = []
        self._columns = 0

    def columns(self, where: Any, upper: Any = np.inf) -> IntArray:
        """New columns wherever ``where`` is true: their numbers in its shape, NONE elsewhere. ``upper`` broadcasts."""
        where = np.asarray(where, dtype=np.bool_)
        found = np.full(where.shape, NONE, dtype=np.int64)
        count = int(where.sum())
        found[where] = self._columns + np.arange(count)
        self._upper.append(np.broadcast_to(np.asarray(upper, dtype=np.float64), where.shape)[where])
        self._columns += count
        return found

    def at_most(self, terms: list[Term], most: float) -> None:
        """The sum of all columns of all terms, each times its factor, is at most ``most``."""
        row = len(self._most)
        for columns, factor in terms:
            flat = np.ravel(columns)
            flat = flat[flat != NONE]
            if len(flat) and factor:
                self._row.append(np.full(len(flat), row))
                self._column.append(flat)
                self._factor.append(np.full(len(flat), float(factor)))
        self._most.append(float(most))

    def rows(self, matrix: csr_matrix, most: FloatArray) -> None:
        """Each row of a sparse matrix over the first columns is at most its entry of ``most``."""
        found = matrix.tocoo()
        self._row.append(found.row.astype(np.int64) + len(self._most))
        self._column.append(found.col.astype(np.int64))
        self._factor.append(np.asarray(found.data, dtype=np.float64))
        self._most += [float(one) for one in most]

    def least(self, price: FloatArray, lower: FloatArray, upper: FloatArray) -> float:
        """The least price of the first columns, between bounds of their own; infinite if nothing is possible, minus
        infinity if the solver does not know."""
        from scipy.optimize import linprog  # slow to load, and most commands never need it

        first = len(price)
        shape = (len(self._most), self._columns)
        entries = np.concatenate(self._factor), (np.concatenate(self._row), np.concatenate(self._column))
        above: Any = coo_matrix(entries, shape=shape).tocsr()
        highest = np.concatenate(self._upper)
        highest[:first] = upper
        lowest = np.zeros(self._columns)
        lowest[:first] = lower
        bounds: Any = np.column_stack([lowest, highest])
        found = linprog(
            c=np.concatenate([price, np.zeros(self._columns - first)]),
            A_ub=above,
            b_ub=np.array(self._most),
            bounds=bounds,
            method="highs",
        )
        if found.status == 0 and found.fun is not None:
            return float(found.fun)
        return np.inf if found.status == 2 else -np.inf
