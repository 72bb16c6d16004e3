"""Replications: play the same centre again and again, in order, in as many processes as wanted."""

import os
from collections import deque
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from queue import SimpleQueue
from types import TracebackType

from simcenter.errors import ScenarioError
from simcenter.experiment.worker import Worker
from simcenter.measures import Meter, Promises, Tally
from simcenter.simulation.log import ContactLog
from simcenter.simulation.network import Network
from simcenter.simulation.staffing import Staffing

Progress = Callable[[int, int], None]
"""Called with the replications done and wanted."""


@dataclass(frozen=True)
class Task:
    """One replication to be played."""

    staffing: Staffing
    seed: int
    replication: int
    keep_log: bool


class Player:
    """Plays tasks on one network: engine, then meter."""

    def __init__(self, network: Network, promises: Promises, engine: str) -> None:
        self.meter = Meter(network, promises)
        self._engine = engine

    def __call__(self, task: Task) -> tuple[Tally, ContactLog | None]:
        """The tally of a replication, and its log if that is to be kept."""
        from simcenter.simulation.draws import Draws
        from simcenter.simulation.engine import play

        network = self.meter.network
        log = play(network, task.staffing, Draws(network, task.seed, task.replication), engine=self._engine)
        return self.meter.tally(log), log if task.keep_log else None


def cores() -> int:
    """How many cores this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1  # not every system tells which


class Players:
    """A pool of ``jobs`` players of one network, kept over several calls. Use it in a ``with`` statement.

    With one job everything is played in this process. The tallies do not depend on the number of jobs, bit for bit.

    Parameters
    ----------
    network : Network
    promises : Promises
    jobs : int
        Processes; 0: as many as there are cores for this process.
    engine : str
        As in :func:`simcenter.simulation.engine.play`.
    """

    def __init__(self, network: Network, promises: Promises, *, jobs: int = 1, engine: str = "auto") -> None:
        if isinstance(jobs, bool) or not isinstance(jobs, int) or jobs < 0:
            raise ScenarioError([f"jobs: must be a whole number from 1, or 0 for all cores, got {jobs!r}"])
        self._player = Player(network, promises, engine)
        self._jobs = jobs or cores()
        self._workers: list[Worker] = []
        self._idle: SimpleQueue[Worker] = SimpleQueue()
        self._threads: ThreadPoolExecutor | None = None

    @property
    def meter(self) -> Meter:
        """What tallies the logs."""
        return self._player.meter

    def play(self, staffing: Staffing, *, seed: int, replications: range) -> Iterator[Tally]:
        """The tallies of the replications, in their order, each as soon as it and all before it are there."""
        for tally, _ in self.play_logged(staffing, seed=seed, replications=replications, keep_logs=0):
            yield tally

    def play_logged(
        self, staffing: Staffing, *, seed: int, replications: range, keep_logs: int
    ) -> Iterator[tuple[Tally, ContactLog | None]]:
        """Like :meth:`play`, with the logs of the first ``keep_logs`` replications."""
        tasks = (Task(staffing, seed, one, place < keep_logs) for place, one in enumerate(replications))
        if self._jobs == 1:
            yield from map(self._player, tasks)
            return
        running: deque[Future[tuple[Tally, ContactLog | None]]] = deque()
        threads = self._start(min(self._jobs, len(replications)))
        try:
            # A few ahead keep all workers busy; more would only pile up finished tallies.
            for task in tasks:
                running.append(threads.submit(self._ask, task))
                if len(running) >= 3 * self._jobs:
                    yield running.popleft().result()
            while running:
                yield running.popleft().result()
        finally:
            for future in running:
                future.cancel()

    def close(self) -> None:
        """End all processes at once."""
        for worker in self._workers:
            worker.stop()
        if self._threads is not None:
            self._threads.shutdown(wait=True, cancel_futures=True)
        self._workers, self._threads = [], None

    def __enter__(self) -> "Players":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _start(self, wanted: int) -> ThreadPoolExecutor:
        if self._threads is None:
            self._threads = ThreadPoolExecutor(self._jobs)
        while len(self._workers) < wanted:
            worker = Worker(self._player)
            self._workers.append(worker)
            self._idle.put(worker)
        return self._threads

    def _ask(self, task: Task) -> tuple[Tally, ContactLog | None]:
        worker = self._idle.get()
        try:
            answer: tuple[Tally, ContactLog | None] = worker.ask(task)
            return answer
        finally:
            self._idle.put(worker)


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
