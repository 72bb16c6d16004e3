"""Cells: where each target must hold, as margins that must not be negative on average.

A target "num / den at least limit" holds exactly when num - limit x den is at least 0, and likewise for caps; ratios of
sums over replications become plain means of margins, which add up over intervals, can be paired between staffings and
bounded one cell at a time.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from simcenter.measures.targets import Criterion, criteria
from simcenter.planning.assurance import Assured
from simcenter.planning.centre import BoolArray, Centre, FloatArray, IntArray
from simcenter.planning.flows import Flows
from simcenter.simulation.network import DEFERRED

if TYPE_CHECKING:
    from simcenter.scenario import Scenario

KEEP_UP_LIVE, KEEP_UP_DEFERRED = 0.90, 0.95
"""Share of the contacts to be answered where no target says so: without it a plan would leave them for ever."""
LAST_TENTH = 0.1
"""Share of the open time, the last of the horizon, whose deferred work may still wait at the end."""

MOST_BLOCKED = 0.10
"""Share of those who come to a live queue with a waiting room and may find it full: a service level leaves them out."""

KEPT_UP = "kept_up"
"""Name of the plan's own rule, beside the measures that targets are about."""


def criteria_of(scenario: "Scenario", day_by_day: bool = False) -> tuple[Criterion, ...]:
    """Every target of the scenario, then the plan's own rules.

    ``day_by_day``: what a target asks of the horizon is asked of each of its days; not so the rules, as what has piled
    up can only be judged when the horizon ends.

    The rules: a live queue without any target on its waits answers 90 % of its contacts each day; a deferred queue has
    answered, when the horizon ends, 95 % of what came before the last tenth of its open time, even where nothing is
    due yet: a plan does not live off the time after it; and a full waiting room blocks at most 10 % each day.
    """
    found = [replace(one, per="day") if day_by_day and one.per == "horizon" else one for one in criteria(scenario)]
    about_waits = {one.place for one in found if one.level == "queue" and one.measure != "resolved"}
    for index, (name, queue) in enumerate(scenario.queues.items()):
        if queue.waiting_room is not None:
            found.append(_blocked(index, name))
        if queue.live and name in about_waits:
            continue
        limit, per = (KEEP_UP_LIVE, "day") if queue.live else (KEEP_UP_DEFERRED, "horizon")
        when = "" if queue.live else ", of what came before the last tenth of the open time"
        found.append(
            Criterion(
                level="queue",
                place=name,
                index=index,
                measure=KEPT_UP,
                per=per,
                limit=limit,
                at_least=True,
                condition=f"answered at all >= {100 * limit:g} %{when}",
                definition="",
                numerator={"answered": 1.0},
                denominator={"answered": 1.0, "abandoned": 1.0, "late": 1.0, "undecided": 1.0},
            )
        )
    return tuple(found)


def _blocked(index: int, name: str) -> Criterion:
    return Criterion(
        level="queue",
        place=name,
        index=index,
        measure=KEPT_UP,
        per="day",
        limit=MOST_BLOCKED,
        at_least=False,
        condition=f"blocked <= {100 * MOST_BLOCKED:g} %",
        definition="",
        numerator={"blocked": 1.0},
        denominator={"answered": 1.0, "abandoned": 1.0, "late": 1.0, "undecided": 1.0, "blocked": 1.0},
    )


def queue_of(criterion: Criterion, centre: Centre) -> int | None:
    """The queue that a criterion is about, also where it is about one class of its customers ("queue/class"); None for
    those about desks or all customers."""
    if criterion.level != "queue":
        return None
    if criterion.index < len(centre.queues):
        return criterion.index
    named = [q for q, name in enumerate(centre.queues) if criterion.place.startswith(f"{name}/")]
    return max(named, key=lambda q: len(centre.queues[q]))


def is_slow(criterion: Criterion, centre: Centre) -> bool:
    """Whether a criterion is about deferred work, whose backlog carries what is done now into later days."""
    queue = queue_of(criterion, centre)
    return queue is not None and bool(centre.kind[queue] == DEFERRED)


