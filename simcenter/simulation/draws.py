"""Draws: what chance decides, a pure function of (seed, replication, queue name, customer, leg, purpose)."""

from dataclasses import dataclass, fields
from functools import lru_cache
from operator import index
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy.special import ndtri

from simcenter.errors import ScenarioError
from simcenter.simulation.grid import STEPS_PER_S, array_to_grid
from simcenter.simulation.log import Entry
from simcenter.simulation.network import RANDOM, RANDOM_ADVISER, BoolArray, FloatArray, IntArray, Laws, Network
from simcenter.simulation.purposes import Purpose, desk_key, queue_key

try:
    from simcenter._draws import LegSource, uniforms
except ImportError as error:
    raise ImportError(
        "simcenter's compiled parts are missing: run `pip install .` in its folder (see CONTRIBUTING.md)"
    ) from error
from simcenter.simulation.busyness import volume_of_replication

Columns = tuple[npt.NDArray[Any], ...]
"""The columns of FirstLegs."""

LARGEST = 2**64 - 1
APPOINTMENTS_FROM = 2**32
"""The number of a queue's first customer with an appointment."""
BACKLOG_FROM = 2**33
"""The number of the first contact that waits when the horizon starts."""


@dataclass(frozen=True)
class FirstLegs:
    """The numbers of a queue's customers, each array (N,) and read-only; times in seconds on the grid.

    Ordered by arrival, then customer.
    """

    arrival_s: FloatArray
    """ascending, inside the horizon; of who does not come to his appointment: its time"""
    patience_s: FloatArray
    """infinite for those who never leave"""
    base_handle_s: FloatArray
    """before the desk's speed and a transfer's factor"""
    transfer_u: FloatArray
    """in (0, 1), like those that follow"""
    resolved_u: FloatArray
    equal_rank_u: FloatArray
    """NaN where the queue never asks for it"""
    customer: IntArray
    """0, 1, ... in order of arrival; with appointment from 2^32, of the backlog from 2^33"""
    class_row: IntArray
    entry: IntArray
    """FIRST, APPOINTMENT, BACKLOG or NO_SHOW"""

    def __post_init__(self) -> None:
        for column in vars(self).values():
            column.setflags(write=False)

    def __len__(self) -> int:
        return len(self.arrival_s)


