"""The closed-form requirement: what each desk needs in each interval if every interval were a world of its own."""

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from simcenter import erlang
from simcenter.errors import ScenarioError
from simcenter.planning.backlog import level_work
from simcenter.planning.centre import NO_LIMIT, Centre, FloatArray, IntArray, centre_of
from simcenter.planning.flows import FULL, Conditions, Flows, plain_conditions, solve_flows
from simcenter.scenario import check_scenario
from simcenter.simulation.compile import compile_network
from simcenter.simulation.network import CHAT, DEFERRED, EXCLUSIVE, Network
from simcenter.simulation.staffing import Staffing

if TYPE_CHECKING:
    from simcenter.scenario import Queue, Scenario

UNTARGETED = 0.90
"""Occupancy at which work without any target is staffed."""
NEARLY_ALL = 0.995
"""What stands for a target of 100 %, which no number of advisers can promise."""
DUST = 1e-9
MOST_CV = 20.0
SHOWN = {"Erlang C": "Erlang C", "Erlang A": "Erlang A", "chat": "chat birth and death", "level": "level backlog"}
METHODS = {
    "mol": "modified offered load",
    "sipp": "each interval by itself (SIPP)",
    "lag_sipp": "each interval by itself, one handle time later (lag SIPP)",
}
"""Ways in which load follows volume, as :mod:`simcenter.erlang.time_varying` has them."""


@dataclass(frozen=True)
class ClosedForm:
    """The requirement and how it came about.

    ``exact`` (T, D) advisers before rounding and bounds; ``load`` (T, D) erlangs; ``details`` a row per interval, desk
    and queue with the legs, the load, the formula and what it asks for.
    """

    staffing: Staffing
    exact: FloatArray
    load: FloatArray
    flows: Flows
    details: pd.DataFrame
    method: str

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
    queues = list(scenario.queues.values())
    conditions = plain_conditions(centre)
    conditions = _spread_deferred(scenario, centre, conditions)
    for _ in range(3):
        flows = solve_flows(centre, conditions)
        load = loads(centre, queues, flows, method)
        parts = _exact(centre, queues, flows, load)
        exact = sum(parts.values(), np.zeros(centre.desk_open.shape))
        advisers = _rounded(centre, exact, flows)
        conditions = _next_conditions(centre, conditions, flows, advisers)
        conditions = _spread_deferred(scenario, centre, conditions)
    staffing = Staffing(
        advisers=advisers,
        desks=centre.desks,
        interval_start=centre.interval_start,
        interval_s=centre.interval_s,
        open=centre.desk_open,
    )
    return ClosedForm(staffing, exact, load.sum(axis=2), flows, _details(centre, flows, load, parts, advisers), method)


def _spread_deferred(scenario: "Scenario", centre: Centre, conditions: Conditions) -> Conditions:
    """When deferred work is done: level between arrival and deadline, as a share of each queue's whole."""
    if not (centre.kind == DEFERRED).any():
        return conditions
    entered = solve_flows(centre, conditions).entered
    profile = conditions.profile.copy()
    some_desk = centre.desk_open.astype(np.int64) @ centre.serves.astype(np.int64) > 0
    for q in np.flatnonzero(centre.kind == DEFERRED):
        workable = centre.queue_open[:, q] & some_desk[:, q]
        due = _due_intervals(list(scenario.queues.values())[q], centre, int(q))
        work = level_work(entered[:, q], due, workable)
        total = work.sum()
        profile[:, q] = work / total if total > 0 else 0.0
    return replace(conditions, profile=profile)


def _due_intervals(queue: "Queue", centre: Centre, q: int) -> IntArray:
    """(T,) the interval by whose end what came in each interval is due; T where it is beyond the horizon."""
    intervals = len(centre.day)
    target = queue.target
    promise = None if target is None else target.within or target.wait_p90 or target.asa
    open_time = np.flatnonzero(centre.queue_open[:, q])
    if promise is None or not len(open_time):
        return np.full(intervals, intervals, dtype=np.int64)
    if promise.unit == "working days":
        days = np.unique(centre.day[open_time])
        now = np.searchsorted(open_time, np.arange(intervals))
        begins = np.append(open_time, intervals)[now]
        due = np.full(intervals, intervals, dtype=np.int64)
        first_of_day = np.searchsorted(centre.day, np.arange(centre.day[-1] + 1))
        for t in np.flatnonzero(begins < intervals):
            rank = int(np.searchsorted(days, centre.day[begins[t]])) + round(promise.amount)
            if rank < len(days):
                day = days[rank]
                same_clock = first_of_day[day] + begins[t] - first_of_day[centre.day[begins[t]]]
                of_day = open_time[centre.day[open_time] == day]
                due[t] = int(np.clip(same_clock, of_day[0], of_day[-1])) - 1
        return due
    # n working seconds after an arrival in the middle of the interval; the handle time itself is part of the wait
    length = max(int((promise.amount - centre.handle_s[q]) / centre.interval_s), 0)
    place = np.searchsorted(open_time, np.arange(intervals)) + length
    return np.append(open_time, np.full(length + 1, intervals))[np.minimum(place, len(open_time) + length)]


