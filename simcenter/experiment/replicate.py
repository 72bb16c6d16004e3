"""Replications: play the same centre again and again, in as many processes as wanted."""

from collections.abc import Callable, Iterator
from contextlib import closing
from functools import partial
from types import TracebackType
from typing import TypeVar

from simcenter.errors import ScenarioError
from simcenter.experiment.blocks import MOST, blocks_of, contacts_of
from simcenter.experiment.crew import Crew
from simcenter.experiment.reduction import Partial, Reduction, Tallies
from simcenter.measures import Meter, Promises, Tally
from simcenter.simulation.draws import Draws
from simcenter.simulation.engine import play
from simcenter.simulation.kept import DrawsStore, bytes_each
from simcenter.simulation.network import Network
from simcenter.simulation.staffing import Staffing
from simcenter.worker import cores

P = TypeVar("P", bound=Partial)

Progress = Callable[[int, int], None]
"""Called with the replications done and wanted, whenever some more are done."""


class Player:
    """Plays blocks of replications of one network: engine, then meter, then whatever is made of the tallies.

    It keeps the draws where they may take ``kept_bytes``, for replications that are played again with other advisers.
    """

    def __init__(self, network: Network, promises: Promises, engine: str, *, kept_bytes: int = 0) -> None:
        self.meter = Meter(network, promises)
        self._engine = engine
        self._draws: Callable[[int, int], Draws] = partial(Draws, network)
        if kept_bytes:
            self._draws = DrawsStore(network, kept_bytes).draws

    def __call__(self, block: range, *, staffing: Staffing, seed: int, reduction: Reduction[P]) -> P:
        """The partial of a block."""
        so_far = reduction.start(self.meter, block)
        for replication in block:
            log = play(self.meter.network, staffing, self._draws(seed, replication), engine=self._engine)
            so_far.add(self.meter.tally(log), log)
            del log  # not kept while the next one is played
        return so_far


class Players:
    """A pool of ``jobs`` players of one network, kept over several calls. Use it in a ``with`` statement.

    This process is one of them. What comes out does not depend on the number of jobs, bit for
    bit: see :mod:`simcenter.experiment.blocks` and :mod:`simcenter.experiment.reduction`.

    Parameters
    ----------
    network : Network
    promises : Promises
    jobs : int
        Processes; 0: as many as there are cores for this process.
    engine : str
        As in :func:`simcenter.simulation.engine.play`.
    again : bool
        Whether the same replications will be played again and again: then each process keeps their draws.
    """

    def __init__(
        self, network: Network, promises: Promises, *, jobs: int = 1, engine: str = "auto", again: bool = False
    ) -> None:
        if isinstance(jobs, bool) or not isinstance(jobs, int) or jobs < 0:
            raise ScenarioError([f"jobs: must be a whole number from 1, or 0 for all cores, got {jobs!r}"])
        size = jobs or cores()
        self._player = Player(network, promises, engine, kept_bytes=bytes_each(size) if again else 0)
        self._contacts = contacts_of(network)
        self._crew = Crew(self._player, size)

    @property
    def meter(self) -> Meter:
        """What tallies the logs."""
        return self._player.meter

    def reduce(
        self,
        reduction: Reduction[P],
        staffing: Staffing,
        *,
        seed: int,
        replications: range,
        done: Callable[[int], None] | None = None,
    ) -> P:
        """What a reduction makes of the replications.

        Parameters
        ----------
        reduction : Reduction
            See :mod:`simcenter.experiment.reduction`.
        staffing : Staffing
        seed : int
        replications : range
            Their numbers.
        done : callable, optional
            Called after each block with the number of its replications; may raise to stop.

        Returns
        -------
        Partial
            Of all replications.
        """
        total = reduction.start(self.meter, replications[:0])
        for block, of_block in self.partials(reduction, staffing, seed=seed, replications=replications):
            total.merge(of_block)
            if done is not None:
                done(len(block))
        return total

    def partials(
        self, reduction: Reduction[P], staffing: Staffing, *, seed: int, replications: range, most: int = MOST
    ) -> Iterator[tuple[range, P]]:
        """Each block and its partial, in order, as soon as it and all before it are there.

        ``most``: contacts in a block; see :func:`simcenter.experiment.blocks.blocks_of`.
        """
        blocks = list(blocks_of(replications, self._contacts, most))
        known = {"staffing": staffing, "seed": seed, "reduction": reduction}
        with closing(self._crew.answers(blocks, known)) as answers:
            yield from zip(blocks, answers, strict=True)

    def play(self, staffing: Staffing, *, seed: int, replications: range) -> Iterator[Tally]:
        """The tallies of the replications, in their order. What is made of them here is made in one process only."""
        for _, some in self.partials(Tallies(), staffing, seed=seed, replications=replications, most=_TALLIED_AT_ONCE):
            yield from some.tallies

    def close(self) -> None:
        """End all processes at once."""
        self._crew.dismiss()

    def __enter__(self) -> "Players":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


_TALLIED_AT_ONCE = 20_000
"""Contacts in a block whose tallies are sent: these grow with the block."""


def replicate(
    network: Network,
    promises: Promises,
    staffing: Staffing,
    *,
    seed: int,
    replications: range,
    jobs: int = 1,
    engine: str = "auto",
    progress: Progress | None = None,
) -> Iterator[Tally]:
    """Play replications of one staffing; tallies in order, the same for any number of jobs.

    Parameters
    ----------
    network : Network
    promises : Promises
    staffing : Staffing
    seed : int
    replications : range
        Their numbers.
    jobs : int
        Processes; 0: all cores.
    engine : str
    progress : callable, optional
        Called with (done, wanted) after each.

    Yields
    ------
    Tally
    """
    with Players(network, promises, jobs=jobs, engine=engine) as players:
        for done, tally in enumerate(players.play(staffing, seed=seed, replications=replications), start=1):
            if progress is not None:
                progress(done, len(replications))
            yield tally
