"""The frontier: what fewer customers handed on, or more answered in time, cost; every point a proven plan."""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from html import escape
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from simcenter.planning.asked import Asked, Cap, Share, asked_of
from simcenter.planning.clock import Clock, Progress, time_spoken
from simcenter.planning.gains import Levers, try_levers
from simcenter.planning.job import Options
from simcenter.planning.levers import Assumptions
from simcenter.planning.plan import Plan, records
from simcenter.planning.planner import USUAL, check_options, planned
from simcenter.scenario import check_scenario
from simcenter.simulation.engine import check_engine

if TYPE_CHECKING:
    from simcenter.scenario import Scenario

LEVERS_SHARE = 0.15
"""Part of the time and of the progress that belongs to the levers."""
KNOWN = 0.02
"""Part of the work after which it is known how long the rest will take."""
LEVERS_PLAYED = 100
"""Replications of the levers, unless asked for otherwise: differences on the same customers are sharp."""
BASIS = (
    "points planned from the strictest to the loosest, all on the same customers; where a point's own search ends "
    "dearer than a plan proven for a stricter one, it begins again at that plan; if it does not end cheaper than that "
    "plan, that plan itself is taken, as its proof holds here too"
)
"""How the points hang together."""


@dataclass(frozen=True)
class Point:
    """One point: what is ``asked``, its ``plan``, and ``planned_for``: the number of the point, from 1, for which that
    plan was made (its own, or a stricter one's that turned out cheaper)."""

    asked: Asked
    plan: Plan
    planned_for: int


