"""Precision: replicate until every interval that matters is narrow enough, looking seldom enough to be believed.

A run that stops when its interval happens to be narrow covers the truth less often than the interval says. Three things
keep that small here: the first look comes late, each later one only after a quarter more replications, and every
watched interval must be narrow at once. What is left is measured in the tests and written in docs/measures.md.
"""

import contextlib
from dataclasses import asdict, dataclass
from numbers import Real
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from simcenter.errors import ScenarioError
from simcenter.experiment.blocks import FIRST_STAGE, stages
from simcenter.experiment.confidence import student
from simcenter.experiment.targets import TargetCells, TargetSums, TargetTable
from simcenter.measures.meter import Meter
from simcenter.measures.targets import Criterion, criteria, criterion

if TYPE_CHECKING:
    from simcenter.scenario import Calendar, Scenario

FloatArray = npt.NDArray[np.float64]

MOST = 10_000
"""Looks are at the stages of blocks.py: after 50 replications, then a quarter more each time; the last after MOST."""


@dataclass(frozen=True)
class Precision:
    """How narrow the confidence intervals were to be, and became.

    ``wanted`` and ``half_width`` (the widest): points of share for shares, relative to the value for times; ``reached``
    whether no watched interval is wider than wanted; ``widest`` which one is the widest; ``looks`` how often the
    intervals were looked at; ``at_most`` replications allowed.
    """

    wanted: float
    reached: bool
    half_width: float
    widest: str
    looks: int
    at_most: int

    def to_dict(self) -> dict[str, Any]:
        """As JSON has it; a width that is not known is None."""
        return asdict(self) | {"half_width": self.half_width if np.isfinite(self.half_width) else None}

    def __str__(self) -> str:
        if self.reached:
            return f"precision {100 * self.wanted:g} % reached"
        width = f"±{100 * self.half_width:.2g} %" if np.isfinite(self.half_width) else "no interval"
        return f"precision {100 * self.wanted:g} % not reached: {width} at {self.widest}"


def read_precision(given: object) -> float:
    """A precision given as a share: 0.01, "0.01" or "1%".

    Raises
    ------
    ScenarioError
        Unless it lies between 0 and 1.
    """
    share: object = given
    if isinstance(given, str):
        percent = given.strip().endswith("%")
        with contextlib.suppress(ValueError):
            share = float(given.strip().removesuffix("%")) / (100 if percent else 1)
    if isinstance(share, bool) or not isinstance(share, Real) or not 0 < float(share) < 1:
        raise ScenarioError([f"precision: must be a share between 0 and 1, such as 0.01 or 1%, got {given!r}"])
    return float(share)


class Watch:
    """Watches the intervals of a run, and says when they are all narrow enough.

    Parameters
    ----------
    cells : TargetCells
        What is watched.
    wanted : float
        Half-width of each interval, at most.
    at_most : int
        Replications; the run ends with them.
    confidence : float
    calendar : Calendar
        Names the cells.
    """

    def __init__(
        self, cells: TargetCells, wanted: float, at_most: int, confidence: float, calendar: "Calendar"
    ) -> None:
        self.cells = cells
        """What is watched."""
        self.sums = TargetSums(cells)
        """What became of it so far."""
        self._calendar = calendar
        self._wanted, self._at_most, self._confidence = wanted, at_most, confidence
        self._seen, self._looks = 0, 0
        self.next_look = min(FIRST_STAGE, at_most)
        self.found: Precision | None = None
        """What the last look found."""

    def enough(self, sums: TargetSums, replications: int) -> bool:
        """Add the sums of the next replications, so many; whether they were the last ones needed.

        There is a cut between blocks wherever a look is due, so that the looks do not depend on the blocks.
        """
        self.sums.merge(sums)
        self._seen += replications
        if self._seen < self.next_look:
            return False
        self._looks += 1
        self.found = self._look(self.sums.table())
        self.next_look = min(next(stage for stage in stages() if stage > self._seen), self._at_most)
        return self.found.reached or self._seen >= self._at_most

    def _look(self, table: TargetTable) -> Precision:
        width = half_widths(table, self._confidence)
        place = int(np.argmax(width)) if len(width) else -1
        widest = float(width[place]) if len(width) else 0.0
        reached = widest <= self._wanted
        name = _name(table.cells, place, self._calendar) if len(width) else "nothing to watch"
        return Precision(self._wanted, reached, widest, name, self._looks, self._at_most)


def half_widths(table: TargetTable, confidence: float) -> FloatArray:
    """(C,) half of each confidence interval: in points of shares, and relative to the value of times.

    0 for cells about which nothing happened, infinite where nothing is known of the spread.
    """
    half = student(confidence, table.replications) * table.se
    times = np.array([one.measure == "asa_s" for one in table.cells.criteria], dtype=np.bool_)
    relative = np.divide(half, table.value, out=np.full_like(half, np.inf), where=table.value > 0)
    relative[half == 0] = 0.0
    width = np.where(times[table.cells.criterion], relative, half)
    return np.where(table.judged & (table.traffic > 0), np.nan_to_num(width, nan=np.inf), 0.0)


def watched(scenario: "Scenario", meter: Meter) -> TargetCells:
    """What a run of a scenario watches: every cell of every target.

    Where neither a queue nor a cap has a target: each queue's mean wait, and its share abandoned if it is live, over
    the horizon (beside the desks' caps on occupancy, if any).
    """
    found = list(criteria(scenario))
    if all(one.level == "desk" for one in found):
        for index, (name, queue) in enumerate(scenario.queues.items()):
            found.append(criterion("queue", name, index, "asa_s", "horizon", 0.0, False, "mean wait of the answered"))
            if queue.live:
                found.append(criterion("queue", name, index, "abandon_rate", "horizon", 1.0, False, "abandoned"))
    return TargetCells.of(found, meter)


def watch_for(scenario: "Scenario", meter: Meter, wanted: float, at_most: int, confidence: float) -> Watch:
    """The watch over a run of a scenario; see :class:`Watch`."""
    return Watch(watched(scenario, meter), wanted, at_most, confidence, scenario.calendar)


def _name(cells: TargetCells, place: int, calendar: "Calendar") -> str:
    """A watched cell in words."""
    one: Criterion = cells.criteria[cells.criterion[place]]
    cell = int(cells.cell[place])
    when = {"interval": calendar.interval_start, "day": calendar.dates}.get(one.per)
    return f"{one.place or 'the whole centre'}, {one.measure}" + ("" if when is None else f", {when[cell]}")
