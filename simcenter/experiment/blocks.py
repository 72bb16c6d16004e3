"""Blocks: how a range of replications is cut into pieces of work, one process dealing with each from end to end.

Where the cuts are depends on the centre and on the number of replications before them, never on how many processes
there are or how fast they are: what is made of a block by rounded arithmetic, and of the blocks in their order, is then
the same to the last bit wherever it is done. And it does not depend on how many replications come after: a run that
stops at a cut is the plain run of so many.
"""

from collections.abc import Iterator
from itertools import count
from math import ceil

from simcenter.simulation.network import Network

FIRST_STAGE = 50
GROWTH = 1.25
"""Cuts are at 50 replications, and at a quarter more each time; between these stages as the work asks for."""

_PIECES = (24, 4)
"""Pieces of the first stage and of each later one: processes end at nearly the same time, however many they are."""

_EACH = 200
"""A replication takes as long as so many contacts more than it has."""
LEAST, MOST = 10_000, 200_000
"""A block has at least about so many contacts, or asking for it (0.2 ms) would tell; and at most so many."""
_MOST_AT_ONCE = 256


def contacts_of(network: Network) -> float:
    """First attempts expected in one replication."""
    drawn = float(network.volume[:, ~network.replayed].sum())
    return drawn + len(network.replay_s) + len(network.slot_s) + float(network.backlog.sum())


def stages() -> Iterator[int]:
    """50, 63, 79, ...: numbers of replications at which there is always a cut, and precision looks."""
    stage = FIRST_STAGE
    while True:
        yield stage
        stage = ceil(GROWTH * stage)


def blocks_of(replications: range, contacts: float, most: int = MOST) -> Iterator[range]:
    """The blocks of a range of replications, in order.

    Parameters
    ----------
    replications : range
    contacts : float
        Expected in one replication.
    most : int
        Contacts in a block, at most, unless one replication has more.
    """
    work = contacts + _EACH
    fewest, largest = ceil(LEAST / work), max(1, min(_MOST_AT_ONCE, int(most / work)))
    begin = 0
    for number, end in zip(count(), stages()):  # both without an end
        length = end - begin
        pieces = max(1, min(_PIECES[number > 0], length // fewest))
        pieces = max(pieces, -(-length // largest))
        for piece in range(pieces):
            block = replications[begin + piece * length // pieces : begin + (piece + 1) * length // pieces]
            if not len(block):
                return
            yield block
        begin = end
