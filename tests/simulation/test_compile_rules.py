"""Compiling the rules of a real centre: each value of a scenario in its place, and nothing where a rule is off."""

from dataclasses import fields
from typing import Any

import numpy as np
import pytest

from simcenter.scenario import Scenario
from simcenter.simulation.compile import compile_network
from simcenter.simulation.grid import array_to_grid
from simcenter.simulation.laws import LawCode
from simcenter.simulation.network import (
    DISCONNECT,
    KEEP,
    PRIORITY,
    RANDOM_ADVISER,
    REDIAL,
    RELATIVE,
    REPEAT,
    WAIT,
    Arrays,
    Network,
)
from simcenter.simulation.rules_off import rules_off

PLAIN: dict[str, Any] = {
    "calls": {
        "channel": "phone",
        "handle_time": {"mean": "200 s", "cv": 0.5},
        "volume": {"per_day": 100},
        "patience": "100 s",
        "target": {"answered": 0.8, "within": "20 s"},
    },
    "letters": {
        "channel": "email",
        "handle_time": "5 min",
        "volume": {"per_day": 10},
        "target": {"answered": 0.9, "within": "3 working days"},
        "hours": {"mon": "08:00-12:00", "tue": "08:00-10:00"},
    },
    "visits": {"channel": "face_to_face", "handle_time": "5 min", "volume": {"per_day": 24}},
    "experts": {"channel": "phone", "handle_time": "10 min"},
}
DESKS: dict[str, Any] = {
    "front": {"serves": {"calls": {"transfers": {"experts": 0.1}}, "letters": {"rank": 2}, "visits": {}}},
    "back": {"serves": {"experts": {}, "letters": {}}},
}


def network(queues: dict[str, Any] | None = None, desks: dict[str, Any] | None = None, **top: Any) -> Network:
    """The plain centre with some keys of its queues and desks added."""
    data = {
        "schema": 1,
        "name": "rules",
        "timezone": "Europe/Paris",
        "horizon": {"start": "2026-03-02", "days": 2, "interval": "60 min", "hours": "08:00-18:00"}
        | top.pop("horizon", {}),
        "queues": {name: keys | (queues or {}).get(name, {}) for name, keys in PLAIN.items()},
        "desks": DESKS | (desks or {}),
    }
    return compile_network(Scenario.from_dict(data | top))


def test_a_scenario_without_rules_has_them_all_off() -> None:
    """What is compiled is what a network made by hand has by default."""
    plain = network()
    rest = {"mean_handle_s", "class_target_s"}  # known of every queue, whether or not a rule reads them
    for name, value in rules_off(plain).items():
        seen = getattr(plain, name)
        if isinstance(value, Arrays):
            assert value.equals(seen), name
        elif isinstance(value, np.ndarray):
            assert seen.dtype == value.dtype, name
            assert seen.shape == value.shape, name
            if name not in rest:
                np.testing.assert_array_equal(seen, value, err_msg=name)
        else:
            assert seen == value, name
    assert set(rules_off(plain)) == {field.name for field in fields(Network) if field.default is None}


CLASSES = {
    "VIP": {
        "share": 0.1,
        "priority": 0,
        "credit": "90 s",
        "patience": "5 min",
        "target": {"answered": 0.9, "within": "5 s"},
    },
    "staff": {"share": 0.2, "priority": 7},
}


def test_classes_have_rows_and_the_last_is_of_those_of_none() -> None:
    net = network({"calls": {"classes": CLASSES}, "experts": {"classes": {"VIP": {"share": 0.5}}}})
    assert net.class_names == ("VIP", "staff", "", "", "", "VIP", "")
    assert net.class_first.tolist() == [0, 3, 4, 5, 7]
    assert net.class_queue.tolist() == [0, 0, 0, 1, 2, 3, 3]
    assert net.class_cum == pytest.approx([0.1, 0.3, 1, 1, 1, 0.5, 1])
    assert net.class_priority.tolist() == [0, 7, 1, 1, 1, 1, 1]
    assert net.class_credit_s.tolist() == [90, 0, 0, 0, 0, 0, 0]
    # Letters: 3 working days of on average 3 hours. Visits and experts promise nothing.
    np.testing.assert_array_equal(net.class_target_s, [5, 20, 20, 3 * 3 * 3600, np.nan, np.nan, np.nan])
    assert net.patience.p[:, 0].tolist() == [300, 100, 100, 0, 0, 0, 0]
    assert net.patience.code.tolist() == [LawCode.EXPONENTIAL] * 3 + [LawCode.NEVER] * 4


