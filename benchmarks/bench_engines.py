"""The engines against an event loop in C written for this one centre, textbook SimPy and Ciw, with the same customers.

The centre: calls of types A, B, C at 80, 70, 60 an hour, AHT 300 s, patience 120 s, all exponential. Desks A, B, C with
5 advisers each take their own calls, an all-round desk with 5 takes A, then B, then C. A call goes to its desk, then
to the all-round one; nobody is passed on.

    pytest benchmarks/bench_engines.py                       figures of each (pytest-benchmark)
    pytest benchmarks/bench_engines.py --benchmark-disable   smoke: each runs once on a short horizon, and all agree
    python benchmarks/bench_engines.py                       each in turn, best of 7, ratios, where the time goes

The last counts processor time, which a busy machine disturbs less; so does pytest with
--benchmark-timer=time.process_time. bench_scaling.py: what a contact costs in long queues and large desks.
"""

import gc
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import simpy

from simcenter.experiment import simulate
from simcenter.measures import Meter, compile_promises
from simcenter.scenario import Scenario
from simcenter.simulation import compiled_engine
from simcenter.simulation.compile import compile_network
from simcenter.simulation.draws import Draws, FirstLegs
from simcenter.simulation.engine import play
from simcenter.simulation.kept import RememberedDraws
from simcenter.simulation.laws import LawCode
from simcenter.simulation.log import ContactLog, Outcome
from simcenter.simulation.network import EXCLUSIVE, FILE, Laws, Network, Periods
from simcenter.simulation.staffing import Staffing

sys.path.insert(0, str(Path(__file__).parent))
from naive import loop

try:
    import ciw
except ImportError:  # an optional extra
    ciw = None

PER_HOUR = (80.0, 70.0, 60.0)
AHT_S, PATIENCE_S = 300.0, 120.0
ADVISERS = 5
INTERVAL_S = 3600.0
CONTACTS = 100_000
FEW = 5_000
ENGINES = ("compiled", "simpy")


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


class Given:
    """Draws whose first legs are made already, to measure the play alone."""

    def __init__(self, draws: Draws, customers: list[FirstLegs]) -> None:
        self.customers, self.source, self.later = customers, draws.source, draws.later

    def first(self, queue: int) -> FirstLegs:
        return self.customers[queue]


def with_ciw(contacts: int) -> tuple[int, float, float]:
    """Ciw on a plainer centre of the same load: it has no overflow between desks, so all 20 advisers are one node."""
    kinds = [f"type {name}" for name in "ABC"]
    network = ciw.create_network(
        arrival_distributions={
            kind: [ciw.dists.Exponential(rate / 3600)] for kind, rate in zip(kinds, PER_HOUR, strict=True)
        },
        service_distributions={kind: [ciw.dists.Exponential(1 / AHT_S)] for kind in kinds},
        reneging_time_distributions={kind: [ciw.dists.Exponential(1 / PATIENCE_S)] for kind in kinds},
        priority_classes={kind: number for number, kind in enumerate(kinds)},
        number_of_servers=[4 * ADVISERS],
    )
    ciw.seed(1)
    simulation = ciw.Simulation(network)
    simulation.simulate_until_max_time(contacts / sum(PER_HOUR) * 3600)
    records = simulation.get_all_records()
    gone = [record for record in records if record.record_type == "renege"]
    return len(records), float(np.mean([record.waiting_time for record in records])), len(gone) / len(records)


