"""Stress: what becomes of a plan when there is more to do than the file says, and what it would cost to hold."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from html import escape
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from simcenter.errors import ScenarioError
from simcenter.experiment.replicate import Players
from simcenter.measures import compile_promises
from simcenter.planning.centre import FloatArray, centre_of
from simcenter.planning.clock import Progress
from simcenter.planning.criteria import Cells, cells_of, criteria_of
from simcenter.planning.evaluate import Simulator
from simcenter.planning.plan import Plan
from simcenter.planning.planner import plan as replan
from simcenter.planning.requirement import closed_form
from simcenter.planning.sample import Sample
from simcenter.planning.unmet import surplus
from simcenter.simulation.compile import compile_network

if TYPE_CHECKING:
    from simcenter.scenario import Scenario

KINDS = {
    "volume": "contacts of every queue",
    "aht": "handle time of every contact",
    "patience": "patience of every customer",
}
"""What can be stressed."""
STEPS = 8
"""Equal parts of the way to the full stress at which the plan is played, to see what breaks first."""
PLAYING = 0.2
"""Part of the progress that belongs to them; the rest is that of the new plan."""
_FORM = re.compile(r"\s*([a-z]+)\s*=\s*([+-]?\d+(?:\.\d+)?)\s*%\s*")


def read_stress(text: str) -> dict[str, float]:
    """ "volume=+10%,aht=+5%" as {"volume": 0.10, "aht": 0.05}.

    Raises
    ------
    ScenarioError
        Where it is not of that form.
    """
    found: dict[str, float] = {}
    for part in text.split(","):
        match = _FORM.fullmatch(part)
        if match is None or match[1] not in KINDS or match[1] in found or float(match[2]) <= -100:
            allowed = ", ".join(KINDS)
            raise ScenarioError([f"stress: must be as in volume=+10%,aht=+5% (of {allowed}), got {text!r}"])
        found[match[1]] = float(match[2]) / 100
    return found


def stressed(scenario: "Scenario", stress: Mapping[str, float], share: float = 1.0) -> "Scenario":
    """The scenario with ``share`` of the stress: volumes and patience multiplied, advisers slower by the handle time.

    Raises
    ------
    ScenarioError
        For replayed arrivals, whose number is what it is, where volume is to be stressed.
    """
    data = scenario.to_dict()
    factor = {kind: 1.0 + share * change for kind, change in stress.items()}
    replayed = [name for name, queue in data["queues"].items() if "arrivals" in queue]
    if replayed and "volume" in factor:
        raise ScenarioError([f"stress: volume cannot be stressed, as arrivals are replayed ({', '.join(replayed)})"])
    for name, queue in data["queues"].items():
        if "volume" in factor:
            queue["volume"] = [factor["volume"] * count for count in queue["volume"]]
        if "patience" in factor and scenario.queues[name].patience is not None:
            queue["patience"] = _longer(queue["patience"], factor["patience"])
    for desk in data["desks"].values():
        for serves in desk["serves"].values():
            serves["speed"] /= factor.get("aht", 1.0)
    return type(scenario).from_dict(data)


def _longer(law: dict[str, Any], factor: float) -> dict[str, Any]:
    """A law of times with all of them multiplied: they are written as "180 s"."""
    return {name: _times(value, factor) for name, value in law.items()}


def _times(value: Any, factor: float) -> Any:
    if isinstance(value, list):
        return [_times(one, factor) for one in value]
    if isinstance(value, str) and value.endswith(" s"):
        return f"{float(value[:-2]) * factor!r} s"
    return value


@dataclass(frozen=True, eq=False, repr=False)
class Stress:
    """A plan under stress.

    Attributes
    ----------
    plan : Plan
        The plan as it is.
    stress : dict
        What was stressed, by how much (0.1: 10 % more).
    holds : bool
        Whether every target still holds under the full stress, with the plan's staffing: on average, or on as many days
        as the plan's assurance asks.
    first : str
        The target that breaks first, in words; empty if all hold.
    replanned : Plan
        A plan for the stressed scenario: what it would take to hold.
    """

    plan: Plan
    stress: dict[str, float]
    replanned: Plan
    _targets: pd.DataFrame = field(repr=False)

    @property
    def targets(self) -> pd.DataFrame:
        """One row per target: its worst cell under the full stress, and the share of the stress at which it breaks.

        Columns ``place, measure, condition, cell, limit, value, days_kept, holds, breaks_at``: ``breaks_at`` between 0
        and 1, where the worst cell's mean margin crosses zero, or its share of days kept the assurance; NaN where every
        cell holds.
        """
        return self._targets.copy()

    @property
    def holds(self) -> bool:
        """Whether every target still holds."""
        return bool(self._targets["holds"].all())

    @property
    def first(self) -> str:
        """The target that breaks first and where, in words; empty if all hold."""
        broken = self._targets[~self._targets["holds"]]
        if broken.empty:
            return ""
        row = min(broken.to_dict("records"), key=lambda one: float(one["breaks_at"]))
        at = ", ".join(f"{kind} {100 * row['breaks_at'] * change:+.1f} %" for kind, change in self.stress.items())
        return f"{row['place'] or 'all customers'}: {row['condition']} ({row['cell']}), from {at} on"

    @property
    def extra_cost(self) -> float:
        """What it would cost to hold, beyond the plan."""
        return self.replanned.cost - self.plan.cost

    @property
    def verdict(self) -> str:
        """One sentence: whether the plan holds, what breaks first, and what holding would cost."""
        what = ", ".join(f"{kind} {100 * change:+g} %" for kind, change in self.stress.items())
        state = "every target still holds" if self.holds else f"first to break is {self.first}"
        if self.plan.assurance is not None:
            state = f"asked on {100 * self.plan.assurance:g} % of days, {state}"
        proven = "proven" if self.replanned.proven else "not proven"
        share = f" ({100 * self.extra_cost / self.plan.cost:+.1f} %)" if self.plan.cost > 0 else ""
        return f"under {what}, {state}; a plan for it ({proven}) costs {self.extra_cost:+,.6g}{share}"

    @property
    def provenance(self) -> dict[str, Any]:
        """That of the plan, and the stress."""
        return {**self.plan.provenance, "stress": self.stress}

    def frames(self) -> dict[str, pd.DataFrame]:
        """The plan's tables, then the targets under stress and the hours that would hold."""
        return {**self.plan.frames(), "stress": self.targets, "stress_hours": self.replanned.desks}

    def to_json_dict(self) -> dict[str, Any]:
        """What the plan has, and ``stress``."""
        rows = self._targets.astype(object).where(self._targets.notna(), None).to_dict("records")
        found = {
            "changes": self.stress,
            "holds": self.holds,
            "first": self.first or None,
            "extra_cost": self.extra_cost,
            "replanned_proven": self.replanned.proven,
            "targets": rows,
        }
        return {**self.plan.to_json_dict(), "stress": found}

    def __repr__(self) -> str:
        return f"Stress({self.verdict})"

    def _repr_html_(self) -> str:
        return f"<p>{escape(self.verdict)}</p>{self._targets.to_html(index=False)}"


