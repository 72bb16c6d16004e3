"""The plan: a staffing, what proves it, and what cannot be met."""

from dataclasses import dataclass, field, fields
from html import escape
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from simcenter.experiment.results import Results
from simcenter.measures.targets import criteria
from simcenter.planning.centre import IntArray
from simcenter.planning.criteria import Cells
from simcenter.planning.findings import Finding
from simcenter.planning.proof import Proof
from simcenter.planning.sample import Sample
from simcenter.planning.search import Step
from simcenter.simulation.staffing import Staffing

if TYPE_CHECKING:
    from simcenter.scenario import Scenario


@dataclass(frozen=True)
class Round:
    """One round of fresh replications: ``first`` to ``last`` by number, what it spent and how many cells it held."""

    first: int
    last: int
    alpha: float
    cells: int
    held: int
    cost: float


@dataclass(frozen=True)
class Evidence:
    """The last fresh round, cell by cell."""

    cells: Cells
    sample: Sample
    proof: Proof


BOUND_BASIS = (
    "cutting planes through the simulated margins: no staffing that keeps every target on the search's replications is "
    "cheaper, provided that margins are concave in the advisers near the plan"
)
"""What an estimated bound rests on: service levels are concave only where they are not far too low."""
PROVEN_BASIS = (
    "a proof: the work that must be done, and how many contacts so many advisers can begin in time, ask for that much "
    "in any staffing that keeps every target on average"
)
NO_BOUND = (
    "none: the search did not come to its end, not every target could be kept, or shares of days were asked for, which "
    "are not concave"
)


@dataclass(frozen=True)
class Bound:
    """A lower bound on the cost of any staffing that keeps every target, and what it rests on.

    ``cost`` None where there is none; ``gap``: how far the plan's cost is above it, as a share of the bound;
    ``proven``: the part that is no estimate, None where there is none. ``cost`` is the larger of that and the estimate.
    """

    cost: float | None
    gap: float | None
    basis: str
    proven: float | None = None

    @classmethod
    def of(cls, estimate: float, proven: float, cost: float) -> "Bound":
        """The larger of two bounds (minus infinity: none) beside the plan's cost."""
        least = max(estimate, proven)
        if not np.isfinite(least):
            return cls(None, None, NO_BOUND)
        gap = (cost - least) / least if least > 0 else 0.0
        basis = PROVEN_BASIS if proven >= estimate else BOUND_BASIS
        return cls(least, gap, basis, proven if np.isfinite(proven) else None)


@dataclass(frozen=True)
class Spending:
    """What became of a budget: whether it is ``enough`` for every target, and the total ``shortfall`` of the fresh
    replications, in contacts a replication that would have had to be served as promised."""

    budget: str
    enough: bool
    shortfall: float


