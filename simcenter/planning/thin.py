"""Thinning: take single advisers away until every one that is left is needed (1-minimal), and remember what breaks."""

from collections import deque
from dataclasses import dataclass, replace

import numpy as np

from simcenter.measures.targets import Criterion
from simcenter.planning.centre import BoolArray, Centre, FloatArray, IntArray
from simcenter.planning.criteria import Cells, queue_of
from simcenter.planning.sample import Sample
from simcenter.planning.search import ROUNDING, Level, Search
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


SAME = 1e-6
"""Contacts or seconds by which sums may differ that were rounded in another order."""


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
    return quiet_nights(centre)


def quiet_nights(centre: Centre) -> bool:
    """Whether all is closed around midnight for long enough for everybody to be gone."""
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
    level : Level
    apart : bool
        See :func:`days_apart`.
    """

    def __init__(self, level: Level, apart: bool) -> None:
        self._level, self._search, search = level, level.search, level.search
        self.apart = apart
        self._cell_day = day_of(search.cells, search.centre, search.cells.first)
        self._final = _final(search.cells, search.centre)

    def thinned(self, best: Sample, promise: FloatArray) -> tuple[Sample, Minimality]:
        """A 1-minimal sample not dearer than ``best``, which must hold.

        ``promise`` (U,): those with the highest are tried first. Where one can go, whatever broke before is tried again
        in the end, unless it broke a cell that is final before the change.
        """
        units = self._search.units
        if self.apart and not self._seen_apart(best):
            self.apart = False
        breaks, final = np.full(len(units), UNKNOWN), np.zeros(len(units), dtype=np.int64)
        order = np.argsort(-promise, kind="stable")
        together = units.day if self.apart else np.zeros_like(units.day)
        lines = {int(day): deque(order[together[order] == day]) for day in np.unique(together)}
        while any(lines.values()):
            later: dict[int, deque[int]] = {day: deque() for day in lines}
            while any(lines.values()):
                level = self._search.level(best)
                tried = {day: self._next(line, level, breaks) for day, line in lines.items()}
                able = {day: unit for day, unit in tried.items() if unit is not None}
                if not able:
                    continue
                best, broken = self._without(best, able)
                for day, unit in able.items():
                    if day in broken:
                        breaks[unit], final[unit] = broken[day]
                        continue
                    again = (breaks >= 0) & (final > units.first[unit]) & (together == day)
                    lines[day].appendleft(unit)  # others of the unit may go too
                    later[day].extend(np.flatnonzero(again))
                    breaks[again] = UNKNOWN
            lines = later
        return self._confirmed(best, promise, Minimality(breaks, True, self._how()))

    def _without(self, best: Sample, tried: dict[int, int]) -> tuple[Sample, dict[int, tuple[int, int]]]:
        """The best without the units tried, one a day, but for the days where that breaks a cell: of those broken which
        are final first, the one that lacks most, and the row from which on it is final."""
        fewer = self._search.level(best)
        fewer[list(tried.values())] -= 1
        sample = self._level.look(self._search.units.spread(fewer))
        broken: dict[int, tuple[int, int]] = {}
        kept, lack, joined = list(tried), self._level.missing(sample), sample
        for _ in range(2):  # on the search's days, then, joined, in the rehearsal
            for day in kept:
                missed = np.flatnonzero((lack > ROUNDING) & ((self._cell_day == day) | (not self.apart)))
                if len(missed):
                    soonest = int(self._final[missed].min())
                    missed = missed[self._final[missed] == soonest]
                    broken[day] = int(missed[np.argmax(self._weight(sample, lack)[missed])]), soonest
            kept = [day for day in tried if day not in broken]
            if not kept:
                return best, broken
            joined = self._joined(best, sample, kept)
            lack = self._level.short(joined)
            if not (lack > ROUNDING).any():
                return self._level.take(joined), broken
        worst = int(np.argmax(self._weight(sample, lack)))
        return best, broken | dict.fromkeys(kept, (worst, len(self._search.centre.day) + 1))

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
        for day in np.unique(units.day):
            able = np.flatnonzero((units.day == day) & (level > units.least))
            if len(able):
                fewer = level.copy()
                fewer[able[0]] -= 1
                others = self._cell_day != day
                if not _same(self._level.look(units.spread(fewer)).margin[:, others], best.margin[:, others]):
                    return False
        return True

    def _confirmed(self, best: Sample, promise: FloatArray, found: Minimality) -> tuple[Sample, Minimality]:
        """Play the joined days once more in one piece: if that is not the same, days did matter to each other."""
        if not self.apart:
            return best, found
        whole = self._level.look(best.advisers)
        if _same(whole.margin, best.margin):
            return best, found
        self.apart = False
        if (self._level.short(whole) > ROUNDING).any():
            return whole, Minimality(np.full_like(found.breaks, UNKNOWN), False, "days influence each other")
        return self.thinned(whole, promise)


def _final(cells: Cells, centre: Centre) -> IntArray:
    """(C,) the row of the day after which a cell is the same whatever changes later: the end of its last day, if it is
    about customers who are all gone by then; else never."""
    last = day_of(cells, centre, cells.end - 1)
    ends = np.searchsorted(centre.day, last, side="right")
    gone = np.array([_gone_at_night(one, centre) for one in cells.criteria], dtype=bool)[cells.criterion]
    return np.where(gone & quiet_nights(centre), ends, len(centre.day) + 1)


def _gone_at_night(criterion: Criterion, centre: Centre) -> bool:
    queue = queue_of(criterion, centre)
    return queue is not None and bool(centre.live[queue])


def _same(one: FloatArray, two: FloatArray) -> bool:
    """Whether margins are the same: counts and seconds, whose sums may be rounded in another order."""
    return bool(np.allclose(one, two, rtol=0.0, atol=SAME))


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
