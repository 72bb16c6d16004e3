"""Rules within a queue and a desk: which channel each suits, what is told, and what is resolved."""

import pytest

from simcenter.errors import ScenarioError
from simcenter.scenario import CentreVariability, Scenario, Variability

SLOTS = [0] * 8 + [1, 2, 1, 0] + [0] * 12
RULES = {
    "redial": {"share": 0.5, "after": "5 min"},
    "repeat": {"share": 0.5, "after": "5 min"},
    "balking": 0.1,
    "lines": "main",
    "callback": {"over": "2 min", "accepted": 0.5},
    "classes": {"VIP": {"share": 0.1}},
    "adviser": {"share": 0.1, "desk": "front", "of": 3, "wait": "1 min"},
    "appointments": {"slots": SLOTS},
    "backlog": 5,
    "variability": {"day": 0.2},
}
EVERYBODY = {"repeat", "classes", "adviser", "variability"}
LIVE = EVERYBODY | {"redial", "balking", "lines"}


def problems(data):
    with pytest.raises(ScenarioError) as caught:
        Scenario.from_dict(data)
    return [line.split(": ")[0] for line in caught.value.problems]


@pytest.mark.parametrize(
    ("channel", "suit"),
    [
        ("phone", LIVE | {"callback"}),
        ("chat", LIVE),
        ("face_to_face", LIVE | {"appointments"}),
        ("email", EVERYBODY | {"backlog"}),
        ("messaging", EVERYBODY | {"backlog"}),
    ],
)
@pytest.mark.parametrize("rule", RULES)
def test_a_rule_suits_its_channels_only(small, channel, suit, rule):
    small["queues"]["calls"] |= {"channel": channel, rule: RULES[rule]} | ({"speed": [1]} if channel == "chat" else {})
    small |= {"lines": {"main": 3}} if rule == "lines" else {}
    if rule in suit:
        written = Scenario.from_dict(small).queues["calls"].to_dict()
        assert rule in written
    else:
        assert problems(small) == [f"queues.calls.{rule}"]


def test_a_rule_that_is_off_is_not_written(small):
    small["queues"]["calls"] |= {"balking": 0, "variability": {}, "redial": None, "classes": {}, "misrouted": {}}
    small["desks"]["front"] |= {"absence": 0, "discipline": "priority", "off_phone": 0}
    small["horizon"]["warm_up"] = "0 s"
    small |= {"lines": {}, "variability": {"day": 0}}
    plain = {**small, "horizon": {**small["horizon"]}, "queues": {"calls": dict(small["queues"]["calls"])}}
    for rule in ("balking", "variability", "redial", "classes", "misrouted"):
        del plain["queues"]["calls"][rule]
    assert Scenario.from_dict(small).hash == Scenario.from_dict(plain).hash
    assert set(Scenario.from_dict(small).to_dict()) == set(plain) - {"lines", "variability"} | {"targets", "max_legs"}


def test_lines_are_shared_and_all_of_them_used(two_desks):
    two_desks["lines"] = {"main": 30, "spare": 2}
    two_desks["queues"]["calls"]["lines"] = "main"
    two_desks["queues"]["returns"]["lines"] = "mian"
    assert problems(two_desks) == ["queues.returns.lines", "lines.spare"]
    two_desks["queues"]["returns"]["lines"] = 5
    assert problems(two_desks) == ["queues.returns.lines"]
    two_desks["queues"]["returns"]["lines"] = "spare"
    assert Scenario.from_dict(two_desks).lines == {"main": 30, "spare": 2}


def test_a_misspelt_group_of_lines_is_one_problem_and_not_two(small):
    small["lines"] = {"main": 30}
    small["queues"]["calls"]["lines"] = "mian"
    assert problems(small) == ["queues.calls.lines"]


def test_a_queue_varies_as_the_centre_does_unless_it_says_otherwise(two_desks):
    two_desks["variability"] = {"day": 0.3, "interval": 0.1, "shared": 0.5}
    two_desks["queues"]["calls"]["variability"] = {"day": 0.6}
    two_desks["queues"]["mail"]["variability"] = {"day": 0, "interval": 0}
    scenario = Scenario.from_dict(two_desks)
    assert scenario.variability == CentreVariability(day=0.3, interval=0.1, shared=0.5)
    assert {name: queue.variability for name, queue in scenario.queues.items()} == {
        "calls": Variability(day=0.6, interval=0.1),
        "returns": Variability(day=0.3, interval=0.1),
        "mail": Variability(),
    }
    again = Scenario.from_dict(scenario.to_dict())
    assert (again, again.queues["mail"].variability) == (scenario, Variability())


