"""A lower bound on cost by the work that must be done: see docs/planning.md, "The bound"."""

from typing import TYPE_CHECKING

import numpy as np
from scipy.sparse import csr_matrix

from simcenter.measures import compile_promises
from simcenter.planning.bound.desks import advisers
from simcenter.planning.bound.expected import Expected, columns_of
from simcenter.planning.bound.labour import Labour
from simcenter.planning.bound.programme import Programme
from simcenter.planning.bound.queues import at_once, contacts, deferred, handed_on, live
from simcenter.planning.bound.targets import caps, targets
from simcenter.planning.centre import Centre
from simcenter.planning.criteria import Cells
from simcenter.planning.units import Units
from simcenter.simulation.compile import compile_network
from simcenter.simulation.network import DEFERRED

if TYPE_CHECKING:
    from simcenter.scenario import Scenario

SAFE = 1e-6
"""Share of the bound that is left to the rounding of times and of the solver."""


def lower_bound(scenario: "Scenario", centre: Centre, cells: Cells, units: Units, presence: csr_matrix) -> float:
    """No staffing is cheaper whose *mean* margins keep every cell: by the work that must be done.

    A linear programme over what is expected of contacts, work and advisers under any staffing. Every row holds for the
    true expectations, whoever takes what when, so its least cost is a proof and no estimate (docs/planning.md says
    why, row by row). It knows nothing of waiting by chance: the truth is dearer.

    Parameters
    ----------
    scenario : Scenario
    centre : Centre
        With the bounds on advisers that a plan keeps.
    cells : Cells
        What is to be kept on average.
    units : Units
    presence : sparse (P, U) matrix
        Rows of units of which one must have an adviser.

    Returns
    -------
    float
        Cost of the whole staffing; minus infinity where the solver gives up, infinite where no staffing can keep them.
    """
    network = compile_network(scenario)
    task = Expected(centre, network, compile_promises(scenario), cells, units, Labour(network, centre))
    programme = Programme()
    level = programme.columns(np.ones(len(units), dtype=np.bool_))
    columns = columns_of(task, programme, level)
    contacts(task, programme, columns)
    for q in range(len(centre.queues)):
        (deferred if centre.kind[q] == DEFERRED else live)(task, programme, columns, q)
    handed_on(task, programme, columns)
    advisers(task, programme, columns)
    at_once(task, programme, columns)
    targets(task, programme, columns)
    caps(task, programme, columns)
    programme.rows(-presence, -np.minimum(1, presence @ units.most).astype(np.float64))
    base = centre.total_cost(units.base)
    found = programme.least(units.price, units.least.astype(np.float64), units.most.astype(np.float64))
    return base + found - SAFE * abs(found) if np.isfinite(found) else found
