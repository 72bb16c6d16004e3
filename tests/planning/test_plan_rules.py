"""Each rule of a real centre through the whole path: planned, and proven on fresh replications."""

from typing import Any

import numpy as np
import pytest
from planning_centres import phone, scenario

from simcenter.planning import explain, plan
from simcenter.planning.explain import PARTS
from simcenter.scenario import Scenario

MAIL = {"channel": "email", "volume": {"per_day": 16}, "handle_time": "6 min",
        "target": {"answered": 0.9, "within": "2 working hours"}}  # fmt: skip
SHOP = {
    "channel": "face_to_face",
    "volume": {"per_day": 40},
    "handle_time": "6 min",
    "patience": "15 min",
    "target": {"answered": 0.8, "within": "5 min"},
    "appointments": {"slots": [0] * 9 + [3] * 4 + [0] * 11, "no_show": 0.1, "early": "5 min", "sd": "4 min"},
}
STRICT = {"answered": 0.9, "within": "30 s"}


def team(queue: dict[str, Any] | None = None, desk: dict[str, Any] | None = None, **horizon: Any) -> Scenario:
    """160 calls in four hours at one desk."""
    desks = {"team": {"serves": {"calls": {}}} | (desk or {})}
    return scenario({"calls": phone(160, **(queue or {}))}, desks, **horizon)


def with_mail(mail: dict[str, Any] | None = None, **serves: Any) -> Scenario:
    desks = {"team": {"serves": {"calls": {}, "mail": {"priority": 2} | serves}}}
    return scenario({"calls": phone(120), "mail": MAIL | (mail or {})}, desks)


def with_experts(queue: dict[str, Any] | None = None, **transfer: Any) -> Scenario:
    transfers = {"hard": {"share": 0.2, "after": "60 s"} | transfer}
    return scenario(
        {"calls": phone(120, **(queue or {})), "hard": phone()},
        {"front": {"serves": {"calls": {"transfers": transfers}}}, "experts": {"serves": {"hard": {}}}},
    )


def with_lines() -> Scenario:
    whole = team().to_dict()
    whole["lines"] = {"main": 12}
    whole["queues"]["calls"]["lines"] = "main"
    return Scenario.from_dict(whole)


RULES: dict[str, Scenario] = {
    "redial": team({"redial": {"share": 0.6, "after": "5 min"}}),
    "repeat": team({"repeat": {"share": 0.5, "after": "1 working hours"}}, {"serves": {"calls": {"resolved": 0.7}}}),
    "volume_counts": team(
        {"redial": {"share": 0.6, "after": "5 min"}, "volume_counts": {"counts": "all attempts", "abandoned": 0.06}}
    ),
    "balking": team({"balking": 0.2}),
    "lines": with_lines(),
    "misrouted": with_experts({"misrouted": {"hard": {"share": 0.1, "after": "40 s"}}}),
    "callback": team(
        {
            "callback": {"over": "60 s", "accepted": 0.6, "reached": 0.8},
            "target": {"answered": 0.8, "within": "20 s", "callback_within": "30 min", "called_back": 0.9},
        }
    ),
    "classes": team({"classes": {"VIP": {"share": 0.2, "priority": 0, "credit": "30 s", "target": STRICT}}}),
    "adviser": team({"adviser": {"share": 0.3, "desk": "team", "of": 4, "wait": "20 s"}}),
    "appointments": scenario({"shop": SHOP}, {"desk": {"serves": {"shop": {}}}}),
    "backlog": with_mail({"backlog": 20}),
    "arrivals": team({"volume": {"per_day": 160}}).replace(
        {"queues.calls.volume": None, "queues.calls.arrivals": {"at": [9 * 3600 + 97.0 * k for k in range(148)]}}
    ),
    "variability": team({"variability": {"day": 0.2, "interval": 0.1}}),
    "random adviser": team({"equal_rank": "random adviser"}),
    "warm-up": team(warm_up="1 h"),
    "relative wait": scenario(
        {"calls": phone(100), "club": phone(60, target=STRICT)},
        {"team": {"discipline": "relative wait", "serves": {"calls": {}, "club": {}}}},
    ),
    "absence": team(desk={"absence": 0.1}),
    "off_phone": team(desk={"off_phone": 1}),
    "min_idle": with_mail(min_idle=2),
    "interruptible": with_mail(interruptible=True),
    "identify": with_experts(identify="25 s"),
    "keep": with_experts(if_busy="keep"),
    "disconnect": with_experts(if_busy="disconnect"),
    "priority and credit": with_experts(priority=0, credit="waited"),
    "shares by class": with_experts({"classes": {"VIP": {"share": 0.2}}}, shares={"VIP": 0.0}),
}


@pytest.mark.parametrize("name", list(RULES))
def test_a_small_centre_with_the_rule_is_planned_proven_and_explained(name: str) -> None:
    made = plan(RULES[name], seed=3, replications=60)
    assert made.proven, [str(finding) for finding in made.unmet]
    assert made.adviser_hours > 0
    frame = explain(made)
    parts = frame[[part for part in PARTS if part in frame]].sum(axis=1)
    np.testing.assert_allclose(parts, frame["advisers"], rtol=0, atol=1e-9)
