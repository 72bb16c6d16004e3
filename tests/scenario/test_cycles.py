"""Customers passed on without end, for certain: told, and nothing else is."""

import pytest

from simcenter.errors import ScenarioError
from simcenter.scenario import Scenario

PHONE = {"channel": "phone", "handle_time": "4 min", "volume": {"per_day": 10}}


def centre(serves, classes=()):
    """A centre of desks that serve queues and hand them on: {desk: {queue: {destination: share}}}."""
    queues = sorted({queue for cells in serves.values() for queue in cells})
    return {
        "schema": 1,
        "name": "Around",
        "timezone": "UTC",
        "horizon": {"start": "2026-03-02", "days": 1, "interval": "60 min", "hours": "08:00-12:00"},
        "queues": {queue: {**PHONE, "classes": {of: {"share": 0.1} for of in classes}} for queue in queues},
        "desks": {
            desk: {"serves": {queue: {"transfers": to} for queue, to in cells.items()}}
            for desk, cells in serves.items()
        },
    }


def told(serves, classes=()):
    try:
        Scenario.from_dict(centre(serves, classes))
    except ScenarioError as error:
        return list(error.problems)
    return []


@pytest.mark.parametrize(
    "serves",
    [
        {"a": {"x": {"y": 0.999}}, "b": {"y": {"x": 1.0}}},
        {"a": {"x": {"y": 1.0}}, "b": {"y": {}}},
        {"a": {"x": {"y": 1.0}}, "b": {"y": {"x": 1.0}}, "c": {"x": {}}},
        {"a": {"x": {"y": {"share": 1.0, "if_busy": "keep"}}}, "b": {"y": {"x": 1.0}}},
        {"a": {"x": {"y": 0.5, "z": 0.5}}, "b": {"y": {"x": 1.0}}, "c": {"z": {}}},
        {"a": {"x": {"x": 0.9}}, "b": {"x": {"x": 1.0}}},
    ],
)
def test_where_somebody_may_settle_the_matter_all_is_well(serves):
    assert told(serves) == []


@pytest.mark.parametrize(
    ("serves", "queues"),
    [
        ({"a": {"x": {"y": 1.0}}, "b": {"y": {"x": 1.0}}}, "x, y"),
        ({"a": {"x": {"x": 1.0}}, "b": {"x": {"x": 1.0}}}, "x"),
        ({"a": {"x": {"y": 1.0, "z": 0.0}}, "b": {"y": {"x": 1.0}}, "c": {"z": {}}}, "x, y"),
        ({"a": {"x": {"y": 1.0}, "y": {}}, "b": {"y": {"x": 1.0}}}, "x, y"),
        ({"a": {"x": {"y": 0.3, "z": 0.7}}, "b": {"y": {"x": 1.0}, "z": {"x": 1.0}}}, "x, y, z"),
        ({"a": {"x": {"y": 1}}, "b": {"y": {"z": 1}}, "c": {"z": {"x": 1}}, "d": {"x": {"y": 1}, "w": {}}}, "x, y, z"),
        ({"a": {"w": {"x": 0.1}, "x": {"y": 1}}, "b": {"y": {"x": 1}}, "c": {"x": {"y": 1}}}, "x, y"),
    ],
)
def test_a_certain_cycle_is_told_with_its_queues(serves, queues):
    (problem,) = told(serves)
    assert problem.endswith(f"got customers passed on without end among {queues}")
    assert ".transfers: must let somebody settle the matter" in problem


def test_a_class_of_its_own_may_go_around_for_ever():
    to = {"share": 0.1, "shares": {"VIP": 1.0}}
    serves = {"a": {"x": {"x": to}}, "b": {"x": {"x": to}}}
    (problem,) = told(serves, classes=["VIP", "new"])
    assert problem.endswith("got customers of the class VIP passed on without end among x")
    serves["b"] = {"x": {"x": 0.5}}
    assert told(serves, classes=["VIP", "new"]) == []