class Draws:
    """The customers of one replication: when they come, how patient they are, what they need.

    Two stagings of one centre, with whatever desks and advisers, see the same customers when seed and replication are
    the same. docs/draws.md says how each number is made.

    Parameters
    ----------
    network : Network
        Only its queues' names, volumes, laws, classes and demand are read, and its desks' names and absence.
    seed, replication : int
        0 to 2^64 - 1.

    Raises
    ------
    ScenarioError
        When seed or replication lies outside.
    """

    def __init__(self, network: Network, seed: int, replication: int) -> None:
        self.network = network
        self.seed = whole("seed", seed)
        self.replication = whole("replication", replication)
        self.source = LegSource(
            self.seed,
            self.replication,
            np.array([queue_key(name) for name in network.queue_names], dtype=np.uint64),
            _arrays(network.patience),
            _arrays(network.handle_time),
            _arrays(network.return_delay),
            (network.class_first, network.class_cum, network.class_in),
        )
        """The compiled function itself, for the compiled engine."""

    def __repr__(self) -> str:
        return f"Draws(seed={self.seed}, replication={self.replication})"

    def first(self, queue: int) -> FirstLegs:
        """Make the numbers of all first attempts of a queue, anew at each call.

        Parameters
        ----------
        queue : int
            Its index.
        """
        parts = [self._comers(queue)]
        if self.network.slot_first[queue + 1] > self.network.slot_first[queue]:
            parts.append(self._appointments(queue))
        if self.network.backlog[queue]:
            parts.append(self._backlog(queue))
        if len(parts) == 1:
            return FirstLegs(*parts[0])
        columns = FirstLegs(*(np.concatenate(column) for column in zip(*parts, strict=True)))
        order = np.lexsort((columns.customer, columns.arrival_s))
        return FirstLegs(*(getattr(columns, field.name)[order] for field in fields(FirstLegs)))

    def _comers(self, queue: int) -> Columns:
        """Those who come when they like, as expected or as they once came."""
        network = self.network
        if not network.replayed[queue]:
            volume = volume_of_replication(network, self.seed, self.replication, queue)
            return self._legs(queue, 0, self.source.arrivals(queue, volume, network.interval_s), int(Entry.FIRST))
        rows = slice(int(network.replay_first[queue]), int(network.replay_first[queue + 1]))
        columns = self._legs(queue, 0, network.replay_s[rows].copy(), int(Entry.FIRST))
        handle_s = network.replay_handle_s[rows]
        base_handle_s = columns[2]
        np.copyto(base_handle_s, handle_s, where=~np.isnan(handle_s))
        return columns

    def _appointments(self, queue: int) -> Columns:
        """Those with an appointment come around its time, not before the doors open, or not at all."""
        network = self.network
        rows = slice(int(network.slot_first[queue]), int(network.slot_first[queue + 1]))
        slot_s = network.slot_s[rows]
        customer = np.arange(APPOINTMENTS_FROM, APPOINTMENTS_FROM + len(slot_s))
        shows = self._uniforms(queue, customer, Purpose.SHOW) >= network.no_show[queue]
        late_s = network.early_sd_s[queue] * ndtri(self._uniforms(queue, customer, Purpose.PUNCTUAL))
        # Who is early for an opening waits at the door.
        comes_s = np.maximum(array_to_grid(slot_s - network.early_s[queue] + late_s), network.slot_open_s[rows])
        comes_s = np.minimum(comes_s, network.end_s - 1 / STEPS_PER_S)
        entry = np.where(shows, int(Entry.APPOINTMENT), int(Entry.NO_SHOW))
        return self._legs(queue, APPOINTMENTS_FROM, np.where(shows, comes_s, slot_s), entry)

    def _backlog(self, queue: int) -> Columns:
        """Contacts that are there when the horizon begins."""
        return self._legs(queue, BACKLOG_FROM, np.zeros(int(self.network.backlog[queue])), int(Entry.BACKLOG))

    def _legs(self, queue: int, start: int, arrival_s: FloatArray, entry: IntArray | int) -> Columns:
        """The columns of FirstLegs for the customers from number ``start``."""
        count = len(arrival_s)
        class_row = self.source.class_rows(queue, start, count)
        customer = _counting(_room(count))[:count]
        if start:
            customer = customer + start
        if self.network.equal_rank[queue] in (RANDOM, RANDOM_ADVISER):
            equal_rank_u = self._uniforms(queue, customer, Purpose.EQUAL_RANK)
        else:
            equal_rank_u = _same(_NOTHING, count)
        numbers = self.source.first_legs(queue, start, class_row)
        if isinstance(entry, int):
            entry = _same(_ENTRIES[entry : entry + 1], count)
        return (arrival_s, *numbers, equal_rank_u, customer, class_row, entry)

    def _uniforms(self, queue: int, customer: IntArray, purpose: int) -> FloatArray:
        key = queue_key(self.network.queue_names[queue])
        return uniforms(self.seed, self.replication, key, purpose, customer.astype(np.uint64), 0)

    def later(
        self, origin: int, customer: int, leg: int, queue: int, class_row: int | None = None
    ) -> tuple[float, float, float, float, float]:
        """Make the numbers of one leg.

        Parameters
        ----------
        origin, customer, leg : int
            The queue of the customer's first attempt, the customer's number there, the leg's number from 0.
        queue : int
            The queue the leg is in, whose laws apply.
        class_row : int, optional
            Whose patience applies; left out: that of the customer's class (see ``class_of``).

        Returns
        -------
        tuple of float
            ``(patience_s, base_handle_s, transfer_u, resolved_u, equal_rank_u)``.
        """
        return self.source.leg(origin, customer, leg, queue, -1 if class_row is None else class_row)

    def chance(self, origin: int, customer: int, leg: int, purpose: int) -> float:
        """Make the number in (0, 1) of one leg for one purpose."""
        return self.source.chance(origin, customer, leg, purpose)

    def return_delay_s(self, origin: int, customer: int, leg: int, kind: int, queue: int) -> float:
        """Make the time from the end of a leg in ``queue`` until the customer comes back (REDIAL or REPEAT)."""
        return self.source.return_delay_s(origin, customer, leg, kind, queue)

    def class_of(self, origin: int, customer: int, queue: int) -> int:
        """Give the class row that a customer has in a queue: always the same one.

        In his first queue the row is drawn; in another queue it is the row of the same name, where there is one. Else
        it is drawn there, with the same number.
        """
        return self.source.class_of(origin, customer, queue)

    def present(self, desk: int, day: int, count: int) -> BoolArray:
        """Give which of a desk's advisers, numbers 0 to ``count`` - 1, come to work on a day: (count,)."""
        key = desk_key(self.network.desk_names[desk])
        number = np.arange(count, dtype=np.uint64)
        u = uniforms(self.seed, self.replication, key, Purpose.ABSENT, number, day)
        return np.asarray(u >= self.network.absence[desk], dtype=np.bool_)


def whole(what: str, value: int) -> int:
    """Give a seed or replication number as int, or say what it must be."""
    try:
        number = index(value)
    except TypeError:
        number = -1
    if not 0 <= number <= LARGEST:
        raise ScenarioError([f"{what}: must be a whole number from 0 to 2^64 - 1, got {value!r}"])
    return number


def _room(count: int) -> int:
    """A power of two that is at least ``count``: sizes that queues and replications have in common."""
    return 1 << (count - 1).bit_length() if count else 0


@lru_cache(maxsize=4)
def _counting(size: int) -> IntArray:
    """0, 1, ...: the same for every queue, so made once; less new memory makes draws a quarter faster."""
    return np.arange(size)


_NOTHING = np.array([np.nan])
_ENTRIES = np.arange(len(Entry))


def _same(number: npt.NDArray[Any], count: int) -> npt.NDArray[Any]:
    """An array (1,) shown many times: it takes no memory."""
    return np.ndarray(count, number.dtype, number, 0, (0,))


def _arrays(laws: Laws) -> tuple[IntArray, FloatArray, FloatArray, IntArray]:
    return laws.code, laws.p, laws.table, laws.table_start
