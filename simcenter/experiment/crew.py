"""The crew: this process and its workers, who share the tasks of a run between them."""

from collections import deque
from collections.abc import Callable, Generator, Mapping, Sequence
from queue import SimpleQueue
from threading import Condition, Thread
from typing import Any

from simcenter.worker import Pickled, Worker

_AHEAD = 3
"""Tasks for each of the crew beyond the last answer given: more would only pile up answers."""


class Crew:
    """Workers who do what ``player`` does, beside this process, which plays too whenever the next answer is not there.

    This process is one of the crew because it has everything loaded: work begins at once, while a worker takes a good
    part of a second to start.

    Parameters
    ----------
    player : callable
        Given a task, and what is known by name, gives an answer. Sent to each worker once.
    size : int
        This process and ``size`` - 1 workers.
    """

    def __init__(self, player: Callable[..., Any], size: int) -> None:
        self._player, self._size = player, size
        self._known: dict[str, Pickled] = {}
        self._hands: list[_Hand] = []

    @property
    def workers(self) -> list[Worker]:
        """Those that were needed so far."""
        return [hand.worker for hand in self._hands]

    def answers(self, tasks: Sequence[Any], known: Mapping[str, object]) -> Generator[Any, None, None]:
        """The answer to each task, in order, as soon as it and all before it are there.

        What is ``known`` by name goes with every task, but is sent to a worker only where it is another object than the
        last time. An error of any of them is raised here, and no more answers are given.
        """
        run = _Run(tasks, self._size)
        self._engage(run, known)
        try:
            for number in range(len(tasks)):
                while not run.answered(number):
                    mine = run.take()
                    if mine is None:
                        run.wait(number)
                    else:
                        run.put(mine, self._player(tasks[mine], **known))
                yield run.answer(number)
        finally:
            run.end()

    def dismiss(self) -> None:
        """End all workers at once."""
        for hand in self._hands:
            hand.dismiss()
        self._hands = []

    def _engage(self, run: "_Run", known: Mapping[str, object]) -> None:
        """Let as many workers take part as the run needs, starting those that are not there."""
        wanted = min(self._size, len(run.tasks)) - 1
        if wanted < 1:
            return
        player = Pickled(self._player) if len(self._hands) < wanted else None
        while player is not None and len(self._hands) < wanted:
            self._hands.append(_Hand(Worker(player)))
        for name, value in known.items():
            if name not in self._known or self._known[name].value is not value:
                self._known[name] = Pickled(value)
        for hand in self._hands:
            hand.runs.put((run, dict(self._known)))


class _Run:
    """Tasks, each of which one of the crew takes, and the answers that were not yet given."""

    def __init__(self, tasks: Sequence[Any], size: int) -> None:
        self.tasks = tasks
        self._size = size
        self._taken = self._given = 0
        self._answers: dict[int, Any] = {}
        self._error: BaseException | None = None
        self._changed = Condition()

    def take(self, *, second: bool = False, wait: bool = False) -> int | None:
        """The number of a task to be done next, None where there is none now (with ``wait``: none any more).

        Nobody takes a ``second`` one while having one, if others might have nothing to do then.
        """
        end = len(self.tasks) - (self._size if second else 0)
        with self._changed:
            if wait:
                self._changed.wait_for(lambda: self._over(end) or self._taken < self._given + _AHEAD * self._size)
            if self._over(end) or self._taken >= self._given + _AHEAD * self._size:
                return None
            self._taken += 1
            return self._taken - 1

    def put(self, number: int, answer: Any) -> None:
        """The answer to a task."""
        with self._changed:
            self._answers[number] = answer
            self._changed.notify_all()

    def fail(self, error: BaseException) -> None:
        """Nothing will come of this run."""
        with self._changed:
            self._error = self._error or error
            self._changed.notify_all()

    def end(self) -> None:
        """No more answers are wanted."""
        self.fail(_NoMoreError())

    def answered(self, number: int) -> bool:
        """Whether the answer to a task is there; what failed is raised."""
        with self._changed:
            if self._error is not None:
                raise self._error
            return number in self._answers

    def wait(self, number: int) -> None:
        """Until the answer to a task is there, or never will be."""
        with self._changed:
            self._changed.wait_for(lambda: self._error is not None or number in self._answers)

    def answer(self, number: int) -> Any:
        """The answer to the next task: it makes room for another one."""
        with self._changed:
            self._given = number + 1
            self._changed.notify_all()
            return self._answers.pop(number)

    def _over(self, end: int) -> bool:
        return self._taken >= end or self._error is not None


class _NoMoreError(Exception):
    """Whoever asked has all answers, or has had enough."""


class _Hand:
    """A worker, and the thread that hands it the tasks of one run after the other."""

    def __init__(self, worker: Worker) -> None:
        self.worker = worker
        self.runs: SimpleQueue[tuple[_Run, Mapping[str, Pickled]] | None] = SimpleQueue()
        self._thread = Thread(target=self._work, daemon=True)
        self._thread.start()

    def dismiss(self) -> None:
        """End the worker at once, and the thread."""
        self.runs.put(None)
        self.worker.stop()
        self._thread.join()

    def _work(self) -> None:
        while (given := self.runs.get()) is not None:
            run, known = given
            try:
                self.worker.greet()
            except Exception as error:
                run.fail(error)
            else:
                self._do(run, known)

    def _do(self, run: _Run, known: Mapping[str, Pickled]) -> None:
        """Do tasks of a run until there are none.

        A second task waits at the worker while it is at the first, as this thread may have to wait for its turn.
        """
        asked: deque[int] = deque()
        while True:
            number = run.take(second=bool(asked), wait=not asked)
            try:
                if number is not None:
                    self.worker.send(run.tasks[number], known)
                    asked.append(number)
                if not asked:
                    return
                if number is None or len(asked) > 1:
                    done = asked.popleft()
                    run.put(done, self.worker.answer())
            except Exception as error:  # whatever else was asked is answered before another run begins
                run.fail(error)