@dataclass(frozen=True)
class Cells:
    """Where each of K criteria must hold: C cells, each a run of rows of one criterion.

    Rows are the T intervals and, last, what comes after the horizon (which belongs to the last day). ``criterion``,
    ``first``, ``end`` (C,); ``label`` C names: an interval's start, a date, or "horizon"; ``assured``: on what share of
    the days each is to hold, None: on average.
    """

    criteria: tuple[Criterion, ...]
    criterion: IntArray
    first: IntArray
    end: IntArray
    label: tuple[str, ...]
    assured: Assured | None = None

    def __len__(self) -> int:
        return len(self.criterion)

    @property
    def limit(self) -> FloatArray:
        """(C,)"""
        return np.array([one.limit for one in self.criteria])[self.criterion]

    @property
    def sign(self) -> FloatArray:
        """(C,) 1 where the ratio must be at least the limit, -1 where at most."""
        return np.array([1.0 if one.at_least else -1.0 for one in self.criteria])[self.criterion]

    def gather(self, per_row: FloatArray) -> FloatArray:
        """(C,) sums over each cell's rows of (T + 1, K) values."""
        total = np.vstack([np.zeros((1, per_row.shape[1])), np.cumsum(per_row, axis=0)])
        return np.asarray(total[self.end, self.criterion] - total[self.first, self.criterion])

    def places(self, rows: int) -> IntArray:
        """(rows, K) the cell that each row of each criterion belongs to, -1 for none."""
        table = np.full((rows, len(self.criteria)), -1, dtype=np.int64)
        for c in range(len(self)):
            table[self.first[c] : self.end[c], self.criterion[c]] = c
        return table

    def only(self, keep: BoolArray) -> "Cells":
        """The cells where ``keep`` (C,) is true."""
        label = tuple(name for name, kept in zip(self.label, keep, strict=True) if kept)
        return replace(self, criterion=self.criterion[keep], first=self.first[keep], end=self.end[keep], label=label)


def cells_of(centre: Centre, flows: Flows, criteria: Sequence[Criterion]) -> Cells:
    """The cells in which anything is expected to happen; an empty interval has nothing to promise."""
    rows: list[tuple[int, int, int, str]] = []
    for k, criterion in enumerate(criteria):
        busy = _busy(centre, flows, criterion)
        for first, end, label in _spans(centre, criterion.per):
            if criterion.measure == KEPT_UP and is_slow(criterion, centre):
                end = min(end, _before_last_tenth(centre.queue_open[:, criterion.index]))
            if busy[first:end].any():
                rows.append((k, first, end, label))
    columns = np.array([row[:3] for row in rows], dtype=np.int64).reshape(-1, 3)
    return Cells(tuple(criteria), columns[:, 0], columns[:, 1], columns[:, 2], tuple(row[3] for row in rows))


def _busy(centre: Centre, flows: Flows, criterion: Criterion) -> BoolArray:
    """(T,) whether anything that the criterion counts is expected."""
    if criterion.level == "desk":
        return centre.desk_open[:, criterion.index]
    # who comes while a live queue is closed is turned away, and no target counts him
    counted = centre.queue_open | ~centre.live
    queue = queue_of(criterion, centre)
    if queue is not None:
        return np.asarray(counted[:, queue] & (flows.entered[:, queue] > 0))
    return np.asarray((counted & (centre.volume > 0)).any(axis=1))


def _spans(centre: Centre, per: str) -> list[tuple[int, int, str]]:
    intervals = len(centre.day)
    if per == "interval":
        return [(t, t + 1, centre.interval_start[t]) for t in range(intervals)]
    if per == "day":
        first = np.flatnonzero(np.diff(centre.day, prepend=-1))
        ends = np.append(first[1:], intervals + 1)
        return [(int(a), int(b), centre.interval_start[a][:10]) for a, b in zip(first, ends, strict=True)]
    return [(0, intervals + 1, "horizon")]


def _before_last_tenth(queue_open: BoolArray) -> int:
    open_intervals = np.flatnonzero(queue_open)
    if not len(open_intervals):
        return 0
    keep = max(int(len(open_intervals) * (1 - LAST_TENTH)), 1)
    return int(open_intervals[keep - 1]) + 1
