"""What `simulate` takes: a scenario and a staffing in any natural form, numbers of any whole kind, and nothing else."""

import copy
import pickle

import numpy as np
import pytest

from simcenter import SimcenterError, requirement, simulate
from simcenter.simulation.staffing import Staffing


@pytest.fixture(scope="module")
def staffing(centre):
    return Staffing.from_scenario(centre)


def test_a_staffing_may_be_a_table_or_numbers_by_desk(centre, staffing):
    wanted = simulate(centre, staffing, replications=2)
    assert simulate(centre, staffing.to_frame(), replications=2).queues.equals(wanted.queues)
    by_desk = {name: staffing.advisers[:, place].tolist() for place, name in enumerate(staffing.desks)}
    assert simulate(centre, by_desk, replications=2).queues.equals(wanted.queues)


def test_whole_numbers_of_numpy_are_whole_numbers(centre, staffing):
    one = simulate(centre, staffing, replications=np.int64(2), seed=np.uint8(7), keep_legs=np.int32(1))
    two = simulate(centre, staffing, replications=2, seed=7)
    assert one.to_json_dict() == two.to_json_dict()


def test_results_can_be_pickled_and_copied(centre, staffing):
    results = simulate(centre, staffing, replications=2)
    for again in (pickle.loads(pickle.dumps(results)), copy.deepcopy(results)):
        assert again.to_json_dict() == results.to_json_dict()
        assert again.legs.equals(results.legs)


@pytest.mark.parametrize("wrong", [6, "staffing.csv", [1, 2]])
def test_any_other_staffing_is_refused_in_words(centre, wrong):
    with pytest.raises(SimcenterError, match=r"staffing: must be a Staffing, \{desk: advisers\}, or a DataFrame"):
        simulate(centre, wrong, replications=1)


def test_an_unknown_desk_is_named_with_the_nearest(centre):
    name = next(iter(centre.desks))
    with pytest.raises(SimcenterError, match=f"must be a desk of the scenario.*{name}"):
        simulate(centre, {name + "x": 3}, replications=1)


@pytest.mark.parametrize("call", [requirement, lambda wrong: simulate(wrong, replications=1)])
@pytest.mark.parametrize("wrong", ["first.toml", None, {"schema": 1}])
def test_what_is_no_scenario_is_refused_in_words(call, wrong):
    with pytest.raises(SimcenterError, match="scenario: must be a Scenario"):
        call(wrong)
