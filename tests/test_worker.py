"""Worker processes: started early, used once, and gone with the process that has started them."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from simcenter import worker
from simcenter.worker import Pickled, Worker, WorkerError, cores, start_early


@pytest.fixture
def two_cores(monkeypatch):
    monkeypatch.setattr(worker, "cores", lambda: 2)
    yield
    worker._end_early()


@pytest.fixture
def one():
    one = Worker(Pickled(json.dumps))
    yield one
    one.stop()


def test_tasks_are_answered_in_their_order(one):
    one.greet()
    one.greet()  # once is enough
    known = {"indent": Pickled(None)}
    one.send([1], known)
    one.send([2], known)
    assert [one.answer(), one.answer()] == ["[1]", "[2]"]


def test_what_is_known_is_sent_again_only_where_it_is_another(one):
    one.greet()
    sent = []
    write = one._write
    one._write = lambda message: (sent.append(len(message)), write(message))
    large, small = Pickled(" " * 10_000), Pickled("-")
    for indent in (large, large, small, large):
        one.send([1], {"indent": indent})
        assert one.answer() == json.dumps([1], indent=indent.value)
    assert [size > 10_000 for size in sent] == [True, False, False, True]


def test_an_error_is_raised_and_the_worker_lives_on(one):
    one.greet()
    one.send({1}, {})
    with pytest.raises(TypeError, match="not JSON serializable"):
        one.answer()
    one.send([1], {})
    assert one.answer() == "[1]"


@pytest.mark.parametrize("answer", ["x", "x" * 3_000_000])
def test_a_pipe_that_may_not_be_larger_does_as_well(monkeypatch, answer):
    """Users have a limit on what all their pipes take, which does not bind the administrator."""
    fcntl = pytest.importorskip("fcntl")

    def refuse(*_):
        raise PermissionError(1, "Operation not permitted")

    monkeypatch.setattr(fcntl, "fcntl", refuse)
    one = Worker(Pickled(str))
    one.greet()
    one.send(answer, {})
    assert one.answer() == answer
    one.stop()


def test_a_worker_that_ends_says_how():
    one = Worker(Pickled(os._exit))
    one.greet()
    one.send(3, {})
    with pytest.raises(WorkerError, match=r"ended unexpectedly \(exit code 3\)"):
        one.answer()
    one.stop()


CHATTER = """
import time
print("%s", flush=True)
time.sleep(60)
"""


@pytest.mark.parametrize("said", ["a module that talks", "1", "Fitting ...", "xyz", "(.", "g."])
def test_a_living_process_whose_answer_is_none_gives_an_error_and_ends(monkeypatch, said):
    monkeypatch.setattr(worker, "_START", CHATTER % said)
    monkeypatch.setattr(worker, "_DYING_S", 0.1)
    one = Worker(Pickled(json.dumps))
    with pytest.raises(WorkerError, match="something that is no answer"):
        one.greet()
    assert one._process.poll() is not None
    one.stop()


def test_a_worker_is_made_of_a_process_that_was_started_early(two_cores):
    start_early(1, "json")
    assert not worker._early
    start_early(2, "json")
    start_early(0, "json")
    (early,) = worker._early
    one = Worker(Pickled(json.dumps))
    assert one._process is early
    assert not worker._early
    one.greet()
    one.send([1], {})
    assert one.answer() == "[1]"
    one.stop()


def test_as_many_start_early_as_there_are_cores():
    start_early(1000, "json")
    assert len(worker._early) == min(cores() - 1, worker.MOST_EARLY)
    worker._end_early()
    assert not worker._early


def test_no_more_than_a_few_start_early_whatever_the_cores(monkeypatch):
    monkeypatch.setattr(worker, "cores", lambda: 64)
    monkeypatch.setattr(worker, "_started", lambda module: module)
    monkeypatch.setattr(worker, "_early", early := [])
    start_early(0, "json")
    assert len(early) == worker.MOST_EARLY
    early.clear()


SCRIPT = """
from simcenter import worker
worker.cores = lambda: 3
worker.start_early(0, "json")
print(*(process.pid for process in worker._early))
raise SystemExit(4)
"""


def test_those_who_found_no_work_end_with_their_parent():
    done = subprocess.run(
        [sys.executable, "-c", SCRIPT], capture_output=True, text=True, cwd=Path(__file__).parents[1], timeout=20
    )
    assert (done.returncode, done.stderr) == (4, "")
    assert len(done.stdout.split()) == 2
    for pid in map(int, done.stdout.split()):
        with pytest.raises(ProcessLookupError):
            os.kill(pid, 0)
