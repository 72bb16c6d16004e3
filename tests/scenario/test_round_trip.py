"""The resolved scenario is itself a scenario, and means the same centre to the engines."""

import json
import pickle

import pytest
from corpus import VALID
from hypothesis import given, settings
from strategies import scenarios

from simcenter.scenario import Scenario, load_scenario
from simcenter.scenario.ready import ready_scenarios
from simcenter.simulation.compile import compile_network


def assert_same(scenario):
    text = json.dumps(scenario.to_dict(), allow_nan=False)
    again = Scenario.from_dict(json.loads(text))
    assert again.to_dict() == scenario.to_dict()
    assert again.hash == scenario.hash
    assert compile_network(again).equals(compile_network(scenario))
    return again


@settings(max_examples=150, deadline=None)
@given(scenarios())
def test_resolved_and_read_again_gives_an_equal_network(data):
    assert_same(Scenario.from_dict(data))


@settings(max_examples=100, deadline=None)
@given(scenarios(rules=True))
def test_with_the_rules_of_a_real_centre_too(data):
    assert_same(Scenario.from_dict(data))


@settings(max_examples=30, deadline=None)
@given(scenarios(given=False))
def test_desks_to_be_planned_too(data):
    assert all(desk.advisers is None for desk in assert_same(Scenario.from_dict(data)).desks.values())


@pytest.mark.parametrize("path", [*VALID, *ready_scenarios().values()], ids=lambda path: path.stem)
def test_files_too(path):
    assert_same(load_scenario(path))


def test_a_changed_value_changes_hash_and_network(small):
    scenario = Scenario.from_dict(small)
    other = scenario.replace("queues.calls.handle_time", "241 s")
    assert other.hash != scenario.hash
    assert not compile_network(other).equals(compile_network(scenario))


def test_a_scenario_travels_to_other_processes(two_desks):
    scenario = Scenario.from_dict(two_desks)
    there = pickle.loads(pickle.dumps(scenario))
    assert there == scenario
    assert there.replace("horizon.days", 3) == scenario.replace("horizon.days", 3)


def test_the_same_as_a_python_value(two_desks):
    scenario = Scenario.from_dict(two_desks)
    assert repr(scenario) == "Scenario('Small': 3 queues, 2 desks, 2 days from 2026-03-02)"
    assert repr(scenario.replace("horizon.days", 1)) == "Scenario('Small': 3 queues, 2 desks, 1 day from 2026-03-02)"
    assert "<td>calls</td><td>phone</td><td>80</td><td>4 min</td>" in scenario._repr_html_()
    assert len({scenario, Scenario.from_dict(two_desks)}) == 1
    with pytest.raises(ValueError, match="frozen"):
        scenario.name = "other"
