"""A log-linear histogram of durations: 128 buckets an octave, so a value read back is at most 0.4 % off.

The bucket of a duration is the exponent and the first seven bits of the mantissa of its float64, which is monotone
and needs no table; buckets are kept sparse, sorted by cell (day and queue) and bucket.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int64]

RELATIVE_ERROR = 1 / 256
"""Bound on the relative error of a duration read back from its bucket: half a bucket's width."""

_MANTISSA_BITS_DROPPED = 52 - 7
_BUCKET_BITS = 20


@dataclass(frozen=True)
class Histogram:
    """Counts of durations per cell and bucket: ``key`` (n,) ascending, ``count`` (n,)."""

    key: IntArray
    count: IntArray

    @classmethod
    def of_sorted(cls, cell: IntArray, value_s: FloatArray) -> "Histogram":
        """The histogram of durations (n,) sorted by cell, then value."""
        key = (cell << _BUCKET_BITS) | (value_s.view(np.int64) >> _MANTISSA_BITS_DROPPED)
        start = np.flatnonzero(np.diff(key, prepend=-1))
        return cls(key[start], np.diff(start, append=len(key)))

    @classmethod
    def sum(cls, parts: "list[Histogram]") -> "Histogram":
        """Several histograms as one; exact, in any order."""
        if len(parts) == 1:
            return parts[0]
        keys = np.concatenate([part.key for part in parts])
        counts = np.concatenate([part.count for part in parts])
        order = np.argsort(keys, kind="stable")
        start = np.flatnonzero(np.diff(keys[order], prepend=-1))
        return cls(keys[order][start], np.add.reduceat(counts[order], start) if len(start) else counts)

    def percentile(self, percent: int, cells: int) -> FloatArray:
        """The nearest-rank percentile of each of the first ``cells`` cells (cells,); NaN where a cell is empty."""
        cell = self.key >> _BUCKET_BITS
        upto = np.cumsum(self.count)
        edge = np.searchsorted(cell, np.arange(cells + 1))
        before = np.concatenate([[0], upto])[edge]
        total = np.diff(before)
        rank = -(-percent * total // 100)
        here = np.searchsorted(upto, before[:-1] + np.maximum(rank, 1), side="left")
        result = np.full(cells, np.nan)
        full = total > 0
        result[full] = _value(self.key[here[full]])
        return result

    def regrouped(self, group: IntArray) -> "Histogram":
        """The same durations with cell i counted in cell ``group[i]``."""
        bucket = self.key & ((1 << _BUCKET_BITS) - 1)
        key = (group[self.key >> _BUCKET_BITS] << _BUCKET_BITS) | bucket
        order = np.argsort(key, kind="stable")
        return Histogram.sum([Histogram(key[order], self.count[order]), EMPTY])


EMPTY = Histogram(np.zeros(0, dtype=np.int64), np.zeros(0, dtype=np.int64))


def _value(key: IntArray) -> FloatArray:
    """The middle of each bucket; 0 for the bucket of 0."""
    bucket = key & ((1 << _BUCKET_BITS) - 1)
    low = (bucket << _MANTISSA_BITS_DROPPED).view(np.float64)
    high = ((bucket + 1) << _MANTISSA_BITS_DROPPED).view(np.float64)
    return np.where(bucket == 0, 0.0, (low + high) / 2)
