"""Assurances: what it costs to keep each target on more and more of the days; every step a proven plan."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from html import escape
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from simcenter.errors import ScenarioError
from simcenter.planning.assurance import read_assurance
from simcenter.planning.clock import Progress
from simcenter.planning.frontier import Watch, cheapest
from simcenter.planning.job import Options
from simcenter.planning.plan import Plan, records
from simcenter.planning.planner import USUAL, check_options, planned
from simcenter.scenario import check_scenario
from simcenter.simulation.engine import check_engine

if TYPE_CHECKING:
    from simcenter.scenario import Scenario

SHARES = (0.5, 0.8, 0.9, 0.95)
"""Steps that are asked where none are given."""
AVERAGE = "on average"
BASIS = (
    "planned from the highest share of days to the lowest, all on the same customers; where the search for a share "
    "ends dearer than a plan proven for a higher one, it begins again at that plan; if it does not end cheaper, that "
    "plan itself is taken, as its proof holds here too. The plan on average is one by itself: it may cost more than a "
    "low share, as bad days count in a mean by how bad they are"
)
"""How the steps hang together."""


@dataclass(frozen=True)
class PricedStep:
    """The ``plan`` for a ``share`` of days (None: on average), and for which share it was made (``planned_for``): its
    own, or a higher one's that turned out cheaper."""

    share: float | None
    plan: Plan
    planned_for: float | None


@dataclass(frozen=True, eq=False, repr=False)
class Assurances:
    """Plans that keep each target on average, then on more and more of the days.

    Attributes
    ----------
    steps : tuple of PricedStep
        On average first, then by rising share.
    """

    steps: tuple[PricedStep, ...] = field(repr=False)

    @property
    def average(self) -> Plan:
        """The plan whose targets hold on average."""
        return self.steps[0].plan

    @property
    def proven(self) -> bool:
        """Whether every step is proven."""
        return all(step.plan.proven for step in self.steps)

    @property
    def busyness(self) -> bool:
        """Whether the scenario says how days differ. If not, an assurance costs no more than pure chance does."""
        return any(queue.variability for queue in self.average.scenario.queues.values())

    @property
    def table(self) -> pd.DataFrame:
        """One row per step.

        Columns: ``asked`` (text); ``assurance`` (NaN: on average); ``proven``; ``adviser_hours`` and ``cost`` over the
        horizon; ``extra_cost`` beyond the plan on average, and ``extra`` as a share of it; ``days_kept``: the share of
        days on which the target least kept was kept in the plan's last fresh round; ``days_kept_together``: all targets
        of a day; ``replications`` of that round; ``planned_for``: the share whose plan it is; ``unmet``.
        """
        rows = []
        base = self.average.cost
        for step in self.steps:
            made = step.plan
            rows.append(
                {
                    "asked": in_words(step.share),
                    "assurance": _or_nan(step.share),
                    "proven": made.proven,
                    "adviser_hours": made.adviser_hours,
                    "cost": made.cost,
                    "extra_cost": made.cost - base,
                    "extra": made.cost / base - 1 if base > 0 else np.nan,
                    "days_kept": float(made.targets["days_kept"].min()),
                    "days_kept_together": made.days_kept_together,
                    "replications": made.results.replications,
                    "planned_for": _or_nan(step.planned_for),
                    "unmet": "; ".join(str(finding) for finding in made.unmet),
                }
            )
        return pd.DataFrame(rows)

    @property
    def desk_table(self) -> pd.DataFrame:
        """One row per step and desk: adviser hours, cost, most advisers at once."""
        parts = []
        for step in self.steps:
            frame = step.plan.desks[["desk", "adviser_hours", "cost", "most_advisers"]]
            parts.append(frame.assign(asked=in_words(step.share))[["asked", *frame.columns]])
        return pd.concat(parts, ignore_index=True)

    @property
    def provenance(self) -> dict[str, Any]:
        """That of the plan on average, and how the steps hang together."""
        return {**self.average.provenance, "assurances": BASIS}

    def frames(self) -> dict[str, pd.DataFrame]:
        """The steps, their desks, then the advisers of each."""
        found = {"assurances": self.table, "desks": self.desk_table}
        for step in self.steps:
            found[f"plan {in_words(step.share)}"] = step.plan.summary
        return found

    def to_json_dict(self) -> dict[str, Any]:
        """As plain JSON values, None where unknown."""
        return {
            "result_schema": 1,
            "basis": BASIS,
            "confidence": self.average.confidence,
            "seed": self.average.seed,
            "busyness": self.busyness,
            "assurances": records(self.table),
            "desks": records(self.desk_table),
        }

    def __repr__(self) -> str:
        costs = ", ".join(f"{in_words(step.share)} {step.plan.cost:g}" for step in self.steps)
        return f"Assurances({self.average.scenario.name!r}: cost {costs})"

    def _repr_html_(self) -> str:
        return f"<p><b>{escape(self.average.scenario.name)}</b></p>{self.table.to_html(index=False)}"


def assurances(
    scenario: "Scenario",
    shares: Sequence[float | str] = SHARES,
    *,
    replications: int | None = None,
    seed: int = 0,
    confidence: float = 0.95,
    block: int = 1,
    jobs: int = 1,
    engine: str = "auto",
    time_limit: float | None = None,
    progress: Progress | None = None,
) -> Assurances:
    """Plan a centre on average and for each share of days on which its targets are to be kept: the price of each step.

    Parameters
    ----------
    scenario : Scenario
    shares : sequence of float or str
        Such as 0.9 or "90%".
    replications, seed, confidence, block, jobs, engine, progress
        As in :func:`plan`, for each step.
    time_limit : float, optional
        Seconds for the whole.

    Raises
    ------
    ScenarioError
        For arguments that are not allowed.
    """
    check_scenario(scenario)
    asked = sorted({read_assurance(share) for share in shares}, reverse=True)
    if not asked:
        raise ScenarioError(["assurance: must be at least one share, got none"])
    usual = USUAL if replications is None else replications
    check_options(confidence, time_limit, replications=(usual, 10), seed=(seed, 0), block=(block, 1))
    check_engine(engine)
    watch = Watch(len(asked) + 1, time_limit, 0.0, progress)
    steps: list[PricedStep] = []
    for number, share in enumerate([*asked, None], start=1):
        played = int(usual) if share is None else int(replications or 0)
        options = Options(played, int(seed), confidence, int(block), None, share)

        higher = [step for step in steps if step.plan.proven]
        best = None if share is None else min(higher, key=lambda step: step.plan.cost, default=None)
        runs = 1 if best is None else 2

        def made(start: Plan | None, number: int = number, runs: int = runs, options: Options = options) -> Plan:
            """The plan for this share, begun at another one or not."""
            clock = watch.clock(number, 1 if start is None else 2, runs)
            return planned(scenario, options, clock, jobs=jobs, engine=engine, start=start)

        found = cheapest(None if best is None else best.plan, made)
        steps.append(PricedStep(share, found, best.planned_for if best is not None and found is best.plan else share))
    return Assurances(tuple(reversed(steps)))


def in_words(share: float | None) -> str:
    """What is asked of the days."""
    return AVERAGE if share is None else f"on {100 * share:g} % of days"


def _or_nan(share: float | None) -> float:
    return np.nan if share is None else share
