import pytest

from simcenter.errors import ScenarioError
from simcenter.scenario import Promise, Scenario


def target(data, written, queue="calls"):
    data["queues"][queue]["target"] = written
    return Scenario.from_dict(data).queues[queue].target


def test_a_live_promise_runs_by_the_clock(two_desks):
    found = target(two_desks, {"answered": 0.8, "within": "20 s", "asa": "1 min", "wait_p90": "2 min"})
    assert (found.within, found.asa, found.wait_p90) == (Promise(20, "s"), Promise(60, "s"), Promise(120, "s"))
    assert (found.per, found.definition) == ("day", "sl_offered")


def test_a_deferred_promise_runs_while_open(two_desks):
    found = target(two_desks, {"answered": 0.8, "within": "2 h", "asa": "8 working hours"}, "mail")
    assert (found.within, found.asa) == (Promise(7200, "working s"), Promise(28800, "working s"))
    found = target(two_desks, {"answered": 0.98, "within": "4 working days"}, "mail")
    assert found.within == Promise(4, "working days")


def test_caps_of_the_centre(two_desks):
    two_desks["targets"] = {"transferred": 0.1}
    targets = Scenario.from_dict(two_desks).targets
    assert (targets.transferred, targets.bounced, targets.per) == (0.1, None, "day")


@pytest.mark.parametrize(
    ("queue", "written", "places"),
    [
        ("calls", {}, [""]),
        ("calls", {"answered": 0.8}, [".within"]),
        ("calls", {"within": "20 s", "resolved": 0.5}, [".answered"]),
        ("calls", {"asa": "20 s", "definition": "sl_offered"}, [".definition"]),
        ("calls", {"answered": 0.8, "within": "1 working days", "asa": "2 working hours"}, [".within", ".asa"]),
        ("mail", {"abandoned": 0.1, "wait_p90": "2 working days"}, [".abandoned", ".wait_p90"]),
        ("mail", {"answered": 1.2, "within": 20, "per": "week"}, [".answered", ".within", ".per"]),
    ],
)
def test_what_does_not_suit_the_channel_is_told(two_desks, queue, written, places):
    with pytest.raises(ScenarioError) as caught:
        target(two_desks, written, queue)
    assert [line.split(":")[0] for line in caught.value.problems] == [f"queues.{queue}.target{p}" for p in places]
