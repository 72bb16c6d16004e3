"""What is known ahead, as tuples that begin with a time, in order: openings, staffing changes, arrivals."""

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from simcenter.simulation.network import Network, Periods
from simcenter.simulation.waiting import Chances

if TYPE_CHECKING:
    from simcenter.simulation.draws import Draws

CHUNK = 1024
"""Arrivals turned into Python numbers at a time: few, to stay in the cache, whatever the horizon."""


def _periods(periods: Periods, place: int) -> Iterable[tuple[float, float]]:
    rows = slice(int(periods.first[place]), int(periods.first[place + 1]))
    return zip(periods.start_s[rows].tolist(), periods.end_s[rows].tolist(), strict=True)


def openings(network: Network, queue: int) -> Iterator[tuple[float, bool]]:
    """When the queue opens (True) and closes (False)."""
    for start_s, end_s in _periods(network.queue_open, queue):
        yield start_s, True
        yield end_s, False


def staffing_changes(network: Network, advisers: list[int], desk: int) -> Iterator[tuple[float, int | None]]:
    """The desk's number of advisers at the start of each interval that it is open in, and None at each closing."""
    for start_s, end_s in _periods(network.desk_open, desk):
        for i in range(round(start_s / network.interval_s), round(end_s / network.interval_s)):
            yield i * network.interval_s, advisers[i]
        yield end_s, None


def arrivals(draws: "Draws", queue: int) -> Iterator[Chances]:
    """What chance says of each customer of the queue; the first of it is when he comes."""
    first = draws.first(queue)
    columns = (
        first.arrival_s,
        first.patience_s,
        first.base_handle_s,
        first.transfer_u,
        first.resolved_u,
        first.equal_rank_u,
    )
    for start in range(0, len(first.arrival_s), CHUNK):
        yield from zip(*(column[start : start + CHUNK].tolist() for column in columns), strict=True)
