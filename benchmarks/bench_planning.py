"""Plans beside what else a planner could do: Erlang queue by queue, and adding one adviser where it is worst.

python benchmarks/bench_planning.py                  two ready scenarios: cost, proven or not, time
python benchmarks/bench_planning.py home_shopping    another one
python benchmarks/bench_planning.py large [JOBS]     a made-up day of 20 queues and 15 desks, planned and proven
pytest benchmarks/bench_planning.py                  smoke: the first scenario, and that the plan is proven

Every staffing is judged on the same fresh replications, by the same bounds (95 %, all targets together). pyworkforce's
per-queue requirement is the first row: it has Erlang C for one queue and no optimiser over several skills (0.5.1).
"""

import sys
import time
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

import simcenter as sc
from simcenter import erlang
from simcenter.experiment.replicate import Players
from simcenter.measures import compile_promises
from simcenter.planning.centre import IntArray, centre_of
from simcenter.planning.criteria import cells_of, criteria_of
from simcenter.planning.evaluate import Simulator
from simcenter.planning.proof import prove
from simcenter.planning.requirement import closed_form
from simcenter.planning.unmet import surplus
from simcenter.scenario import Scenario
from simcenter.simulation.compile import compile_network

FRESH = range(10_000, 10_100)
SEARCHED = range(50)
MOST_STEPS = 400


@dataclass(frozen=True)
class Row:
    """One way of planning: its cost, how many cells it holds on fresh replications, and its seconds."""

    name: str
    cost: float
    held: int
    cells: int
    seconds: float


class Bench:
    """One scenario and the ways of planning it."""

    def __init__(self, scenario: Scenario) -> None:
        self.scenario = scenario
        network = compile_network(scenario)
        self.centre = centre_of(scenario, network)
        self.form = closed_form(scenario, network)
        self.cells = cells_of(self.centre, self.form.flows, criteria_of(scenario))
        self.players = Players(network, compile_promises(scenario), again=True)
        self.simulate = Simulator(self.players, self.cells, self.form.staffing, seed=0)

    def queue_by_queue(self) -> IntArray:
        """Each queue at each desk by itself in each interval, Erlang A or C, rounded up; then added up."""
        total = np.zeros(self.centre.desk_open.shape, dtype=np.int64)
        for q, queue in enumerate(self.scenario.queues.values()):
            target = queue.target
            for d in np.flatnonzero(self.centre.serves[:, q]):
                load = self.form.flows.work_s[:, d, q] / self.centre.interval_s
                busy = load > 1e-9
                needed = np.ceil(load[busy] / 0.9)
                if self.centre.live[q] and target is not None and target.answered is not None and target.within:
                    needed = erlang.advisers_for(
                        load[busy], aht_s=float(self.centre.handle_s[q]), patience_s=float(self.centre.patience_s[q]),
                        target=target.answered, within_s=target.within.amount, unattainable="inf",
                    )  # fmt: skip
                total[busy, d] += np.asarray(needed, dtype=np.int64)
        return np.clip(total, self.centre.least, self.centre.most)

    def greedy(self) -> IntArray:
        """From the load alone, one adviser more where the worst target is missed most, until all hold on average."""
        centre = self.centre
        load = self.form.flows.work_s.sum(axis=2) / centre.interval_s
        advisers: IntArray = np.clip(np.ceil(load).astype(np.int64), centre.least, centre.most)
        for _ in range(MOST_STEPS):
            sample = self.simulate(advisers, SEARCHED)
            lacks = surplus(sample)
            if (lacks >= 0).all():
                break
            worst = int(np.argmin(lacks))
            one = self.cells.criteria[int(self.cells.criterion[worst])]
            rows = slice(int(self.cells.first[worst]), min(int(self.cells.end[worst]), len(advisers)))
            serving = centre.serves[:, one.index] if one.level == "queue" else np.ones(len(centre.desks), dtype=bool)
            order = np.argsort(sample.by_row[rows, self.cells.criterion[worst]])
            places = [(rows.start + t, d) for t in order for d in np.flatnonzero(serving)]
            free = [(t, d) for t, d in places if advisers[t, d] < centre.most[t, d]]
            if not free:
                break
            advisers[free[0]] += 1
        return advisers

    def row(self, name: str, make: Callable[[], IntArray]) -> Row:
        """Time one way and judge what it makes."""
        started = time.perf_counter()
        advisers = make()
        seconds = time.perf_counter() - started
        proof = prove(self.simulate(advisers, FRESH), 0.05)
        return Row(name, self.centre.total_cost(advisers), int(proof.held.sum()), len(proof.held), seconds)

    def rows(self) -> list[Row]:
        """All ways."""
        return [
            self.row("Erlang, queue by queue, rounded up", self.queue_by_queue),
            self.row("closed form, pooled (requirement)", lambda: closed_form(self.scenario).staffing.advisers),
            self.row("one more where it is worst", self.greedy),
            self.row("plan", lambda: sc.plan(self.scenario, seed=0).staffing.advisers),
        ]