def test_replayed_arrivals_do_not_vary(small):
    small["variability"] = {"day": 0.3}
    small["queues"]["calls"]["arrivals"] = {"at": [1.5]}
    small["queues"]["calls"]["variability"] = {"day": 0.3}
    assert problems(small) == ["queues.calls.volume", "queues.calls.variability"]
    del small["queues"]["calls"]["volume"], small["queues"]["calls"]["variability"]
    scenario = Scenario.from_dict(small)
    assert scenario.queues["calls"].variability == Variability()
    assert "variability" not in scenario.to_dict()["queues"]["calls"]


@pytest.mark.parametrize(
    ("hours", "slots", "sum_of"),
    [
        ("08:00-12:00", SLOTS, 8),
        ("08:00-12:00", SLOTS + [0] * 24, 4),
        ({"tue": "08:00-12:00"}, SLOTS, 4),
        ({"tue": "08:00-12:00"}, SLOTS + [0] * 24, None),
        ("08:00-10:00", SLOTS, None),
        ("08:00-12:00", SLOTS[:-1], None),
        ("08:00-12:00", [float(slot) for slot in SLOTS], None),
        ("08:00-12:00", "appointments.csv", None),
    ],
)
def test_appointments_are_in_open_intervals(small, hours, slots, sum_of):
    small["queues"]["calls"] |= {"channel": "face_to_face", "hours": hours, "appointments": {"slots": slots}}
    if sum_of is None:
        assert set(problems(small)) == {"queues.calls.appointments.slots"}
    else:
        assert sum(Scenario.from_dict(small).queues["calls"].appointments.slots) == sum_of


def test_a_desk_for_advisers_of_one_s_own_serves_the_queue(two_desks):
    for desk, wrong in (("front", True), ("experts", False), ("expert", True)):
        two_desks["queues"]["returns"]["adviser"] = {"share": 0.1, "desk": desk, "of": 3, "wait": "1 min"}
        if wrong:
            assert problems(two_desks) == ["queues.returns.adviser.desk"]
        else:
            assert Scenario.from_dict(two_desks).queues["returns"].adviser.wait_s == 60


def test_relative_waits_need_the_time_of_every_target(two_desks):
    two_desks["desks"]["experts"]["discipline"] = "relative wait"
    assert problems(two_desks) == ["queues.calls.target.within", "queues.returns.target.within"]
    target = {"answered": 0.8, "within": "20 s"}
    two_desks["queues"]["calls"]["target"] = target
    two_desks["queues"]["returns"]["classes"] = {"a": {"share": 0.5, "target": target}, "b": {"share": 0.5}}
    assert problems(two_desks) == ["queues.returns.target.within"]
    two_desks["queues"]["returns"]["classes"]["b"]["target"] = target
    assert Scenario.from_dict(two_desks).desks["experts"].discipline == "relative wait"


def test_who_may_be_interrupted_comes_behind_those_who_interrupt(two_desks):
    serves = two_desks["desks"]["front"]["serves"]
    serves["mail"] = {"rank": 2, "interruptible": True, "min_idle": 2}
    assert Scenario.from_dict(two_desks).desks["front"].serves["mail"].interruptible
    serves["calls"]["priority"] = 2
    assert problems(two_desks) == ["desks.front.serves.mail.priority"]
    serves["mail"]["priority"] = 3
    assert Scenario.from_dict(two_desks)


def test_nobody_is_off_the_phone_who_is_not_there(small):
    advisers = [0] * 8 + [3, 1, 3, 3] + [0] * 12
    small["desks"]["front"] |= {"advisers": advisers, "off_phone": [0] * 8 + [3, 1, 0, 0] + [0] * 12}
    assert sum(Scenario.from_dict(small).desks["front"].off_phone) == 8
    small["desks"]["front"]["off_phone"] = 2
    with pytest.raises(ScenarioError, match=r"at most the desk's advisers \(1 at 2026-03-02T09:00\), got 2"):
        Scenario.from_dict(small)
    del small["desks"]["front"]["advisers"]
    assert max(Scenario.from_dict(small).desks["front"].off_phone) == 2


@pytest.mark.parametrize(("warm_up", "right"), [("24 h", True), ("1 h", True), ("48 h", False), ("90 s", False)])
def test_a_warm_up_leaves_some_of_the_horizon(small, warm_up, right):
    small["horizon"]["warm_up"] = warm_up
    if right:
        assert Scenario.from_dict(small).horizon.warm_up_s in (86400, 3600)
    else:
        assert problems(small) == ["horizon.warm_up"]
