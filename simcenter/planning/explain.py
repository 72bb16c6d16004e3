"""Explain: where each headcount comes from, in parts that add up exactly, and what asks for it."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from simcenter.errors import ScenarioError
from simcenter.experiment.results import RESULT_SCHEMA
from simcenter.planning.centre import FloatArray
from simcenter.planning.fit import fitted
from simcenter.planning.flows import BARE, RECEIVED, RETURNED
from simcenter.planning.need import DUST, NO_TARGET, NOBODY, UNTARGETED, loads
from simcenter.planning.plan import Plan
from simcenter.planning.requirement import ClosedForm, closed_form
from simcenter.planning.unmet import surplus
from simcenter.scenario import Scenario
from simcenter.simulation.network import CHAT

if TYPE_CHECKING:
    from simcenter.measures.targets import Criterion
    from simcenter.planning.centre import Centre
    from simcenter.simulation.staffing import Staffing

Words = npt.NDArray[np.object_]

PARTS = {
    "bare_load": "bare load: advisers kept busy by first contacts",
    "transfers": "transfers received",
    "returns": "redials and repeats",
    "side_by_side": "chats held side by side",
    "room": "room for randomness",
    "occupancy_cap": "occupancy limit",
    "busyness": "busy days",
    "absence": "absence",
    "off_phone": "breaks and meetings",
    "rounding": "rounding",
    "bounds": "bounds in the file",
    "search": "found by simulation",
}
"""The parts of ``advisers``, in the order in which they are added; what each is, see docs/planning.md."""
SHRINKAGE = "shrinkage"
UNKNOWN = {NO_TARGET: f"no target: at most {100 * UNTARGETED:g} % busy", NOBODY: ""}
DEFERRED_WORK = "deferred work: level over the time until it is due"
SOMEBODY = "somebody must be there"
UNTRIED = -1
"""Of ``Plan.breaks``: whether one fewer breaks anything was not tried."""
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


@dataclass(frozen=True)
class Explained:
    """A plan or a requirement with the explanation of every headcount, as reports have it."""

    what: "Plan | Staffing"
    frame: pd.DataFrame
    """As :func:`explain` gives it."""

    @property
    def totals(self) -> pd.DataFrame:
        """Adviser hours over the horizon: a row per part that is somewhere not 0, then advisers, shrinkage, scheduled;
        columns ``part``, then the desks and ``all``."""
        staffing = self.what.staffing if isinstance(self.what, Plan) else self.what
        names = [name for name in (*PARTS, "advisers", "shrinkage", "scheduled") if name in self.frame]
        sums = self.frame.groupby("desk", sort=False)[names].sum() * (staffing.interval_s / 3600)
        table = sums.T.assign(all=sums.sum(axis=0))
        kept = [name for name in names if table.loc[name].abs().max() > DUST or name in ("advisers", "scheduled")]
        return table.loc[kept].rename_axis(index="part", columns=None).reset_index()

    @property
    def reasons(self) -> pd.DataFrame:
        """In how many intervals each target or rule asks for a desk's number: ``desk``, ``binds``, ``intervals``."""
        busy = self.frame[self.frame["binds"] != ""]
        counts = busy.groupby(["desk", "binds"], sort=False).size().rename("intervals").reset_index()
        return counts.sort_values(["desk", "intervals"], ascending=[True, False], kind="stable", ignore_index=True)

    @property
    def provenance(self) -> dict[str, Any]:
        """Where the numbers came from."""
        return self.what.provenance if isinstance(self.what, Plan) else {}

    def frames(self) -> dict[str, pd.DataFrame]:
        """Every table by name, the explanation first."""
        rest = self.what.frames() if isinstance(self.what, Plan) else {"staffing": self.what.to_frame()}
        return {"explain": self.frame.copy(), "explain_totals": self.totals, "explain_reasons": self.reasons, **rest}

    def to_json_dict(self) -> dict[str, Any]:
        """What the plan or staffing has as JSON, and ``explain``: a record per open interval and desk."""
        if isinstance(self.what, Plan):
            rest = self.what.to_json_dict()
        else:
            frame = self.what.to_frame()
            rest = {"result_schema": RESULT_SCHEMA, "staffing": {str(c): frame[c].tolist() for c in frame.columns}}
        return {**rest, "explain": self.frame.to_dict("records")}


def explained(what: "Plan | ClosedForm") -> Explained:
    """A plan or a closed form with the explanation of every headcount."""
    if isinstance(what, Plan):
        return Explained(what, explain(what))
    return Explained(what.staffing, _frame(what.scenario, what, _parts(what.scenario, what), None))


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
    asks = np.where(asks == "", SOMEBODY, asks)  # next to no work, but somebody has to do it
    return _bounded(form, form.staffing.advisers, np.where(form.staffing.advisers > 0, asks, ""))


def _bounded(form: ClosedForm, advisers: "npt.NDArray[np.int64]", words: Words) -> Words:
    """The same, where the file's bounds decide: those."""
    centre = form.centre
    asked = np.ceil(form.need.planned - 1e-9)
    words = np.where((advisers > 0) & (advisers <= centre.least) & (asked < centre.least), "min_advisers", words)
    words = np.where((advisers >= centre.most) & (asked > centre.most), "max_advisers", words)
    return np.where(centre.given[None] & centre.desk_open, "given advisers", words)


def _binds_of_plan(form: ClosedForm, plan: "Plan") -> Words:
    """(T, D) the target that one adviser fewer would miss; where the search did not try, of the targets that the desk
    works for at that time the one most nearly missed in the proof."""
    cells, sample = plan.evidence.cells, plan.evidence.sample
    advisers = plan.staffing.advisers
    labels = [_label(cells.criteria[k]) for k in cells.criterion]
    error = sample.deviation / np.sqrt(max(len(sample.replications), 1))
    nearness = np.where(error > 0, sample.mean / np.where(error > 0, error, 1.0), np.inf)
    if sample.assured is not None:
        nearness = surplus(sample)
    words = np.full(advisers.shape, "", dtype=object)
    for c in np.argsort(-nearness, kind="stable"):
        span = slice(int(cells.first[c]), min(int(cells.end[c]), len(advisers)))
        works_for = _desks_for(form.centre, cells.criteria[cells.criterion[c]])
        words[span] = np.where(works_for & (advisers[span] > 0), labels[c], words[span])
    broken = np.array([*labels, SOMEBODY], dtype=object)[np.where(plan.breaks < 0, len(labels), plan.breaks)]
    words = np.where((plan.breaks != UNTRIED) & (advisers > 0), broken, words)
    return _bounded(form, advisers, words)


def _label(criterion: "Criterion") -> str:
    return f"{criterion.place or 'all customers'}: {criterion.condition}"


def _desks_for(centre: "Centre", criterion: "Criterion") -> "npt.NDArray[np.bool_]":
    """(D,) desks whose advisers work for a target: those that serve its queue, or hand on and take over."""
    if criterion.level == "desk":
        return np.asarray(np.arange(len(centre.desks)) == criterion.index)
    queue = criterion.place.split("/")[0] if criterion.place not in centre.queues else criterion.place
    if criterion.level == "queue" and queue in centre.queues:
        return np.asarray(centre.serves[:, centre.queues.index(queue)])
    passed_on = sorted({queue for route in centre.routes for queue in (route.queue, route.to)})
    return np.asarray(centre.serves[:, passed_on].any(axis=1))