QUEUES, DESKS = 20, 15
CHANNELS = ("phone", "phone", "phone", "phone", "chat", "phone", "email")
SHAPE = [3, 5, 7, 8, 8, 7, 6, 5, 5, 6, 7, 7, 7, 6, 6, 5, 5, 4, 3, 2]
"""Contacts by half-hour of the day, 08:00 to 18:00."""


def large_centre(seed: int = 1) -> Scenario:
    """A day of 20 queues and 15 desks: phone, chat and email, 20 to 100 contacts an hour each, half-hours.

    Every desk serves its own queue first and two or three others after it, so that each queue has two or more desks and
    all of them hang together; phone desks hand a part of their own calls on to another queue, and a cap is on it.
    """
    rng = np.random.default_rng(seed)
    queues: dict[str, dict[str, object]] = {}
    for q in range(QUEUES):
        channel = CHANNELS[q % len(CHANNELS)]
        queue: dict[str, object] = {
            "channel": channel,
            "volume": {"per_day": round(10 * float(rng.uniform(20, 100))), "shape": SHAPE},
            "handle_time": {"mean": f"{round(float(rng.uniform(150, 480)))} s", "cv": 1.0},
        }
        if channel == "email":
            queue["target"] = {"answered": 0.9, "within": "4 working hours"}
        else:
            queue["patience"] = f"{round(float(rng.uniform(90, 240)))} s"
            queue["target"] = {"answered": 0.8, "within": "20 s" if channel == "phone" else "60 s"}
        if channel == "chat":
            queue["speed"] = [1.0, 0.8, 0.65]
        queues[f"{channel}_{q:02}"] = queue
    names = list(queues)
    desks: dict[str, dict[str, object]] = {}
    for d in range(DESKS):
        own = [q for q in range(QUEUES) if q % DESKS == d]
        others = [int(q) for q in rng.choice([q for q in range(QUEUES) if q not in own], 3, replace=False)]
        serves: dict[str, dict[str, object]] = {}
        for q in [*own, *others]:
            channel = CHANNELS[q % len(CHANNELS)]
            skill: dict[str, object] = {"rank": 1 if q in own else 2}
            skill["priority"] = (1 if q in own else 2) if channel != "email" else 4
            serves[names[q]] = skill
        phones = [q for q in own if CHANNELS[q % len(CHANNELS)] == "phone"]
        onward = [q for q in range(QUEUES) if CHANNELS[q % len(CHANNELS)] == "phone" and q not in own]
        for q in phones:
            serves[names[q]]["transfers"] = {names[int(rng.choice(onward))]: round(float(rng.uniform(0.04, 0.12)), 3)}
        desks[f"desk_{d:02}"] = {"cost_per_hour": round(float(rng.uniform(18, 34)), 1), "serves": serves}
    return Scenario.from_dict(
        {
            "schema": 1,
            "name": "Twenty queues, fifteen desks",
            "timezone": "Europe/Paris",
            "horizon": {"start": "2026-03-02", "days": 1, "interval": "30 min", "hours": "08:00-18:00"},
            "queues": queues,
            "desks": desks,
            "targets": {"transferred": 0.06},
        }
    )


def test_plan_beside_its_baselines() -> None:
    rows = {row.name: row for row in Bench(sc.load_scenario(sc.ready_scenarios()["first"])).rows()}
    assert rows["plan"].held == rows["plan"].cells


def test_the_large_centre_is_one() -> None:
    one = large_centre()
    assert (len(one.queues), len(one.desks)) == (QUEUES, DESKS)


def large(jobs: int) -> None:
    """Plan the large centre, and say what came out."""
    started = time.perf_counter()
    plan = sc.plan(large_centre(), seed=0, jobs=jobs)
    seconds, rounds = time.perf_counter() - started, plan.rounds
    print(f"large, {jobs} jobs: cost {rounds[-1].cost:,.1f} in {seconds:.0f} s, {len(plan.steps)} staffings looked at")
    print(f"  {'proven' if plan.proven else 'not proven'} in round {len(rounds)}; nobody can be spared: {plan.minimal}")


def main(names: list[str]) -> None:
    """Print a table for each scenario."""
    if names[0] == "large":
        large(int(names[1]) if len(names) > 1 else 2)
        return
    for name in names:
        scenario = sc.load_scenario(sc.ready_scenarios()[name])
        if name == "bank_1999":
            scenario = scenario.replace("horizon.days", 1)
        print(f"\n{name}: cost, targets held on {len(FRESH)} fresh replications, seconds")
        for row in Bench(scenario).rows():
            print(f"  {row.name:36} {row.cost:8,.1f}   {row.held:3} of {row.cells:3}   {row.seconds:7.2f}")


if __name__ == "__main__":
    main(sys.argv[1:] or ["first", "bank_1999"])