def runs_of(contacts: int) -> dict[str, tuple[Callable[[], Any], Callable[[Any], tuple[int, float, float]]]]:
    """Each way to play the centre, and how its figures are read."""
    network, staffing, customers, draws = the_centre(contacts)
    given = Given(draws, customers)
    arrays = [(legs.arrival_s, legs.patience_s, legs.base_handle_s) for legs in customers]
    runs = {
        "C loop, customers given": (loop.given(arrays, ADVISERS), loop.Sums.figures),
        "C loop": (loop.own(PER_HOUR, PATIENCE_S, AHT_S, network.end_s, ADVISERS), loop.Sums.figures),
        "compiled, customers given": (lambda: compiled_engine.play(network, staffing, given), figures),
        "compiled": (lambda: play(network, staffing, draws, "compiled"), figures),
        "simpy": (lambda: play(network, staffing, given, "simpy"), figures),
        "thrifty textbook SimPy": (lambda: textbook(customers, thrifty=True), textbook_figures),
        "textbook SimPy": (lambda: textbook(customers), textbook_figures),
    }
    if ciw is not None:
        runs["Ciw, a plainer centre"] = (lambda: with_ciw(contacts // 10), lambda found: found)
    return runs


RUNS = tuple(runs_of(FEW))


@pytest.mark.parametrize("name", RUNS)
def test_run(benchmark, name):
    run, read = runs_of(CONTACTS if benchmark.enabled else FEW)[name]
    result = benchmark.pedantic(run, rounds=3 if benchmark.enabled else 1)
    benchmark.extra_info["contacts_per_s"] = read(result)[0] / benchmark.stats["mean"] if benchmark.enabled else None


@pytest.mark.parametrize("name", ["compiled, customers given", "compiled", "simpy", "textbook SimPy"])
def test_all_model_the_same_centre(name):
    runs = runs_of(FEW)
    (ours, theirs) = (read(run()) for run, read in (runs[name], runs["C loop, customers given"]))
    assert ours[0] == theirs[0]
    assert ours[1:] == pytest.approx(theirs[1:], rel=1e-9)


def the_scenario(days: int) -> Scenario:
    """The same centre as a planner would write it."""
    queues = {
        name: {
            "channel": "phone",
            "volume": [rate] * 24,
            "patience": {"mean": f"{PATIENCE_S:.0f} s", "law": "exponential"},
            "handle_time": {"mean": f"{AHT_S:.0f} s", "law": "exponential"},
            "target": {"answered": 0.8, "within": "20 s"},
        }
        for name, rate in zip("ABC", PER_HOUR, strict=True)
    }
    desks: dict[str, Any] = {name: {"advisers": ADVISERS, "serves": {name: {}}} for name in "ABC"}
    serves = {name: {"rank": 2, "priority": 1 + number} for number, name in enumerate("ABC")}
    desks["all-round"] = {"advisers": ADVISERS, "serves": serves}
    horizon = {"start": "2026-03-02", "days": days, "interval": "60 min", "hours": {"mon-sun": "00:00-24:00"}}
    data = {"schema": 1, "name": "three types", "timezone": "UTC", "horizon": horizon}
    return Scenario.from_dict(data | {"queues": queues, "desks": desks}, base=Path())


def with_rules(days: int) -> Scenario:
    """The same calls with nearly every rule on, and letters that are answered in between."""
    data = the_scenario(days).to_dict()
    for name, queue in data["queues"].items():
        queue |= {
            "balking": 0.02,
            "lines": "main",
            "redial": {"share": 0.5, "after": "10 min"},
            "repeat": {"share": 0.3, "after": "2 h"},
            "callback": {"over": "40 s", "accepted": 0.5, "reached": 0.8},
            "classes": {"VIP": {"share": 0.1, "priority": 0, "credit": "60 s"}},
            "adviser": {"share": 0.2, "desk": name, "of": 8, "wait": "20 s"},
            "misrouted": {"C" if name != "C" else "A": {"share": 0.05, "after": "40 s"}},
            "variability": {"day": 0.1, "interval": 0.1},
        }
    letters = {"channel": "email", "volume": [10] * 24, "handle_time": "6 min", "backlog": 50}
    data["queues"]["letters"] = letters | {"repeat": {"share": 0.2, "after": "3 working hours"}}
    for name, desk in data["desks"].items():
        desk["absence"] = 0.03
        for serves in desk["serves"].values():
            serves["resolved"] = 0.9
        if name != "all-round":
            desk["serves"]["letters"] = {"priority": 9, "min_idle": 2, "interruptible": True}
            to = {"A": "B", "B": "C", "C": "A"}[name]
            desk["serves"][name]["transfers"] = {to: {"share": 0.05, "kind": "warm", "handover": "30 s"}}
    return Scenario.from_dict(data | {"lines": {"main": 30}}, base=Path())


def rules_figures(days: int, rounds: int) -> dict[str, float]:
    """Processor seconds of each engine on the scenario with rules, draws included, and its number of legs: of the same
    replication in each round, the least."""
    scenario = with_rules(days)
    network, staffing = compile_network(scenario), Staffing.from_scenario(scenario)
    found = dict.fromkeys(ENGINES, float("inf"))
    logs = {}
    for _ in range(rounds):
        for engine in ENGINES:
            draws = Draws(network, 1, 0)
            begin = time.process_time()
            logs[engine] = play(network, staffing, draws, engine)
            found[engine] = min(found[engine], time.process_time() - begin)
    assert logs["compiled"].equals(logs["simpy"])
    return found | {"legs": float(len(logs["compiled"]))}


def test_rules(benchmark):
    benchmark.pedantic(rules_figures, (20, 5) if benchmark.enabled else (1, 1), rounds=1)


def the_day() -> Scenario:
    """An eight-hour day of the same centre, with rates and advisers by the half hour."""
    data = the_scenario(1).to_dict()
    data["horizon"] |= {"interval": "30 min", "hours": {"mon-sun": "09:00-17:00"}}

    def by_half_hour(mean: float) -> list[float]:
        return [0.0] * 18 + [mean * factor for factor in (0.8, 1.0, 1.2, 1.0)] * 4 + [0.0] * 14

    for queue, rate in zip(data["queues"].values(), PER_HOUR, strict=True):
        queue["volume"] = by_half_hour(rate / 2)
    for desk in data["desks"].values():
        desk["advisers"] = [round(advisers) for advisers in by_half_hour(ADVISERS)]
    return Scenario.from_dict(data, base=Path())


def all_in(replications: int, rounds: int, contacts: int) -> tuple[float, float]:
    """Contacts per second of such days as `simulate` plays and sums them up, in one process; and of the C loop."""
    own = loop.own(PER_HOUR, PATIENCE_S, AHT_S, contacts / sum(PER_HOUR) * 3600, ADVISERS)
    ours_s = theirs_s = float("inf")
    for _ in range(rounds):
        begin = time.process_time()
        results = simulate(the_day(), replications=replications)
        ours_s = min(ours_s, time.process_time() - begin)
        for _ in range(3):
            begin = time.process_time()
            sums = own()
            theirs_s = min(theirs_s, time.process_time() - begin)
    played = replications * float(results.journeys.loc["", "contacts"])
    return played / ours_s, loop.Sums.figures(sums)[0] / theirs_s


def test_all_in(benchmark):
    benchmark.pedantic(all_in, (1000, 5, CONTACTS) if benchmark.enabled else (3, 1, FEW), rounds=1)


def stages(scenario: Scenario, rounds: int) -> tuple[dict[str, float], float, float]:
    """Processor seconds of each stage of a replication, and of playing it again; and its contacts, on average.

    A replication is played again as a search does it, which keeps the customers.
    """
    network, staffing = compile_network(scenario), Staffing.from_scenario(scenario)
    meter = Meter(network, compile_promises(scenario))
    least = dict.fromkeys(("draw", "play", "measure", "again"), float("inf"))
    several = range(max(1, 20_000 * 24 // int(sum(PER_HOUR) * 24 * scenario.horizon.days)))
    for _ in range(rounds):
        kept = [RememberedDraws(network, 1, number) for number in several]
        moments = [time.process_time()]
        for draws in kept:
            for q in range(3):
                draws.first(q)
        moments.append(time.process_time())
        logs = [compiled_engine.play(network, staffing, draws) for draws in kept]
        moments.append(time.process_time())
        for log in logs:
            meter.tally(log)
        moments.append(time.process_time())
        for draws in kept:
            compiled_engine.play(network, staffing, draws)
        moments.append(time.process_time())
        for stage, took in zip(least, np.diff(moments), strict=True):
            least[stage] = min(least[stage], float(took) / len(several))
    again = least.pop("again")
    return least, again, float(np.mean([len(log) for log in logs]))


def test_stages(benchmark):
    benchmark.pedantic(stages, (the_scenario(20 if benchmark.enabled else 1), 1), rounds=1)


def main(contacts: int = CONTACTS, rounds: int = 7) -> None:
    runs = runs_of(contacts)
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
    per_s = {name: seen[name][0] / fastest_s[name] for name in runs}
    for name, (count, wait_s, abandoned) in seen.items():
        print(
            f"{name:26}{per_s[name]:12,.0f} contacts/s, {per_s[name] / per_s['C loop']:7.3f} of the C loop,"
            f"{per_s[name] / per_s['textbook SimPy']:7.1f} times textbook SimPy"
            f"   ({count:,} contacts, mean wait {wait_s:.2f} s, {abandoned:.2%} abandoned)"
        )
    found = rules_figures(10, 5)
    ratio = found["simpy"] / found["compiled"]
    print(f"nearly every rule on: {found['legs'] / found['compiled']:,.0f} legs/s, {ratio:.1f} times the SimPy engine")
    scenarios = {"20 days": the_scenario(20), "a day": the_scenario(1), "200 days": the_scenario(200)}
    for what, scenario in (scenarios | {"eight hours": the_day()}).items():
        least, again, count = stages(scenario, rounds)
        total = sum(least.values())
        split = ", ".join(f"{stage} {seconds / total:.0%}" for stage, seconds in least.items())
        print(
            f"replication of {what}: {count / total:,.0f} contacts/s, {count / total / per_s['C loop']:.3f} of the C"
            f" loop; {split}; play again with the same customers: {count / again:,.0f} contacts/s,"
            f" {count / again / per_s['C loop']:.3f} of the C loop"
        )
    ours, theirs = all_in(1000, rounds, contacts)
    print(f"1,000 replications of eight hours, all in: {ours:,.0f} contacts/s, {ours / theirs:.3f} of the C loop")


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