def loads(centre: Centre, queues: "list[Queue]", flows: Flows, method: str) -> FloatArray:
    """(T, D, Q) erlangs of each interval: of live queues by ``method``, of deferred ones the work that is done then."""
    load = flows.work_s / centre.interval_s
    for q in np.flatnonzero(centre.live):
        law = queues[q].handle_time.law
        shape: dict[str, Any] = {} if law.law == "exponential" else {"law": "lognormal", "cv": min(law.cv, MOST_CV)}
        for d in np.flatnonzero(centre.serves[:, q]):
            legs = float(flows.taken[:, d, q].sum())
            if legs > DUST:
                aht_s = float(flows.work_s[:, d, q].sum()) / legs
                even = flows.work_s[:, d, q] / aht_s
                load[:, d, q] = erlang.load_over_time(even, aht_s, interval_s=centre.interval_s, method=method, **shape)
    return load


def _exact(centre: Centre, queues: "list[Queue]", flows: Flows, load: FloatArray) -> dict[str, FloatArray]:
    """(T, D) advisers before rounding, by the formula they come from."""
    deferred = load[:, :, centre.kind == DEFERRED].sum(axis=2)
    # deferred work is not interrupted: it needs advisers of its own, beside those that keep the live promises
    parts = {
        "Erlang": pooled(centre, queues, flows, load, EXCLUSIVE),
        "chat": pooled(centre, queues, flows, load, CHAT),
        "level": deferred,
    }
    needed = sum(parts.values(), np.zeros_like(deferred))
    cap = centre.max_occupancy
    parts["max_occupancy"] = np.maximum(np.where(cap < 1, load.sum(axis=2) / cap, 0.0) - needed, 0.0)
    return parts


def pooled(centre: Centre, queues: "list[Queue]", flows: Flows, load_of: FloatArray, kind: int) -> FloatArray:
    """(T, D) advisers for the live queues of one kind: one pool per desk, the strictest of its queues' targets."""
    mine = np.flatnonzero(centre.kind == kind)
    work_s = flows.work_s[:, :, mine].sum(axis=2)
    taken = flows.taken[:, :, mine].sum(axis=2)
    busy = taken > DUST
    aht_s = np.where(busy, work_s / np.where(busy, taken, 1.0), 1.0)
    load = np.where(busy, load_of[:, :, mine].sum(axis=2), 0.0)
    needed = np.zeros_like(load)
    for q in mine:
        for options in closed_targets(queues[q]):
            for d in np.flatnonzero(centre.serves[:, q]):
                t = np.flatnonzero(flows.taken[:, d, q] > DUST)
                if len(t):
                    patience_s = float(centre.patience_s[q])
                    advisers = _for_pool(load[t, d], aht_s[t, d], patience_s, centre.chat_speed[q], options)
                    needed[t, d] = np.maximum(needed[t, d], advisers)
    return np.where(needed > 0, needed, load / UNTARGETED)


def closed_targets(queue: "Queue") -> list[dict[str, Any]]:
    """A live queue's targets as options of ``erlang.advisers_for``: one call for each."""
    target = queue.target
    if target is None:
        return []
    shared: dict[str, Any] = {} if queue.waiting_room is None else {"places": float(queue.waiting_room)}
    limits: dict[str, Any] = {"target": 0.0, "within_s": 0.0}
    if target.answered is not None and target.within is not None:
        limits = {"target": min(target.answered, NEARLY_ALL), "within_s": target.within.amount}
        chat_lacks = queue.kind == "chat" and target.definition == "sl_short_abandons_met"
        limits["definition"] = "sl_offered" if chat_lacks else target.definition
    if target.abandoned is not None and queue.patience is not None:
        limits["max_abandonment"] = max(target.abandoned, 1 - NEARLY_ALL)
    if target.asa is not None:
        limits["max_asa_s"] = max(target.asa.amount, 1e-3)
    calls = [limits | shared] if len(limits) > 2 else []
    if target.wait_p90 is not None:
        p90 = {"target": 0.9, "within_s": target.wait_p90.amount, "definition": "sl_answered"}
        calls.append(p90 | shared)
    return calls


