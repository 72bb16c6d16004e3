"""Replications in any number of processes: the same tallies in the same order, and clear ends."""

import hashlib
import json
import os
import pickle
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from simcenter.errors import ScenarioError, SimcenterError
from simcenter.experiment import Players, Results, replicate, simulate
from simcenter.experiment.replicate import Player
from simcenter.experiment.results import summing
from simcenter.measures import compile_promises
from simcenter.simulation.compile import compile_network
from simcenter.simulation.staffing import Staffing
from simcenter.worker import WorkerError, cores


@pytest.fixture
def players(centre):
    with Players(compile_network(centre), compile_promises(centre), jobs=3) as players:
        yield players


def every_number(results):
    """All that results say, to the last bit (repr tells floats apart): a digest of each frame, the JSON, the legs."""
    frames = {name: frame.to_dict("list") for name, frame in results.frames().items()}
    table = results.target_table
    arrays = [table.numerator, table.denominator, table.value, table.se, table.traffic, table.undecided]
    said = {
        **frames,
        "JSON": results.to_json_dict(),
        "legs": results.legs.to_dict("list"),
        "cells": [one.tolist() for one in arrays],
    }
    return {name: hashlib.sha256(repr(part).encode()).hexdigest() for name, part in said.items()}


@pytest.mark.parametrize("how", [{"replications": 70, "keep_legs": 6}, {"precision": 0.2, "replications": 130}])
def test_any_number_of_jobs_says_exactly_what_one_says(centre, how, request):
    """Bit for bit: the blocks are the same, and merged in the same order; whoever plays them."""
    alone = every_number(simulate(centre, seed=3, jobs=1, **how))
    assert every_number(simulate(centre, seed=4, jobs=1, **how)) != alone
    for jobs in (2, 3, 0):
        assert every_number(simulate(centre, seed=3, jobs=jobs, **how)) == alone
    request.getfixturevalue("only_workers")
    for jobs in (2, 3):
        assert every_number(simulate(centre, seed=3, jobs=jobs, **how)) == alone


def test_results_of_tallies_given_one_by_one_are_those_of_a_run(centre):
    """The same cuts: also where a run begins later, and ends inside a block."""
    staffing = Staffing.from_scenario(centre)
    with Players(compile_network(centre), compile_promises(centre)) as players:
        for first, replications in ((0, 67), (10, 8)):
            numbers = range(first, first + replications)
            played = players.play(staffing, seed=3, replications=numbers)
            given = Results.from_tallies(centre, staffing, played, seed=3, first_replication=first)
            summed = players.reduce(summing(centre), staffing, seed=3, replications=numbers)
            run = Results.of(centre, staffing, summed, seed=3, first_replication=first)
            assert every_number(given) == every_number(run)
    assert given.replications == 8


@pytest.mark.parametrize("jobs", [1, 2])
def test_progress_is_told_after_each_block(centre, jobs):
    """In order, up to all; and often enough to say how much time is left."""
    told = []
    simulate(centre, replications=200, jobs=jobs, progress=lambda done, wanted: told.append((done, wanted)))
    assert told == sorted(set(told))
    assert told[-1] == (200, 200)
    assert {wanted for _, wanted in told} == {200}
    assert len(told) >= 10


def test_a_pool_is_kept_over_calls_and_numbers_are_what_count(centre, players, only_workers):
    """Replications 2 to 4 are the same whether asked for alone or after 0 and 1, in one process or several."""
    staffing = Staffing.from_scenario(centre)
    every = list(players.play(staffing, seed=3, replications=range(60)))
    workers = list(players._crew.workers)
    some = list(players.play(staffing, seed=3, replications=range(2, 5)))
    assert players._crew.workers == workers
    assert len(workers) == 2
    assert all(one.equals(two) for one, two in zip(every[2:5], some, strict=True))
    alone = replicate(compile_network(centre), compile_promises(centre), staffing, seed=3, replications=range(2, 5))
    assert all(one.equals(two) for one, two in zip(alone, some, strict=True))
    assert not every[0].equals(every[1])


def test_a_pool_may_be_left_early_and_used_again(centre, players, only_workers):
    staffing = Staffing.from_scenario(centre)
    playing = players.play(staffing, seed=3, replications=range(50))
    first = next(playing)
    playing.close()
    assert first.equals(next(players.play(staffing, seed=3, replications=range(1))))


def test_a_dead_worker_is_one_clear_error(centre, players, only_workers):
    playing = players.play(Staffing.from_scenario(centre), seed=3, replications=range(500))
    next(playing)
    for worker in players._crew.workers:
        os.kill(worker._process.pid, signal.SIGKILL)
    with pytest.raises(WorkerError, match=r"a worker process ended unexpectedly \(killed by signal 9 \(SIGKILL\)\)"):
        list(playing)


