"""Measuring a log beside playing it: the tally, and adding it up, must cost well below the SimPy engine's play.

pytest benchmarks/bench_measures.py       figures of each (pytest-benchmark)
python benchmarks/bench_measures.py       one run of each, and the ratios
"""

import time
from collections.abc import Callable

import pytest

from simcenter.experiment import TargetCells, TargetSums
from simcenter.experiment.accumulate import Accumulator
from simcenter.measures import Meter, compile_promises
from simcenter.measures.targets import criteria
from simcenter.scenario import load_scenario
from simcenter.scenario.ready import ready_scenarios
from simcenter.simulation.compile import compile_network
from simcenter.simulation.draws import Draws
from simcenter.simulation.engine import play
from simcenter.simulation.staffing import Staffing

MOST = 0.25
"""Of the time of the play, at most; measured 0.08."""


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
            "accumulate": lambda: accumulator.add(tally),
            "targets": lambda: targets.add(tally),
        }


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
    assert seconds["tally"] + seconds["accumulate"] + seconds["targets"] < MOST * seconds["play"]


if __name__ == "__main__":
    one = Week()
    played = best(one.steps["play"])
    for name, step in one.steps.items():
        seconds = best(step)
        share, each = seconds / played, 1e6 * seconds / one.legs
        print(f"{name:12}{1e3 * seconds:8.2f} ms {share:6.1%} of the play, {each:6.2f} us a leg")
