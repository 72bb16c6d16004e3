"""What a contact costs the compiled engine in long queues and large desks: at most the logarithm of either.

    pytest benchmarks/bench_scaling.py --benchmark-disable   smoke: small ones, and the bound on what was counted
    python benchmarks/bench_scaling.py                       nanoseconds a contact, the best of 5, and how they grow

One queue of exponential calls and one desk. Long queues: all come in the first half hour and nobody leaves, so that
nearly all of them wait at once. Large desks: 95 % occupied, 100,000 contacts.
"""

import sys
import time
from types import SimpleNamespace

import numpy as np
import pytest

from simcenter.simulation import compiled_engine
from simcenter.simulation.log import ContactLog
from simcenter.simulation.network import EXCLUSIVE, FILE, Laws, Network, Periods
from simcenter.simulation.staffing import Staffing

END_S = 10 * 3600.0
STEP = 2.0**20
HANDLE_S = 300.0


def laws() -> Laws:
    """Not asked: the customers are given."""
    return Laws(np.zeros(1, np.int64), np.zeros((1, 3)), np.zeros(0), np.zeros(2, np.int64))


def pool(advisers: int) -> tuple[Network, Staffing]:
    """One queue and one desk, always open."""
    always = Periods(np.array([0, 1]), np.zeros(1), np.full(1, END_S))
    one, none, cell = np.ones(1, np.int64), np.zeros(0), np.ones((1, 1))
    network = Network(
        queue_names=("calls",), desk_names=("desk",), interval_s=3600.0, end_s=END_S,
        day_start_s=np.array([0.0, END_S]), max_legs=8, kind=np.full(1, EXCLUSIVE), volume=np.ones((10, 1)),
        queue_open=always, drop_at_closing=np.zeros(1, bool), waiting_room=-one, patience=laws(), handle_time=laws(),
        wrap_share=np.zeros(1), chat_speed=cell, chat_slots=one, equal_rank=np.full(1, FILE), desk_open=always,
        serves=np.ones((1, 1), bool), rank=np.ones((1, 1), np.int64), priority=np.ones((1, 1), np.int64),
        after_s=0 * cell, speed=cell, resolved=cell, route_first=np.zeros(2, np.int64),
        route_queue=np.zeros(0, np.int64), route_cum=none, route_warm=np.zeros(0, bool), route_after_s=none,
        route_handover_s=none, route_factor=none,
    )  # fmt: skip
    labels = tuple(f"hour {hour}" for hour in range(10))
    return network, Staffing(np.full((10, 1), advisers, dtype=np.int64), ("desk",), labels, 3600.0)


def customers(contacts: int, within_s: float, patience_s: float) -> SimpleNamespace:
    """Draws of so many customers who come within that time."""
    rng = np.random.default_rng(contacts)
    legs = SimpleNamespace(
        arrival_s=np.sort(np.rint(rng.random(contacts) * within_s * STEP) / STEP),
        patience_s=np.rint(rng.exponential(patience_s, contacts) * STEP) / STEP,
        base_handle_s=np.rint(rng.exponential(HANDLE_S, contacts) * STEP) / STEP,
        transfer_u=np.full(contacts, 0.5),
        resolved_u=np.full(contacts, 0.5),
        equal_rank_u=np.full(contacts, 0.5),
        customer=np.arange(contacts),
        class_row=np.zeros(contacts, dtype=np.int64),
        entry=np.zeros(contacts, dtype=np.int64),
    )
    return SimpleNamespace(first=lambda queue: legs)


def long_queue(waiting: int) -> tuple[Network, Staffing, SimpleNamespace]:
    """Nearly all of them wait at one moment; a hundredth of them are served in an hour."""
    return *pool(max(1, waiting // 1000)), customers(waiting, 1800.0, 3600.0 * 5)


def large_desk(advisers: int, contacts: int) -> tuple[Network, Staffing, SimpleNamespace]:
    """So many advisers, 95 % of them busy."""
    return *pool(advisers), customers(contacts, min(END_S, contacts * HANDLE_S / (0.95 * advisers)), 120.0)


def most_waiting(log: ContactLog) -> int:
    """The longest that the queue was."""
    left_s = np.where(np.isnan(log.start_s), log.end_s, log.start_s)
    waited = left_s > log.entered_s
    moments = np.concatenate([log.entered_s[waited], left_s[waited]])
    change = np.repeat([1, -1], int(waited.sum()))
    return int(np.cumsum(change[np.lexsort([change, moments])]).max(initial=0))


@pytest.mark.parametrize("waiting", [1000])
def test_long_queue(benchmark, waiting):
    log = benchmark.pedantic(compiled_engine.play, long_queue(waiting), rounds=1)
    assert most_waiting(log) > 0.9 * waiting


@pytest.mark.parametrize("advisers", [10, 1000])
def test_large_desk(benchmark, advisers):
    log = benchmark.pedantic(compiled_engine.play, large_desk(advisers, 5000), rounds=1)
    assert len(np.unique(log.adviser[log.adviser >= 0])) == advisers


def ns_a_contact(centre: tuple[Network, Staffing, SimpleNamespace], rounds: int) -> tuple[float, ContactLog]:
    least = float("inf")
    for _ in range(rounds):
        begin = time.process_time()
        log = compiled_engine.play(*centre)
        least = min(least, time.process_time() - begin)
    return least / len(log) * 1e9, log


def main(rounds: int = 5) -> None:
    series = {
        "waiting": [(1000 << step, long_queue(1000 << step)) for step in range(11)],
        "advisers": [(10 << step, large_desk(10 << step, 100_000)) for step in range(11)],
    }
    for what, centres in series.items():
        took = np.array([ns_a_contact(centre, rounds)[0] for _, centre in centres])
        size = np.array([size for size, _ in centres], dtype=float)
        for number, (each, at) in enumerate(zip(took, size, strict=True)):
            more = f"{each - took[number - 1]:+7.0f} for twice as many" if number else ""
            print(f"{at:11,.0f} {what:8} {each:7.0f} ns a contact {more}")
        slope, level = np.polyfit(np.log2(size), took, 1)
        power = np.polyfit(np.log(size), np.log(took), 1)[0]
        off = np.abs(took - level - slope * np.log2(size)).max()
        print(
            f"{what}: {slope:.0f} ns a doubling by least squares, off the line by at most {off:.0f} ns;"
            f" as a power, {power:.2f}; {took[-1] / took[0]:.1f} times for {size[-1] / size[0]:,.0f} times as many"
        )


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
