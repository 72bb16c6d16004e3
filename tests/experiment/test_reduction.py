"""Reductions: what is made of replications in workers is what is made of them here, and errors come out."""

import numpy as np
import pytest
from experiment.offered import Offered

from simcenter.errors import ScenarioError
from simcenter.experiment import Players
from simcenter.experiment.reduction import Logs, Several, Tallies
from simcenter.measures import compile_promises
from simcenter.simulation.compile import compile_network
from simcenter.simulation.staffing import Staffing


@pytest.fixture(params=["alone", "three", "two workers"])
def players(request, centre):
    """Which of the three processes plays which block is a matter of time, unless only workers do."""
    if request.param == "two workers":
        request.getfixturevalue("only_workers")
    jobs = 1 if request.param == "alone" else 3
    with Players(compile_network(centre), compile_promises(centre), jobs=jobs) as players:
        yield players


@pytest.fixture
def play(players, centre):
    staffing = Staffing.from_scenario(centre)

    def played(reduction, numbers=range(4, 90), **how):
        return players.reduce(reduction, staffing, seed=2, replications=numbers, **how)

    return played


def test_a_partial_has_every_replication_once_and_in_order(play):
    done = []
    legs = play(Offered(), done=done.append).legs
    assert [number for number, _ in legs] == list(range(4, 90))
    assert sum(done) == 86
    assert len(done) > 5
    assert legs == play(Offered()).legs


def test_several_reductions_at_once_are_each_of_them(play):
    both = play(Several((Offered(), Several((Tallies(), Logs(7))))))
    offered, (tallies, logs) = both.parts[0], both.parts[1].parts
    assert offered.legs == play(Offered()).legs
    assert [int(tally.queues["offered"].sum()) for tally in tallies.tallies] == [legs for _, legs in offered.legs]
    assert [number for number, _ in logs.kept] == [4, 5, 6]
    assert [len(log) for _, log in logs.kept] == [legs for _, legs in offered.legs[:3]]


@pytest.mark.parametrize(
    ("fails_at", "error"),
    [("start", ScenarioError), ("add", ZeroDivisionError), ("merge", ZeroDivisionError), ("stop", KeyError)],
)
def test_an_error_in_a_reduction_is_raised_here_and_the_pool_lives_on(play, fails_at, error):
    def done(_):
        if fails_at == "stop":
            raise KeyError("enough")

    before = play(Offered()).legs
    with pytest.raises(error):
        play(Offered(fails_at), done=done)
    assert play(Offered()).legs == before


@pytest.mark.parametrize("players", ["two workers"], indirect=True)
def test_a_partial_that_cannot_be_sent_is_an_error(play):
    with pytest.raises(ZeroDivisionError, match="not to be sent"):
        play(Offered("send"))
    assert len(play(Offered()).legs) == 86


@pytest.mark.parametrize("players", ["three"], indirect=True)
def test_a_reduction_that_cannot_be_sent_is_an_error_before_anything_is_played(play):
    class Local(Offered):
        pass

    with pytest.raises(AttributeError, match="Local"):
        play(Local())
    assert len(play(Offered()).legs) == 86


def test_draws_that_are_kept_change_nothing(centre):
    """Played again with other advisers, in this process and in workers."""
    staffing = Staffing.from_scenario(centre)
    more = staffing.with_advisers(np.where(staffing.open, staffing.advisers + 1, 0))
    said = []
    for how in ({}, {"again": True}, {"again": True, "jobs": 2}):
        with Players(compile_network(centre), compile_promises(centre), **how) as players:
            runs = [
                players.reduce(Tallies(), one, seed=2, replications=range(40)).tallies for one in (staffing, more, more)
            ]
            said.append([tally for run in runs for tally in run])
    for other in said[1:]:
        assert all(mine.equals(his) for mine, his in zip(said[0], other, strict=True))