def test_the_class_that_a_customer_has_elsewhere() -> None:
    net = network({"calls": {"classes": CLASSES}, "experts": {"classes": {"VIP": {"share": 0.5}}}})
    # Rows: calls VIP, staff, none; letters; visits; experts VIP, none. Columns: calls, letters, visits, experts.
    assert net.class_in.tolist() == [
        [0, 3, 4, 5],  # VIP here and there
        [1, 3, 4, -1],  # of the staff: it is drawn whether experts see a VIP
        [2, 3, 4, 6],  # known to be no VIP
        [-1, 3, 4, -1],  # nothing is known of those who write
        [-1, 3, 4, -1],
        [0, 3, 4, 5],
        [-1, 3, 4, 6],  # no VIP, but perhaps of the staff: drawn
    ]


def test_shares_that_add_up_to_all_leave_nobody_without_a_class() -> None:
    net = network({"calls": {"classes": {f"class {i}": {"share": 0.1} for i in range(10)}}})
    assert net.class_cum[9:11].tolist() == [1.0, 1.0]


def test_routes_are_by_desk_and_class_and_then_the_misrouted() -> None:
    calls = {
        "classes": {"VIP": {"share": 0.1}},
        "misrouted": {"experts": {"share": 0.08, "after": "40.3 s", "if_busy": "keep", "identify": "7 s"}},
    }
    to_experts = {
        "share": 0.25, "identify": "25 s", "if_busy": "disconnect", "priority": 0, "credit": "60 s",
        "shares": {"VIP": 0.5},
    }  # fmt: skip
    front = {"serves": {"calls": {"transfers": {"experts": to_experts}}, "letters": {}, "visits": {}}}
    net = network({"calls": calls}, {"front": front})
    # Cells: front and back with calls VIP, calls, letters, visits, experts; then the four queues' misrouted.
    assert net.route_first.tolist() == [0, 1, 2, 2, 2, 2, 2, 2, 2, 2, 2, 3, 3, 3, 3]
    assert net.route_queue.tolist() == [3, 3, 3]
    assert net.route_cum.tolist() == [0.5, 0.25, 0.08]
    assert net.route_if_busy.tolist() == [DISCONNECT, DISCONNECT, KEEP]
    assert net.route_identify_s.tolist() == [25, 25, 7]
    assert net.route_priority.tolist() == [0, 0, -1]
    assert net.route_credit_s.tolist() == [60, 60, 0]
    np.testing.assert_array_equal(net.route_after_s, [np.nan, np.nan, round(40.3 * 2**20) / 2**20])


def test_a_credit_of_what_was_waited() -> None:
    front = {
        "serves": {"calls": {"transfers": {"experts": {"share": 0.1, "credit": "waited"}}}, "letters": {}, "visits": {}}
    }
    net = network(desks={"front": front})
    assert (net.route_credit_s.tolist(), net.route_if_busy.tolist()) == ([-1.0], [WAIT])


def test_returns() -> None:
    calls = {
        "redial": {"share": 0.6, "after": {"mean": "5 min", "law": "exponential"}, "at_most": 4, "patience": "same"},
        "repeat": {"share": 0.3, "after": "4 working hours", "to": "letters"},
    }
    net = network({"calls": calls})
    assert net.return_share.tolist() == [[0.6, 0, 0, 0], [0.3, 0, 0, 0]]
    assert net.return_queue.tolist() == [[0, 1, 2, 3], [1, 1, 2, 3]]
    assert net.return_at_most[:, 0].tolist() == [4, 10]
    assert net.return_working.tolist() == [[False] * 4, [True, False, False, False]]
    never = LawCode.NEVER
    assert net.return_delay.code.tolist() == [LawCode.EXPONENTIAL, *[never] * 3, LawCode.DETERMINISTIC, *[never] * 3]
    assert net.return_delay.p[[0, 4], 0].tolist() == [300, 4 * 3600]
    assert net.return_same_patience.tolist() == [True, False, False, False]
    assert (REDIAL, REPEAT) == (0, 1)


