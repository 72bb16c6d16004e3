"""Targets that no staffing can meet: each named with how far and why."""

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from planning_centres import front_and_experts, one_queue, phone, scenario

from simcenter.planning.assurance import kept_by_chance
from simcenter.planning.centre import centre_of
from simcenter.planning.criteria import criteria_of
from simcenter.planning.findings import Finding, Obstacle, busiest, obstacle, rarely
from simcenter.scenario import Scenario
from simcenter.simulation.busyness import gamma_factor
from simcenter.simulation.compile import compile_network


def obstacles(one: Scenario) -> dict[tuple[str, str], Obstacle]:
    network = compile_network(one)
    centre = centre_of(one, network)
    found = {
        (criterion.place, criterion.measure): obstacle(criterion, one, network, centre, seed=1)
        for criterion in criteria_of(one)
    }
    return {place: what for place, what in found.items() if what is not None}


def mail(handle_time: Any, within: str, answered: float = 0.9) -> Scenario:
    queue = {"channel": "email", "volume": {"per_day": 60}, "handle_time": handle_time,
             "target": {"answered": answered, "within": within}}  # fmt: skip
    return scenario({"mail": queue}, {"team": {"serves": {"mail": {}}}})


def test_a_handle_time_beyond_the_promise() -> None:
    """Exponential replies of 30 min on average: 1 - e^-1 = 63 % take less than 30 min."""
    found = obstacles(mail("30 min", "30 min"))
    one = found["mail", "service_level"]
    assert "the handle time is beyond the promise: a reply takes 1800 s on average" in one.reason
    assert one.attainable == pytest.approx(1 - 2.718281828**-1, abs=4 * (0.24 / 1200) ** 0.5)
    always = mail({"mean": "40 min", "law": "deterministic"}, "30 min")
    assert obstacles(always)["mail", "service_level"].attainable == 0


def test_a_handle_time_within_the_promise_is_no_obstacle() -> None:
    assert not obstacles(mail("10 min", "30 min"))
    assert not obstacles(mail("30 min", "1 working days"))


def test_the_transfer_share_of_every_desk_above_the_cap() -> None:
    queues = {"calls": phone(100), "hard": phone()}
    desks = {
        "one": {"serves": {"calls": {"transfers": {"hard": 0.12}}}},
        "two": {"serves": {"calls": {"transfers": {"hard": 0.2}}}},
        "experts": {"serves": {"hard": {}}},
    }
    found = obstacles(scenario(queues, desks, {"transferred": 0.1}))
    assert found["", "transferred"].attainable == pytest.approx(0.12)
    assert "calls (one 12.0 %, two 20.0 %)" in found["", "transferred"].reason
    assert not obstacles(scenario(queues, desks, {"transferred": 0.13}))
    assert not obstacles(front_and_experts(cap=0.01))


def test_the_least_share_handed_on_twice() -> None:
    queues = {"a": phone(100), "b": phone(), "c": phone()}
    desks = {
        "x": {"serves": {"a": {"transfers": {"b": 0.5}}}},
        "y": {"serves": {"b": {"transfers": {"c": 0.4}}}},
        "z": {"serves": {"c": {}}},
    }
    found = obstacles(scenario(queues, desks, {"bounced": 0.1}))
    assert found["", "bounced"].attainable == pytest.approx(0.2)
    assert not obstacles(scenario(queues, desks, {"bounced": 0.21}))


def test_desks_that_come_too_late_resolve_too_little_or_a_promise_of_all() -> None:
    late = scenario({"a": phone(100)}, {"x": {"serves": {"a": {"after": "30 s"}}}})
    assert "takes it only after 30 s" in obstacles(late)["a", "service_level"].reason
    little = scenario({"a": phone(100, target={"resolved": 0.9})}, {"x": {"serves": {"a": {"resolved": 0.8}}}})
    assert obstacles(little)["a", "resolved"].attainable == pytest.approx(0.8)
    everybody = phone(100, target={"answered": 1.0, "within": "20 s"})
    assert "100 %" in obstacles(scenario({"a": everybody}, {"x": {"serves": {"a": {}}}}))["a", "service_level"].reason
    nobody = phone(100, target={"abandoned": 0.0})
    assert ("a", "abandon_rate") in obstacles(scenario({"a": nobody}, {"x": {"serves": {"a": {}}}}))


def test_a_finding_reads_as_a_sentence_and_goes_to_json() -> None:
    what = "calls", "service_level", "answered within 20 s >= 80 %"
    finding = Finding(*what, 0.8, 0.7131, ("2026-03-02",), "no seats")
    assert str(finding) == "calls: answered within 20 s >= 80 %, got 71.3 % (2026-03-02): no seats"
    assert finding.to_dict()["cells"] == ["2026-03-02"]


def test_what_chance_keeps_on_busy_and_quiet_days_by_averaging_over_them() -> None:
    """The law of the day's factor in 2,000 equally likely cases, each with a Poisson number."""
    for mean, cv in ((6.0, 0.5), (40.0, 0.2), (3.0, 1.2)):
        factors = gamma_factor((np.arange(2000) + 0.5) / 2000, cv)
        each = [kept_by_chance(0.68, 0.7, True, mean * factor) for factor in factors]
        assert kept_by_chance(0.68, 0.7, True, mean, cv) == pytest.approx(np.mean(each), abs=2e-3)
    assert kept_by_chance(0.68, 0.7, True, 40.0, 1e-4) == pytest.approx(kept_by_chance(0.68, 0.7, True, 40.0), rel=1e-6)


def test_what_quiet_days_keep_is_not_called_impossible() -> None:
    """A share a little out of reach is kept by chance on few of equal days, and on more where many days are quiet."""
    base = one_queue()
    network = compile_network(base)
    resolved = replace(criteria_of(base)[0], measure="resolved", limit=0.8, at_least=True)
    best = Obstacle("no desk resolves so many", 0.74)
    assert rarely(resolved, best, [200.0], 0.08) is not None
    assert rarely(resolved, best, [200.0], 0.08, 1.0) is None
    assert rarely(resolved, best, [200.0], 0.5, 1.0) is not None
    assert busiest(centre_of(base, network)) == 0
    busy = base.replace({"variability.day": 0.3, "variability.interval": 0.4})
    assert busiest(centre_of(busy, compile_network(busy))) == pytest.approx((1.09 * 1.16 - 1) ** 0.5)
