"""Measuring a log beside playing it: the tally, and adding it up, must cost well below the SimPy engine's play.

pytest benchmarks/bench_measures.py       figures of each (pytest-benchmark)
python benchmarks/bench_measures.py       one run of each, and the ratios
"""

import time
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path

import pytest

from simcenter.experiment import TargetCells, TargetSums
from simcenter.experiment.accumulate import Accumulator
from simcenter.experiment.rows import MOST_KEPT
from simcenter.measures import Meter, Tally, compile_promises
from simcenter.measures.targets import criteria
from simcenter.scenario import Scenario, load_scenario
from simcenter.scenario.ready import ready_scenarios
from simcenter.simulation.compile import compile_network
from simcenter.simulation.draws import Draws
from simcenter.simulation.engine import play
from simcenter.simulation.staffing import Staffing

MOST = 0.25
"""Of the time of the play, at most; measured 0.02."""


class Week:
    """A week of home_shopping, and each step as a function."""

    def __init__(self) -> None:
        scenario = load_scenario(ready_scenarios()["home_shopping"])
        network = compile_network(scenario)
        staffing = Staffing.constant(scenario, {"front": 8, "returns": 5, "shop": 5})
        meter = Meter(network, compile_promises(scenario))
        accumulator, targets = Accumulator(meter), TargetSums(TargetCells.of(criteria(scenario), meter))
        log = play(network, staffing, Draws(network, 0, 0), engine="simpy")
        tally = meter.tally(log)
        self.legs = len(log)
        self.steps: dict[str, Callable[[], object]] = {
            "play": lambda: play(network, staffing, Draws(network, 0, 0), engine="simpy"),
            "tally": lambda: meter.tally(log),
            "accumulate": lambda: add_up(accumulator, tally),
            "targets": lambda: targets.add(tally),
        }


def add_up(accumulator: Accumulator, tally: Tally) -> None:
    """As many times as tallies are added up at once."""
    for _ in range(MOST_KEPT):
        accumulator.add(tally)
    accumulator.settle()


@pytest.fixture(scope="module")
def week() -> Week:
    return Week()


@pytest.mark.parametrize("step", ["play", "tally", "accumulate", "targets"])
def test_step(benchmark, week: Week, step: str) -> None:
    benchmark(week.steps[step])


def best(step: Callable[[], object], times: int = 5) -> float:
    """Processor seconds of the quickest of a few runs."""
    found = []
    for _ in range(times):
        start = time.process_time()
        step()
        found.append(time.process_time() - start)
    return min(found)


def test_measuring_costs_well_below_playing(week: Week) -> None:
    seconds = {name: best(step) for name, step in week.steps.items()}
    seconds["accumulate"] /= MOST_KEPT
    assert seconds["tally"] + seconds["accumulate"] + seconds["targets"] < MOST * seconds["play"]


def eight_hours() -> Scenario:
    """Eight hours of three types of call with half-hour rates and staffing: about 1,700 calls."""
    shape = [0.6, 0.8, 1.0, 1.2, 1.3, 1.2, 1.0, 0.9, 0.9, 1.0, 1.1, 1.2, 1.1, 1.0, 0.9, 0.8]
    advisers = [4, 4, 5, 6, 6, 6, 5, 5, 5, 5, 5, 6, 5, 5, 5, 4]

    def all_day(values: list[float]) -> list[float]:
        return [0] * 18 + values + [0] * 14

    queues = {
        name: {
            "channel": "phone",
            "volume": all_day([per_hour / 2 * part for part in shape]),
            "patience": {"mean": "120 s", "law": "exponential"},
            "handle_time": {"mean": "300 s", "law": "exponential"},
            "target": {"answered": 0.8, "within": "20 s"},
        }
        for name, per_hour in (("A", 80), ("B", 70), ("C", 60))
    }
    desks = {name: {"advisers": all_day(advisers), "serves": {name: {}}} for name in "ABC"}
    serves = {name: {"rank": 2, "priority": 1 + number} for number, name in enumerate("ABC")}
    desks["all-round"] = {"advisers": all_day(advisers), "serves": serves}
    horizon = {"start": "2026-03-02", "days": 1, "interval": "30 min", "hours": {"mon-sun": "09:00-17:00"}}
    data = {"schema": 1, "name": "day", "timezone": "UTC", "horizon": horizon, "queues": queues, "desks": desks}
    return Scenario.from_dict(data, base=Path())


def split(scenario: Scenario, staffing: Staffing, times: int) -> tuple[int, dict[str, float]]:
    """Legs, and the least processor seconds of each stage of a replication of the compiled engine."""
    network = compile_network(scenario)
    meter = Meter(network, compile_promises(scenario))
    accumulator = Accumulator(meter)
    least = dict.fromkeys(("draw", "play", "measure", "add up"), float("inf"))
    for number in range(times):
        clock = [time.process_time()]
        draws = Draws(network, 0, number)
        for queue in range(network.queue_count):
            draws.first(queue)
        clock.append(time.process_time())
        log = play(network, staffing, draws, engine="compiled")  # draws once more
        clock.append(time.process_time())
        tally = meter.tally(log)
        clock.append(time.process_time())
        add_up(accumulator, tally)
        clock.append(time.process_time())
        steps = zip(least, pairwise(clock), strict=True)
        least = {name: min(least[name], after - before) for name, (before, after) in steps}
    least["play"] -= least["draw"]
    least["add up"] /= MOST_KEPT
    return len(log), least


def test_split(benchmark) -> None:
    day = eight_hours()
    benchmark.pedantic(split, (day, Staffing.from_scenario(day), 100 if benchmark.enabled else 1), rounds=1)


if __name__ == "__main__":
    one = Week()
    played = best(one.steps["play"])
    for name, step in one.steps.items():
        seconds = best(step) / (MOST_KEPT if name == "accumulate" else 1)
        share, each = seconds / played, 1e6 * seconds / one.legs
        print(f"{name:12}{1e3 * seconds:8.2f} ms {share:6.1%} of the play, {each:6.2f} us a leg")
    shop, day = load_scenario(ready_scenarios()["home_shopping"]), eight_hours()
    weeks = (shop, Staffing.constant(shop, {"front": 8, "returns": 5, "shop": 5}), 20)
    for what, args in (("day", (day, Staffing.from_scenario(day), 200)), ("home_shopping, a week", weeks)):
        legs, least = split(*args)
        total = sum(least.values())
        parts = ", ".join(f"{name} {seconds / total:.0%}" for name, seconds in least.items())
        print(f"compiled, {what}: {1e3 * total:.2f} ms for {legs:,} legs, {legs / total:,.0f} legs/s; {parts}")
