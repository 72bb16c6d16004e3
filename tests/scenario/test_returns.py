import pytest

from simcenter.errors import ScenarioError
from simcenter.scenario import Scenario, VolumeCounts


@pytest.fixture
def calls(two_desks):
    """The queue of calls in a centre of two desks, with redials."""
    two_desks["queues"]["calls"]["redial"] = {"share": 0.5, "after": "10 min"}
    return two_desks["queues"]["calls"]


def counts(data):
    return {name: queue.volume_counts for name, queue in Scenario.from_dict(data).queues.items()}


def problems(data):
    with pytest.raises(ScenarioError) as caught:
        Scenario.from_dict(data)
    return [line.split(":")[0] for line in caught.value.problems]


def test_a_return_leads_to_its_own_queue_by_default(two_desks, calls):
    calls["repeat"] = {"share": 0.2, "after": "1 h", "at_most": 3, "to": "mail"}
    queue = Scenario.from_dict(two_desks).queues["calls"]
    assert (queue.redial.to, queue.redial.at_most, queue.redial.same_patience) == ("calls", 10, False)
    assert (queue.repeat.to, queue.repeat.at_most) == ("mail", 3)


def test_a_queue_may_have_no_volume_where_customers_come_back(two_desks, calls):
    del two_desks["desks"]["front"]["serves"]["calls"]["transfers"]
    assert problems(two_desks) == ["queues.returns.volume"]
    calls["redial"]["to"] = "returns"
    assert Scenario.from_dict(two_desks)


def test_but_not_without_a_desk(two_desks, calls):
    two_desks["queues"]["web"] = {"channel": "email", "handle_time": "5 min"}
    calls["redial"]["to"] = "web"
    assert problems(two_desks) == ["queues.web"]


def test_first_attempts_say_nothing(two_desks, calls):
    calls |= {"volume_counts": {"counts": "first attempts", "abandoned": 0.1}, "target": {"abandoned": 0.05}}
    assert set(counts(two_desks).values()) == {VolumeCounts()}


def test_the_share_abandoned_is_the_target_s_where_it_is_left_out(two_desks, calls):
    calls |= {"volume_counts": "all attempts", "target": {"abandoned": 0.05}}
    assert counts(two_desks)["calls"] == VolumeCounts(counts="all attempts", abandoned=0.05)
    calls["volume_counts"] = {"counts": "all attempts", "abandoned": 0.08}
    assert counts(two_desks)["calls"] == VolumeCounts(counts="all attempts", abandoned=0.08)


def test_every_redial_needs_it_once_a_queue_counts_all_attempts(two_desks, calls):
    two_desks["queues"]["mail"]["volume_counts"] = "all attempts"
    assert problems(two_desks) == ["queues.calls.volume_counts.abandoned"]
    calls["volume_counts"] = {"counts": "first attempts", "abandoned": 0.1}
    assert counts(two_desks)["calls"].abandoned == 0.1
    assert counts(two_desks)["returns"] == VolumeCounts()
