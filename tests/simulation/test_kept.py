"""Draws that are kept: played again they give the same rows, and they take no more memory than they may."""

import pickle
from pathlib import Path

import pytest
from corpus import VALID
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from strategies import scenarios

from simcenter.experiment import Players
from simcenter.measures import compile_promises
from simcenter.scenario import Scenario, load_scenario
from simcenter.scenario.ready import ready_scenarios
from simcenter.simulation.compile import compile_network
from simcenter.simulation.draws import Draws
from simcenter.simulation.engine import play
from simcenter.simulation.kept import BYTES_EACH, DrawsStore, RememberedDraws, bytes_each
from simcenter.simulation.staffing import Staffing


def check_same(scenario: Scenario, seed: int) -> None:
    """Three staffings, then the first again, each in both engines: as from draws made anew."""
    network = compile_network(scenario)
    store = DrawsStore(network)
    for advisers in (3, 1, 6, 3):
        staffing = Staffing.constant(scenario, advisers)
        for replication in (0, 1):
            for engine in ("compiled", "simpy"):
                kept = play(network, staffing, store.draws(seed, replication), engine)
                assert kept.equals(play(network, staffing, Draws(network, seed, replication), engine))
    assert len(store) == 2


@settings(max_examples=40, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
@given(scenarios(rules=True, most=12.0), st.integers(0, 99))
def test_scenarios_with_rules_give_the_same_rows(data, seed):
    check_same(Scenario.from_dict(data, base=Path()), seed)


@pytest.mark.parametrize("path", VALID, ids=lambda path: path.stem)
def test_valid_files_give_the_same_rows(path):
    check_same(load_scenario(path), 3)


@pytest.fixture(scope="module")
def shop():
    scenario = load_scenario(ready_scenarios()["home_shopping"])
    return compile_network(scenario), Staffing.constant(scenario, 6)


def test_who_is_asked_for_again_is_not_drawn_again(shop):
    network, staffing = shop
    store = DrawsStore(network)
    draws = store.draws(1, 0)
    play(network, staffing, draws)
    assert store.draws(1, 0) is draws
    assert draws.first(0) is draws.first(0)
    assert store.draws(2, 0) is not draws


def test_the_least_recently_used_go_when_there_is_no_room(shop):
    network, staffing = shop
    one = RememberedDraws(network, 1, 0)
    play(network, staffing, one)
    store = DrawsStore(network, round(3.5 * one.nbytes))
    for replication in (0, 1, 2, 0, 3):
        play(network, staffing, store.draws(1, replication))
    zero, three = store.draws(1, 0), store.draws(1, 3)  # 1 was used longest ago, and went
    assert len(store) == 3
    assert store.nbytes <= 3.5 * one.nbytes
    assert zero.nbytes > 0
    assert three.nbytes > 0
    assert store.draws(1, 1).nbytes == 0


def test_many_processes_share_what_all_of_them_may_take():
    assert [bytes_each(jobs) >> 20 for jobs in (1, 2, 4, 8, 32, 64)] == [256, 256, 256, 128, 32, 32]
    shop = load_scenario(ready_scenarios()["home_shopping"])
    with Players(compile_network(shop), compile_promises(shop), jobs=8, again=True) as players:
        store = players._player._draws.__self__
        assert (type(store), store._most_bytes) == (DrawsStore, 128 << 20)


def test_what_is_kept_is_what_is_weighed(shop):
    """About as much as is expected of a contact; the numbers of first legs alone are 5 columns."""
    network, staffing = shop
    draws = RememberedDraws(network, 1, 0)
    log = play(network, staffing, draws)
    customers = int((log.leg == 0).sum())
    assert 40 * customers < draws.nbytes < BYTES_EACH * customers


def test_a_centre_too_large_is_not_kept(shop):
    network, _ = shop
    store = DrawsStore(network, 100_000)
    assert type(store.draws(1, 0)) is Draws
    assert len(store) == 0


def test_another_process_gets_an_empty_store(shop):
    network, staffing = shop
    store = DrawsStore(network, 2**20)
    play(network, staffing, store.draws(1, 0))
    sent = pickle.loads(pickle.dumps(store))
    assert len(sent) == 0
    assert sent.draws(1, 0).first(0).arrival_s.tolist() == store.draws(1, 0).first(0).arrival_s.tolist()


def test_presence_is_that_of_the_most_asked_for():
    scenario = load_scenario(ready_scenarios()["home_shopping"])
    scenario = scenario.replace("desks", {n: d | {"absence": 0.2} for n, d in scenario.to_dict()["desks"].items()})
    network = compile_network(scenario)
    kept, anew = RememberedDraws(network, 1, 0), Draws(network, 1, 0)
    for count in (5, 2, 9, 0, 7):
        assert kept.present(0, 0, count).tolist() == anew.present(0, 0, count).tolist()
