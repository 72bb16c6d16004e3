"""Evaluate: what a staffing does to every cell, on numbered replications. All that a search may ask of a centre."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Protocol

import numpy as np

from simcenter.experiment.replicate import Players
from simcenter.measures.tally import Tally
from simcenter.measures.targets import criterion_sums
from simcenter.planning.centre import BoolArray, FloatArray, IntArray
from simcenter.planning.criteria import Cells
from simcenter.simulation.staffing import Staffing

DUST = 1e-9


@dataclass(frozen=True)
class Sample:
    """One staffing on R replications. C cells, K criteria; the same replication has the same customers everywhere.

    ``margin`` (R, C); ``by_row`` (T + 1, K) mean margins per interval, the last row after the horizon; ``num``,
    ``den`` (C,) sums over the replications.
    """

    advisers: IntArray
    replications: range
    margin: FloatArray
    by_row: FloatArray
    num: FloatArray
    den: FloatArray

    @property
    def mean(self) -> FloatArray:
        """(C,) mean margins."""
        return np.asarray(self.margin.mean(axis=0))

    @property
    def deviation(self) -> FloatArray:
        """(C,) standard deviations of the margins of one replication; 0 from a single one."""
        if len(self.margin) < 2:
            return np.zeros(self.margin.shape[1])
        return np.asarray(self.margin.std(axis=0, ddof=1))

    @property
    def value(self) -> FloatArray:
        """(C,) the ratios that the targets are about; NaN where nothing was counted."""
        return np.asarray(np.divide(self.num, self.den, out=np.full(len(self.num), np.nan), where=self.den != 0))

    def only(self, keep: BoolArray) -> "Sample":
        """The same for the cells where ``keep`` (C,) is true; ``by_row`` as it is."""
        part = self.margin[:, keep], self.by_row, self.num[keep], self.den[keep]
        return Sample(self.advisers, self.replications, *part)


class Evaluate(Protocol):
    """The interface between a search and a centre: a pure function of the advisers and the replications' numbers."""

    def __call__(self, advisers: IntArray, replications: range) -> Sample:
        """The sample of a staffing (T, D) on these replications."""
        ...


class Simulator:
    """Evaluates by simulation; counts what it plays.

    Parameters
    ----------
    players : Players
        The pool that plays replications.
    cells : Cells
    staffing : Staffing
        Any staffing of the scenario; its advisers are replaced.
    seed : int
    """

    def __init__(self, players: Players, cells: Cells, staffing: Staffing, seed: int) -> None:
        self._players = players
        self._cells = cells
        self._staffing = staffing
        self._seed = seed
        self.played = 0
        """Replications played so far."""
        self.tick: Callable[[], None] = lambda: None
        """Called after each replication; may raise to stop."""

    def __call__(self, advisers: IntArray, replications: range) -> Sample:
        """The sample of a staffing (T, D) on these replications."""
        adder = Adder(self._cells, advisers, replications)
        for _ in self.tallies(adder):
            pass
        return adder.sample()

    def tallies(self, adder: "Adder") -> Iterator[Tally]:
        """Play what the adder asks for; each tally is added to it and handed on."""
        staffing = self._staffing.with_advisers(adder.advisers)
        for tally in self._players.play(staffing, seed=self._seed, replications=adder.replications):
            adder.add(tally)
            self.played += 1
            self.tick()
            yield tally


class Adder:
    """Turns tallies, in the order of their replications, into a sample."""

    def __init__(self, cells: Cells, advisers: IntArray, replications: range) -> None:
        self._cells = cells
        self.advisers = advisers.copy()
        self.replications = replications
        self._sign = np.array([1.0 if one.at_least else -1.0 for one in cells.criteria])
        self._limit = np.array([one.limit for one in cells.criteria])
        self._margin: list[FloatArray] = []
        self._by_row: FloatArray = np.zeros((len(advisers) + 1, len(cells.criteria)))
        self._num: FloatArray = np.zeros(len(cells))
        self._den: FloatArray = np.zeros(len(cells))

    def add(self, tally: Tally) -> None:
        """The tally of the next replication."""
        num, den = criterion_sums(tally, self._cells.criteria)
        gap = self._sign * (num - self._limit * den)
        margin = self._cells.gather(gap)
        # 4 of 5 against 0.8 is met: the rounding of a product is no miss
        margin[np.abs(margin) < DUST] = 0.0
        self._margin.append(margin)
        self._by_row += gap
        self._num += self._cells.gather(num)
        self._den += self._cells.gather(den)

    def sample(self) -> Sample:
        """What was added so far."""
        margin = np.array(self._margin).reshape(len(self._margin), len(self._cells))
        by_row = self._by_row / max(len(margin), 1)
        return Sample(self.advisers, self.replications[: len(margin)], margin, by_row, self._num, self._den)
