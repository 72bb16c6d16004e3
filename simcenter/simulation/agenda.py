"""What is known ahead, as tuples that begin with a time, in order: openings, staffing changes, arrivals."""

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from simcenter.simulation.leg import Chances
from simcenter.simulation.log import Entry
from simcenter.simulation.network import Network, Periods

if TYPE_CHECKING:
    from simcenter.simulation.draws import Draws

Present = npt.NDArray[np.bool_] | None
"""Which of a desk's advisers, by number, are there on a day; None: all."""

ENTRIES = len(Entry)
"""How a first leg comes is one number: class row * ENTRIES + entry."""

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


def staffing_changes(
    network: Network, draws: "Draws", advisers: list[int], desk: int
) -> Iterator[tuple[float, int | None, Present]]:
    """The desk's number of advisers at the start of each interval that it is open in, and None at each closing."""
    present = _present_by_day(network, draws, advisers, desk)
    off_phone = network.off_phone[:, desk].tolist()
    for start_s, end_s in _periods(network.desk_open, desk):
        for i in range(round(start_s / network.interval_s), round(end_s / network.interval_s)):
            at_s = i * network.interval_s
            there = present[_day(network, at_s)] if present else None
            number = advisers[i] if there is None else int(there[: advisers[i]].sum())
            yield at_s, max(0, number - off_phone[i]), there
        yield end_s, None, None


def _present_by_day(network: Network, draws: "Draws", advisers: list[int], desk: int) -> list[npt.NDArray[np.bool_]]:
    """Who is present, for each day; empty: all are, always."""
    if network.absence[desk] <= 0:
        return []
    most = max(advisers, default=0)
    return [draws.present(desk, day, most) for day in range(len(network.day_start_s) - 1)]


def _day(network: Network, at_s: float) -> int:
    """The calendar day of a moment in the horizon."""
    return int(np.searchsorted(network.day_start_s, at_s, side="right")) - 1


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
        first.customer,
        first.class_row * ENTRIES + first.entry,
    )
    for start in range(0, len(first.arrival_s), CHUNK):
        yield from zip(*(column[start : start + CHUNK].tolist() for column in columns), strict=True)
