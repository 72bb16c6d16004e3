"""A worker process: plays the replications that its parent asks for, over its standard input and output.

Started as a plain interpreter rather than by forking or by importing the parent's main program again, so that it
works the same from a script, a notebook and the command line, on every system.
"""

import contextlib
import os
import pickle
import signal
import subprocess
import sys
from collections.abc import Callable, Mapping
from typing import Any

from simcenter.errors import SimcenterError

_START = (
    "import pickle, signal, sys; signal.signal(signal.SIGINT, signal.SIG_IGN); "
    "sys.path[:] = pickle.load(sys.stdin.buffer); from simcenter.experiment.worker import serve; serve()"
)

_PIPE_BYTES = 1 << 20
"""Where the system lets pipes be made larger; the usual 64 KiB make for many turns with an answer of some MB."""


class WorkerError(SimcenterError):
    """A worker process ended without an answer."""


class Worker:
    """The parent's end of one worker process.

    Parameters
    ----------
    player : callable
        Pickled and sent once; the worker answers each task with what it gives for it and for what is known.
    """

    def __init__(self, player: Callable[..., object]) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-c", _START], stdin=subprocess.PIPE, stdout=subprocess.PIPE, pipesize=_PIPE_BYTES
        )
        self._known: dict[str, object] = {}
        self._send([part or os.getcwd() for part in sys.path])
        self._send(player)

    def ask(self, task: object, known: Mapping[str, object]) -> Any:
        """What the worker answers to a task; an error raised there is raised here.

        What is ``known`` by name is sent only where it is another object than the last time, so it must not be changed
        in between.
        """
        news = {name: value for name, value in known.items() if self._known.get(name, self) is not value}
        self._send((news, task))
        self._known |= news
        assert self._process.stdout is not None
        try:
            good, answer = pickle.load(self._process.stdout)
        except (EOFError, OSError, pickle.UnpicklingError) as error:
            raise self._dead() from error
        if not good:
            raise answer
        return answer

    def stop(self) -> None:
        """End the process at once."""
        self._process.kill()
        self._process.wait()
        for pipe in (self._process.stdin, self._process.stdout):
            if pipe is not None:
                with contextlib.suppress(OSError):  # what was still to be written has no reader any more
                    pipe.close()

    def _send(self, message: object) -> None:
        assert self._process.stdin is not None
        pickled = pickle.dumps(message, protocol=pickle.HIGHEST_PROTOCOL)  # all or nothing is written
        try:
            self._process.stdin.write(pickled)
            self._process.stdin.flush()
        except OSError as error:
            raise self._dead() from error

    def _dead(self) -> WorkerError:
        code = self._process.wait()
        how = f"killed by signal {-code} ({signal.Signals(-code).name})" if code < 0 else f"exit code {code}"
        return WorkerError(
            f"a worker process ended unexpectedly ({how}); it may have run out of memory: try fewer jobs (jobs=1)"
        )


def serve() -> None:
    """Run in the worker: read the player, then answer tasks until the parent is gone."""
    answers = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # whatever prints must not end up among the answers
    player = pickle.load(sys.stdin.buffer)
    known: dict[str, object] = {}
    while True:
        try:
            news, task = pickle.load(sys.stdin.buffer)
        except EOFError:
            return
        known |= news
        try:
            message = pickle.dumps((True, player(task, **known)), protocol=pickle.HIGHEST_PROTOCOL)
        except Exception as error:
            message = _failure(error)
        answers.write(message)
        answers.flush()


def _failure(error: Exception) -> bytes:
    """The error as it is where it can be sent, else its text."""
    try:
        message = pickle.dumps((False, error))
        pickle.loads(message)
    except Exception:
        message = pickle.dumps((False, WorkerError(f"{type(error).__name__}: {error}")))
    return message
