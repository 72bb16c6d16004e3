"""The engines against textbook SimPy, on the same centre and with the same customers.

The centre: calls of types A, B, C at 80, 70, 60 an hour, AHT 300 s, patience 120 s, all exponential. Desks A, B, C with
5 advisers each take their own calls, an all-round desk with 5 takes A, then B, then C. A call goes to its desk, then
to the all-round one; nobody is passed on.

    pytest benchmarks/bench_engines.py                       figures of each (pytest-benchmark)
    pytest benchmarks/bench_engines.py --benchmark-disable   smoke: each runs once on a short horizon, and both agree
    python benchmarks/bench_engines.py                       each in turn, the best of 7, and the ratio

The last counts processor time, which a busy machine disturbs less; so does pytest with
--benchmark-timer=time.process_time.
"""

import gc
import sys
import time

import numpy as np
import pytest
import simpy

from simcenter.simulation.draws import Draws, FirstLegs
from simcenter.simulation.engine import play
from simcenter.simulation.laws import LawCode
from simcenter.simulation.log import ContactLog, Outcome
from simcenter.simulation.network import EXCLUSIVE, FILE, Laws, Network, Periods
from simcenter.simulation.staffing import Staffing

PER_HOUR = (80.0, 70.0, 60.0)
AHT_S, PATIENCE_S = 300.0, 120.0
ADVISERS = 5
INTERVAL_S = 3600.0
CONTACTS = 100_000
FEW = 5_000
ENGINES = ("simpy",)


def the_centre(contacts: int) -> tuple[Network, Staffing, list[FirstLegs], Draws]:
    """The centre over as many hours as about so many contacts take, and its customers."""
    hours = round(contacts / sum(PER_HOUR))
    end_s = hours * INTERVAL_S

    def exponential(mean_s: float) -> Laws:
        p = np.zeros((3, 3))
        p[:, 0] = mean_s
        return Laws(np.full(3, LawCode.EXPONENTIAL, dtype=np.int64), p, np.zeros(0), np.zeros(4, dtype=np.int64))

    def always(places: int) -> Periods:
        return Periods(np.arange(places + 1), np.zeros(places), np.full(places, end_s))

    serves = np.vstack([np.eye(3, dtype=bool), np.ones((1, 3), dtype=bool)])
    rank = np.vstack([np.ones((3, 3), dtype=np.int64), np.full((1, 3), 2)])
    priority = np.vstack([np.ones((3, 3), dtype=np.int64), [[1, 2, 3]]])
    none = np.zeros(0)
    network = Network(
        queue_names=("A", "B", "C"),
        desk_names=("A", "B", "C", "all-round"),
        interval_s=INTERVAL_S,
        end_s=end_s,
        day_start_s=np.array([0.0, end_s]),
        max_legs=8,
        kind=np.full(3, EXCLUSIVE),
        volume=np.tile(PER_HOUR, (hours, 1)),
        queue_open=always(3),
        drop_at_closing=np.zeros(3, dtype=bool),
        waiting_room=np.full(3, -1),
        patience=exponential(PATIENCE_S),
        handle_time=exponential(AHT_S),
        wrap_share=np.zeros(3),
        chat_speed=np.ones((3, 1)),
        chat_slots=np.ones(3, dtype=np.int64),
        equal_rank=np.full(3, FILE),
        desk_open=always(4),
        serves=serves,
        rank=rank,
        priority=priority,
        after_s=np.zeros((4, 3)),
        speed=np.ones((4, 3)),
        resolved=np.ones((4, 3)),
        route_first=np.zeros(13, dtype=np.int64),
        route_queue=np.zeros(0, dtype=np.int64),
        route_cum=none,
        route_warm=np.zeros(0, dtype=bool),
        route_after_s=none,
        route_handover_s=none,
        route_factor=none,
    )
    staffing = Staffing(
        advisers=np.full((hours, 4), ADVISERS, dtype=np.int64),
        desks=network.desk_names,
        interval_start=tuple(f"hour {h}" for h in range(hours)),
        interval_s=INTERVAL_S,
    )
    draws = Draws(network, seed=1, replication=0)
    return network, staffing, [draws.first(q) for q in range(3)], draws


