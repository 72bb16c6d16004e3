"""Small centres that the planning tests share, each a scenario as a file would have it."""

from copy import deepcopy
from typing import Any

from simcenter.scenario import Scenario

HORIZON = {"start": "2026-03-02", "days": 1, "interval": "60 min", "hours": "09:00-13:00"}


def scenario(
    queues: dict[str, Any], desks: dict[str, Any], targets: dict[str, Any] | None = None, **horizon: Any
) -> Scenario:
    """A scenario of one short Monday, or as ``horizon`` says."""
    data: dict[str, Any] = {
        "schema": 1,
        "name": "test",
        "timezone": "Europe/London",
        "horizon": HORIZON | horizon,
        "queues": deepcopy(queues),
        "desks": deepcopy(desks),
    }
    if targets:
        data["targets"] = targets
    return Scenario.from_dict(data)


def phone(per_day: float = 0.0, **keys: Any) -> dict[str, Any]:
    """A phone queue of 3-minute calls, 80 % within 20 s unless it says otherwise."""
    queue: dict[str, Any] = {
        "channel": "phone",
        "handle_time": "3 min",
        "patience": "3 min",
        "target": {"answered": 0.80, "within": "20 s"},
    }
    if per_day:
        queue["volume"] = {"per_day": per_day}
    queue |= keys
    return {name: value for name, value in queue.items() if value is not None}


def one_queue(**keys: Any) -> Scenario:
    """200 calls in four hours at one desk."""
    return scenario({"calls": phone(200, **keys)}, {"team": {"serves": {"calls": {}}}})


def front_and_experts(cap: float | None = None, **desk: Any) -> Scenario:
    """Calls answered by a front desk that hands 30 % on to experts, or by the experts, who hand on nobody."""
    return scenario(
        {"calls": phone(160, equal_rank="random"), "hard": phone()},
        {
            "front": {"cost_per_hour": 1.0, "serves": {"calls": {"transfers": {"hard": 0.3}}}} | desk,
            "experts": {"cost_per_hour": 3.0, "serves": {"hard": {}, "calls": {"priority": 2}}},
        },
        None if cap is None else {"transferred": cap},
    )
