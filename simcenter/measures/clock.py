"""The working clock of a queue: how many open seconds have passed by a moment, and when so many more will have."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from simcenter.simulation.network import Network

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int64]


@dataclass(frozen=True)
class WorkingClock:
    """Open time of one queue, exact: piecewise linear, with every bend on the time grid.

    ``start_s``, ``end_s`` (n,) its open periods; ``before_s`` (n,) open seconds before each; ``day_start_s``
    (days + 1,); ``open_days`` the days with any opening, ``opens_s`` and ``closes_s`` their first opening and last
    closing; ``shown_s`` (T,) what a wall clock shows at each interval's start, in seconds since midnight (None: no
    clock is ever changed).
    """

    start_s: FloatArray
    end_s: FloatArray
    before_s: FloatArray
    day_start_s: FloatArray
    open_days: IntArray
    opens_s: FloatArray
    closes_s: FloatArray
    interval_s: float
    shown_s: FloatArray | None = None

    def worked(self, moment_s: FloatArray) -> FloatArray:
        """Open seconds from the start of the horizon until each moment, same shape as ``moment_s``."""
        if not len(self.start_s):
            return np.zeros_like(moment_s)
        period = np.maximum(np.searchsorted(self.start_s, moment_s, side="right") - 1, 0)
        start_s = self.start_s[period]
        return self.before_s[period] + (np.clip(moment_s, start_s, self.end_s[period]) - start_s)

    def after(self, moment_s: FloatArray, seconds: float) -> FloatArray:
        """The first moment by which ``seconds`` of open time have passed since each moment; inf if never."""
        if seconds <= 0:
            return moment_s
        if not len(self.start_s):
            return np.full_like(moment_s, np.inf)
        target = self.worked(moment_s) + seconds
        period = np.searchsorted(self.before_s + (self.end_s - self.start_s), target, side="left")
        never = period == len(self.start_s)
        period = np.minimum(period, len(self.start_s) - 1)
        due = np.maximum(self.start_s[period] + (target - self.before_s[period]), moment_s)
        due[never] = np.inf
        return due

    def days_after(self, moment_s: FloatArray, days: int) -> FloatArray:
        """The same clock time ``days`` open days later, clipped to that day's hours; inf if beyond the horizon.

        A moment in closed time counts from the next opening.
        """
        due = np.full_like(moment_s, np.inf)
        period = np.searchsorted(self.end_s, moment_s, side="right")
        known = np.flatnonzero(period < len(self.start_s))
        base_s = np.maximum(moment_s[known], self.start_s[period[known]])
        day = np.searchsorted(self.day_start_s, base_s, side="right") - 1
        rank = np.searchsorted(self.open_days, day) + days
        inside = rank < len(self.open_days)
        known, base_s, day, rank = known[inside], base_s[inside], day[inside], rank[inside]
        moment = self._shown_at(self.open_days[rank], self._clock(day, base_s))
        due[known] = np.clip(moment, self.opens_s[rank], self.closes_s[rank])
        return due

    def _clock(self, day: IntArray, moment_s: FloatArray) -> FloatArray:
        """What the wall clock shows, in seconds since midnight."""
        if self.shown_s is None:
            return moment_s - self.day_start_s[day]
        interval = (moment_s / self.interval_s).astype(np.int64)
        return self.shown_s[interval] + (moment_s - interval * self.interval_s)

    def _shown_at(self, day: IntArray, clock_s: FloatArray) -> FloatArray:
        """The first moment of each day at which the wall clock shows at least ``clock_s``."""
        moment = self.day_start_s[day] + clock_s
        if self.shown_s is None:
            return moment
        changed = np.flatnonzero(np.diff(self.day_start_s) != 86400.0)
        for one in changed[np.isin(changed, day)]:
            first, last = (self.day_start_s[one : one + 2] / self.interval_s).astype(np.int64)
            shown = self.shown_s[first:last]
            reached = np.maximum.accumulate(shown + self.interval_s)
            here = day == one
            interval = np.minimum(np.searchsorted(reached, clock_s[here], side="right"), last - first - 1)
            ahead = np.maximum(clock_s[here] - shown[interval], 0.0)
            moment[here] = (first + interval) * self.interval_s + ahead
        return moment


def working_clock(network: Network, queue: int, shown_s: FloatArray | None = None) -> WorkingClock:
    """The working clock of queue number ``queue``; ``shown_s`` (T,) as in :class:`WorkingClock`."""
    rows = slice(network.queue_open.first[queue], network.queue_open.first[queue + 1])
    start_s, end_s = network.queue_open.start_s[rows], network.queue_open.end_s[rows]
    open_days, opens_s, closes_s = [], [], []
    for day, (day_s, next_s) in enumerate(zip(network.day_start_s[:-1], network.day_start_s[1:], strict=True)):
        # the first period that ends in or after this day and the last that begins before its end
        first = int(np.searchsorted(end_s, day_s, side="right"))
        last = int(np.searchsorted(start_s, next_s, side="left")) - 1
        if first <= last:
            open_days.append(day)
            opens_s.append(max(day_s, start_s[first]))
            closes_s.append(min(next_s, end_s[last]))
    return WorkingClock(
        start_s=start_s,
        end_s=end_s,
        before_s=np.concatenate([[0.0], np.cumsum(end_s - start_s)[:-1]]) if len(start_s) else start_s,
        day_start_s=network.day_start_s,
        open_days=np.array(open_days, dtype=np.int64),
        opens_s=np.array(opens_s, dtype=np.float64),
        closes_s=np.array(closes_s, dtype=np.float64),
        interval_s=network.interval_s,
        shown_s=shown_s,
    )
