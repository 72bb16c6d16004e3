"""Fit: the closed form with the work divided between the desks as a simulation divided it."""

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from simcenter.planning.centre import FloatArray, IntArray
from simcenter.planning.flows import solve_flows
from simcenter.planning.need import DUST, loads, need_of, on_any_day
from simcenter.planning.outcome import next_conditions
from simcenter.planning.requirement import ClosedForm, rounded

if TYPE_CHECKING:
    from simcenter.scenario import Scenario

TURNS = 8
"""Turns of proportional fitting."""
MOST = 4.0
"""Factor by which one turn changes a desk's share at most."""


def fitted(scenario: "Scenario", form: ClosedForm, advisers: IntArray, answered: FloatArray) -> ClosedForm:
    """What the formulas ask for when desks get the shares of the contacts that they got in a simulation.

    Parameters
    ----------
    scenario : Scenario
    form : ClosedForm
        Its requirement, with the shares that the order of desks gives.
    advisers : (T, D) int array
        Advisers under which the contacts were shared so.
    answered : (T, D) float array
        Contacts that each desk answered; only the shares within an interval count.

    Returns
    -------
    ClosedForm
        Iterative proportional fitting (Deming and Stephan 1940) of the desks' shares; who hands on to whom follows.
    """
    centre, queues = form.centre, list(scenario.queues.values())
    pull = np.ones(centre.desk_open.shape)
    conditions = replace(form.conditions, pull=pull)
    flows, need = form.flows, form.need
    for turn in range(TURNS):
        flows = solve_flows(centre, conditions)
        expected = flows.taken.sum(axis=2)
        wanted = answered * (expected.sum(axis=1) / np.maximum(answered.sum(axis=1), DUST))[:, None]
        known = (expected > DUST) & (answered.sum(axis=1, keepdims=True) > DUST)
        pull = pull * np.where(known, np.clip(wanted / np.where(known, expected, 1.0), 1 / MOST, MOST), 1.0)
        conditions = replace(conditions, pull=pull)
        if turn == TURNS // 2:
            conditions = next_conditions(centre, conditions, flows, need, advisers)
    flows = solve_flows(centre, conditions)
    load = loads(centre, queues, flows.work_s, flows, form.method)
    need = on_any_day(centre, form.limits, flows, load, need_of(centre, form.limits, flows, load))
    staffing = form.staffing.with_advisers(rounded(centre, need.planned, flows))
    return replace(form, staffing=staffing, need=need, load=load, flows=flows, conditions=conditions)
