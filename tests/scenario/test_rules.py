"""Rules between queues and desks: each told once, at the place to mend."""

import pytest

from simcenter.errors import ScenarioError
from simcenter.scenario import Scenario


def places(data):
    with pytest.raises(ScenarioError) as caught:
        Scenario.from_dict(data)
    return [line.split(": ")[0] for line in caught.value.problems]


def test_a_queue_without_desk_or_contacts_is_told(two_desks):
    two_desks["queues"]["shop"] = {"channel": "face_to_face", "handle_time": "5 min"}
    assert places(two_desks) == ["queues.shop", "queues.shop.volume"]


def test_a_transfer_needs_another_desk(two_desks):
    del two_desks["desks"]["experts"]["serves"]["returns"]
    two_desks["desks"]["front"]["serves"]["returns"] = {}
    assert places(two_desks) == ["desks.front.serves.calls.transfers.returns"]


def test_a_queue_may_feed_itself_through_another_desk(two_desks):
    two_desks["desks"]["front"]["serves"]["calls"]["transfers"]["calls"] = 0.1
    assert Scenario.from_dict(two_desks)
    two_desks["desks"]["experts"]["serves"]["mail"] = {"transfers": {"mail": 0.1, "returns": 0.95}}
    assert places(two_desks) == [
        "desks.experts.serves.mail.transfers",
        "desks.experts.serves.mail.transfers.returns",
    ]


def test_shares_may_sum_to_1_in_floats(two_desks):
    two_desks["desks"]["front"]["serves"]["calls"]["transfers"] = {"returns": 0.7, "calls": 0.2 + 0.1}
    assert Scenario.from_dict(two_desks)


def test_warm_transfers_lead_to_live_queues(two_desks):
    two_desks["desks"]["experts"]["serves"]["returns"]["transfers"] = {"mail": {"share": 0.1, "kind": "warm"}}
    assert places(two_desks) == ["desks.experts.serves.returns.transfers.mail.kind"]


def test_given_advisers_have_seats(two_desks):
    two_desks["desks"]["experts"]["max_advisers"] = 1
    assert places(two_desks) == ["desks.experts.advisers"]


def test_a_desk_that_is_not_well_formed_is_not_held_against_queues(two_desks):
    two_desks["desks"]["experts"]["serves"] = ["returns"]
    assert places(two_desks) == ["desks.experts.serves"]
    two_desks["desks"]["experts"] = 5
    assert places(two_desks) == ["desks.experts"]


def test_a_queue_that_is_not_well_formed_is_still_a_queue(two_desks):
    two_desks["queues"]["returns"] = 5
    assert places(two_desks) == ["queues.returns"]
    two_desks["queues"]["returns"] = {"channel": "fone", "handle_time": "-1 s", "speed": [2]}
    assert places(two_desks) == ["queues.returns.channel", "queues.returns.handle_time", "queues.returns.speed"]


def test_something_must_be_open(small):
    small["horizon"]["holidays"] = ["2026-03-02", "2026-03-03"]
    assert places(small) == ["horizon"]
