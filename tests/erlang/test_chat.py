"""Chat against its chain solved state by state."""

import math

import numpy as np
import pytest

from simcenter import erlang

SPEED = [1.0, 0.85, 0.7]


def chain(n: int, a: float, r: float, places: int) -> dict[str, float]:
    """Least loaded first: of i chats, i % n advisers hold one more than the others."""
    full = n * len(SPEED)
    logs = [0.0]
    for i in range(1, full + places + 1):
        held, more = divmod(min(i, full), n)
        rate = max(i - full, 0) * r + (n - more) * held * (SPEED[held - 1] if held else 0)
        rate += more * (held + 1) * SPEED[held] if more else 0
        logs.append(logs[-1] + math.log(a / rate))
    weight = np.exp(np.array(logs) - max(logs))
    i = np.arange(len(weight))
    in_hand = np.minimum(i, full)
    entering = weight[:-1].sum()
    lost = ((i - in_hand) * weight).sum() * r / a / entering
    held = (in_hand * weight).sum() / weight.sum()
    answered = entering / weight.sum() * (1 - lost)
    return {
        "chat_wait_probability": weight[full:-1].sum() / entering,
        "chat_abandonment": lost,
        "chat_mean_wait": ((i - in_hand) * weight).sum() / a / entering,
        "chat_blocking": weight[-1] / weight.sum(),
        "chats_held": held,
        "chat_session_s": held / a / answered,
        "chat_occupancy": (np.minimum(i, n) * weight).sum() / n / weight.sum(),
    }


@pytest.mark.parametrize(
    ("n", "a", "r"), [(5, 9.0, 0.5), (5, 20.0, 2.0), (3, 0.4, 1.0), (40, 70.0, 0.1), (1, 2.5, 3.0)]
)
@pytest.mark.parametrize("places", [6, 3000])
def test_measures_of_the_chain(n: int, a: float, r: float, places: int) -> None:
    exact = chain(n, a, r, places)
    for limit in {float(places), math.inf if places == 3000 else 6.0}:
        for name, value in exact.items():
            got = getattr(erlang, name)(a, n, aht_s=1.0, speed=SPEED, patience_s=1 / r, places=limit)
            assert got == pytest.approx(value, rel=1e-10, abs=1e-280), name


def test_one_chat_at_a_time_is_a_telephone() -> None:
    pool = {"aht_s": 180.0, "patience_s": 100.0}
    for chat, phone in (
        (erlang.chat_wait_probability, erlang.wait_probability),
        (erlang.chat_abandonment, erlang.abandonment),
        (erlang.chat_asa, erlang.asa),
        (erlang.chat_occupancy, erlang.occupancy),
    ):
        assert chat(10, [8, 11], speed=[1], **pool) == pytest.approx(phone(10, [8, 11], **pool), rel=1e-12)
    level = erlang.chat_service_level(10, [8, 11], speed=[1], within_s=20, **pool)
    assert level == pytest.approx(erlang.service_level(10, [8, 11], within_s=20, **pool), rel=1e-12)


def test_slots_at_full_speed_are_advisers() -> None:
    """Three chats at once, none slower: three times as many advisers with one each."""
    pool = {"aht_s": 180.0, "patience_s": 100.0}
    assert erlang.chat_service_level(20, 7, speed=[1, 1, 1], within_s=15, **pool) == pytest.approx(
        erlang.service_level(20, 21, within_s=15, **pool), rel=1e-12
    )


def test_least_advisers() -> None:
    """Meets, one less does not; no load needs nobody; without patience a load beyond the slots' speed has no level."""
    load = np.array([0.0, 0.3, 9.0, 50.0, 400.0])
    for patience in (math.inf, 90.0):
        pool = {"aht_s": 540.0, "speed": SPEED, "patience_s": patience}
        n = erlang.chat_advisers_for(load, target=0.8, within_s=40, **pool)
        assert n[0] == 0
        assert (erlang.chat_service_level(load, n, within_s=40, **pool) >= 0.8).all()
        assert (erlang.chat_service_level(load[1:], n[1:] - 1, within_s=40, **pool) < 0.8).all()
    assert erlang.chat_service_level(9, 4, aht_s=540, speed=SPEED, within_s=40) == 0
