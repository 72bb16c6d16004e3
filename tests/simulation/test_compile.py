"""Compiling: each value of a scenario is found in its place in the network, in seconds on the grid."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from simcenter.scenario import Scenario
from simcenter.simulation.compile import compile_network
from simcenter.simulation.grid import array_to_grid
from simcenter.simulation.laws import LawCode
from simcenter.simulation.network import CHAT, DEFERRED, EXCLUSIVE, FILE, LONGEST_IDLE, RANDOM, Network

QUEUES = {
    "calls": {
        "channel": "phone",
        "handle_time": {"mean": "200 s", "wrap_up": "50 s"},
        "volume": {"per_day": 100},
        "patience": {"mean": "100 s", "cv": 0.5},
        "waiting_room": 3,
        "closing": "drop",
        "hours": {"mon": "08:00-12:00, 13:00-17:00", "tue": "08:00-12:00"},
    },
    "chats": {"channel": "chat", "handle_time": "5 min", "volume": [1.0] * 24, "speed": [1, 0.75, 0.5]},
    "letters": {
        "channel": "email",
        "handle_time": {"mean": "5 min", "law": "erlang", "stages": 2},
        "volume": {"per_day": 10},
        "equal_rank": "random",
    },
    "experts": {
        "channel": "face_to_face",
        "handle_time": {"mean": "5 min", "law": "deterministic"},
        "equal_rank": "longest idle",
    },
}
TO_EXPERTS = {"share": 0.25, "kind": "warm", "after": "33.3333333 s", "handover": "30 s", "handle": 0.5}
DESKS = {
    "front": {
        "serves": {
            "letters": {"rank": 3, "speed": 1.25, "resolved": 0.9},
            "calls": {"rank": 2, "priority": 7, "transfers": {"letters": 0.125, "experts": TO_EXPERTS}},
            "chats": {"transfers": {"calls": 0.5}},
        }
    },
    "back": {"hours": "09:00-10:00", "serves": {"experts": {}, "calls": {"rank": 2, "after": "20.3 s"}, "letters": {}}},
}


def scenario(queues: dict[str, object] = QUEUES, desks: dict[str, object] = DESKS, **horizon: object) -> Scenario:
    opening = {"start": "2026-03-02", "days": 2, "interval": "60 min", "hours": "08:00-18:00"}
    data = {"schema": 1, "name": "all kinds", "timezone": "Europe/Paris", "horizon": opening | horizon}
    return Scenario.from_dict(data | {"queues": queues, "desks": desks, "max_legs": 5})


@pytest.fixture(scope="module")
def network() -> Network:
    return compile_network(scenario())


def test_names_and_horizon(network: Network) -> None:
    assert network.queue_names == ("calls", "chats", "letters", "experts")
    assert network.desk_names == ("front", "back")
    assert (network.interval_s, network.end_s, network.max_legs) == (3600, 2 * 86400, 5)
    assert network.day_start_s.tolist() == [0, 86400, 2 * 86400]
    assert network.volume.shape == (48, 4)


def test_kinds_of_queue(network: Network) -> None:
    assert network.kind.tolist() == [EXCLUSIVE, CHAT, DEFERRED, EXCLUSIVE]
    assert network.equal_rank.tolist() == [FILE, FILE, RANDOM, LONGEST_IDLE]
    assert network.waiting_room.tolist() == [3, -1, -1, -1]
    assert network.drop_at_closing.tolist() == [True, False, False, False]


def test_volumes_are_those_of_the_scenario(network: Network) -> None:
    assert network.volume[:, 0].sum() == pytest.approx(200)
    assert network.volume[:, 1].tolist() == [1.0] * 48
    assert network.volume[:, 3].tolist() == [0.0] * 48


def test_open_periods_are_merged_and_follow_their_queue(network: Network) -> None:
    periods, h = network.queue_open, 3600.0
    assert periods.first.tolist() == [0, 3, 5, 7, 9]
    assert periods.start_s[:3].tolist() == [8 * h, 13 * h, 32 * h]
    assert periods.end_s[:3].tolist() == [12 * h, 17 * h, 36 * h]
    assert network.desk_open.start_s.tolist() == [8 * h, 32 * h, 9 * h, 33 * h]
    assert network.desk_open.end_s.tolist() == [18 * h, 42 * h, 10 * h, 34 * h]
    assert network.desk_open.first.tolist() == [0, 2, 4]


def test_periods_that_touch_at_midnight_are_one() -> None:
    periods = compile_network(scenario({"calls": QUEUES["calls"] | {"hours": "00:00-24:00"}}, CALLS_ONLY)).queue_open
    assert (periods.start_s.tolist(), periods.end_s.tolist()) == ([0.0], [2 * 86400.0])


CALLS_ONLY = {"front": {"serves": {"calls": {}}}}


def test_a_day_of_23_hours_is_shorter() -> None:
    network = compile_network(scenario({"calls": QUEUES["calls"]}, CALLS_ONLY, start="2026-03-28", days=3))
    assert network.day_start_s.tolist() == [0, 86400, 86400 + 82800, 2 * 86400 + 82800]
    assert network.interval_count == 71


def test_laws_and_their_places(network: Network) -> None:
    exponential, deterministic, never = LawCode.EXPONENTIAL, LawCode.DETERMINISTIC, LawCode.NEVER
    assert network.handle_time.code.tolist() == [exponential, exponential, LawCode.GAMMA, deterministic]
    assert network.handle_time.p[2].tolist() == [2.0, 150.0, 0.0]
    assert network.patience.code.tolist() == [LawCode.LOGNORMAL, never, never, never]
    assert network.wrap_share.tolist() == [0.25, 0, 0, 0]


def test_chats(network: Network) -> None:
    assert network.chat_slots.tolist() == [1, 3, 1, 1]
    assert network.chat_speed[1].tolist() == [1, 0.75, 0.5]
    np.testing.assert_array_equal(network.chat_speed[0], [1, np.nan, np.nan])


def test_how_desks_serve(network: Network) -> None:
    assert network.serves.tolist() == [[True, True, True, False], [True, False, True, True]]
    assert network.rank.tolist() == [[2, 1, 3, 1], [2, 1, 1, 1]]
    assert network.priority[0].tolist() == [7, 1, 3, 1]
    assert network.priority[1, 0] == 2
    assert network.speed[0].tolist() == [1, 1, 1.25, 1]
    assert network.resolved[0].tolist() == [1, 1, 0.9, 1]
    assert network.after_s[1, 0] == round(20.3 * 2**20) / 2**20
    assert np.count_nonzero(network.after_s) == 1


def test_transfers_lie_in_the_rows_of_their_desk_and_queue(network: Network) -> None:
    assert network.route_first.tolist() == [0, 2, 3] + [3] * 10  # the last four cells: misrouted
    assert network.route_queue.tolist() == [2, 3, 0]
    assert network.route_cum.tolist() == [0.125, 0.375, 0.5]
    assert network.route_warm.tolist() == [False, True, False]
    np.testing.assert_array_equal(network.route_after_s, [np.nan, round(33.3333333 * 2**20) / 2**20, np.nan])
    assert network.route_handover_s.tolist() == [0, 30, 0]
    assert network.route_factor.tolist() == [1, 0.5, 1]


def test_every_duration_is_on_the_grid(network: Network) -> None:
    for name in ("after_s", "route_after_s", "route_handover_s", "day_start_s"):
        values = getattr(network, name)
        np.testing.assert_array_equal(values, array_to_grid(values))


def test_shares_that_add_up_to_all_leave_nobody_behind() -> None:
    """Ten transfers of a tenth add up to 1 - 1e-16 in floating point; the last boundary is 1 all the same."""
    ends = {f"end {i}": QUEUES["experts"] for i in range(10)}
    desks = {
        "front": {"serves": {"calls": {"transfers": dict.fromkeys(ends, 0.1)}}},
        "back": {"serves": {name: {} for name in ends}},
    }
    network = compile_network(scenario({"calls": QUEUES["calls"]} | ends, desks))
    assert network.route_cum[-1] == 1.0
    assert network.route_cum[:9] == pytest.approx(np.arange(1, 10) / 10)


def test_the_resolved_scenario_compiles_to_an_equal_network(network: Network) -> None:
    assert compile_network(Scenario.from_dict(scenario().to_dict())).equals(network)


@given(
    days=st.integers(1, 9),
    per_day=st.floats(0, 1000),
    mean_s=st.floats(1, 1e5),
    cv=st.floats(0.01, 10),
    wrap=st.floats(0, 0.9),
    after_s=st.floats(0, 1e4),
    share=st.floats(0, 1),
)
def test_any_values_survive_the_way_through_the_resolved_scenario(
    days: int, per_day: float, mean_s: float, cv: float, wrap: float, after_s: float, share: float
) -> None:
    handle_time = {"mean": f"{mean_s!r} s", "cv": cv, "wrap_up": f"{mean_s * wrap!r} s"}
    queues = QUEUES | {"calls": QUEUES["calls"] | {"handle_time": handle_time, "volume": {"per_day": per_day}}}
    serves = {"calls": {"after": f"{after_s!r} s", "transfers": {"experts": share}}, "chats": {}, "letters": {}}
    one = scenario(queues, DESKS | {"front": {"serves": serves}}, days=days)
    again = Scenario.from_dict(one.to_dict())
    assert compile_network(again).equals(compile_network(one))
