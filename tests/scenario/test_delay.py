import pytest

from simcenter.errors import ScenarioError
from simcenter.scenario import Scenario


def after(data, written):
    data["queues"]["calls"]["redial"] = {"share": 0.5, "after": written}
    redial = Scenario.from_dict(data).queues["calls"].redial
    return redial.after, redial.working


@pytest.mark.parametrize(
    ("written", "law", "mean_s", "cv", "working"),
    [
        ("5 min", "deterministic", 300, 0, False),
        ("4 working hours", "deterministic", 14400, 0, True),
        ("90 working min", "deterministic", 5400, 0, True),
        ({"mean": "5 min"}, "deterministic", 300, 0, False),
        ({"mean": "5 min", "law": "exponential"}, "exponential", 300, 1, False),
        ({"mean": "2 working hours", "cv": 0.5}, "lognormal", 7200, 0.5, True),
        ({"law": "uniform", "low": "0 s", "high": "2 working hours"}, "uniform", 3600, 3**-0.5, True),
        ({"law": "triangular", "low": "0 s", "mode": "0 s", "high": "3 h"}, "triangular", 3600, 0.5**0.5, False),
        ({"law": "empirical", "values": ["1 working hours", "3 working hours"]}, "empirical", 7200, 0.5, True),
    ],
)
def test_a_delay_is_by_the_clock_or_in_open_time(small, written, law, mean_s, cv, working):
    found, in_open_time = after(small, written)
    assert (found.law, found.mean_s, in_open_time) == (law, mean_s, working)
    assert found.cv == pytest.approx(cv)
    assert type(found.mean_s) is float


@pytest.mark.parametrize(
    "written",
    [
        {"law": "uniform", "low": "10 min", "high": "2 working hours"},
        {"law": "triangular", "low": "1 min", "mode": "1 working hours", "high": "3 h"},
        {"law": "hyperexponential", "means": ["1 min", "1 working hours"], "shares": [0.5, 0.5]},
        {"law": "empirical", "values": ["1 min", "1 working min"]},
    ],
)
def test_two_clocks_in_one_law_are_refused(small, written):
    with pytest.raises(ScenarioError, match="must have all its times by the clock, or all of them in working time"):
        after(small, written)


def test_every_fault_of_a_law_is_told_once(small):
    with pytest.raises(ScenarioError) as caught:
        after(small, {"law": "erlang", "mean": "-4 working hours", "low": "1 min"})
    assert caught.value.problems == (
        'queues.calls.redial.after.mean: must be longer than 0 s, got "-4 working hours"',
        'queues.calls.redial.after.low: must be left out, as the erlang law has no such key, got "1 min"',
        "queues.calls.redial.after.stages: must be given for the erlang law, got nothing",
    )
