"""The network: arrays that cannot be changed, and equality that sees every value."""

from dataclasses import fields, replace

import numpy as np
import pytest

from simcenter.scenario import Scenario
from simcenter.simulation.compile import compile_network
from simcenter.simulation.network import Arrays, Network
from simcenter.simulation.rules_off import rules_off

SCENARIO = {
    "schema": 1,
    "name": "two queues and two desks",
    "timezone": "Europe/Paris",
    "horizon": {"start": "2026-03-02", "days": 2, "interval": "30 min", "hours": "08:00-18:00"},
    "queues": {
        "calls": {"channel": "phone", "handle_time": "4 min", "volume": {"per_day": 90}, "patience": "2 min"},
        "chats": {
            "channel": "chat",
            "handle_time": {"law": "empirical", "values": ["60 s", "90 s"]},
            "volume": {"per_day": 40},
            "speed": [1.0, 0.8],
        },
    },
    "desks": {
        "front": {"serves": {"calls": {"transfers": {"chats": 0.1}}}},
        "back": {"serves": {"chats": {}, "calls": {"rank": 2, "after": "20 s"}}},
    },
}


@pytest.fixture
def network() -> Network:
    return compile_network(Scenario.from_dict(SCENARIO))


def arrays_of(part: Arrays, path: str = "") -> list[tuple[str, np.ndarray]]:
    found = []
    for field in fields(part):  # type: ignore[arg-type]
        value = getattr(part, field.name)
        if isinstance(value, np.ndarray):
            found.append((path + field.name, value))
        elif isinstance(value, Arrays):
            found += arrays_of(value, f"{path}{field.name}.")
    return found


def test_no_array_can_be_changed(network: Network) -> None:
    arrays = arrays_of(network)
    assert len(arrays) > 85
    assert [name for name, array in arrays if array.flags.writeable] == []


def test_a_network_equals_itself_compiled_again(network: Network) -> None:
    assert network.equals(compile_network(Scenario.from_dict(SCENARIO)))


def test_equality_sees_every_array(network: Network) -> None:
    """One value changed, in each array that has any, makes another network."""
    for name, array in arrays_of(network):
        if not array.size:
            continue
        changed = array.copy()
        changed.flat[0] = not changed.flat[0] if array.dtype == bool else 77
        part, _, inner = name.partition(".")
        value = replace(getattr(network, part), **{inner: changed}) if inner else changed
        other = replace(network, **{part: value})
        assert not network.equals(other), name
        assert not other.equals(network), name


@pytest.mark.parametrize(
    "change", [{"queue_names": ("calls", "chat")}, {"desk_names": ("front",)}, {"interval_s": 900.0}, {"max_legs": 2}]
)
def test_equality_sees_names_and_numbers(network: Network, change: dict[str, object]) -> None:
    assert not network.equals(replace(network, **change))


def test_equality_tells_kinds_of_number_apart(network: Network) -> None:
    assert not network.equals(replace(network, rank=network.rank.astype(np.int32)))


def test_the_axes_have_names(network: Network) -> None:
    assert (network.interval_count, network.queue_count, network.desk_count, network.class_count) == (96, 2, 2, 2)


def test_what_is_left_out_of_a_network_made_by_hand_is_off(network: Network) -> None:
    """All that rules_off names may be left out, and is then as in a scenario without the rules."""
    off = rules_off(network)
    required = {field.name: getattr(network, field.name) for field in fields(Network) if field.name not in off}
    by_hand = Network(**required)
    for name, value in off.items():
        seen = getattr(by_hand, name)
        assert seen.equals(value) if isinstance(value, Arrays) else np.array_equal(seen, value, equal_nan=name in NANS)
    known = {name: getattr(network, name) for name in ("mean_handle_s", "class_target_s")}
    assert replace(by_hand, **known).equals(network)


NANS = ("class_target_s", "replay_handle_s")


def test_routes_may_stop_after_the_desks_cells(network: Network) -> None:
    """Two desks and two classes have four cells; the cells of the misrouted are then empty."""
    assert network.route_first.tolist() == [0, 1, 1, 1, 1, 1, 1]
    assert replace(network, route_first=network.route_first[:5]).equals(network)
