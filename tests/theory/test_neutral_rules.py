"""A rule set to nothing changes nothing: the same rows as without it, and Erlang A for all of them together."""

import numpy as np
import pytest
from oracles.chains import one_desk
from simulated import Days, check

pytestmark = pytest.mark.slow


def queues(**calls):
    return {
        "calls": {"channel": "phone", "handle_time": "120 s", "patience": "90 s", **calls.pop("calls", {})},
        "hard": {"channel": "phone", "handle_time": "200 s", "patience": "90 s", **calls.pop("hard", {})},
        "emails": {"channel": "email", "handle_time": "150 s", **calls.pop("emails", {})},
        "shop": {"channel": "face_to_face", "handle_time": "300 s", "patience": "600 s", **calls.pop("shop", {})},
    }


def desks(*, transfer=None, serves=None, emails=None, **front):
    handed = {"hard": {"share": 0.2, **(transfer or {})}}
    return {
        "front": {
            "advisers": 5,
            "serves": {
                "calls": {"transfers": handed, **(serves or {})},
                "emails": {"rank": 2, **(emails or {})},
                "shop": {},
            },
            **front,
        },
        "experts": {"advisers": 1, "serves": {"hard": {}, "calls": {"rank": 2, "after": "20 s"}}},
        "masters": {"advisers": 1, "serves": {"hard": {"rank": 2, "after": "60 s"}}},
    }


RATES = {"calls": 1.6 / 60, "hard": 0.0, "emails": 0.2 / 60, "shop": 0.2 / 60}
AFTER = {"share": 0.0, "after": "5 min"}
OFF = {
    "redial": ({"calls": {"redial": AFTER}}, {}, {}),
    "repeat": ({"calls": {"repeat": AFTER}}, {}, {}),
    "balking": ({"calls": {"balking": 0.0}}, {}, {}),
    "lines": ({"calls": {"lines": "main"}, "hard": {"lines": "main"}}, {}, {"lines": {"main": 1000}}),
    "misrouted": ({"calls": {"misrouted": {"hard": {"share": 0.0, "after": "20 s"}}}}, {}, {}),
    "callback": ({"calls": {"callback": {"over": "0 s", "accepted": 0.0}}}, {}, {}),
    "classes": ({"calls": {"classes": {"VIP": {"share": 0.3}}}}, {}, {}),
    "adviser": ({"calls": {"adviser": {"share": 0.0, "desk": "front", "of": 5, "wait": "1 min"}}}, {}, {}),
    "appointments": ({"shop": {"appointments": {"slots": [0] * 24}}}, {}, {}),
    "backlog": ({"emails": {"backlog": 0}}, {}, {}),
    "variability": ({}, {}, {"variability": {"day": 0.0, "interval": 0.0, "shared": 0.5}}),
    "discipline": (
        {name: {"target": {"answered": 0.8, "within": "60 s"}} for name in ("calls", "shop", "emails")},
        {"discipline": "priority"},
        {},
    ),
    "absence": ({}, {"absence": 0.0}, {}),
    "off_phone": ({}, {"off_phone": 0}, {}),
    "min_idle": ({}, {"emails": {"min_idle": 0}}, {}),
    "interruptible": ({}, {"emails": {"interruptible": False}}, {}),
    "transfer": ({}, {"transfer": {"identify": "0 s", "if_busy": "wait", "priority": 1, "credit": "0 s"}}, {}),
}


def days(parts, days=4, **more):
    of_queues, of_desks, tables = {}, {}, {}
    for q, d, t in parts:
        for name, keys in q.items():
            of_queues[name] = of_queues.get(name, {}) | keys
        of_desks |= d
        tables |= t
    return Days(queues(**of_queues), desks(**of_desks), dict(RATES), days=days, seed=171, **tables, **more)


@pytest.fixture(scope="module")
def plain():
    return days([]).logs


def same(one, other):
    """All columns but the row of a class, which has another number once there are classes, and what was predicted."""
    names = [name for name in vars(one) if name not in ("customer_class", "predicted_s")]
    return all(np.array_equal(getattr(one, n), getattr(other, n), equal_nan=n.endswith("_s")) for n in names)


@pytest.mark.parametrize("rule", [*OFF, "all of them"])
def test_a_rule_set_to_nothing_changes_no_row(plain, rule):
    parts = list(OFF.values()) if rule == "all of them" else [OFF[rule]]
    assert all(same(a, b) for a, b in zip(days(parts).logs, plain, strict=True))


def test_all_rules_set_to_nothing_leave_erlang_a():
    """Calls alone, everybody handed on nowhere: the chain of one desk from empty."""
    parts = [part for name, part in OFF.items() if name not in ("transfer", "discipline")]
    of_calls = {key: value for q, _, _ in parts for key, value in q.get("calls", {}).items()}
    queue = {"channel": "phone", "handle_time": "120 s", "patience": "90 s", **of_calls}
    queue |= {"adviser": of_calls["adviser"] | {"desk": "team"}}
    hard = {"channel": "phone", "handle_time": "200 s", "lines": "main"}
    team = {
        "team": {"advisers": 4, "absence": 0.0, "off_phone": 0, "serves": {"calls": {}}},
        "experts": {"advisers": 1, "serves": {"hard": {}}},
    }
    tables = {"lines": {"main": 1000}, "variability": {"day": 0.0}}
    seen = Days({"calls": queue, "hard": hard}, team, {"calls": 2.0 / 60}, days=60, seed=172, **tables)
    expect = one_desk(2.0 / 60, 1 / 120, 4, 1 / 90).day(seen.length_s)
    check(
        {
            "busy": (seen.of(seen.busy_seconds("team")), expect(lambda k: min(k, 4))),
            "waiting": (seen.of(seen.waiting_seconds("calls")), expect(lambda k: max(k - 4, 0))),
            "abandoned": (seen.of(seen.abandoned("calls")), expect(lambda k: max(k - 4, 0)) / 90),
        }
    )
