"""The engine gives the rows of the plain twin in tests/oracles, every column to the last bit, in random centres."""

import math
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from oracles import twin
from random_centres import random_centres
from strategies import scenarios

from simcenter.scenario import Scenario, load_scenario
from simcenter.scenario.ready import ready_scenarios
from simcenter.simulation.compile import compile_network
from simcenter.simulation.draws import Draws
from simcenter.simulation.engine import play
from simcenter.simulation.network import CHAT, DEFERRED
from simcenter.simulation.staffing import Staffing

ENGINES = ("compiled", "simpy")
COLUMNS = (twin.LEG_COLUMNS, twin.DUTY_COLUMNS)


def same(a, b) -> bool:
    return a == b or (isinstance(a, float) and math.isnan(a) and math.isnan(b))


def difference(expected: dict[str, list], log) -> str | None:
    """The first row in which the log is not the twin's, with the row before; None when they are equal."""
    for columns in COLUMNS:
        theirs = list(zip(*(getattr(log, name).tolist() for name in columns), strict=True))
        ours = list(zip(*(expected[name] for name in columns), strict=True))
        for row in range(max(len(ours), len(theirs))):
            a, b = (rows[row] if row < len(rows) else None for rows in (ours, theirs))
            if a is None or b is None or not all(map(same, a, b)):
                rows = [
                    f"{name:>12}: {x} | {y}" for name, x, y in zip(columns, a or columns, b or columns, strict=True)
                ]
                return "\n".join([f"row {row}, twin | engine (the name itself: no such row)", *rows])
    return None


def check_equal(network, staffing, draws, engines: tuple[str, ...], about: object) -> None:
    expected = twin.play(network, staffing.advisers, draws)
    for engine in engines:
        found = difference(expected, play(network, staffing, draws, engine=engine))
        assert found is None, f"{engine}: {found}\n{about}"


def check_scenario(scenario: Scenario, seed: int, engines: tuple[str, ...]) -> None:
    network, staffing = compile_network(scenario), Staffing.from_scenario(scenario)
    check_equal(network, staffing, Draws(network, seed, 0), engines, f"seed {seed}, {scenario.to_dict()}")


def examples(count: int, **kwargs) -> settings:
    return settings(max_examples=count, deadline=None, suppress_health_check=list(HealthCheck), **kwargs)


@examples(1000, derandomize=True)
@given(centre=random_centres())
def test_rough_centres_give_the_rows_of_the_twin(centre):
    check_equal(*centre, ENGINES, centre)


@examples(150, derandomize=True)
@given(data=scenarios(), seed=st.integers(0, 99))
def test_scenarios_give_the_rows_of_the_twin(data, seed):
    check_scenario(Scenario.from_dict(data, base=Path()), seed, ENGINES)


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize(("name", "days", "advisers"), [("first", 1, 4), ("home_shopping", 2, 5), ("bank_1999", 1, 9)])
def test_days_of_the_ready_scenarios_give_the_rows_of_the_twin(name, days, advisers, engine):
    """Whole days of true size, with the same few advisers at every desk all day."""
    scenario = load_scenario(ready_scenarios()[name]).replace("horizon.days", days)
    network, staffing = compile_network(scenario), Staffing.constant(scenario, advisers)
    check_equal(network, staffing, Draws(network, 5, 0), (engine,), name)


@pytest.mark.nightly
@pytest.mark.parametrize("engine", ENGINES)
@examples(10_000)
@given(centre=random_centres())
def test_rough_centres_give_the_rows_of_the_twin_at_night(engine, centre):
    check_equal(*centre, (engine,), centre)


@pytest.mark.nightly
@pytest.mark.parametrize("engine", ENGINES)
@examples(3000)
@given(data=scenarios(max_desks=4, most=12.0), seed=st.integers(0, 2**63 - 1))
def test_scenarios_give_the_rows_of_the_twin_at_night(engine, data, seed):
    check_scenario(Scenario.from_dict(data, base=Path()), seed, (engine,))


def test_random_centres_reach_every_outcome_and_rule_of_note():
    """Equality proves little if nothing ever happens: overtime, several chats, both kinds of transfer all must."""
    seen: set[object] = set()

    @examples(250, derandomize=True)
    @given(centre=random_centres())
    def look(centre):
        log = twin.play(centre.network, centre.staffing.advisers, centre.draws)
        seen.update(log["outcome"])
        names = ("desk", "adviser", "start_s", "end_s", "freed_s", "queue", "outcome")
        rows = list(zip(*(log[name] for name in names), strict=True))
        for d, a, start_s, end_s, freed_s, q, outcome in (row for row in rows if row[0] >= 0):
            kind = centre.network.kind[q]
            if kind == CHAT and any((d, a) == row[:2] and row[2] < start_s < row[4] for row in rows):
                seen.add("several chats")
            if freed_s > end_s and outcome == 2:
                seen.add(f"kind {kind} held in a warm transfer")
            if kind == DEFERRED:
                seen.add("deferred work done")
            if start_s > centre.network.end_s:
                seen.add("answered after the end, in overtime")

    look()
    outcomes = {0, 1, 2, 3, 4, 5, 6, 8, 9, 11}
    others = {"several chats", "deferred work done", "answered after the end, in overtime"}
    assert outcomes | others | {f"kind {kind} held in a warm transfer" for kind in (0, 1, 2)} <= seen
