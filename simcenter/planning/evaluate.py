"""Evaluate: what a staffing does to every cell, on numbered replications. All that a search may ask of a centre."""

from collections.abc import Callable
from typing import Protocol, TypeVar

import numpy as np

from simcenter.experiment.reduction import Partial, Reduction
from simcenter.experiment.replicate import Players
from simcenter.measures.meter import Meter
from simcenter.measures.tally import Tally
from simcenter.measures.targets import CriterionSums
from simcenter.planning.centre import FloatArray, IntArray
from simcenter.planning.criteria import Cells
from simcenter.planning.sample import Sample
from simcenter.simulation.log import ContactLog
from simcenter.simulation.staffing import Staffing

P = TypeVar("P", bound=Partial)

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
        self._staffing = staffing
        self._seed = seed
        self.margins = Margins(cells)
        self.tick: Callable[[int], None] = lambda played: None
        """Called with a number of replications after they were played; may raise to stop."""

    def __call__(self, advisers: IntArray, replications: range) -> Sample:
        """The sample of a staffing (T, D) on these replications."""
        return self.reduced(self.margins, advisers, replications).sample(advisers, replications)

    def reduced(self, reduction: Reduction[P], advisers: IntArray, replications: range) -> P:
        """What a reduction makes of a staffing (T, D) on these replications."""
        staffing = self._staffing.with_advisers(advisers)
        return self._players.reduce(
            reduction, staffing, seed=self._seed, replications=replications, done=lambda played: self.tick(played)
        )


class Margins:
    """The reduction of replications to the margins of all cells."""

    def __init__(self, cells: Cells) -> None:
        self.cells = cells
        self.sums = CriterionSums(cells.criteria)
        self.sign = np.array([1.0 if one.at_least else -1.0 for one in cells.criteria])
        self.limit = np.array([one.limit for one in cells.criteria])

    def start(self, meter: Meter, replications: range) -> "MarginsSoFar":
        """No margins."""
        return MarginsSoFar(self)

    def gap(self, num: FloatArray, den: FloatArray) -> FloatArray:
        """(T + 1, K) margins per row of what was counted there."""
        return self.sign * (num - self.limit * den)


class MarginsSoFar:
    """The margins of some replications, in order, and what was counted in them.

    Counts, and seconds on the simulation's grid, add up exactly in any order.
    """

    def __init__(self, wanted: Margins) -> None:
        self._wanted = wanted
        self._margins: list[FloatArray] = []
        self._num: FloatArray = np.zeros((1, len(wanted.limit)))
        self._den: FloatArray = np.zeros((1, len(wanted.limit)))

    def __getstate__(self) -> dict[str, object]:
        return {"_margins": self._margins, "_num": self._num, "_den": self._den}

    def add(self, tally: Tally, log: ContactLog | None = None) -> None:
        """The tally of the next replication."""
        num, den = (part[0] for part in self._wanted.sums.of([tally]))
        margin = self._wanted.cells.gather(self._wanted.gap(num, den))
        # 4 of 5 against 0.8 is met: the rounding of a product is no miss
        margin[np.abs(margin) < DUST] = 0.0
        self._margins.append(margin)
        self._num, self._den = self._num + num, self._den + den

    def merge(self, later: "MarginsSoFar") -> None:
        """The margins of the replications that come next."""
        self._margins += later._margins
        self._num, self._den = self._num + later._num, self._den + later._den

    def sample(self, advisers: IntArray, replications: range) -> Sample:
        """The sample of the staffing (T, D) that was played on these replications."""
        cells, played = self._wanted.cells, len(self._margins)
        margin = np.array(self._margins).reshape(played, len(cells))
        by_row = np.broadcast_to(self._wanted.gap(self._num, self._den), (len(advisers) + 1, len(cells.criteria)))
        num, den = cells.gather(self._num), cells.gather(self._den)
        return Sample(advisers.copy(), replications[:played], margin, by_row / max(played, 1), num, den, cells.assured)