def test_one_dead_worker_of_two_is_no_half_result(centre, players):
    """The other one works on, but nothing is made of that."""
    playing = players.play(Staffing.from_scenario(centre), seed=3, replications=range(5000))
    next(playing)
    os.kill(players._crew.workers[0]._process.pid, signal.SIGKILL)
    with pytest.raises(WorkerError, match="killed by signal 9"):
        list(playing)


def test_no_jobs_named_are_as_many_as_there_are_cores(centre):
    network, promises, staffing = compile_network(centre), compile_promises(centre), Staffing.from_scenario(centre)
    with Players(network, promises, jobs=0) as players:
        played = list(players.play(staffing, seed=3, replications=range(40)))
        assert len(players._crew.workers) == cores() - 1  # this process is one of them
    alone = replicate(
        compile_network(centre),
        compile_promises(centre),
        Staffing.from_scenario(centre),
        seed=3,
        replications=range(40),
    )
    assert all(one.equals(two) for one, two in zip(played, alone, strict=True))


def test_an_error_in_a_worker_is_raised_here(centre, players, only_workers):
    """With its own class and words: here, a staffing for another centre."""
    other = Staffing.from_scenario(centre.replace("horizon.days", 1))
    with pytest.raises(ScenarioError, match="staffing: must have"):
        list(players.play(other, seed=3, replications=range(20)))


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ({"jobs": -1}, "jobs: must be a whole number from 1, or 0 for all cores, got -1"),
        ({"jobs": True}, "jobs: must be a whole number from 1, or 0 for all cores, got True"),
        ({"replications": 0}, "replications: must be a whole number from 1, got 0"),
        ({"replications": 2.5}, "replications: must be a whole number from 1, got 2.5"),
        ({"keep_legs": -1}, "keep_legs: must be a whole number from 0, got -1"),
        ({"confidence": 95}, "confidence: must be between 0 and 1, got 95"),
        ({"seed": -1}, "seed: must be a whole number from 0, got -1"),
        ({"engine": "turbo"}, 'engine: must be one of .*, got "turbo"'),
    ],
)
def test_wrong_arguments_are_one_clear_error(centre, wrong, words):
    with pytest.raises(SimcenterError, match=words):
        simulate(centre, **wrong)


def test_a_staffing_for_another_centre_is_refused(centre):
    """Even where its shape would fit: here, the same desks a week later."""
    later = centre.replace("horizon.start", "2026-04-04")
    with pytest.raises(ScenarioError, match="staffing: must be for the desks and intervals of this scenario"):
        simulate(centre, Staffing.from_scenario(later), replications=1)


def test_a_staffing_may_be_a_frame(centre):
    staffing = Staffing.from_scenario(centre)
    given = simulate(centre, staffing.to_frame(), replications=2)
    assert given.to_json_dict() == simulate(centre, staffing, replications=2).to_json_dict()


SCRIPT = """
import json, sys
from simcenter.experiment import crew, simulate
from simcenter.scenario import Scenario

class Told(crew.Worker):
    def __init__(self, player):
        super().__init__(player)
        print(self._process.pid, flush=True)

crew.Worker = Told
simulate(Scenario.from_dict(json.load(open(sys.argv[1]))), replications=100000, jobs=3)
"""


@pytest.mark.parametrize("after_s", [0.2, 1.5])
def test_ctrl_c_ends_all_processes(centre, tmp_path, after_s):
    """A terminal signals the whole group: the parent ends its workers, which leave no traceback of their own.

    While the workers start, and while they work.
    """
    scenario = tmp_path / "centre.json"
    scenario.write_text(json.dumps(centre.to_dict(), default=str))
    process = subprocess.Popen(
        [sys.executable, "-c", SCRIPT, str(scenario)], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
        start_new_session=True, cwd=Path(__file__).parents[2],
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),  # also where the tests run in the background
    )  # fmt: skip
    workers = [int(process.stdout.readline()) for _ in range(2)]
    time.sleep(after_s)
    os.killpg(process.pid, signal.SIGINT)
    _, errors = process.communicate(timeout=20)
    assert errors.count("Traceback") == 1  # the parent's own KeyboardInterrupt
    assert "KeyboardInterrupt" in errors
    for worker in workers:
        with pytest.raises(ProcessLookupError):
            os.kill(worker, 0)


def test_workers_load_little(centre):
    """What a worker is sent brings neither pandas nor the scenario's models: its start would take twice as long."""
    player = Player(compile_network(centre), compile_promises(centre), "auto")
    sent = pickle.dumps((player, Staffing.from_scenario(centre), summing(centre)))
    script = "import pickle, sys; sys.path[:] = {}; pickle.load(sys.stdin.buffer); print(*sys.modules)"
    done = subprocess.run(
        [sys.executable, "-c", script.format(sys.path)], input=sent, stdout=subprocess.PIPE, check=True
    )
    loaded = set(done.stdout.decode().split())
    assert "simcenter.simulation.staffing" in loaded
    assert not loaded & {"pandas", "pydantic", "simpy", "simcenter.scenario", "matplotlib", "scipy.stats"}
