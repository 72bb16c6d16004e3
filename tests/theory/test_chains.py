"""The Markov chains of tests/oracles give the published closed-form values (K1 to K9, the rule of Burke)."""

import numpy as np
import pytest
from oracles.chains import (
    Chain,
    answered_within,
    changing_desk,
    chat_desk,
    front_and_experts,
    one_desk,
    overflow_desk,
    shared_desk,
)

MINUTE, HOUR = 60.0, 3600.0


def waits(chain: Chain, advisers: int) -> float:
    return chain.long_run(lambda k: k >= advisers)


def queue(chain: Chain, advisers: int) -> float:
    return chain.long_run(lambda k: max(k - advisers, 0))


def in_time(chain: Chain, service: float, advisers: int, patience: float, within_s: float, most: int) -> float:
    late = answered_within(service, advisers, patience, within_s, most)
    return chain.long_run(lambda k: 1 if k < advisers else late[k - advisers] if k < advisers + most else 0)


@pytest.mark.parametrize(("advisers", "delayed", "level"), [(14, 0.174132, 0.888350), (15, 0.102042, 0.941453)])
def test_erlang_c(advisers, delayed, level):
    chain = one_desk(100 / (30 * MINUTE), 1 / 180, advisers)
    assert waits(chain, advisers) == pytest.approx(delayed, abs=6e-7)
    assert in_time(chain, 1 / 180, advisers, 0.0, 20.0, 40) == pytest.approx(level, abs=6e-7)


def test_erlang_c_mean_wait_is_queue_over_rate():
    rate = 100 / (30 * MINUTE)
    assert queue(one_desk(rate, 1 / 180, 14), 14) / rate == pytest.approx(7.836, abs=6e-4)


@pytest.mark.parametrize(
    ("rate", "aht_s", "patience_s", "advisers", "delayed", "abandoned", "level"),
    [
        (100 / 1800, 180.0, 300.0, 14, 0.14526, 0.013984, 0.916792),
        (100 / 1800, 180.0, 300.0, 13, 0.225797, 0.024963, 0.858178),
        (100 / HOUR, 300.0, 120.0, 8, 0.486213869373938, 0.187274455500603, 0.599377920744),
    ],
)
def test_erlang_a(rate, aht_s, patience_s, advisers, delayed, abandoned, level):
    chain = one_desk(rate, 1 / aht_s, advisers, 1 / patience_s)
    assert waits(chain, advisers) == pytest.approx(delayed, abs=6e-6)
    assert queue(chain, advisers) / patience_s / rate == pytest.approx(abandoned, abs=6e-7)
    assert in_time(chain, 1 / aht_s, advisers, 1 / patience_s, 20.0, 40) == pytest.approx(level, abs=6e-7)


def test_erlang_b():
    assert one_desk(25.0, 1.0, 30, room=0).long_run(lambda k: k == 30) == pytest.approx(0.052603, abs=6e-7)


def test_output_of_a_desk_is_poisson():
    """Burke: behind M/M/3 another desk is M/M/2, and the two are independent."""
    chain = front_and_experts(0.8, (0.5, 0.7), (0.0, 0.0), (3, 2), share=1.0, most=70)
    first, second = one_desk(0.8, 0.5, 3, most=67), one_desk(0.8, 0.7, 2, most=68)
    for k in range(4):
        for j in range(4):
            both = chain.long_run(lambda s, k=k, j=j: s == (k, j))
            apart = first.long_run(lambda s, k=k: s == k) * second.long_run(lambda s, j=j: s == j)
            assert both == pytest.approx(apart, rel=1e-5)


def waiting_second(state) -> int:
    return state[3]


def test_a_long_day_spends_its_time_as_the_long_run_says():
    chain = shared_desk((0.3, 0.5), (0.4, 0.25), (0.1, 0.2), 3, most=25)
    assert chain.day(1e5)(waiting_second) / 1e5 == pytest.approx(chain.long_run(waiting_second), rel=1e-4)


def test_short_day_from_empty_follows_the_differential_equations():
    """Uniformization against two states solved by hand: one adviser, no waiting room."""
    a, b, t = 0.7, 1.3, 0.9
    chain = one_desk(a, b, 1, room=0)
    by_hand = a / (a + b) * (t - (1 - np.exp(-(a + b) * t)) / (a + b))
    assert chain.day(t)(lambda k: k) == pytest.approx(by_hand, rel=1e-11)


def test_two_queues_alike_are_one_queue():
    """With one rate of service and of patience all that is in the desk together is Erlang A, whoever comes first."""
    whole = one_desk(0.9, 0.25, 4, 0.15)
    for chain, present in (
        (shared_desk((0.3, 0.6), (0.25, 0.25), (0.15, 0.15), 4), sum),
        (overflow_desk((0.9, 0.0), (0.25, 0.25), (0.15, 0.15), (1, 3), most=40), sum),
    ):
        assert chain.long_run(present) == pytest.approx(whole.long_run(float), rel=1e-9)


def test_chats_at_full_speed_are_as_many_advisers():
    """Three chats each at speed 1 by two advisers are six advisers with one contact each."""
    chain = chat_desk(0.9, 0.2, (1.0, 1.0, 1.0), 2, 0.1)
    assert chain.long_run(lambda s: s[-1]) == pytest.approx(queue(one_desk(0.9, 0.2, 6, 0.1), 6), rel=1e-9)


def test_chats_that_share_the_adviser_evenly_are_one_at_a_time():
    """Two chats at half speed are one at full speed, as long as waiting at the desk and in the line is the same."""
    chain = chat_desk(0.5, 0.7, (1.0, 0.5), 1, 0.0)
    assert chain.long_run(lambda s: s[1] + 2 * s[2] + s[3]) == pytest.approx(
        one_desk(0.5, 0.7, 1).long_run(float), rel=1e-6
    )


def test_a_desk_that_does_not_change_is_one_desk():
    hours = changing_desk([0.02] * 3, 0.01, [3] * 3, 0.005, 1000.0)
    whole = one_desk(0.02, 0.01, 3, 0.005).day(3000.0)
    assert sum(hour(sum) for hour in hours) == pytest.approx(whole(float), rel=1e-9)


def test_those_still_to_leave_finish_what_they_have():
    """Ten advisers fill up, then nobody should be there: those in service die away exponentially."""
    filling, leaving = changing_desk([1.0, 0.0], 0.001, [10, 0], 0.0, 1000.0, most=2000)
    assert leaving(lambda s: s[0]) == pytest.approx(10 * 1000 * (1 - np.exp(-1)), rel=1e-9)
    assert filling(lambda s: s[0]) < 10 * 1000