def textbook(customers: list[FirstLegs], thrifty: bool = False) -> list[tuple[float, bool]]:
    """As SimPy's own examples do it (bank renege): a process per call, a Resource per desk; (wait, abandoned) of each.

    A call asks its own desk, and if that is busy the all-round desk too (by the priority of its type), and waits for
    the first of them or its patience; what it does not need it withdraws. The thrifty variant, which no example has,
    does not wait for what it was granted at once.
    """
    env = simpy.Environment()
    own = [simpy.Resource(env, ADVISERS) for _ in PER_HOUR]
    all_round = simpy.PriorityResource(env, ADVISERS)
    rows: list[tuple[float, bool]] = []

    def call(queue: int, patience_s: float, handle_s: float):
        arrived = env.now
        asked = [(own[queue], own[queue].request())]
        if not asked[0][1].triggered:
            asked.append((all_round, all_round.request(priority=queue)))
        if not (thrifty and asked[-1][1].triggered):
            yield env.any_of([*(request for _, request in asked), env.timeout(patience_s)])
        granted = [(desk, request) for desk, request in asked if request.triggered]
        rows.append((env.now - arrived, not granted))
        for _, request in asked:
            if not request.triggered:
                request.cancel()
        if granted:
            yield env.timeout(handle_s)
            for desk, request in granted:
                desk.release(request)

    def source(queue: int, legs: FirstLegs):
        columns = (legs.arrival_s.tolist(), legs.patience_s.tolist(), legs.base_handle_s.tolist())
        for arrival_s, patience_s, handle_s in zip(*columns, strict=True):
            yield env.timeout(arrival_s - env.now)
            env.process(call(queue, patience_s, handle_s))

    for queue, legs in enumerate(customers):
        env.process(source(queue, legs))
    env.run()
    return rows


def figures(log: ContactLog) -> tuple[int, float, float]:
    """Contacts, mean wait of all, share that abandoned."""
    abandoned = log.outcome == Outcome.ABANDONED
    wait_s = np.where(abandoned, log.end_s, log.start_s) - log.entered_s
    return len(log), float(wait_s.mean()), float(abandoned.mean())


def textbook_figures(rows: list[tuple[float, bool]]) -> tuple[int, float, float]:
    wait_s, abandoned = np.array(rows, dtype=float).T
    return len(rows), float(wait_s.mean()), float(abandoned.mean())


@pytest.mark.parametrize("engine", ENGINES)
def test_engine(benchmark, engine):
    network, staffing, _, draws = the_centre(CONTACTS if benchmark.enabled else FEW)
    log = benchmark.pedantic(play, (network, staffing, draws, engine), rounds=3 if benchmark.enabled else 1)
    benchmark.extra_info["contacts_per_s"] = len(log) / benchmark.stats["mean"] if benchmark.enabled else None


@pytest.mark.parametrize("thrifty", [False, True])
def test_textbook(benchmark, thrifty):
    *_, customers, _ = the_centre(CONTACTS if benchmark.enabled else FEW)
    rows = benchmark.pedantic(textbook, (customers, thrifty), rounds=3 if benchmark.enabled else 1)
    benchmark.extra_info["contacts_per_s"] = len(rows) / benchmark.stats["mean"] if benchmark.enabled else None


@pytest.mark.parametrize("engine", ENGINES)
def test_both_model_the_same_centre(engine):
    network, staffing, customers, draws = the_centre(FEW)
    ours, theirs = figures(play(network, staffing, draws, engine)), textbook_figures(textbook(customers))
    assert ours[0] == theirs[0]
    assert ours[1:] == pytest.approx(theirs[1:], rel=1e-9)


def main(contacts: int = CONTACTS, rounds: int = 7) -> None:
    network, staffing, customers, draws = the_centre(contacts)
    runs = {
        "textbook SimPy": (lambda: textbook(customers), textbook_figures),
        "thrifty textbook": (lambda: textbook(customers, thrifty=True), textbook_figures),
    }
    for engine in ENGINES:
        runs[f"engine {engine}"] = (lambda engine=engine: play(network, staffing, draws, engine), figures)
    fastest_s = dict.fromkeys(runs, float("inf"))
    seen = {}
    for _ in range(rounds):  # in turn, so that a slow moment of the machine hits all of them
        for name, (run, read) in runs.items():
            gc.collect()
            begin = time.process_time()
            result = run()
            fastest_s[name] = min(fastest_s[name], time.process_time() - begin)
            seen[name] = read(result)
            del result
    for name, (count, wait_s, abandoned) in seen.items():
        ratio = fastest_s["textbook SimPy"] / fastest_s[name]
        print(
            f"{name:17}{count / fastest_s[name]:9,.0f} contacts/s {ratio:6.2f} times   "
            f"({count:,} contacts, mean wait {wait_s:.2f} s, {abandoned:.2%} abandoned)"
        )


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