def test_what_happens_on_entering() -> None:
    calls = {
        "balking": 0.1,
        "lines": "main",
        "equal_rank": "random adviser",
        "callback": {"over": "2 min", "accepted": 0.6, "reached": 0.8, "tries": 2, "retry": "20 min", "ring": "10 s"},
        "adviser": {"share": 0.3, "desk": "front", "of": 12, "wait": "2 min"},
    }
    net = network({"calls": calls, "experts": {"lines": "other"}}, lines={"other": 5, "main": 30})
    assert net.mean_handle_s.tolist() == [200, 300, 300, 600]
    assert net.balking.tolist() == [0.1, 0, 0, 0]
    assert (net.line_group.tolist(), net.line_count.tolist()) == ([1, -1, -1, 0], [5, 30])
    assert net.equal_rank[0] == RANDOM_ADVISER
    assert net.callback_over_s.tolist() == [120, np.inf, np.inf, np.inf]
    callback = ("accepted", "reached", "tries", "retry_s", "ring_s")
    assert [getattr(net, f"callback_{name}")[0] for name in callback] == [0.6, 0.8, 2, 1200, 10]
    assert [getattr(net, f"own_{name}")[0] for name in ("share", "desk", "of", "wait_s")] == [0.3, 0, 12, 120]
    assert net.own_desk.tolist() == [0, -1, -1, -1]


def test_desks_rules() -> None:
    serves = {"calls": {}, "letters": {"min_idle": 2, "interruptible": True, "priority": 2}}
    front = {"absence": 0.05, "off_phone": [0] * 9 + [1, 2] + [0] * 13, "serves": serves}
    back = {"discipline": "relative wait", "serves": {"experts": {}}}
    target = {"answered": 0.8, "within": "1 min"}
    desks = {"front": front, "back": back} | {"middle": {"serves": {"visits": {}}}}
    net = network({"experts": {"volume": {"per_day": 1}, "target": target}}, desks)
    assert net.discipline.tolist() == [PRIORITY, RELATIVE, PRIORITY]
    assert net.min_idle.tolist() == [[0, 2, 0, 0], [0] * 4, [0] * 4]
    assert net.interruptible.tolist() == [[False, True, False, False], [False] * 4, [False] * 4]
    assert net.absence.tolist() == [0.05, 0, 0]
    assert net.off_phone.shape == (48, 3)
    assert net.off_phone[32:36].tolist() == [[0, 0, 0], [1, 0, 0], [2, 0, 0], [0, 0, 0]]


def test_random_days_and_backlogs() -> None:
    net = network(
        {"calls": {"variability": {"interval": 0.1}}, "letters": {"backlog": 120}},
        variability={"day": 0.24, "shared": 0.7},
        horizon={"warm_up": "2 h"},
    )
    assert net.busyness_cv.tolist() == [0.24] * 4
    assert net.interval_cv.tolist() == [0.1, 0, 0, 0]
    assert (net.busyness_shared, net.warm_up_s) == (0.7, 7200.0)
    assert net.backlog.tolist() == [0, 120, 0, 0]


