import pytest

from simcenter.errors import ScenarioError
from simcenter.scenario import Promise, Scenario


def classes(data, written, queue="calls"):
    data["queues"][queue]["classes"] = written
    return Scenario.from_dict(data).queues[queue].classes


def problems(data, written, queue="calls"):
    with pytest.raises(ScenarioError) as caught:
        classes(data, written, queue)
    return [line.split(": ")[0].removeprefix(f"queues.{queue}.") for line in caught.value.problems]


def test_what_a_class_leaves_out_is_the_queue_s(two_desks):
    found = classes(two_desks, {"VIP": {"share": 0.1, "patience": "5 min", "credit": "90 s"}, "new": {"share": 0.9}})
    assert (found["VIP"].patience.mean_s, found["VIP"].credit_s, found["VIP"].priority) == (300, 90, 1)
    assert (found["new"].patience.mean_s, found["new"].credit_s, found["new"].target) == (180, 0, None)


def test_a_target_is_in_the_units_of_the_channel(two_desks):
    target = {"answered": 0.9, "within": "2 h"}
    assert classes(two_desks, {"a": {"share": 1, "target": target}}, "mail")["a"].target.within == Promise(
        7200, "working s"
    )
    assert classes(two_desks, {"a": {"share": 1, "target": target}})["a"].target.within == Promise(7200, "s")


def test_shares_may_sum_to_1_in_floats(two_desks):
    assert len(classes(two_desks, {"a": {"share": 0.7}, "b": {"share": 0.2}, "c": {"share": 0.1 + 1e-12}})) == 3
    assert problems(two_desks, {"a": {"share": 0.7}, "b": {"share": 0.31}}) == ["classes"]


def test_every_fault_of_every_class_is_told(two_desks):
    written = {
        "others": {"share": 0.1},
        "a": {"share": 2, "priority": -1, "patience": 5, "target": {"answered": 0.8}},
        "b": {"credit": "waited", "patience": {"law": "gamma"}},
        "c": 0.1,
    }
    assert problems(two_desks, written) == [
        "classes.others",
        "classes.a.share",
        "classes.a.priority",
        "classes.a.patience",
        "classes.a.target.within",
        "classes.b.credit",
        "classes.b.patience.mean",
        "classes.b.patience.cv",
        "classes.b.share",
        "classes.c",
    ]


def test_a_queue_that_is_not_well_formed_makes_no_problems_up(two_desks):
    two_desks["queues"]["calls"]["channel"] = "fone"
    written = {"a": {"share": 0.1, "patience": "5 min", "target": {"answered": 0.9, "within": "1 working days"}}}
    assert problems(two_desks, written) == ["channel"]


def test_results_can_tell_classes_from_queues(two_desks):
    for name in ("calls/VIP", "calls/others"):
        two_desks["queues"][name] = dict(two_desks["queues"]["returns"], volume=[0] * 24)
        two_desks["desks"]["front"]["serves"][name] = {}
    assert problems(two_desks, {"new": {"share": 0.1}, "VIP": {"share": 0.2}}) == [
        "classes.VIP",
        'queues."calls/others"',
    ]