def _for_pool(
    load: FloatArray, aht_s: FloatArray, patience_s: float, speed: tuple[float, ...], options: dict[str, Any]
) -> FloatArray:
    """Real-valued advisers of one pool; the load alone where no number is enough."""
    system: dict[str, Any] = {"aht_s": aht_s, "patience_s": patience_s, "unattainable": "inf"}
    if speed:
        advisers = _for_chats(load, speed, system, options)
    else:
        advisers = np.asarray(erlang.advisers_for(load, fractional=True, **system, **options), dtype=np.float64)
    return np.where(np.isfinite(advisers), advisers, load)


def _for_chats(
    load: FloatArray, speed: tuple[float, ...], system: dict[str, Any], options: dict[str, Any]
) -> FloatArray:
    """Advisers holding several chats each: between the last that is too few and the first that is enough, where the
    straight line between their service levels meets the target."""
    whole = np.asarray(erlang.chat_advisers_for(load, speed=list(speed), **system, **options), dtype=np.float64)
    finite = np.isfinite(whole) & (whole >= 2)
    if options["target"] <= 0 or not finite.any():
        return whole
    measured = {name: value for name, value in options.items() if name in ("within_s", "definition", "places")}
    measured |= {"speed": list(speed), "patience_s": system["patience_s"], "aht_s": system["aht_s"][finite]}
    enough = np.asarray(erlang.chat_service_level(load[finite], whole[finite], **measured))
    too_few = np.asarray(erlang.chat_service_level(load[finite], whole[finite] - 1, **measured))
    binding = too_few < options["target"]
    part = np.where(binding, (options["target"] - too_few) / np.where(binding, enough - too_few, 1.0), 1.0)
    result = whole.copy()
    result[finite] = whole[finite] - 1 + np.clip(part, 1e-6, 1.0)
    return result


def _rounded(centre: Centre, exact: FloatArray, flows: Flows) -> IntArray:
    """(T, D) whole advisers: rounded up, at least one where anybody is to be served, within the bounds."""
    whole = np.ceil(exact - DUST).astype(np.int64)
    whole = np.where(flows.taken.sum(axis=2) > DUST, np.maximum(whole, 1), whole)
    return np.clip(whole, centre.least, centre.most)


def _next_conditions(centre: Centre, before: Conditions, flows: Flows, advisers: IntArray) -> Conditions:
    """Waits and losses under these advisers; what given and bounded desks cannot carry goes to the next."""
    load = flows.work_s.sum(axis=2) / centre.interval_s
    taken = flows.taken.sum(axis=2)
    capacity = FULL * centre.most
    bounded = (centre.most < NO_LIMIT) & (load > capacity)
    kept = np.where(bounded, before.kept * capacity / np.where(load > 0, load, 1.0), before.kept)
    hold_s, answered = before.hold_s.copy(), before.answered.copy()
    for q in np.flatnonzero(centre.kind == EXCLUSIVE):
        wait_s = np.zeros(len(load))
        lost = np.zeros(len(load))
        weight = np.zeros(len(load))
        for d in np.flatnonzero(centre.serves[:, q]):
            t = np.flatnonzero((flows.taken[:, d, q] > DUST) & (advisers[:, d] > 0))
            if not len(t):
                continue
            options = {"aht_s": flows.work_s[t, d].sum(axis=1) / taken[t, d], "patience_s": centre.patience_s[q]}
            here = flows.taken[t, d, q]
            mean_s = np.asarray(erlang.mean_wait(load[t, d], advisers[t, d], **options))
            # no steady state: the wait is bounded by the interval
            wait_s[t] += here * np.minimum(mean_s, centre.interval_s)
            lost[t] += here * np.asarray(erlang.abandonment(load[t, d], advisers[t, d], **options))
            weight[t] += here
        weight = np.where(weight > 0, weight, 1.0)
        hold_s[:, q], answered[:, q] = wait_s / weight, 1 - lost / weight
    return replace(before, hold_s=hold_s, answered=answered, kept=kept)


def _details(
    centre: Centre, flows: Flows, load: FloatArray, parts: dict[str, FloatArray], advisers: IntArray
) -> pd.DataFrame:
    """One row per interval, desk and queue: legs, erlangs; and per desk the advisers by formula."""
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
    for name, advisers_of in parts.items():
        frame[f"advisers_{name.replace(' ', '_').lower()}"] = advisers_of[t, d]
    frame["advisers"] = advisers[t, d]
    return frame