@dataclass(frozen=True, eq=False, repr=False)
class Frontier:
    """Plans from the strictest demand to the loosest, all on the same customers.

    Attributes
    ----------
    points : tuple of Point
    queues : tuple of str
        Whose service level is asked for and reported.
    levers : Levers, optional
        Where the next euro buys most, from the plan for what the file asks.
    """

    points: tuple[Point, ...] = field(repr=False)
    queues: tuple[str, ...]
    levers: Levers | None = field(default=None, repr=False)

    @property
    def own(self) -> Point:
        """The point that the file asks for."""
        return next(point for point in self.points if point.asked.own)

    @property
    def table(self) -> pd.DataFrame:
        """One row per point, the strictest first.

        Columns: ``point``; ``transfer_cap`` (NaN: no cap); ``answered`` (text: the share asked of the queues, a move of
        it, or "as in the file"); ``asked_level``: the mean share asked of the frontier's queues, by their contacts
        at the file's own point; ``own`` (what the file asks); ``proven``; ``cost`` and ``adviser_hours`` over the
        horizon; ``extra_cost`` beyond the file's own point; ``transferred`` with its interval, of all customers
        answered; ``service_level`` of the frontier's queues by their contacts (``queue_table`` has each with its
        interval); ``bound`` on cost; ``planned_for``: the point whose plan it is; ``unmet``.
        """
        rows = []
        weights = self.own.plan.results.queues["offered"]
        for number, point in enumerate(self.points, start=1):
            made, asked = point.plan, point.asked
            journeys = {str(name): float(column.iloc[-1]) for name, column in made.results.journeys.items()}
            rows.append(
                {
                    "point": number,
                    "transfer_cap": np.nan if asked.cap is None else asked.cap,
                    "answered": spoken(asked.answered),
                    "asked_level": _mean({name: _asked(asked.scenario, name) for name in self.queues}, weights),
                    "own": asked.own,
                    "proven": made.proven,
                    "cost": made.cost,
                    "adviser_hours": made.adviser_hours,
                    "extra_cost": made.cost - self.own.plan.cost,
                    "transferred": journeys["transferred"],
                    "transferred_low": journeys["transferred_low"],
                    "transferred_high": journeys["transferred_high"],
                    "service_level": _mean(
                        {name: float(np.asarray(made.results.queues["service_level"][name])) for name in self.queues},
                        made.results.queues["offered"],
                    ),
                    "bound": np.nan if made.bound.cost is None else made.bound.cost,
                    "planned_for": point.planned_for,
                    "unmet": "; ".join(str(finding) for finding in made.unmet),
                }
            )
        return pd.DataFrame(rows)

    @property
    def desk_table(self) -> pd.DataFrame:
        """One row per point and desk: adviser hours, cost, most advisers at once."""
        parts = []
        for number, point in enumerate(self.points, start=1):
            frame = point.plan.desks[["desk", "adviser_hours", "cost", "most_advisers"]]
            parts.append(frame.assign(point=number)[["point", *frame.columns]])
        return pd.concat(parts, ignore_index=True)

    @property
    def queue_table(self) -> pd.DataFrame:
        """One row per point and queue of the frontier: the share asked, the service level and its interval."""
        rows = []
        for number, point in enumerate(self.points, start=1):
            measured = point.plan.results.queues.to_dict("index")
            for name in self.queues:
                row = {"point": number, "queue": name, "asked": _asked(point.asked.scenario, name)}
                for part in ("service_level", "service_level_low", "service_level_high"):
                    row[part] = float(measured[name][part])
                rows.append(row)
        names = ["point", "queue", "asked", "service_level", "service_level_low", "service_level_high"]
        return pd.DataFrame(rows, columns=names)

    @property
    def proven(self) -> bool:
        """Whether every point is proven."""
        return all(point.plan.proven for point in self.points)

    @property
    def provenance(self) -> dict[str, Any]:
        """That of the plan for what the file asks, and how the points hang together."""
        return {**self.own.plan.provenance, "frontier": BASIS}

    def frames(self) -> dict[str, pd.DataFrame]:
        """The points, their desks and queues, the levers, then the advisers of each point."""
        found = {"frontier": self.table, "desks": self.desk_table, "service": self.queue_table}
        if self.levers is not None:
            found["levers"] = self.levers.table
        for number, point in enumerate(self.points, start=1):
            found[f"plan_{number}"] = point.plan.summary
        return found

    def to_json_dict(self) -> dict[str, Any]:
        """As plain JSON values, None where unknown."""
        return {
            "result_schema": 1,
            "basis": BASIS,
            "confidence": self.own.plan.confidence,
            "seed": self.own.plan.seed,
            "frontier": records(self.table),
            "desks": records(self.desk_table),
            "service": records(self.queue_table),
            "levers": None if self.levers is None else self.levers.to_json_dict(),
        }

    def __repr__(self) -> str:
        costs = ", ".join(f"{point.plan.cost:g}" for point in self.points)
        return f"Frontier({len(self.points)} points, strictest first: cost {costs})"

    def _repr_html_(self) -> str:
        name = escape(self.own.plan.scenario.name)
        levers = "" if self.levers is None else self.levers._repr_html_()
        return f"<p><b>{name}</b></p>{self.table.to_html(index=False)}{levers}"


