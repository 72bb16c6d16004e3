"""The tally: sums, counts and histograms of one replication, small and exact."""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np
import numpy.typing as npt

from simcenter.measures.histogram import Histogram

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int64]
Sums = Mapping[str, npt.NDArray[np.int64] | npt.NDArray[np.float64]]
_Layout = tuple[tuple[tuple[str, ...], ...], tuple[tuple[str, tuple[int, ...]], ...]]


@dataclass(frozen=True)
class Tally:
    """Sums over one replication, or over several added up. T intervals, Q queues, P places, D desks.

    Places are the queues, then the classes of queues that have any (see places.py). ``queues``: name -> (T + 1, P),
    legs by the interval in which they entered their queue, the last row after the horizon; ``journeys``: name ->
    (T + 1, Q), customers by origin queue and interval of their first arrival; ``desks``: name -> (T + 1, D), seconds
    in the interval in which they fall, answers in that of the answer; ``transfers`` (D, D + 1): legs handed on from
    desk to desk, the last column: to nobody. Counts are int64, sums of seconds float64 and exact while below 2^33 s.
    What no rule of the network can bring about is not there.

    ``waits``: histogram of the waits of answered legs, cell = day x P + place; ``max_wait_s`` (days, P), NaN where
    nobody was answered; ``day_percentiles`` (3, days, P) and ``percentiles`` (3, P): the exact nearest-rank waits of
    one replication (NaN in a sum of several).
    """

    queues: Sums
    journeys: Sums
    desks: Sums
    transfers: IntArray
    waits: Histogram
    max_wait_s: FloatArray
    day_percentiles: FloatArray
    percentiles: FloatArray
    replications: int = 1

    def __add__(self, other: "Tally") -> "Tally":
        if not isinstance(other, Tally):
            return NotImplemented
        return Tally(
            queues=_added(self.queues, other.queues),
            journeys=_added(self.journeys, other.journeys),
            desks=_added(self.desks, other.desks),
            transfers=self.transfers + other.transfers,
            waits=Histogram.sum([self.waits, other.waits]),
            max_wait_s=np.fmax(self.max_wait_s, other.max_wait_s),
            day_percentiles=np.full_like(self.day_percentiles, np.nan),
            percentiles=np.full_like(self.percentiles, np.nan),
            replications=self.replications + other.replications,
        )

    def equals(self, other: "Tally") -> bool:
        """Whether both hold the same numbers, bit for bit (NaN equals NaN)."""
        mine, theirs = self._arrays(), other._arrays()
        return self.replications == other.replications and all(
            np.array_equal(one, two, equal_nan=one.dtype.kind == "f") for one, two in zip(mine, theirs, strict=True)
        )

    def __reduce__(self) -> tuple[object, ...]:
        """Sent to other processes in two pieces: sixty small arrays would take longer than the replication."""
        arrays = [*self._arrays()[:-5], self.max_wait_s, self.day_percentiles, self.percentiles]
        names = (tuple(self.queues), tuple(self.journeys), tuple(self.desks))
        layout = _the_one((names, tuple((array.dtype.kind, array.shape) for array in arrays)))
        counts = np.concatenate([array.ravel() for array in arrays if array.dtype.kind == "i"])
        seconds = np.concatenate([array.ravel() for array in arrays if array.dtype.kind == "f"])
        return _unpacked, (layout, counts, seconds, self.waits, self.replications)

    def _arrays(self) -> list[npt.NDArray[np.int64] | npt.NDArray[np.float64]]:
        sums = [part[name] for part in (self.queues, self.journeys, self.desks) for name in part]
        return [
            *sums,
            self.transfers,
            self.waits.key,
            self.waits.count,
            self.max_wait_s,
            self.day_percentiles,
            self.percentiles,
        ]


def _added(one: Sums, two: Sums) -> Sums:
    return {name: one[name] + two[name] for name in one}


@lru_cache(maxsize=64)
def _the_one(layout: _Layout) -> _Layout:
    """The same object for equal layouts, so that several tallies sent together send it once."""
    return layout


def _unpacked(layout: _Layout, counts: IntArray, seconds: FloatArray, waits: Histogram, replications: int) -> Tally:
    names, arrays = layout
    left: dict[str, npt.NDArray[Any]] = {"i": counts, "f": seconds}
    found: list[npt.NDArray[Any]] = []
    for kind, shape in arrays:
        size = math.prod(shape)
        found.append(left[kind][:size].reshape(shape))
        left[kind] = left[kind][size:]
    each = iter(found)
    queues, journeys, desks = ({name: next(each) for name in part} for part in names)
    return Tally(queues, journeys, desks, next(each), waits, next(each), next(each), next(each), replications)
