"""A worker process: does the tasks that its parent sends, over its standard input and output.

Started as a plain interpreter rather than by forking or by importing the parent's main program again, so that it
works the same from a script, a notebook and the command line, on every system.
"""

import atexit
import contextlib
import os
import pickle
import signal
import subprocess
import sys
from collections.abc import Mapping
from typing import IO, Any

from simcenter.errors import SimcenterError

_START = (
    "import importlib, pickle, signal, sys; signal.signal(signal.SIGINT, signal.SIG_IGN); "
    "sys.path[:], modules = pickle.load(sys.stdin.buffer); [importlib.import_module(name) for name in modules]; "
    "from simcenter.worker import serve; serve()"
)

_PIPE_BYTES = 1 << 20
"""Of a pipe: the usual 64 KiB make for many turns with an answer of some MB."""
_DYING_S = 1.0
"""A process that has died has closed its pipes, but may still be on its way."""
_NO_ANSWER = (EOFError, OSError, pickle.PickleError, ValueError, TypeError, LookupError, AttributeError, ImportError)
"""What comes of reading an answer where there is none, or something else."""
MOST_EARLY = 8
"""Processes started before it is known how many a run needs: each takes a third of a second and some 60 MB."""


class WorkerError(SimcenterError):
    """A worker process ended without an answer."""


def cores() -> int:
    """How many cores this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1  # not every system tells which


_early: "list[subprocess.Popen[bytes]]" = []
"""Processes that no worker has been made of so far."""


def start_early(jobs: int, module: str) -> None:
    """Let the workers of a run with so many jobs start and load a module, while this process has other things to do.

    One for each core but this process's, a few at most; 0 jobs: as many as there are cores. The next workers are made
    of them, and what is left of them ends with this process. A run that needs more starts them itself.
    """
    if not _early:
        atexit.register(_end_early)
    while len(_early) < min(min(jobs or cores(), cores()) - 1, MOST_EARLY):
        _early.append(_started(module))


def _started(*modules: str) -> "subprocess.Popen[bytes]":
    process = subprocess.Popen([sys.executable, "-c", _START], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    assert process.stdin is not None
    assert process.stdout is not None
    for pipe in (process.stdin, process.stdout):
        _widen(pipe)
    with contextlib.suppress(OSError):  # whoever writes next will say that it has died
        process.stdin.write(pickle.dumps(([part or os.getcwd() for part in sys.path], modules)))
        process.stdin.flush()
    return process


def _widen(pipe: IO[bytes]) -> None:
    """Make a pipe larger where the system can, and lets this user: it works without, too."""
    try:
        import fcntl
    except ImportError:  # not on Windows
        return
    with contextlib.suppress(OSError, AttributeError):
        fcntl.fcntl(pipe, fcntl.F_SETPIPE_SZ, _PIPE_BYTES)


def _ends(process: "subprocess.Popen[bytes]") -> bool:
    """Whether a process whose pipes are broken ends by itself, as one does that has died."""
    try:
        process.wait(_DYING_S)
    except subprocess.TimeoutExpired:
        return False
    return True


def _end_early() -> None:
    while _early:
        _end(_early.pop())


def _end(process: "subprocess.Popen[bytes]") -> None:
    """End a process at once."""
    process.kill()
    process.wait()
    for pipe in (process.stdin, process.stdout):
        if pipe is not None:
            with contextlib.suppress(OSError):  # what was still to be written has no reader any more
                pipe.close()


class Pickled:
    """Something pickled once, to be sent to several workers, or several times."""

    def __init__(self, value: object) -> None:
        self.value = value
        self.pickle = pickle.dumps(value, protocol=pickle.HIGHEST_PROTOCOL)


class Worker:
    """The parent's end of one worker process.

    Parameters
    ----------
    player : Pickled
        A callable; the worker answers each task with what it gives for that and for what is known.
    """

    def __init__(self, player: Pickled) -> None:
        self._process = _early.pop() if _early else _started()
        self._player: Pickled | None = player
        self._known: dict[str, Pickled] = {}

    def greet(self) -> None:
        """Send what it works with, and wait until it has started, if that was not done before."""
        if self._player is not None:
            self._write(self._player.pickle)
            self.answer()
            self._player = None

    def send(self, task: object, known: Mapping[str, Pickled]) -> None:
        """Let the worker begin with a task, once it has done those sent before.

        What is ``known`` by name is sent only where it is another one than the last time.
        """
        news = {name: value for name, value in known.items() if self._known.get(name) is not value}
        pickles = {name: value.pickle for name, value in news.items()}
        self._write(pickle.dumps((pickles, task), protocol=pickle.HIGHEST_PROTOCOL))
        self._known |= news

    def answer(self) -> Any:
        """What the worker answers to the first task not yet answered; an error raised there is raised here."""
        assert self._process.stdout is not None
        try:
            good, answer = pickle.load(self._process.stdout)
        except _NO_ANSWER as error:
            raise self._dead() from error
        if not good:
            raise answer
        return answer

    def stop(self) -> None:
        """End the process at once."""
        _end(self._process)

    def _write(self, message: bytes) -> None:
        assert self._process.stdin is not None
        try:
            self._process.stdin.write(message)
            self._process.stdin.flush()
        except OSError as error:
            raise self._dead() from error

    def _dead(self) -> WorkerError:
        stopped = self._process.poll() is None and not _ends(self._process)
        if stopped:  # it lives on, but what came from it was no answer
            self._process.kill()
        code = self._process.wait()
        if stopped:
            return WorkerError("a worker process gave something that is no answer: something else writes to its output")
        how = f"killed by signal {-code} ({signal.Signals(-code).name})" if code < 0 else f"exit code {code}"
        return WorkerError(
            f"a worker process ended unexpectedly ({how}); it may have run out of memory: try fewer jobs (jobs=1)"
        )


def serve() -> None:
    """Run in the worker: read the player, then answer tasks until the parent is gone."""
    answers = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # whatever prints must not end up among the answers
    try:
        player = pickle.load(sys.stdin.buffer)
    except EOFError:
        return  # the parent has found no work for it
    known: dict[str, object] = {}
    message = pickle.dumps((True, "ready"))
    while True:
        answers.write(message)
        answers.flush()
        try:
            news, task = pickle.load(sys.stdin.buffer)
        except EOFError:
            return
        try:
            known |= {name: pickle.loads(value) for name, value in news.items()}
            message = pickle.dumps((True, player(task, **known)), protocol=pickle.HIGHEST_PROTOCOL)
        except Exception as error:
            message = _failure(error)


def _failure(error: Exception) -> bytes:
    """The error as it is where it can be sent, else its text."""
    try:
        message = pickle.dumps((False, error))
        pickle.loads(message)
    except Exception:
        message = pickle.dumps((False, WorkerError(f"{type(error).__name__}: {error}")))
    return message
