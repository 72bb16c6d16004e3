"""The frontier: what fewer transfers, or a better service level, cost; every point a plan with its own proof."""

from collections.abc import Callable
from dataclasses import dataclass, field
from html import escape
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from simcenter.errors import ScenarioError
from simcenter.planning.clock import Progress
from simcenter.planning.findings import least_passed_on
from simcenter.planning.levers import levers
from simcenter.planning.plan import Plan
from simcenter.planning.planner import plan
from simcenter.scenario import check_scenario

if TYPE_CHECKING:
    from simcenter.scenario import Scenario

AGAINST = {
    "transfers": "the cap on customers handed on",
    "service level": "the share answered in time that every queue promises",
}
"""What cost is traded against."""
SHIFTS = (-0.10, -0.05, 0.0, 0.05, 0.10)
"""Service levels are moved by so much at the ends of the frontier and between."""
HIGHEST = 0.98
"""Share answered in time above which no point is planned."""
REACH = 0.8
"""How far from the uncapped plan towards the least possible share of transfers the last point lies."""


@dataclass(frozen=True)
class Point:
    """One point: the ``asked`` cap or shift (None: no cap) and its plan."""

    asked: float | None
    plan: Plan


@dataclass(frozen=True, eq=False, repr=False)
class Frontier:
    """Plans from the loosest demand to the strictest, all on the same customers.

    Attributes
    ----------
    against : str
        "transfers" or "service level".
    points : tuple of Point
    levers : DataFrame, optional
        What single changes of the centre, planned as its file asks, would buy: see :func:`simcenter.planning.levers`.
    """

    against: str
    points: tuple[Point, ...] = field(repr=False)
    levers: pd.DataFrame | None = field(default=None, repr=False)

    @property
    def table(self) -> pd.DataFrame:
        """One row per point.

        Columns: ``asked`` (the cap, or the shift of every queue's service level; NaN: none), ``cost``,
        ``adviser_hours``, ``extra_cost`` beyond the point before, ``transferred`` and ``service_level`` as the last
        fresh round of the point measured them (of all customers answered; of all queues, by their contacts),
        ``bound``, ``proven``, and the hours of each desk.
        """
        rows = []
        for before, point in zip((None, *self.points), self.points, strict=False):
            made = point.plan
            rows.append(
                {
                    "asked": np.nan if point.asked is None else point.asked,
                    "cost": made.cost,
                    "adviser_hours": made.adviser_hours,
                    "extra_cost": np.nan if before is None else made.cost - before.plan.cost,
                    "transferred": float(made.results.journeys["transferred"].iloc[-1]),
                    "service_level": _service_level(made),
                    "bound": np.nan if made.bound.cost is None else made.bound.cost,
                    "proven": made.proven,
                    **{f"{name}_hours": hours for name, hours in made.staffing.hours().items()},
                }
            )
        return pd.DataFrame(rows)

    @property
    def provenance(self) -> dict[str, Any]:
        """That of the first plan."""
        return {**self.points[0].plan.provenance, "against": self.against}

    def frames(self) -> dict[str, pd.DataFrame]:
        """The table, then the advisers of each point."""
        found = {"frontier": self.table}
        for number, point in enumerate(self.points, start=1):
            found[f"plan_{number}"] = point.plan.summary
        return found if self.levers is None else {**found, "levers": self.levers}

    def to_json_dict(self) -> dict[str, Any]:
        """As plain JSON values, None where unknown."""
        table = self.table.astype(object).where(self.table.notna(), None)
        rows = [
            {k: v.item() if isinstance(v, np.generic) else v for k, v in row.items()}
            for row in table.to_dict("records")
        ]
        found = {"result_schema": 1, "against": self.against, "frontier": rows}
        if self.levers is not None:
            known = self.levers.astype(object).where(self.levers.notna(), None)
            found["levers"] = known.to_dict("records")
        return found

    def __repr__(self) -> str:
        costs = ", ".join(f"{point.plan.cost:g}" for point in self.points)
        return f"Frontier(against {self.against}: cost {costs})"

    def _repr_html_(self) -> str:
        return f"<p>Cost against {escape(self.against)}</p>{self.table.to_html(index=False)}"


