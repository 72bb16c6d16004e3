"""Evaluate: what a staffing does to every cell, on numbered replications. All that a search may ask of a centre."""

from collections.abc import Callable, Iterator
from typing import Protocol

import numpy as np

from simcenter.experiment.replicate import Players
from simcenter.measures.tally import Tally
from simcenter.measures.targets import criterion_sums
from simcenter.planning.centre import FloatArray, IntArray
from simcenter.planning.criteria import Cells
from simcenter.planning.sample import Sample
from simcenter.simulation.staffing import Staffing

DUST = 1e-9


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
        done = self.replications[: len(margin)]
        return Sample(self.advisers, done, margin, by_row, self._num, self._den, self._cells.assured)
