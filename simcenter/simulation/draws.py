"""Draws: what chance decides, a pure function of (seed, replication, queue name, customer, leg, purpose)."""

from dataclasses import dataclass, fields
from hashlib import blake2b
from operator import index

import numpy as np

from simcenter.errors import ScenarioError
from simcenter.simulation.network import FloatArray, Laws, Network

try:
    from simcenter._draws import LegSource
except ImportError as error:
    raise ImportError(
        "simcenter's compiled parts are missing: run `pip install .` in its folder (see CONTRIBUTING.md)"
    ) from error

LARGEST = 2**64 - 1


@dataclass(frozen=True)
class FirstLegs:
    """The numbers of a queue's customers 0 to N - 1, each array (N,) and read-only; times in seconds on the grid."""

    arrival_s: FloatArray
    """ascending, inside the horizon"""
    patience_s: FloatArray
    """infinite for those who never leave"""
    base_handle_s: FloatArray
    """before the desk's speed and a transfer's factor"""
    transfer_u: FloatArray
    """in (0, 1), like those that follow"""
    resolved_u: FloatArray
    equal_rank_u: FloatArray

    def __post_init__(self) -> None:
        for field in fields(self):
            getattr(self, field.name).flags.writeable = False

    def __len__(self) -> int:
        return len(self.arrival_s)


class Draws:
    """The customers of one replication: when they come, how patient they are, what they need.

    Two stagings of one centre, with whatever desks and advisers, see the same customers when seed and replication are
    the same. docs/draws.md says how each number is made.

    Parameters
    ----------
    network : Network
        Only its queues' names, volumes and laws are read.
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
        arrival_s = self.source.arrivals(
            queue, np.ascontiguousarray(self.network.volume[:, queue]), self.network.interval_s
        )
        return FirstLegs(arrival_s, *self.source.first_legs(queue, len(arrival_s)))

    def later(self, origin: int, customer: int, leg: int, queue: int) -> tuple[float, float, float, float, float]:
        """Make the numbers of one leg.

        Parameters
        ----------
        origin, customer, leg : int
            The queue of the customer's first attempt, the customer's number there, the leg's number from 0.
        queue : int
            The queue the leg is in, whose laws apply.

        Returns
        -------
        tuple of float
            ``(patience_s, base_handle_s, transfer_u, resolved_u, equal_rank_u)``.
        """
        return self.source.leg(origin, customer, leg, queue)


def queue_key(name: str) -> int:
    """Second word of the key of a queue's numbers: 64 bits of BLAKE2b, least significant byte first."""
    return int.from_bytes(blake2b(b"queue\0" + name.encode(), digest_size=8).digest(), "little")


def whole(what: str, value: int) -> int:
    """Give a seed or replication number as int, or say what it must be."""
    try:
        number = index(value)
    except TypeError:
        number = -1
    if not 0 <= number <= LARGEST:
        raise ScenarioError([f"{what}: must be a whole number from 0 to 2^64 - 1, got {value!r}"])
    return number


def _arrays(laws: Laws) -> tuple[np.ndarray, FloatArray, FloatArray, np.ndarray]:
    return laws.code, laws.p, laws.table, laws.table_start