def frontier(
    scenario: "Scenario",
    *,
    transfers: Sequence[Cap] | None = None,
    answered: Sequence[Share] | None = None,
    queues: Sequence[str] | None = None,
    levers: bool = True,
    assumptions: Assumptions | None = None,
    replications: int | None = None,
    seed: int = 0,
    confidence: float = 0.95,
    jobs: int = 1,
    engine: str = "auto",
    time_limit: float | None = None,
    progress: Progress | None = None,
) -> Frontier:
    """Plan a centre again and again, from a strict demand to a loose one, and try what else would help.

    What the file asks is always a point. Neither ``transfers`` nor ``answered``: caps from none to near the least there
    can be, or, where nobody is handed on, shares from 10 points below to 10 above. Both: every pair.

    Parameters
    ----------
    scenario : Scenario
    transfers : sequence of float or None, optional
        Caps on the share of customers handed on; None: no cap.
    answered : sequence of float or str, optional
        Shares answered in time: 0.8, or "+0.05" for five points more than each queue's own.
    queues : sequence of str, optional
        Whose share that is; left out: of all queues with a target ``answered``.
    levers : bool
        Also measure where the next euro buys most, with the advisers of the file's own point.
    assumptions : Assumptions, optional
        What the levers cost and do, as far as a simulation cannot know it.
    replications, seed, confidence, jobs, engine, progress
        As in :func:`plan`, for each point; levers are tried on 100 replications where their number is left out.
    time_limit : float, optional
        Seconds for the whole.

    Raises
    ------
    ScenarioError
        For arguments that are not allowed, and where there is nothing to trade.
    """
    check_scenario(scenario)
    fresh = USUAL if replications is None else replications
    check_options(confidence, time_limit, replications=(fresh, 10), seed=(seed, 0))
    check_engine(engine)
    asked, chosen = asked_of(scenario, transfers, answered, queues, int(seed), engine)
    options = Options(int(fresh), int(seed), confidence)
    watch = Watch(len(asked), time_limit, LEVERS_SHARE if levers else 0.0, progress)
    made = Frontier(_points(asked, options, watch, jobs, engine), chosen)
    if not levers:
        return made
    played = LEVERS_PLAYED if replications is None else int(replications)
    how: dict[str, Any] = {"replications": played, "seed": seed, "confidence": confidence, "jobs": jobs}
    advisers = made.own.plan.staffing
    return replace(
        made, levers=try_levers(scenario, advisers, assumptions, engine=engine, progress=watch.levers, **how)
    )


def _points(asked: list[Asked], options: Options, watch: "Watch", jobs: int, engine: str) -> tuple[Point, ...]:
    """The plans, the strictest first; then those tried again that a looser point's plan seems to beat."""
    points: list[Point] = []
    for number, one in enumerate(asked, start=1):
        points.append(_point(number, one, points, options, watch, jobs, engine))
    for place in reversed(range(len(points))):
        point, made = points[place], points[place].plan
        better = [
            other.plan
            for other in points[place + 1 :]
            if point.asked.covers(other.asked) and _beats(other.plan, made) and _seems_kept(other.plan, point.asked)
        ]
        if better:
            start = min(better, key=lambda plan: plan.cost)
            clock = watch.clock(len(points), 2, 2)
            again = planned(point.asked.scenario, options, clock, jobs=jobs, engine=engine, start=start)
            points[place] = Point(point.asked, again, place + 1) if _beats(again, made) else point
    return tuple(_cheapest_before(points, place) for place in range(len(points)))


def _beats(plan: Plan, other: Plan) -> bool:
    """Whether a plan is proven, and cheaper than the other or the only one of them that is."""
    return plan.proven and (plan.cost < other.cost or not other.proven)


def _seems_kept(plan: Plan, asked: Asked) -> bool:
    """Whether a plan made for a looser demand does, over the horizon, what a stricter one asks: worth a try."""
    handed_on = float(plan.results.journeys["transferred"].iloc[-1])
    level = plan.results.queues["service_level"].to_dict()
    promised = {name: _asked(asked.scenario, name) for name in asked.scenario.queues}
    return not (asked.cap is not None and handed_on > asked.cap) and not any(level[q] < promised[q] for q in promised)


def _cheapest_before(points: list[Point], place: int) -> Point:
    """A point with its own plan, or with that of a stricter one that is proven and cheaper."""
    point = points[place]
    stricter = [one for one in points[:place] if one.asked.covers(point.asked) and _beats(one.plan, point.plan)]
    best = min(stricter, key=lambda one: one.plan.cost, default=point)
    return Point(point.asked, best.plan, best.planned_for)


