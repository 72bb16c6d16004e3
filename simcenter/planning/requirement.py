"""The closed-form requirement: what each desk needs in each interval if every interval were a world of its own."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from simcenter.errors import ScenarioError
from simcenter.planning.backlog import spread_deferred
from simcenter.planning.centre import Centre, FloatArray, IntArray, centre_of
from simcenter.planning.conditions import Conditions, plain_conditions
from simcenter.planning.flows import Flows, solve_flows
from simcenter.planning.limits import limits_of
from simcenter.planning.need import DUST, Need, loads, need_of, on_any_day, with_absence
from simcenter.planning.notes import notes_of
from simcenter.planning.outcome import next_conditions
from simcenter.planning.pools import Limit
from simcenter.scenario import check_scenario
from simcenter.simulation.compile import compile_network
from simcenter.simulation.network import CHAT, DEFERRED, EXCLUSIVE, Network
from simcenter.simulation.staffing import Staffing

if TYPE_CHECKING:
    from simcenter.scenario import Scenario

SHOWN = {"Erlang C": "Erlang C", "Erlang A": "Erlang A", "chat": "chat birth and death", "level": "level backlog"}
METHODS = {
    "mol": "modified offered load",
    "sipp": "each interval by itself (SIPP)",
    "lag_sipp": "each interval by itself, one handle time later (lag SIPP)",
}
"""Ways in which load follows volume, as :mod:`simcenter.erlang.time_varying` has them."""
ROUNDS, ROUNDS_WITH_RULES = 3, 6
"""Rounds of flows and waits that depend on each other; more where customers come back or turn away."""


@dataclass(frozen=True)
class ClosedForm:
    """The requirement and how it came about.

    ``need`` (T, D) advisers part by part, before rounding and bounds; ``load`` (T, D, Q) erlangs; ``conditions`` under
    it; ``limits`` that ``need.live_limit`` counts; ``details`` a row per interval, desk and queue with the legs, the
    load, the formula and what it asks for; ``notes`` lines on what the numbers mean.
    """

    scenario: "Scenario"
    staffing: Staffing
    centre: Centre
    need: Need
    load: FloatArray
    flows: Flows
    conditions: Conditions
    limits: tuple[Limit, ...]
    details: pd.DataFrame
    method: str
    notes: tuple[str, ...]

    @property
    def exact(self) -> FloatArray:
        """(T, D) advisers to plan before rounding and bounds."""
        return self.need.planned

    @property
    def formulas(self) -> str:
        """One line: which formula each queue's advisers come from, and how their load follows the day."""
        used = self.details.groupby("formula", sort=False)["queue"].unique()
        each = "; ".join(f"{SHOWN[str(name)]} for {', '.join(queues)}" for name, queues in used.items())
        return f"{each}. Load of live queues: {METHODS[self.method]}"


def requirement(scenario: "Scenario", *, method: str = "mol") -> Staffing:
    """Advisers on the floor per desk and interval by closed formulas: the start of a plan, not its proof.

    Per desk and interval the contacts that come to it (transfers followed to their end) are pooled: phone and face to
    face by Erlang C, or A with the queue's patience; chats by their concurrency; deferred work spread level over the
    time until it is due. Rounded up once, at the end. Desks with an overflow wait get what nobody else can take.

    Parameters
    ----------
    scenario : Scenario
    method : {"mol", "sipp", "lag_sipp"}
        How the load of live queues follows their volume over the day: modified offered load, as contacts go on after
        the interval they came in; each interval as if the day were like it; or the same one handle time later. See
        :mod:`simcenter.erlang.time_varying`.

    Returns
    -------
    Staffing
        (T, D) advisers within ``min_advisers`` and ``max_advisers``; given desks as given.
    """
    return closed_form(scenario, method=method).staffing


def closed_form(scenario: "Scenario", network: Network | None = None, *, method: str = "mol") -> ClosedForm:
    """The requirement with its details: exact advisers, loads, flows and a frame of formulas."""
    check_scenario(scenario)
    if method not in METHODS:
        raise ScenarioError([f"method: must be one of {', '.join(METHODS)}, got {method!r}"])
    network = network or compile_network(scenario)
    centre = centre_of(scenario, network)
    limits, queues = limits_of(scenario), list(scenario.queues.values())
    conditions = spread_deferred(scenario, centre, plain_conditions(centre))
    turning = centre.returns or centre.balking.any() or np.isfinite(centre.lines).any() or any(centre.callback)
    rounds = ROUNDS_WITH_RULES if turning else ROUNDS
    for number in range(1, rounds + 1):
        flows = solve_flows(centre, conditions)
        load = loads(centre, queues, flows.work_s, flows, method)
        need = need_of(centre, limits, flows, load)
        last = number == rounds
        need = on_any_day(centre, limits, flows, load, need) if last else with_absence(centre, need)
        advisers = rounded(centre, need.planned, flows)
        conditions = next_conditions(centre, conditions, flows, need, advisers)
        conditions = spread_deferred(scenario, centre, conditions)
    staffing = Staffing(
        advisers=advisers,
        desks=centre.desks,
        interval_start=centre.interval_start,
        interval_s=centre.interval_s,
        open=centre.desk_open,
    )
    details = _details(centre, flows, load, need, advisers)
    return ClosedForm(
        scenario, staffing, centre, need, load, flows, conditions, limits, details, method, notes_of(scenario, centre)
    )


def rounded(centre: Centre, exact: FloatArray, flows: Flows) -> IntArray:
    """(T, D) whole advisers: rounded up, at least one where anybody is to be served, within the bounds."""
    whole = np.ceil(exact - DUST).astype(np.int64)
    whole = np.where(flows.taken.sum(axis=2) > DUST, np.maximum(whole, 1), whole)
    return np.clip(whole, centre.least, centre.most)


def _details(centre: Centre, flows: Flows, load: FloatArray, need: Need, advisers: IntArray) -> pd.DataFrame:
    """One row per interval, desk and queue: legs, erlangs; and per desk the advisers by what asks for them."""
    t, d, q = np.nonzero(flows.taken > DUST)
    formula = np.where(centre.kind == DEFERRED, "level", np.where(centre.kind == CHAT, "chat", "Erlang C"))
    formula = np.where((centre.kind == EXCLUSIVE) & np.isfinite(centre.patience_s), "Erlang A", formula)
    frame = pd.DataFrame(
        {
            "interval_start": np.array(centre.interval_start, dtype=object)[t],
            "desk": np.array(centre.desks, dtype=object)[d],
            "queue": np.array(centre.queues, dtype=object)[q],
            "formula": formula[q],
            "legs": flows.taken[t, d, q],
            "load_erlangs": load[t, d, q],
        }
    )
    for name in ("live", "chats", "level", "idle", "occupancy", "busyness", "absence", "off_phone"):
        frame[f"advisers_{name}"] = getattr(need, name)[t, d]
    frame["advisers"] = advisers[t, d]
    return frame
