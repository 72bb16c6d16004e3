"""Moments of every law against scipy's distributions, which know nothing of this package."""

import math

import pytest
from scipy import stats

from simcenter.errors import ScenarioError
from simcenter.scenario import Scenario

CASES = [
    ("4 min", stats.expon(scale=240)),
    ({"mean": "4 min", "law": "exponential"}, stats.expon(scale=240)),
    ({"mean": "4 min", "cv": 1.3}, stats.lognorm(math.sqrt(math.log(1 + 1.3**2)), scale=240 / math.sqrt(1 + 1.3**2))),
    ({"mean": "4 min", "law": "gamma", "cv": 0.7}, stats.gamma(1 / 0.49, scale=240 * 0.49)),
    ({"mean": "4 min", "law": "erlang", "stages": 3}, stats.gamma(3, scale=80)),
    ({"mean": "4 min", "law": "weibull", "shape": 0.7}, stats.weibull_min(0.7, scale=240 / math.gamma(1 + 1 / 0.7))),
    ({"mean": "4 min", "law": "weibull", "shape": 80}, stats.weibull_min(80, scale=240 / math.gamma(1 + 1 / 80))),
    ({"law": "uniform", "low": "0 s", "high": "8 min"}, stats.uniform(0, 480)),
    ({"law": "triangular", "low": "1 min", "mode": "2 min", "high": "9 min"}, stats.triang(1 / 8, 60, 480)),
    ({"law": "triangular", "low": "1 min", "mode": "9 min", "high": "9 min"}, stats.triang(1, 60, 480)),
]


@pytest.mark.parametrize(("written", "oracle"), CASES, ids=[str(case[0]) for case in CASES])
def test_mean_and_cv_are_those_of_the_law(small, written, oracle):
    small["queues"]["calls"]["patience"] = written
    law = Scenario.from_dict(small).queues["calls"].patience
    assert law.mean_s == pytest.approx(oracle.mean(), rel=1e-9)
    assert law.cv == pytest.approx(oracle.std() / oracle.mean(), rel=1e-6)


def test_a_deterministic_law_does_not_vary(small):
    small["queues"]["calls"]["patience"] = {"mean": "4 min", "law": "deterministic"}
    law = Scenario.from_dict(small).queues["calls"].patience
    assert (law.mean_s, law.cv) == (240, 0)


def test_a_hyperexponential_law_has_the_moments_of_its_mixture(small):
    written = {"law": "hyperexponential", "means": ["60 s", "600 s"], "shares": [0.9, 0.1]}
    small["queues"]["calls"]["patience"] = written
    law = Scenario.from_dict(small).queues["calls"].patience
    second = 0.9 * 2 * 60**2 + 0.1 * 2 * 600**2
    assert law.mean_s == pytest.approx(114)
    assert law.cv == pytest.approx(math.sqrt(second - 114**2) / 114)


def test_an_empirical_law_has_the_moments_of_its_values_in_order(small):
    written = {"law": "empirical", "values": ["9 s", "1 s", "5 s"]}
    small["queues"]["calls"]["patience"] = written
    law = Scenario.from_dict(small).queues["calls"].patience
    assert law.values_s == (1, 5, 9)
    assert (law.mean_s, law.cv) == (5, pytest.approx(math.sqrt(32 / 3) / 5))


def test_cv_1_alone_is_lognormal_and_nothing_at_all_exponential(small):
    small["queues"]["calls"]["handle_time"] = {"mean": "4 min", "cv": 1}
    assert Scenario.from_dict(small).queues["calls"].handle_time.law.law == "lognormal"
    small["queues"]["calls"]["handle_time"] = {"mean": "4 min", "wrap_up": "10 s"}
    handle_time = Scenario.from_dict(small).queues["calls"].handle_time
    assert (handle_time.law.law, handle_time.wrap_up_s) == ("exponential", 10)


def test_every_problem_of_a_law_is_told(small):
    small["queues"]["calls"]["handle_time"] = {"law": "triangular", "low": "9 min", "stages": 2, "shape": 1}
    small["queues"]["calls"]["patience"] = {"mean": "-1 s", "cv": "high", "law": "gama"}
    with pytest.raises(ScenarioError) as caught:
        Scenario.from_dict(small)
    assert [line.split(":")[0].removeprefix("queues.calls.") for line in caught.value.problems] == [
        "handle_time.stages", "handle_time.shape", "handle_time.mode", "handle_time.high",
        "patience.mean", "patience.cv", "patience.law",
    ]  # fmt: skip