def _point(
    number: int, asked: Asked, before: list[Point], options: Options, watch: "Watch", jobs: int, engine: str
) -> Point:
    """The cheapest of a point's plan, begun at the closed form, of one begun at the cheapest plan proven for a stricter
    point, and of that plan itself."""
    stricter = [point for point in before if point.plan.proven and point.asked.covers(asked)]
    best = min(stricter, key=lambda point: point.plan.cost, default=None)

    def made(start: Plan | None) -> Plan:
        """The plan for this point, begun at another one or not."""
        # a second run only where there is another plan to begin at
        clock = watch.clock(number, 1 if start is None else 2, 1 if best is None else 2)
        return planned(asked.scenario, options, clock, jobs=jobs, engine=engine, start=start)

    found = cheapest(None if best is None else best.plan, made)
    return Point(asked, found, best.planned_for if best is not None and found is best.plan else number)


def cheapest(stricter: Plan | None, made: Callable[[Plan | None], Plan]) -> Plan:
    """The cheapest of a plan begun at the closed form, of one begun at the cheapest plan proven for a stricter demand,
    where there is one, and of that plan itself, whose proof holds here too. ``made``: a plan from where to begin."""
    own = made(None)
    if stricter is None or (own.proven and own.cost < stricter.cost):
        return own
    if own.proven and own.cost == stricter.cost:
        return stricter
    again = made(stricter)
    found = min((one for one in (again, own) if one.proven), key=lambda one: one.cost, default=stricter)
    return found if found.cost < stricter.cost else stricter


class Watch:
    """Time and progress of a frontier: its points one after the other, then the levers."""

    def __init__(self, points: int, limit_s: float | None, levers: float, progress: Progress | None) -> None:
        self._points, self._limit_s, self._rest, self._progress = points, limit_s, levers, progress
        self._started_s = time.monotonic()

    def clock(self, number: int, run: int = 1, runs: int = 1) -> Clock:
        """The clock of a run for point ``number``: an equal part of the time left, shared with the runs to come."""
        limit_s = None
        if self._limit_s is not None:
            left_s = (1 - self._rest) * self._limit_s - (time.monotonic() - self._started_s)
            limit_s = max(left_s / (self._points - number + 1) / (runs - run + 1), 0.1)

        def told(message: str, share: float) -> None:
            """Progress of one run, as a part of the whole."""
            done = (1 - self._rest) * (number - 1 + (run - 1 + share) / runs) / self._points
            self._tell(f"point {number} of {self._points}: {message}", done)

        return RunClock(limit_s, told)

    def levers(self, done: int, wanted: int) -> None:
        """After each replication of the levers."""
        self._tell(f"levers: replication {done} of {wanted}", 1 - self._rest + self._rest * done / wanted)

    def _tell(self, message: str, done: float) -> None:
        """Say where the work is, and about how long the whole will still take."""
        if self._progress is None:
            return
        spent_s = time.monotonic() - self._started_s
        left_s = spent_s * (1 - done) / max(done, 1e-9)
        if self._limit_s is not None:
            left_s = min(left_s, max(self._limit_s - spent_s, 0.0))
        self._progress(f"{message}, about {time_spoken(left_s)} left" if done >= KNOWN else message, done)


class RunClock(Clock):
    """The clock of one of many runs: how long the rest will take is for the whole to say."""

    def say(self, message: str) -> None:
        """Report progress."""
        self.progress(message, min(self.played / max(self.expected, 1), 0.99))


def spoken(share: Share | None) -> str:
    """What is asked of the service level, in words."""
    if share is None:
        return "as in the file"
    return f"{100 * float(share):+g} points" if isinstance(share, str) else f"{100 * share:g} %"


def _asked(scenario: "Scenario", queue: str) -> float:
    """The share answered in time that a queue promises."""
    target = scenario.queues[queue].target
    return float("nan") if target is None or target.answered is None else target.answered


def _mean(values: dict[str, float], weights: pd.Series) -> float:
    """The mean of the queues' values by their weights; NaN where nothing is known."""
    known = [name for name, value in values.items() if value == value and weights[name] > 0]
    if not known:
        return float("nan")
    return float(np.average([values[name] for name in known], weights=[float(weights[name]) for name in known]))
