"""Explain: where each headcount comes from, in parts that add up exactly, and what asks for it."""

from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt
import pandas as pd

from simcenter.errors import ScenarioError
from simcenter.planning.centre import FloatArray
from simcenter.planning.fit import fitted
from simcenter.planning.flows import BARE, RECEIVED, RETURNED
from simcenter.planning.need import DUST, NO_TARGET, NOBODY, UNTARGETED, loads
from simcenter.planning.plan import Plan
from simcenter.planning.requirement import ClosedForm, closed_form
from simcenter.scenario import Scenario
from simcenter.simulation.network import CHAT

if TYPE_CHECKING:
    from simcenter.planning.centre import Centre

Words = npt.NDArray[np.object_]

PARTS = {
    "bare_load": "work of first contacts, by those who take them first: the advisers it keeps busy",
    "transfers": "work of contacts handed on to this desk",
    "returns": "work of customers who come back: redials and repeats, transfers after them included",
    "side_by_side": "what holding several chats at once saves",
    "room": "room for randomness: idle advisers, so that contacts are answered in time",
    "occupancy_cap": "more for the desk's max_occupancy",
    "busyness": "more for busy days",
    "absence": "more, as not all come",
    "off_phone": "in breaks and meetings",
    "rounding": "up to whole advisers",
    "bounds": "to min_advisers, max_advisers or given advisers",
    "search": "what the simulation asked for beyond the formulas, or could spare (of plans only)",
}
"""The parts of ``advisers``, in the order in which they are added."""
SHRINKAGE = "paid time away from the floor; together with ``advisers`` it is ``scheduled``"
UNKNOWN = {NO_TARGET: f"no target: at most {100 * UNTARGETED:g} % busy", NOBODY: ""}
DEFERRED_WORK = "deferred work: level over the time until it is due"
NO_IDLE_TIME = "deferred work: more than the others' idle time"


def explain(what: "Scenario | Plan", *, method: str = "mol") -> pd.DataFrame:
    """Decompose every headcount per desk and interval, and name the target that asks for it.

    Parameters
    ----------
    what : Scenario or Plan
        Of a scenario the closed-form requirement is explained; of a plan its staffing, with the contacts divided
        between the desks as in its last fresh round.
    method : {"mol", "sipp", "lag_sipp"}
        As in :func:`requirement`; a plan starts from "mol".

    Returns
    -------
    DataFrame
        One row per open interval and desk: ``interval_start``, ``desk``; the parts (see ``PARTS``), in advisers, which
        add up to ``advisers``, exactly but for floating point; ``shrinkage``, which makes it ``scheduled``; and
        ``binds``: the target or rule that asks for this number.
    """
    if isinstance(what, Plan):
        form = closed_form(what.scenario)
        form = fitted(what.scenario, form, what.staffing.advisers, _answered(what))
        return _frame(what.scenario, form, _parts(what.scenario, form), what)
    if not isinstance(what, Scenario):
        raise ScenarioError([f"what: must be a Scenario or a Plan, got {what!r:.80}"])
    form = closed_form(what, method=method)
    return _frame(what, form, _parts(what, form), None)


def _parts(scenario: "Scenario", form: ClosedForm) -> dict[str, FloatArray]:
    """(T, D) parts of the closed form's advisers."""
    centre, need = form.centre, form.need
    queues = list(scenario.queues.values())
    by_source = [loads(centre, queues, work, form.flows, form.method) for work in form.flows.work_from_s]
    chats = form.load * _saved(centre)
    work = form.load.sum(axis=2) - chats.sum(axis=2)
    whole = np.ceil(need.planned - 1e-9)
    return {
        "bare_load": by_source[BARE].sum(axis=2),
        "transfers": by_source[RECEIVED].sum(axis=2),
        "returns": by_source[RETURNED].sum(axis=2),
        "side_by_side": -chats.sum(axis=2),
        "room": need.mean_day - need.occupancy - work,
        "occupancy_cap": need.occupancy,
        "busyness": need.busyness,
        "absence": need.absence,
        "off_phone": need.off_phone,
        "rounding": whole - need.planned,
        "bounds": form.staffing.advisers - whole,
    }


def _saved(centre: "Centre") -> FloatArray:
    """(Q,) share of a chat queue's work that falls away where advisers hold as many as goes fastest in all."""
    saved = np.zeros(len(centre.queues))
    for q in np.flatnonzero(centre.kind == CHAT):
        saved[q] = 1 - 1 / max(held * speed for held, speed in enumerate(centre.chat_speed[q], start=1))
    return saved


