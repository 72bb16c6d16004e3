"""Small centres that the scenario tests share."""

import copy
from typing import Any

import pytest

SMALL: dict[str, Any] = {
    "schema": 1,
    "name": "Small",
    "timezone": "Europe/Paris",
    "horizon": {"start": "2026-03-02", "days": 2, "interval": "60 min", "hours": "08:00-12:00"},
    "queues": {"calls": {"channel": "phone", "volume": {"per_day": 40}, "handle_time": "4 min"}},
    "desks": {"front": {"serves": {"calls": {}}}},
}

TWO_DESKS: dict[str, Any] = {
    **SMALL,
    "queues": {
        "calls": {"channel": "phone", "volume": {"per_day": 40}, "handle_time": "4 min", "patience": "3 min"},
        "returns": {"channel": "phone", "handle_time": {"mean": "7 min", "cv": 1.5}},
        "mail": {"channel": "email", "volume": {"per_day": 20}, "handle_time": "6 min"},
    },
    "desks": {
        "front": {"serves": {"calls": {"transfers": {"returns": 0.12}}, "mail": {"rank": 2}}},
        "experts": {"advisers": 2, "serves": {"returns": {}, "calls": {"rank": 2, "after": "30 s"}}},
    },
}


@pytest.fixture
def small() -> dict[str, Any]:
    """One phone queue, one desk, two days of four hours."""
    return copy.deepcopy(SMALL)


@pytest.fixture
def two_desks() -> dict[str, Any]:
    """Calls handed on to experts, and mail."""
    return copy.deepcopy(TWO_DESKS)
