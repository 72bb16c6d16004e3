"""The tally of a played log is what plain loops count, on random scenarios with every rule of a real centre."""

import numpy as np
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from measures.test_rules import as_counter, nonzero
from oracles import tallies
from strategies import scenarios

from simcenter.measures import Meter, compile_promises
from simcenter.scenario import Scenario
from simcenter.simulation.compile import compile_network
from simcenter.simulation.draws import Draws
from simcenter.simulation.engine import play
from simcenter.simulation.staffing import Staffing


def promised(promises):
    """As the plain loops want them."""
    return [one and (one.amount, one.unit) for one in promises]


@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
@given(scenarios(rules=True), st.integers(0, 5), st.integers(0, 1000))
def test_a_played_log_is_tallied_as_plain_loops_do(data, advisers, seed):
    scenario = Scenario.from_dict(data)
    network, promises = compile_network(scenario), compile_promises(scenario)
    staffing = Staffing.from_scenario(scenario, dict.fromkeys(scenario.desks, advisers))
    log = play(network, staffing, Draws(network, seed, 0), engine="simpy")
    meter = Meter(network, promises)
    tally = meter.tally(log)
    within, p90 = promised(promises.within), promised(promises.p90)
    callback = [one and one.amount for one in promises.of("callback")]
    assert as_counter(tally.queues) == nonzero(tallies.queue_tally(log, network, within, p90, callback=callback))
    assert as_counter(tally.journeys) == nonzero(tallies.journey_tally(log, network, within, p90))
    assert as_counter(tally.desks) == nonzero(tallies.desk_tally(log, network))
    matrix = {tuple(map(int, cell)): tally.transfers[tuple(cell)] for cell in np.argwhere(tally.transfers)}
    assert matrix == tallies.transfer_tally(log, network)
