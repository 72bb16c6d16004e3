"""Replications with their logs, for tests that look at both."""

from simcenter.experiment import Players
from simcenter.experiment.reduction import Logs, Several, Tallies
from simcenter.measures import compile_promises
from simcenter.simulation.compile import compile_network
from simcenter.simulation.staffing import Staffing


def logged(scenario, seed, replications, **how):
    """(tally, log) of each of the first replications of a scenario that gives its advisers."""
    both = Several((Tallies(), Logs(replications)))
    with Players(compile_network(scenario), compile_promises(scenario), **how) as players:
        staffing = Staffing.from_scenario(scenario)
        tallies, logs = players.reduce(both, staffing, seed=seed, replications=range(replications)).parts
    return [(tally, log) for tally, (_, log) in zip(tallies.tallies, logs.kept, strict=True)]
