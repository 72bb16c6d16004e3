"""Transfers and misrouted contacts: every key, and what does not go together."""

import pytest

from simcenter.errors import ScenarioError
from simcenter.scenario import Scenario, Transfer


def transfer(data, **written):
    data["desks"]["front"]["serves"]["calls"]["transfers"] = {"returns": {"share": 0.1, **written}}
    return Scenario.from_dict(data).desks["front"].serves["calls"].transfers["returns"]


def problems(data):
    with pytest.raises(ScenarioError) as caught:
        Scenario.from_dict(data)
    return [line.split(": ")[0] for line in caught.value.problems]


@pytest.mark.parametrize(
    ("written", "resolved"),
    [
        ({}, {}),
        ({"identify": "25 s", "if_busy": "keep", "priority": 0}, {"identify_s": 25, "if_busy": "keep", "priority": 0}),
        ({"credit": "1 min"}, {"credit_s": 60}),
        ({"credit": "waited"}, {"credit_waited": True}),
        ({"kind": "warm", "if_busy": "disconnect"}, {"kind": "warm", "if_busy": "disconnect"}),
    ],
)
def test_what_is_left_out_is_off(two_desks, written, resolved):
    assert transfer(two_desks, **written) == Transfer(share=0.1, **resolved)


def test_shares_by_class_sum_to_at_most_1_for_each(two_desks):
    two_desks["queues"]["calls"]["classes"] = {"VIP": {"share": 0.1}, "new": {"share": 0.1}}
    cell = {"returns": {"share": 0.5, "shares": {"VIP": 0.1}}, "calls": {"share": 0.5, "shares": {"VIP": 0.9}}}
    two_desks["desks"]["front"]["serves"]["calls"]["transfers"] = cell
    assert Scenario.from_dict(two_desks)
    cell["calls"]["shares"] |= {"new": 0.6, "old": 0.1}
    assert problems(two_desks) == [
        "desks.front.serves.calls.transfers",
        "desks.front.serves.calls.transfers.calls.shares.old",
    ]


def test_a_misrouted_contact_is_taken_by_another_desk_than_any_that_answers(two_desks):
    two_desks["queues"]["mail"]["misrouted"] = {"calls": {"share": 0.1, "after": "1 min"}}
    assert Scenario.from_dict(two_desks).queues["mail"].misrouted["calls"].after_s == 60
    two_desks["desks"]["experts"]["serves"]["mail"] = {}
    assert Scenario.from_dict(two_desks)
    del two_desks["desks"]["experts"]["serves"]["calls"]
    assert problems(two_desks) == ["queues.mail.misrouted.calls"]


def test_every_fault_of_misrouted_contacts_is_told(two_desks):
    del two_desks["desks"]["experts"]["serves"]["calls"]
    two_desks["queues"]["calls"]["misrouted"] = {
        "returns": {"share": 0.7, "kind": "cold", "handover": "1 s", "after": 5},
        "mail": {"share": 0.7, "kind": "warm", "identify": "1 s"},
        "calls": {"share": -1, "after": "0 s"},
        "return": {"share": 0.1, "after": "0 s", "credit": -1},
        "shop": 0.1,
    }
    assert problems(two_desks) == [
        "queues.calls.misrouted",
        "queues.calls.misrouted.returns.handover",
        "queues.calls.misrouted.returns.after",
        "queues.calls.misrouted.mail",
        "queues.calls.misrouted.mail.kind",
        "queues.calls.misrouted.mail.identify",
        "queues.calls.misrouted.mail.after",
        "queues.calls.misrouted.calls",
        "queues.calls.misrouted.calls.share",
        "queues.calls.misrouted.return",
        "queues.calls.misrouted.return.credit",
        "queues.calls.misrouted.shop",
        "queues.calls.misrouted.shop",
    ]
