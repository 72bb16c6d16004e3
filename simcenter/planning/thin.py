"""Thinning: take single advisers away until every one that is left is needed (1-minimal), and remember what breaks."""

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np

from simcenter.planning.centre import BoolArray, Centre, FloatArray, IntArray
from simcenter.planning.criteria import Cells
from simcenter.planning.sample import Sample
from simcenter.planning.search import Search
from simcenter.simulation.network import Network

UNKNOWN, RULE = -1, -2
"""In ``breaks``: not tried; a bound, or a queue that would have nobody."""
QUIET_S, QUIET_HANDLE_TIMES = 7200.0, 10.0
"""Days do not influence each other if everybody is gone for so long in between, in seconds and mean handle times."""


@dataclass(frozen=True)
class Minimality:
    """Whether any single adviser can go.

    ``breaks`` (U,): the cell missed when one adviser of the unit is taken away, or UNKNOWN, or RULE; ``complete``:
    none is unknown; ``how``: how it was checked, in words.
    """

    breaks: IntArray
    complete: bool
    how: str


GROUP = 16
"""Advisers that are first tried to be taken away at once."""
ROUNDING = 1e-6
"""Contacts or seconds."""

Look = Callable[[IntArray], Sample]


def days_apart(centre: Centre, network: Network, cells: Cells) -> bool:
    """Whether what is changed on one day can be seen on that day only, so that one simulation can try a change a day.

    There must be several days, each cell within one of them, no backlog, no customer who comes again, and all closed
    for long enough around midnight.
    """
    if len(np.unique(centre.day)) < 2 or (~centre.live & (centre.volume.sum(axis=0) > 0)).any():
        return False
    if bool((network.return_share > 0).any()) or bool(np.isfinite(network.callback_over_s).any()):
        return False
    if not np.array_equal(day_of(cells, centre, cells.first), day_of(cells, centre, cells.end - 1)):
        return False
    quiet: BoolArray = np.asarray(~centre.desk_open.any(axis=1) & ~centre.queue_open.any(axis=1))
    wanted = max(QUIET_S, QUIET_HANDLE_TIMES * float(centre.handle_s.max())) / centre.interval_s
    for begin in np.flatnonzero(np.diff(centre.day)) + 1:
        before = int(np.argmin(np.append(quiet[:begin][::-1], False)))
        after = int(np.argmin(np.append(quiet[begin:], False)))
        if before + after < wanted:
            return False
    return True


def day_of(cells: Cells, centre: Centre, rows: IntArray) -> IntArray:
    """The day of each row; what comes after the horizon belongs to the last."""
    return np.asarray(centre.day[np.minimum(rows, len(centre.day) - 1)])


