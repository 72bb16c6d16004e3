"""What numbers of chance are for, and the keys of those whose numbers they are (see docs/draws.md)."""

from enum import IntEnum
from functools import lru_cache
from hashlib import blake2b


class Purpose(IntEnum):
    """What a number is for; as in simcenter/_draws.pxd. Never renumbered: it would change every result."""

    PATIENCE = 0
    HANDLE = 1
    TRANSFER = 2
    RESOLVED = 3
    EQUAL_RANK = 4
    BALK = 5
    MISROUTED = 6
    RETURN = 7
    ARRIVAL = 8
    """Leg 0 only, as CLASS, OWN, OWN_NUMBER, SHOW and PUNCTUAL."""
    CLASS = 9
    OWN = 10
    """Whether he has an adviser of his own."""
    OWN_NUMBER = 11
    RETURN_DELAY = 12
    ACCEPT = 13
    """Whether he takes the offer of a callback."""
    REACHED = 14
    SHOW = 15
    """Whether he comes to his appointment."""
    PUNCTUAL = 16
    BUSYNESS = 20
    """Of a queue, by day."""
    BURST = 24
    """Of a queue, by interval."""
    SHARED = 28
    """Of the centre, by day: the part of BUSYNESS that queues share."""
    ABSENT = 32
    """Of a desk, by adviser and day."""


def queue_key(name: str) -> int:
    """Second word of the key of a queue's numbers."""
    return _key(f"queue\0{name}")


def desk_key(name: str) -> int:
    """Second word of the key of a desk's numbers."""
    return _key(f"desk\0{name}")


def day_key() -> int:
    """Second word of the key of what a day brings to the whole centre."""
    return _key("day\0")


@lru_cache(maxsize=1024)  # of the same names for every replication
def _key(text: str) -> int:
    """64 bits of BLAKE2b, least significant byte first."""
    return int.from_bytes(blake2b(text.encode(), digest_size=8).digest(), "little")
