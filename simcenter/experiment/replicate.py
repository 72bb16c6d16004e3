"""Replications: play the same centre again and again, in order, in as many processes as wanted."""

import os
import time
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

Played = tuple[Tally, ContactLog | None]

WORTH_ASKING_S = 0.02
"""A worker is asked for so many replications at once that they take about this long: asking costs 0.2 ms."""

MOST_AT_ONCE = 32

Progress = Callable[[int, int], None]
"""Called with the replications done and wanted."""


@dataclass(frozen=True)
class Task:
    """Replications to be played one after the other; the logs of the first ``keep_logs`` are kept."""

    staffing: Staffing
    seed: int
    replications: range
    keep_logs: int = 0


class Player:
    """Plays tasks on one network: engine, then meter."""

    def __init__(self, network: Network, promises: Promises, engine: str) -> None:
        self.meter = Meter(network, promises)
        self._engine = engine

    def __call__(self, task: Task) -> list[Played]:
        """The tally of each replication, and its log if that is to be kept."""
        return list(self.each(task))

    def each(self, task: Task) -> Iterator[Played]:
        """The same, one by one."""
        from simcenter.simulation.draws import Draws
        from simcenter.simulation.engine import play

        network = self.meter.network
        for place, replication in enumerate(task.replications):
            log = play(network, task.staffing, Draws(network, task.seed, replication), engine=self._engine)
            tally = self.meter.tally(log)
            kept = log if place < task.keep_logs else None
            del log  # not kept while the next one is played
            yield tally, kept


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
        self._seconds_each = WORTH_ASKING_S
        """What the last replication took; how many are asked for at once changes no result."""

    @property
    def meter(self) -> Meter:
        """What tallies the logs."""
        return self._player.meter

    def play(self, staffing: Staffing, *, seed: int, replications: range) -> Iterator[Tally]:
        """The tallies of the replications, in their order, each as soon as it and all before it are there."""
        for tally, _ in self.play_logged(staffing, seed=seed, replications=replications, keep_logs=0):
            yield tally

    def play_logged(self, staffing: Staffing, *, seed: int, replications: range, keep_logs: int) -> Iterator[Played]:
        """Like :meth:`play`, with the logs of the first ``keep_logs`` replications."""
        if self._jobs == 1:
            yield from self._player.each(Task(staffing, seed, replications, keep_logs))
            return
        running: deque[Future[list[Played]]] = deque()
        threads = self._start(min(self._jobs, len(replications)))
        try:
            # A few ahead keep all workers busy; more would only pile up finished tallies.
            begin = 0
            while begin < len(replications):
                several = replications[begin : begin + self._at_once(len(replications) - begin)]
                running.append(threads.submit(self._ask, Task(staffing, seed, several, max(keep_logs - begin, 0))))
                begin += len(several)
                if len(running) >= 3 * self._jobs:
                    yield from running.popleft().result()
            while running:
                yield from running.popleft().result()
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

    def _at_once(self, left: int) -> int:
        """How many replications to ask a worker for: one of a long day, more of a short one, few when few are left."""
        fair = left // (3 * self._jobs)
        return max(1, min(fair, MOST_AT_ONCE, int(WORTH_ASKING_S / self._seconds_each)))

    def _ask(self, task: Task) -> list[Played]:
        worker = self._idle.get()
        began = time.perf_counter()
        try:
            answer: list[Played] = worker.ask(task)
            self._seconds_each = max((time.perf_counter() - began) / len(task.replications), 1e-6)
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