def _frame(scenario: "Scenario", form: ClosedForm, parts: dict[str, FloatArray], plan: "Plan | None") -> pd.DataFrame:
    """One row per open interval and desk."""
    staffing = form.staffing
    if plan is not None:
        staffing = plan.staffing
        parts["search"] = (staffing.advisers - form.staffing.advisers).astype(np.float64)
    t, d = np.nonzero(np.asarray(staffing.open))
    scheduled = staffing.scheduled(scenario)
    binds = _binds(form) if plan is None else _binds_of_plan(form, plan)
    return pd.DataFrame(
        {
            "interval_start": np.array(staffing.interval_start, dtype=object)[t],
            "desk": np.array(staffing.desks, dtype=object)[d],
            **{name: part[t, d] + 0.0 for name, part in parts.items()},
            "advisers": staffing.advisers[t, d],
            "shrinkage": (scheduled - staffing.advisers)[t, d],
            "scheduled": scheduled[t, d],
            "binds": binds[t, d],
        }
    )


def _answered(plan: "Plan") -> FloatArray:
    """(T, D) contacts that each desk answered in the plan's last fresh round, on average."""
    staffing = plan.staffing
    frame = plan.results.intervals
    frame = frame[(frame["level"] == "desk") & (frame["period"] == "interval")]
    answered = np.zeros(staffing.advisers.shape)
    row = {start: t for t, start in enumerate(staffing.interval_start)}
    column = {name: d for d, name in enumerate(staffing.desks)}
    at = frame["interval_start"].map(row).to_numpy(), frame["name"].map(column).to_numpy()
    answered[at] = np.nan_to_num(frame["answered"].to_numpy(dtype=float))
    return answered


def _binds(form: ClosedForm) -> Words:
    """(T, D) what asks for the closed form's advisers, one thing beside the other where they add up."""
    need = form.need
    words = np.array([UNKNOWN[n] for n in sorted(UNKNOWN)] + [limit.label for limit in form.limits], dtype=object)
    asks = np.full(need.live.shape, "", dtype=object)
    for some, word in (
        (need.live > DUST, words[need.live_limit - min(UNKNOWN)]),
        (need.chats > DUST, words[need.chat_limit - min(UNKNOWN)]),
        (need.level > DUST, DEFERRED_WORK),
        (need.idle > DUST, NO_IDLE_TIME),
        (need.occupancy > DUST, "max_occupancy"),
    ):
        asks = np.where(some, np.where(asks == "", word, asks + "; " + word), asks)
    return _bounded(form, form.staffing.advisers, np.where(form.staffing.advisers > 0, asks, ""))


def _bounded(form: ClosedForm, advisers: "npt.NDArray[np.int64]", words: Words) -> Words:
    """The same, where the file's bounds decide: those."""
    centre = form.centre
    asked = np.ceil(form.need.planned - 1e-9)
    words = np.where((advisers > 0) & (advisers <= centre.least) & (asked < centre.least), "min_advisers", words)
    words = np.where((advisers >= centre.most) & (asked > centre.most), "max_advisers", words)
    return np.where(centre.given[None] & centre.desk_open, "given advisers", words)


def _binds_of_plan(form: ClosedForm, plan: "Plan") -> Words:
    """(T, D) of the targets that a desk's advisers work for at that time, the one most nearly missed in the proof."""
    cells, sample = plan.evidence.cells, plan.evidence.sample
    error = sample.deviation / np.sqrt(max(len(sample.replications), 1))
    nearness = np.where(error > 0, sample.mean / np.where(error > 0, error, 1.0), np.inf)
    centre, advisers = form.centre, plan.staffing.advisers
    words = np.full(advisers.shape, "", dtype=object)
    nearest = np.full(advisers.shape, np.inf)
    for c in np.argsort(nearness, kind="stable"):
        criterion = cells.criteria[cells.criterion[c]]
        desks = np.ones(len(centre.desks), dtype=np.bool_)
        if criterion.level == "queue":
            desks = centre.serves[:, criterion.index]
        elif criterion.level == "desk":
            desks = np.arange(len(centre.desks)) == criterion.index
        span = slice(int(cells.first[c]), min(int(cells.end[c]), len(advisers)))
        closer = (nearness[c] < nearest[span]) & desks & (advisers[span] > 0)
        label = f"{criterion.place or 'all customers'}: {criterion.condition}"
        words[span] = np.where(closer, label, words[span])
        nearest[span] = np.where(closer, nearness[c], nearest[span])
    return _bounded(form, advisers, words)
