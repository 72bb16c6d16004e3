"""The working clocks of queues, for engines: open seconds until a moment, and the moment so many more have passed."""

from bisect import bisect_left, bisect_right
from itertools import accumulate, pairwise
from math import inf

from simcenter.simulation.network import Network


class Clock:
    """The open time of each queue, by its index. All times lie on the grid, so sums and differences are exact.

    Parameters
    ----------
    network : Network
    """

    def __init__(self, network: Network) -> None:
        periods = network.queue_open
        edges = periods.first.tolist()
        rows = [slice(first, last) for first, last in pairwise(edges)]
        self.start_s: list[list[float]] = [periods.start_s[row].tolist() for row in rows]
        self.end_s: list[list[float]] = [periods.end_s[row].tolist() for row in rows]
        self.until_s: list[list[float]] = [
            [0.0, *accumulate((periods.end_s[row] - periods.start_s[row]).tolist())] for row in rows
        ]
        """Open seconds before each period of a queue; at last, all of them."""

    def worked(self, queue: int, moment_s: float) -> float:
        """Open seconds from the start of the horizon until a moment."""
        period = bisect_right(self.start_s[queue], moment_s) - 1
        if period < 0:
            return 0.0
        here_s = min(moment_s, self.end_s[queue][period]) - self.start_s[queue][period]
        return self.until_s[queue][period] + here_s

    def after(self, queue: int, moment_s: float, seconds: float) -> float:
        """The first moment by which so many open seconds have passed since ``moment_s``; infinite if never.

        None at all have passed at once, also in closed time.
        """
        if seconds <= 0:
            return moment_s
        until_s = self.until_s[queue]
        target_s = self.worked(queue, moment_s) + seconds
        period = bisect_left(until_s, target_s, lo=1) - 1
        if period == len(until_s) - 1:
            return inf
        return self.start_s[queue][period] + (target_s - until_s[period])
