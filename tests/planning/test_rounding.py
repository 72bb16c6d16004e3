"""Rounding happens once, at the end: never per queue, per channel or per part before they are pooled."""

import itertools
from importlib import import_module

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from planning_centres import phone, scenario
from strategies import scenarios

from simcenter import erlang
from simcenter.planning import closed_form
from simcenter.planning.centre import NO_LIMIT
from simcenter.scenario import Scenario

TWENTY = 20


def test_twenty_tiny_queues_share_the_advisers_of_their_common_load() -> None:
    """Twenty queues of 5 calls an hour are one pool of 100; each by itself would have two advisers, 40 together."""
    queues = {f"q{i}": phone(20, patience=None) for i in range(TWENTY)}
    team = {"team": {"serves": {name: {} for name in queues}}}
    together = closed_form(scenario(queues, team), method="sipp").staffing.advisers[10, 0]
    assert together == erlang.advisers_for(5.0, aht_s=180, target=0.8, within_s=20)
    apart = TWENTY * erlang.advisers_for(0.25, aht_s=180, target=0.8, within_s=20)
    assert (together, apart) == (8, 40)


def test_channels_and_chance_are_added_before_rounding() -> None:
    """Calls, mail, absence and meetings of a desk: real numbers until the one rounding of their sum."""
    queues = {
        "calls": phone(200),
        "mail": {"channel": "email", "volume": [0.0] * 9 + [3.0] * 4 + [0.0] * 11, "handle_time": "6 min"},
    }
    desk = {"absence": 0.07, "off_phone": 1, "serves": {"calls": {}, "mail": {"priority": 2}}}
    form = closed_form(scenario(queues, {"team": desk}), method="sipp")
    parts = [form.need.live, form.need.level, form.need.absence]
    for one, other in itertools.pairwise(parts):
        assert not np.isclose(one[10, 0] % 1, 0)
        assert not np.isclose((one + other)[10, 0] % 1, 0)
    assert form.staffing.advisers[10, 0] == np.ceil(form.exact[10, 0])
    assert form.staffing.advisers[10, 0] < sum(np.ceil(part[10, 0]) for part in parts) + 1


@settings(max_examples=15, suppress_health_check=list(HealthCheck))
@given(scenarios(given=False, rules=True))
def test_every_number_is_one_rounding_above_its_exact_need(data: dict[str, object]) -> None:
    """Less than one adviser of each desk and interval is rounding, wherever no bound of the file says otherwise."""
    form = closed_form(Scenario.from_dict(data))
    free = (form.centre.least < form.staffing.advisers) & (form.centre.most == NO_LIMIT)
    rounded_up = (form.staffing.advisers - form.exact)[free]
    assert (rounded_up > -1e-9).all()
    assert (rounded_up < 1 + 1e-9).all()


def test_rounding_per_queue_would_be_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    """Break it on purpose: with loads rounded up queue by queue the test of twenty queues is red."""
    requirement = import_module("simcenter.planning.requirement")
    right = requirement.loads
    monkeypatch.setattr(requirement, "loads", lambda *given: np.ceil(right(*given)))
    with pytest.raises(AssertionError):
        test_twenty_tiny_queues_share_the_advisers_of_their_common_load()
