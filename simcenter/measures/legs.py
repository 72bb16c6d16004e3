"""Legs as measures count them: which count, how long each waited, and how long advisers were busy with it."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from simcenter.measures.clock import WorkingClock
from simcenter.simulation.log import ContactLog, Outcome

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int64]
BoolArray = npt.NDArray[np.bool_]


@dataclass(frozen=True)
class Stays:
    """What the parts of interrupted work come to, for each leg (L,); without interruptions, just the leg's own.

    An interrupted leg and those that resume it, one after the other in the log, are one stay in the queue, and the
    last of them is the one that counts. ``entry`` how the stay began; ``begun_s`` when work on it first began (NaN:
    never); ``handle_s`` all that advisers did for it (NaN where nobody did anything, or meaningless within a stay).
    """

    entry: IntArray
    begun_s: FloatArray
    handle_s: FloatArray


def stays_of(log: ContactLog, interruptions: bool) -> Stays:
    """The stays of a log; ``interruptions`` False: there are none, so every leg is one."""
    handle_s = log.freed_s - log.start_s
    if not interruptions or not len(log):
        return Stays(log.entry, log.start_s, handle_s)
    resumed = np.concatenate([[False], (log.outcome == Outcome.INTERRUPTED)[:-1]])
    head = np.flatnonzero(~resumed)
    stay = np.cumsum(~resumed) - 1
    total_s = np.add.reduceat(np.nan_to_num(handle_s), head)[stay]
    worked_on = log.desk >= 0
    return Stays(log.entry[head][stay], log.start_s[head][stay], np.where(worked_on, total_s, np.nan))


def waits_of(
    log: ContactLog, begun_s: FloatArray, clocks: Sequence[WorkingClock], deferred: BoolArray
) -> tuple[FloatArray, BoolArray]:
    """How long each leg waited (L,), and whether it waited at all before anybody began with it.

    Until the answer, the start of a callback in vain, or the end of those never answered: in seconds, or in working
    seconds and until the reply where deferred.
    """
    until_s = np.where(np.isnan(log.start_s), log.end_s, log.start_s)
    wait_s = until_s - log.entered_s
    delayed = wait_s > 0
    for queue in np.flatnonzero(deferred).tolist():
        legs, clock = np.flatnonzero(log.queue == queue), clocks[queue]
        entered = clock.worked(log.entered_s[legs])
        wait_s[legs] = clock.worked(log.end_s[legs]) - entered
        first_s = np.where(np.isnan(begun_s[legs]), log.end_s[legs], begun_s[legs])
        delayed[legs] = clock.worked(first_s) > entered
    return wait_s, delayed


@dataclass(frozen=True)
class Legs:
    """The legs of one log as they are measured; arrays (L,).

    ``row`` the interval in which each entered its queue; ``measured`` those that entered after the warm-up, ``counted``
    those of them that count as offered (None: all). ``served`` those that were answered, counted or not; ``answered``,
    ``abandoned`` and ``stuck`` (still waiting, or dropped) are of the counted; ``answer_s`` means nothing where nobody
    answered.
    """

    log: ContactLog
    row: IntArray
    measured: BoolArray | None
    counted: BoolArray | None
    served: BoolArray
    answered: BoolArray
    abandoned: BoolArray
    stuck: BoolArray
    stays: Stays
    answer_s: FloatArray
    wait_s: FloatArray
    delayed: BoolArray


class View:
    """Where legs are counted: one way of sorting them into rows and places.

    Parameters
    ----------
    row, place : (L,) int arrays
        Place -1: in none.
    shape : (int, int)
        Rows and places.
    first : int
        The number among all places of the view's place 0.
    """

    def __init__(self, row: IntArray, place: IntArray, shape: tuple[int, int], first: int) -> None:
        self.place, self.shape, self.first = place, shape, first
        self._row, self._size = row, shape[0] * shape[1]
        self._cell = row * shape[1] + place
        known = place >= 0
        self._known: BoolArray | None = None if known.all() else known

    def known(self, mask: BoolArray) -> BoolArray:
        """Those of the legs of ``mask`` that have a place."""
        return mask if self._known is None else mask & self._known

    def count(self, mask: BoolArray) -> IntArray:
        """How many legs of ``mask`` (L,) there are in each cell."""
        return np.bincount(self._cell[self.known(mask)], minlength=self._size).reshape(self.shape)

    def total(self, mask: BoolArray, values: FloatArray) -> FloatArray:
        """Sums of ``values`` (L,) over the legs of ``mask`` in each cell."""
        mask = self.known(mask)
        sums = np.bincount(self._cell[mask], weights=values[mask], minlength=self._size)
        return np.asarray(sums, dtype=np.float64).reshape(self.shape)

    def by_kind(self, mask: BoolArray | None, kind: IntArray, kinds: int) -> IntArray:
        """How many legs of ``mask`` (None: of all) there are of each kind: (kinds, rows, places)."""
        cell = kind * self._size + self._cell
        mask = self._known if mask is None else self.known(mask)
        found = np.bincount(cell if mask is None else cell[mask], minlength=kinds * self._size)
        return found.reshape(kinds, *self.shape)

    def at(self, legs: IntArray) -> "View":
        """The view of some of the legs, by their numbers."""
        return View(self._row[legs], self.place[legs], self.shape, self.first)

    @property
    def places(self) -> range:
        """The numbers of its places among all places."""
        return range(self.first, self.first + self.shape[1])