class Thinner:
    """Takes advisers away one at a time, or one a day at a time where days do not influence each other.

    Parameters
    ----------
    search : Search
    look : callable
        Evaluates advisers (T, D) on the search's replications.
    per_deviation : float
        What ``search.missing`` is asked with.
    apart : bool
        See :func:`days_apart`.
    """

    def __init__(self, search: Search, look: Look, per_deviation: float, apart: bool) -> None:
        self._search = search
        self._look = look
        self._per_deviation = per_deviation
        self.apart = apart
        units, cells = search.units, search.cells
        self._unit_day = units.day if apart else np.zeros(len(units), dtype=np.int64)
        self._cell_day = day_of(cells, search.centre, cells.first) if apart else np.zeros(len(cells), dtype=np.int64)

    def thinned(self, best: Sample, promise: FloatArray) -> tuple[Sample, Minimality]:
        """A 1-minimal sample not dearer than ``best``, which must keep every cell.

        ``promise`` (U,): those with the highest are tried first.
        """
        units = self._search.units
        if self.apart and not self._seen_apart(best):
            self._together()
        best = self._in_groups(best, promise)
        breaks = np.full(len(units), UNKNOWN)
        by_promise = np.argsort(-promise, kind="stable")
        lines = {int(day): deque(by_promise[self._unit_day[by_promise] == day]) for day in np.unique(self._unit_day)}
        while any(lines.values()):
            level = self._search.level(best)
            tried = {}
            for day, line in lines.items():
                unit = self._next(line, level, breaks)
                if unit is not None:
                    tried[day] = unit
            if not tried:
                continue
            fewer = level.copy()
            fewer[list(tried.values())] -= 1
            sample = self._look(units.spread(fewer))
            missing = self._search.missing(sample, self._per_deviation)
            gone = []
            for day, unit in tried.items():
                missed = np.flatnonzero((missing > 0) & (self._cell_day == day))
                if len(missed):
                    breaks[unit] = missed[np.argmax(self._weight(sample, missing)[missed])]
                else:
                    gone.append(day)
            if gone:
                best = self._joined(best, sample, gone)
                self._search.best = best
                for day in gone:  # what broke before may not break now, and others of the unit may go too
                    again = (self._unit_day == day) & (breaks >= 0)
                    lines[day].extendleft([tried[day]])
                    lines[day].extend(np.flatnonzero(again))
                    breaks[again] = UNKNOWN
        return self._confirmed(best, promise, Minimality(breaks, True, self._how()))

    def _in_groups(self, best: Sample, promise: FloatArray) -> Sample:
        """First many at once, of the units that should be harmless, fewer after each failure: most of what can go."""
        units, size = self._search.units, GROUP
        line = [int(unit) for unit in np.argsort(-promise, kind="stable") if promise[unit] >= 0]
        while size > 1 and line:
            level = self._search.level(best)
            fewer = level.copy()
            fewer[line[:size]] -= 1
            fewer = np.maximum(fewer, units.least)
            sample = self._look(units.spread(fewer)) if self._search.allowed(fewer, level) else None
            if sample is None or (self._search.missing(sample, self._per_deviation) > 0).any():
                size //= 2
                continue
            best = self._search.best = sample
            line = line[size:]
        return best

    def _how(self) -> str:
        if not self.apart:
            return "each adviser taken away alone, and everything played again"
        return "on each day one adviser at a time, all days at once, as days do not influence each other"

    def _next(self, line: "deque[int]", level: IntArray, breaks: IntArray) -> int | None:
        """The next unit of a line that may have one fewer; those that may not are noted."""
        units, presence = self._search.units, self._search.presence
        while line:
            unit = int(line.popleft())
            alone = presence[:, [unit]].toarray().ravel() > 0
            if level[unit] <= units.least[unit] or (alone & (presence @ level <= 1)).any():
                breaks[unit] = RULE
                continue
            return unit
        return None

    def _weight(self, sample: Sample, missing: FloatArray) -> FloatArray:
        return np.asarray(missing / np.where(sample.deviation > 0, sample.deviation, 1.0))

    def _joined(self, best: Sample, sample: Sample, days: list[int]) -> Sample:
        """The sample with the changes of these days only, which is all of it if no other day was tried."""
        if not self.apart:
            return sample
        rows = np.isin(self._search.centre.day, days)
        cells = np.isin(self._cell_day, days)
        after = np.append(rows, rows[-1])
        return replace(
            best,
            advisers=np.where(rows[:, None], sample.advisers, best.advisers),
            margin=np.where(cells, sample.margin, best.margin),
            by_row=np.where(after[:, None], sample.by_row, best.by_row),
            num=np.where(cells, sample.num, best.num),
            den=np.where(cells, sample.den, best.den),
        )

    def _seen_apart(self, best: Sample) -> bool:
        """Whether a change on each day, the first that can be made, leaves the margins of all other days alone."""
        units, level = self._search.units, self._search.level(best)
        for day in np.unique(self._unit_day):
            able = np.flatnonzero((self._unit_day == day) & (level > units.least))
            if len(able):
                fewer = level.copy()
                fewer[able[0]] -= 1
                others = self._cell_day != day
                if not _same(self._look(units.spread(fewer)).margin[:, others], best.margin[:, others]):
                    return False
        return True

    def _together(self) -> None:
        """Days influence each other: try one adviser at a time from now on."""
        self.apart = False
        self._unit_day, self._cell_day = np.zeros_like(self._unit_day), np.zeros_like(self._cell_day)

    def _confirmed(self, best: Sample, promise: FloatArray, found: Minimality) -> tuple[Sample, Minimality]:
        """Play the joined days once more in one piece: if that is not the same, days did matter to each other."""
        if not self.apart:
            return best, found
        whole = self._look(best.advisers)
        if _same(whole.margin, best.margin):
            return best, found
        self._together()
        if (self._search.missing(whole, self._per_deviation) > 0).any():
            return whole, Minimality(np.full_like(found.breaks, UNKNOWN), False, "days influence each other")
        return self.thinned(whole, promise)


def _same(one: FloatArray, two: FloatArray) -> bool:
    """Whether margins are the same: counts and seconds, whose sums may be rounded in another order."""
    return bool(np.allclose(one, two, rtol=0.0, atol=ROUNDING))


def untried(units: int, why: str) -> Minimality:
    """Nothing is known."""
    return Minimality(np.full(units, UNKNOWN), False, why)


def harmless(search: Search, sample: Sample, per_deviation: float) -> FloatArray:
    """(U,) how harmless taking one adviser of each unit should be, by the effects measured: minus the lack, in standard
    deviations, and a little for the price saved."""
    effects, units = search.effects, search.units
    if effects is None or not len(units):
        return np.asarray(units.price * 1e-6)
    deviation = np.where(sample.deviation > 0, sample.deviation, 1.0)
    spare = (sample.standing - search.need(sample, per_deviation)) / deviation
    gain = effects.raw.toarray() / deviation
    lack = np.clip(gain - spare[None, :], 0, None).sum(axis=1)
    return np.asarray(-lack + 1e-6 * units.price / max(float(units.price.max()), 1.0))


def missed_by(breaks: IntArray, kept: BoolArray) -> IntArray:
    """``breaks`` with the numbers of all cells, where the search knew only those ``kept`` (C,)."""
    numbers = np.append(np.flatnonzero(kept), [RULE, UNKNOWN])
    return np.asarray(numbers[breaks])
