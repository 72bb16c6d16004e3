"""The compiled engine gives the rows of the SimPy engine, every column to the last bit, in whatever centre."""

import math
from dataclasses import fields
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
from corpus import VALID
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from random_centres import random_centres
from rough_rules import rough_rules
from strategies import scenarios

from simcenter.scenario import Scenario, load_scenario
from simcenter.scenario.ready import ready_scenarios
from simcenter.simulation import compiled_engine, simpy_engine
from simcenter.simulation.compile import compile_network
from simcenter.simulation.draws import Draws
from simcenter.simulation.log import ContactLog, Entry, Outcome, Returns
from simcenter.simulation.staffing import Staffing


def difference(expected: ContactLog, log: ContactLog) -> str | None:
    """The first row in which the logs are not the same; None when they are equal."""
    for duties in (False, True):
        names = [field.name for field in fields(log) if field.name.startswith("duty") == duties]
        theirs, ours = (list(zip(*(getattr(one, n).tolist() for n in names), strict=True)) for one in (expected, log))
        for row in range(max(len(theirs), len(ours))):
            a, b = (rows[row] if row < len(rows) else None for rows in (theirs, ours))
            if a is None or b is None or not all(map(same, a, b)):
                columns = [f"{n:>14}: {x} | {y}" for n, x, y in zip(names, a or names, b or names, strict=True)]
                return "\n".join([f"row {row}, simpy | compiled (the name itself: no such row)", *columns])
    for field in fields(log):
        assert getattr(log, field.name).dtype == getattr(expected, field.name).dtype, field.name
    return None


def same(a: float, b: float) -> bool:
    return a == b or (math.isnan(a) and math.isnan(b))


def check_equal(network, staffing, draws, about: object) -> ContactLog:
    log = compiled_engine.play(network, staffing, draws)
    expected = simpy_engine.play(network, staffing, draws)
    if not expected.equals(log):
        pytest.fail(f"{difference(expected, log)}\n{about}")
    return log


def check_scenario(scenario: Scenario, seed: int, staffing: Staffing | None = None) -> None:
    network = compile_network(scenario)
    draws = Draws(network, seed, 0)
    check_equal(network, staffing or Staffing.from_scenario(scenario), draws, f"seed {seed}, {scenario.to_dict()}")


def examples(count: int, **kwargs) -> settings:
    return settings(max_examples=count, deadline=None, suppress_health_check=list(HealthCheck), **kwargs)


@examples(300, derandomize=True)
@given(centre=random_centres())
def test_rough_centres_give_the_same_rows(centre):
    check_equal(*centre, centre)


def test_rough_centres_with_rules_give_the_same_rows():
    """And whatever a rule can lead to does happen, or equality would prove little."""
    seen: set[tuple[str, int]] = set()

    @examples(500, derandomize=True)
    @given(centre=rough_rules())
    def look(centre):
        log = check_equal(*centre, centre)
        for name in ("outcome", "entry", "returns"):
            seen.update((name, number) for number in np.unique(getattr(log, name)).tolist())

    look()
    entries = set(Entry) - {Entry.NO_SHOW}  # such rows have the entry of an appointment
    wanted = {("outcome", int(o)) for o in Outcome} | {("entry", int(e)) for e in entries}
    assert wanted | {("returns", int(r)) for r in Returns} <= seen


@examples(120, derandomize=True)
@given(data=scenarios(rules=True, most=12.0), seed=st.integers(0, 99))
def test_scenarios_with_rules_give_the_same_rows(data, seed):
    check_scenario(Scenario.from_dict(data, base=Path()), seed)


@examples(40, derandomize=True)
@given(data=scenarios(), seed=st.integers(0, 99))
def test_scenarios_give_the_same_rows(data, seed):
    check_scenario(Scenario.from_dict(data, base=Path()), seed)


@pytest.mark.parametrize("advisers", [2, 6, 12])
@pytest.mark.parametrize("name", sorted(ready_scenarios()))
def test_ready_scenarios_give_the_same_rows(name, advisers):
    """Days of true size, with the same advisers at every desk all day."""
    scenario = load_scenario(ready_scenarios()[name])
    scenario = scenario.replace("horizon.days", min(scenario.horizon.days, 2))
    check_scenario(scenario, 5, Staffing.constant(scenario, advisers))


@pytest.mark.parametrize("path", VALID, ids=lambda path: path.stem)
def test_valid_files_give_the_same_rows(path):
    scenario = load_scenario(path)
    check_scenario(scenario, 3, Staffing.constant(scenario, 3))


@pytest.mark.nightly
@examples(20_000)
@given(centre=random_centres())
def test_rough_centres_give_the_same_rows_at_night(centre):
    check_equal(*centre, centre)


@pytest.mark.nightly
@examples(20_000)
@given(centre=rough_rules())
def test_rough_centres_with_rules_give_the_same_rows_at_night(centre):
    check_equal(*centre, centre)


@pytest.mark.nightly
@examples(5000)
@given(data=scenarios(max_desks=4, most=12.0, rules=True), seed=st.integers(0, 2**63 - 1))
def test_scenarios_give_the_same_rows_at_night(data, seed):
    check_scenario(Scenario.from_dict(data, base=Path()), seed)


def test_a_difference_names_its_row():
    """The oracle itself: a log with one number changed is told from the true one, by row."""
    network, staffing, draws = home_shopping()
    expected = simpy_engine.play(network, staffing, draws)
    changed = {field.name: getattr(expected, field.name).copy() for field in fields(expected)}
    changed["end_s"][1] += 2.0**-20
    found = difference(expected, ContactLog(**changed))
    assert found is not None
    assert found.startswith("row 1,")


def home_shopping():
    """Two days of a ready scenario with transfers."""
    scenario = load_scenario(ready_scenarios()["home_shopping"]).replace("horizon.days", 2)
    network = compile_network(scenario)
    return network, Staffing.constant(scenario, 4), Draws(network, 1, 0)


def test_numbers_that_cannot_be_had_end_the_run():
    """An error in draws made in Python comes out of the loop as it is, and the next run is not harmed."""
    network, staffing, draws = home_shopping()

    def later(*_):
        raise RuntimeError("no numbers")

    with pytest.raises(RuntimeError, match="no numbers"):
        compiled_engine.play(network, staffing, SimpleNamespace(first=draws.first, later=later))
    assert (
        difference(simpy_engine.play(network, staffing, draws), compiled_engine.play(network, staffing, draws)) is None
    )