def frontier(
    scenario: "Scenario",
    against: str = "transfers",
    *,
    points: int = 5,
    with_levers: bool = False,
    replications: int = 100,
    seed: int = 0,
    confidence: float = 0.95,
    jobs: int = 1,
    engine: str = "auto",
    time_limit: float | None = None,
    progress: Progress | None = None,
) -> Frontier:
    """Plan a centre again and again, from a loose demand to a strict one, on the same customers.

    Parameters
    ----------
    scenario : Scenario
    against : {"transfers", "service level"}
        The cap on customers handed on: from none down to near the least share that any staffing could have. Or the
        share answered in time: every queue's promise moved by -10 to +10 points.
    points : int
        2 to 20.
    with_levers : bool
        Also plan the centre as its file asks, and measure where the next euro would buy most.
    replications, seed, confidence, jobs, engine
        As in :func:`plan`, for each point.
    time_limit : float, optional
        Seconds for each point.
    progress : callable, optional
        Called with (message, fraction done).

    Returns
    -------
    Frontier

    Raises
    ------
    ScenarioError
        For arguments that are not allowed, and where there is nothing to trade: nobody is handed on, or no queue has
        a service level.
    """
    check_scenario(scenario)
    if against not in AGAINST:
        raise ScenarioError([f"against: must be one of {', '.join(AGAINST)}, got {against!r}"])
    if isinstance(points, bool) or not isinstance(points, int) or not 2 <= points <= 20:
        raise ScenarioError([f"points: must be a whole number from 2 to 20, got {points!r}"])
    made: list[Point] = []

    def planned(one: "Scenario", asked: float | None) -> Plan:
        number = len(made)

        def told(message: str, share: float) -> None:
            if progress is not None:
                progress(f"point {number + 1} of {points}: {message}", (number + share) / points)

        found = plan(
            one,
            replications=replications,
            seed=seed,
            confidence=confidence,
            jobs=jobs,
            engine=engine,
            time_limit=time_limit,
            progress=told,
        )
        made.append(Point(asked, found))
        return found

    if against == "transfers":
        _capped(scenario, points, planned)
    else:
        _shifted(scenario, points, planned)
    tried = None
    if with_levers:
        options: dict[str, Any] = {"replications": replications, "jobs": jobs, "engine": engine}
        asked = plan(scenario, seed=seed, confidence=confidence, time_limit=time_limit, **options)
        tried = levers(asked, progress=progress, **options)
    return Frontier(against, tuple(made), tried)


Planned = Callable[["Scenario", float | None], Plan]


def _capped(scenario: "Scenario", points: int, planned: Planned) -> None:
    """Without a cap, then with caps in equal steps towards the least share possible."""
    free = scenario.replace({"targets.transferred": None, "targets.bounced": None})
    share = float(planned(free, None).results.journeys["transferred"].iloc[-1])
    least = least_passed_on(scenario)
    if not share > 0:
        raise ScenarioError(["against: must be a centre whose customers are handed on, got one where nobody is"])
    for step in range(1, points):
        cap = round(share - REACH * (share - least) * step / (points - 1), 4)
        planned(free.replace("targets.transferred", cap), cap)


def _shifted(scenario: "Scenario", points: int, planned: Planned) -> None:
    """Every queue's share answered in time moved by so many points."""
    shares = {
        name: queue.target.answered
        for name, queue in scenario.queues.items()
        if queue.target is not None and queue.target.answered is not None
    }
    if not shares:
        raise ScenarioError(["against: must be a centre with a target `answered`, got one without"])
    for shift in np.linspace(SHIFTS[0], SHIFTS[-1], points):
        changes = {
            f'queues."{name}".target.answered': round(float(np.clip(share + shift, 0.05, max(HIGHEST, share))), 4)
            for name, share in shares.items()
        }
        planned(scenario.replace(changes), round(float(shift), 4))


def _service_level(made: Plan) -> float:
    """Of all queues with a promise, by their contacts."""
    frame = made.results.queues.loc[list(made.scenario.queues)]
    known = frame["service_level"].notna() & (frame["offered"] > 0)
    if not known.any():
        return float("nan")
    return float(np.average(frame["service_level"][known], weights=frame["offered"][known]))