def stress(
    plan: Plan,
    changes: str | Mapping[str, float],
    *,
    replications: int | None = None,
    jobs: int = 1,
    engine: str = "auto",
    time_limit: float | None = None,
    progress: Progress | None = None,
) -> Stress:
    """Play a plan with more to do, find what breaks first, and plan for it.

    Parameters
    ----------
    plan : Plan
    changes : str or mapping
        As in ``"volume=+10%,aht=+5%"``, or ``{"volume": 0.10, "aht": 0.05}``; of volume, aht and patience.
    replications : int, optional
        How many are played at each step of the way to the full stress, and the fresh ones of the new plan. Left out:
        as many as in the plan's first fresh round.
    jobs, engine, time_limit, progress
        As in :func:`plan`.

    Returns
    -------
    Stress
    """
    wanted = read_stress(changes) if isinstance(changes, str) else dict(changes)
    if unknown := sorted(set(wanted) - set(KINDS)):
        raise ScenarioError([f"stress: must be of {', '.join(KINDS)}, got {unknown[0]!r}"])
    if replications is None:
        replications = plan.rounds[0].last + 1 - plan.rounds[0].first

    def later(message: str, done: float) -> None:
        """Progress of planning, after that of playing."""
        if progress is not None:
            progress(f"stress: {message}", PLAYING + (1 - PLAYING) * done)

    margins: list[FloatArray] = []
    for step in range(STEPS + 1):
        if progress is not None:
            progress(f"stress: step {step} of {STEPS}", PLAYING * step / STEPS)
        scenario = stressed(plan.scenario, wanted, step / STEPS)
        cells, sample = _played(plan, scenario, replications, jobs, engine)
        margins.append(surplus(sample))
    again = replan(
        scenario,
        replications=replications,
        seed=plan.seed,
        confidence=plan.confidence,
        assurance=plan.assurance,
        block=plan.block,
        jobs=jobs,
        engine=engine,
        time_limit=time_limit,
        progress=None if progress is None else later,
    )
    return Stress(plan, wanted, again, _table(cells, sample, np.array(margins)))


def _played(plan: Plan, scenario: "Scenario", replications: int, jobs: int, engine: str) -> tuple[Cells, Sample]:
    """The plan's staffing in another scenario, on the replications of its proof."""
    network, assured = compile_network(scenario), plan.evidence.cells.assured
    criteria = criteria_of(scenario, day_by_day=assured is not None)
    cells = cells_of(centre_of(scenario, network), closed_form(scenario, network).flows, criteria)
    cells = replace(cells, assured=assured)
    first = plan.results.first_replication
    with Players(network, compile_promises(scenario), jobs=jobs, engine=engine) as players:
        simulator = Simulator(players, cells, plan.staffing, plan.seed)
        return cells, simulator(plan.staffing.advisers, range(first, first + replications))


def _table(cells: Cells, sample: Sample, margins: FloatArray) -> pd.DataFrame:
    """One row per criterion: its worst cell under the full stress, and where on the way it breaks; ``margins``
    (STEPS + 1, C)."""
    rows = []
    breaks = np.array([_crossing(margins[:, c]) for c in range(len(cells))])
    for k, criterion in enumerate(cells.criteria):
        mine = np.flatnonzero(cells.criterion == k)
        if not len(mine):
            continue
        known = mine[~np.isnan(breaks[mine])]
        worst = int(known[np.argmin(breaks[known])]) if len(known) else int(mine[np.argmin(margins[-1, mine])])
        what = criterion.place, criterion.measure, criterion.condition, cells.label[worst], criterion.limit
        kept = float(sample.kept[worst]) / len(sample.margin)
        rows.append((*what, float(sample.value[worst]), kept, not len(known), float(breaks[worst])))
    names = ["place", "measure", "condition", "cell", "limit", "value", "days_kept", "holds", "breaks_at"]
    return pd.DataFrame(rows, columns=names)


def _crossing(margins: FloatArray) -> float:
    """Where on the way a margin that is negative at its end crosses zero for the last time; NaN if it ends above."""
    if margins[-1] >= 0:
        return float("nan")
    above = np.flatnonzero(margins >= 0)
    if not len(above):
        return 0.0
    i = int(above[-1])
    part = margins[i] / (margins[i] - margins[i + 1])
    return float((i + part) / (len(margins) - 1))