@dataclass(frozen=True, eq=False, repr=False)
class Plan:
    """Advisers per desk and interval, and how far it is shown that they keep every target.

    Attributes
    ----------
    staffing : Staffing
        Advisers on the floor, (T, D).
    proven : bool
        Whether every target holds, all at once, with ``confidence``, on replications that the search never saw.
    unmet : tuple of Finding
        Targets that cannot be met, or are not shown to be: which, how far, why. Empty if and only if ``proven``.
    results : Results
        The measures of the last fresh round.
    requirement : Staffing
        The closed-form start.
    confidence : float
        Joint confidence of the proof.
    steps : tuple of Step
        What the search looked at, in order.
    rounds : tuple of Round
        The fresh rounds, in order.
    out_of_time : bool
        Whether the time limit ended the search early.
    minimal : bool
        Whether taking any single adviser away, anywhere, breaks a target (or a bound) on the search's replications.
    minimal_how : str
        How that was checked.
    breaks : (T, D) int array
        The cell of ``evidence.cells`` that breaks if one adviser is taken away there; -1 unknown, -2 a bound, or
        a queue that would have nobody.
    bound : Bound
        A lower bound on cost, what it rests on, and the gap.
    budget : Spending, optional
        Where a budget was given: whether it is enough, and how far the plan falls short if not.
    assurance : float, optional
        The share of the days on which each target is to be kept; None: targets hold on average.
    block : int
        For how many intervals each desk keeps its number.
    """

    scenario: "Scenario"
    staffing: Staffing
    proven: bool
    unmet: tuple[Finding, ...]
    results: Results
    requirement: Staffing
    confidence: float
    seed: int
    steps: tuple[Step, ...]
    rounds: tuple[Round, ...]
    out_of_time: bool
    evidence: Evidence = field(repr=False)
    minimal: bool
    minimal_how: str
    breaks: IntArray = field(repr=False)
    bound: Bound
    budget: Spending | None = None
    assurance: float | None = None
    block: int = 1

    @property
    def adviser_hours(self) -> float:
        """Hours on the floor over the horizon, all desks."""
        return float(self.staffing.total_hours())

    @property
    def cost(self) -> float:
        """Adviser hours on the floor times ``cost_per_hour``."""
        hours = self.staffing.hours()
        return float(sum(desk.cost_per_hour * hours[name] for name, desk in self.scenario.desks.items()))

    @property
    def summary(self) -> pd.DataFrame:
        """One row per open interval and desk: required advisers, scheduled by shrinkage, the closed-form start."""
        frame = self.staffing.to_frame()
        start = self.requirement.to_frame()["advisers"].to_numpy()
        desks = self.scenario.desks
        # frames list the open cells, interval by interval, desks in file order
        frame["scheduled"] = self.staffing.scheduled(self.scenario)[np.asarray(self.staffing.open)]
        frame["given"] = [desks[name].advisers is not None for name in frame["desk"]]
        frame["requirement"] = start
        return frame

    @property
    def desks(self) -> pd.DataFrame:
        """One row per desk: adviser hours, scheduled hours, cost, most advisers at once, the closed form's hours.

        ``scheduled_hours`` are those of the whole people in ``summary``: rounded up in each interval.
        """
        hours, start = self.staffing.hours(), self.requirement.hours()
        scheduled, interval_h = self.staffing.scheduled(self.scenario), self.staffing.interval_s / 3600
        rows = []
        for d, (name, desk) in enumerate(self.scenario.desks.items()):
            rows.append(
                {
                    "desk": name,
                    "adviser_hours": hours[name],
                    "scheduled_hours": float(scheduled[:, d].sum()) * interval_h,
                    "cost": hours[name] * desk.cost_per_hour,
                    "most_advisers": int(self.staffing.advisers[:, d].max(initial=0)),
                    "given": desk.advisers is not None,
                    "requirement_hours": start[name],
                }
            )
        return pd.DataFrame(rows)

    @property
    def targets(self) -> pd.DataFrame:
        """One row per cell of every target: value, its one-sided bound, on what share of the days it was kept, and
        whether it is held.

        ``bound``: the value is at least (or, for limits from above, at most) this, all cells at once, with the share
        of ``confidence`` that the round could spend. With an assurance that is said of ``days_kept_at_least``, and no
        bound is on the value.
        """
        cells, sample, proof = self.evidence.cells, self.evidence.sample, self.evidence.proof
        played = max(len(sample.replications), 1)
        bound, at_least = np.full(len(cells), np.nan), np.full(len(cells), np.nan)
        if cells.assured is not None:
            at_least = np.maximum(proof.bound, 0.0)
        else:
            per_unit = np.divide(proof.bound, sample.den / played, out=bound, where=sample.den > 0)
            bound = cells.limit + cells.sign * per_unit
        criteria = [cells.criteria[k] for k in cells.criterion]
        return pd.DataFrame(
            {
                "place": [one.place for one in criteria],
                "measure": [one.measure for one in criteria],
                "condition": [one.condition for one in criteria],
                "per": [one.per for one in criteria],
                "cell": list(cells.label),
                "limit": cells.limit,
                "value": sample.value,
                "bound": bound,
                "days_kept": sample.kept / played,
                "days_kept_at_least": at_least,
                "held": proof.held,
            }
        )

    @property
    def days_kept_together(self) -> float:
        """The share of days on which *all* targets of the day were kept in the last fresh round, of its worst day: less
        than each by itself, and nothing that is promised. NaN where no target is about a day."""
        kept = self.evidence.sample.margin >= 0
        days = np.array([label[:10] for label in self.evidence.cells.label])
        shares = [float(kept[:, days == day].all(axis=1).mean()) for day in np.unique(days) if day != "horizon"]
        return min(shares, default=float("nan"))

    @property
    def provenance(self) -> dict[str, Any]:
        """Where the plan and the results of its last fresh round came from."""
        asked = {} if self.assurance is None else {"plan_assurance": self.assurance}
        return {**self.results.provenance, "plan_confidence": self.confidence, **asked}

    def frames(self) -> dict[str, pd.DataFrame]:
        """Every table by name, the plan's first, then those of the results; what a workbook has as sheets."""
        unmet = pd.DataFrame(
            [finding.to_dict() for finding in self.unmet], columns=[one.name for one in fields(Finding)]
        )
        unmet["cells"] = unmet["cells"].map(", ".join)
        summary = self.summary
        desks = [name for name in self.scenario.desks if name in set(summary["desk"])]
        advisers = summary.pivot(index="interval_start", columns="desk", values="advisers")
        results = {name: frame for name, frame in self.results.frames().items() if name not in ("staffing", "targets")}
        return {
            "plan": summary,
            "advisers": advisers[desks].astype("Int64").reset_index(),
            "hours": self.desks,
            "proof": self.targets,
            "unmet": unmet,
            **results,
            "steps": pd.DataFrame([vars(step) for step in self.steps]),
            "rounds": pd.DataFrame([vars(one) for one in self.rounds]),
        }

    def to_json_dict(self) -> dict[str, Any]:
        """The plan as plain JSON values: what results have, of the last fresh round, and ``plan``; never NaN."""
        plan = {
            "proven": self.proven,
            "confidence": self.confidence,
            "assurance": self.assurance,
            "out_of_time": self.out_of_time,
            "minimal": self.minimal,
            "minimal_how": self.minimal_how,
            "bound": vars(self.bound),
            "budget": None if self.budget is None else vars(self.budget),
            "adviser_hours": self.adviser_hours,
            "cost": self.cost,
            "desks": records(self.desks),
            "staffing": records(self.summary),
            "proof": records(self.targets),
            "unmet": [finding.to_dict() for finding in self.unmet],
            "rounds": [vars(one) for one in self.rounds],
            "steps": [vars(step) for step in self.steps],
        }
        return {**self.results.to_json_dict(), "plan": plan}

    @property
    def verdict(self) -> str:
        """One sentence: proven, on what, or not."""
        fresh = len(self.evidence.sample.replications)
        if self.proven:
            sure = f"{100 * self.confidence:g} % confidence on {fresh} fresh replications"
            if not criteria(self.scenario):
                return f"the file has no target; what every plan keeps holds with {sure}"
            if self.assurance is not None:
                days = f"at least {100 * self.assurance:g} % of days, each target by itself"
                return f"proven: every target is kept on {days}, with {sure}"
            return f"proven: every target holds with {sure}"
        count = len(self.unmet)
        early = "; the time limit ended the search" if self.out_of_time else ""
        return f"not proven: {count} target{'s' if count != 1 else ''} not met or not shown to be{early}"

    @property
    def notes(self) -> tuple[str, ...]:
        """How good the plan is, one sentence each: whether anybody can be spared, and how far it is from the bound."""
        spared = "nobody can be spared" if self.minimal else "whether somebody could be spared is not known"
        lines = [
            f"{spared} ({self.minimal_how}, on the search's replications)"
            if self.minimal
            else f"{spared}: {self.minimal_how}"
        ]
        if self.bound.cost is not None and self.bound.gap is not None:
            proven = self.bound.cost == self.bound.proven
            how = "which is proven" if proven else "by cutting planes: an estimate, not a proof"
            lines.append(
                f"cost {self.cost:,.6g}, at most {100 * self.bound.gap:.1f} % above the cheapest there may be "
                f"({self.bound.cost:,.6g}, {how})"
            )
        if self.assurance is not None and self.days_kept_together == self.days_kept_together:
            together = 100 * self.days_kept_together
            lines.append(f"all targets of a day together were kept on {together:.1f} % of days (of the worst day)")
        if self.budget is not None and self.budget.enough:
            lines.append(f"the budget of {self.budget.budget} is enough")
        elif self.budget is not None:
            short = f"{self.budget.shortfall:,.1f} contacts that would have had to be served as promised"
            lines.append(
                f"the time limit ended the search: whether the budget of {self.budget.budget} is enough is not known. "
                f"This plan keeps to it and falls short by {short}; with more time it may be less"
                if self.out_of_time
                else f"the budget of {self.budget.budget} is too small for every target: this is the least total "
                f"shortfall found, {short}"
            )
        return tuple(lines)

    def __repr__(self) -> str:
        return f"Plan({self.scenario.name!r}: {self.adviser_hours:g} adviser hours, cost {self.cost:g}, {self.verdict})"

    def _repr_html_(self) -> str:
        unmet = "".join(f"<li>{escape(str(finding))}</li>" for finding in self.unmet)
        return (
            f"<p><b>{escape(self.scenario.name)}</b>: {escape(self.verdict)}</p>"
            f"{self.desks.to_html(index=False)}{f'<ul>{unmet}</ul>' if unmet else ''}"
        )


def records(frame: pd.DataFrame) -> list[dict[str, Any]]:
    """Rows as plain values, NaN as None."""
    rows = frame.astype(object).where(frame.notna(), None).to_dict("records")
    return [{str(key): _plain(value) for key, value in row.items()} for row in rows]


def _plain(value: Any) -> Any:
    return value.item() if isinstance(value, np.generic) else value