def test_replayed_arrivals_lie_on_the_grid_within_the_horizon() -> None:
    at = [28800.1, 30000.0, 2 * 86400 - 1e-9]
    calls = {"volume": None, "arrivals": {"at": at, "handle": [60.1, None, 5.0]}}
    with_calls = {key: value for key, value in (PLAIN["calls"] | calls).items() if value is not None}
    data: dict[str, Any] = {
        "schema": 1,
        "name": "replay",
        "timezone": "Europe/Paris",
        "horizon": {"start": "2026-03-02", "days": 2, "interval": "60 min", "hours": "00:00-24:00"},
        "queues": {"before": PLAIN["experts"] | {"volume": {"per_day": 1}}, "calls": with_calls},
        "desks": {"front": {"serves": {"before": {}, "calls": {}}}},
    }
    net = compile_network(Scenario.from_dict(data))
    assert net.replayed.tolist() == [False, True]
    assert net.replay_first.tolist() == [0, 0, 3]
    assert net.replay_s.tolist() == [round(28800.1 * 2**20) / 2**20, 30000.0, 2 * 86400 - 2**-20]
    np.testing.assert_array_equal(net.replay_handle_s, [round(60.1 * 2**20) / 2**20, np.nan, 5])
    del data["queues"]["calls"]["arrivals"]["handle"]
    assert np.isnan(compile_network(Scenario.from_dict(data)).replay_handle_s).tolist() == [True] * 3


def test_appointments_are_at_the_start_of_their_interval() -> None:
    slots = [0] * 9 + [2, 0, 1] + [0] * 3 + [1] + [0] * 8
    rules = {"slots": slots, "no_show": 0.1, "early": "5 min", "sd": "6.6 min", "priority": 2}
    visits = {"appointments": rules, "hours": "09:00-12:00, 14:00-18:00"}
    net = network({"visits": visits})
    hours = [9, 9, 11, 15, 33, 33, 35, 39]
    assert net.slot_first.tolist() == [0, 0, 0, 8, 8]
    assert (net.slot_s / 3600).tolist() == hours
    assert (net.slot_open_s / 3600).tolist() == [9, 9, 9, 14, 33, 33, 33, 38]
    assert (net.no_show[2], net.early_s[2], net.appointment_priority[2]) == (0.1, 300, 2)
    assert net.early_sd_s.tolist() == [0, 0, 396, 0]


def test_every_duration_is_on_the_grid() -> None:
    calls = {
        "handle_time": "200.3 s",
        "callback": {"over": "0.3 s", "accepted": 0.6, "retry": "0.7 s", "ring": "0.1 s"},
        "adviser": {"share": 0.3, "desk": "front", "of": 12, "wait": "0.9 s"},
        "classes": {"VIP": {"share": 0.1, "credit": "0.3 s"}},
        "misrouted": {"experts": {"share": 0.08, "after": "0.3 s", "identify": "0.7 s", "credit": "0.1 s"}},
    }
    visits = {"appointments": {"slots": [0] * 10 + [1] + [0] * 13, "early": "0.3 s", "sd": "0.7 s"}}
    net = network({"calls": calls, "visits": visits})
    for name in (
        "mean_handle_s", "callback_over_s", "callback_retry_s", "callback_ring_s", "own_wait_s", "class_credit_s",
        "route_identify_s", "route_credit_s", "early_s", "early_sd_s", "slot_s", "slot_open_s",
    ):  # fmt: skip
        values = getattr(net, name)
        assert np.any(values > 0), name
        np.testing.assert_array_equal(values, array_to_grid(values), err_msg=name)


def test_the_resolved_scenario_compiles_to_an_equal_network() -> None:
    calls = {
        "classes": CLASSES,
        "redial": {"share": 0.6, "after": "5 min"},
        "volume_counts": {"counts": "all attempts", "abandoned": 0.06},
        "variability": {"day": 0.3},
    }
    visits = {"appointments": {"slots": [0] * 10 + [1] + [0] * 13, "early": "5 min", "sd": "6 min"}}
    data = {
        "schema": 1,
        "name": "rules",
        "timezone": "Europe/Paris",
        "horizon": {"start": "2026-03-02", "days": 2, "interval": "60 min", "hours": "08:00-18:00"},
        "queues": PLAIN | {"calls": PLAIN["calls"] | calls, "visits": PLAIN["visits"] | visits},
        "desks": DESKS,
    }
    scenario = Scenario.from_dict(data)
    assert compile_network(Scenario.from_dict(scenario.to_dict())).equals(compile_network(scenario))
