"""Levers: where the next euro buys most. Each is a change of the scenario or the staffing, and measured."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from simcenter.experiment.compare import compare
from simcenter.planning.clock import Progress
from simcenter.planning.plan import Plan
from simcenter.simulation.staffing import Staffing

if TYPE_CHECKING:
    from simcenter.scenario import Scenario

FEWER = 0.8
"""Share of the transfers that is left after a longer first call."""
LONGER = 1.1
"""Factor on the handle time that this takes."""
BETTER_MENU = 0.5
"""Share of the misrouted contacts that is left with a better menu."""
SECOND_RANK = 2
"""Rank and priority of a queue for a desk trained for it."""
MEASURES = {"transferred": "share handed on", "lost": "share never answered", "journey_wait_s": "wait per customer, s"}
"""What every lever is measured by, of all customers."""


@dataclass(frozen=True)
class Lever:
    """One change: what it is in words, the scenario and the staffing it makes."""

    kind: str
    words: str
    scenario: "Scenario"
    staffing: Staffing


def levers(
    plan: Plan, *, replications: int = 100, jobs: int = 1, engine: str = "auto", progress: Progress | None = None
) -> pd.DataFrame:
    """Try single changes of a planned centre on the same customers and measure what each buys.

    An adviser more at each desk, all day; a desk trained for a queue that another desk serves (second rank); half of
    the misrouted contacts; a longer first call (a tenth longer, a fifth fewer handed on) at each desk that hands on.

    Parameters
    ----------
    plan : Plan
    replications : int
        Of its own customers, after those of the plan's last fresh round.
    jobs, engine, progress
        As in :func:`plan`.

    Returns
    -------
    DataFrame
        One row per lever, the one that spares most customers a hand-over for its cost first: ``kind, lever,
        extra_cost`` over the horizon (0: costs no adviser), then for each of ``transferred``, ``lost`` and
        ``journey_wait_s`` the change against the plan with the bounds of its confidence interval (``_low``,
        ``_high``), and ``spared_per_100``: customers spared a hand-over for each 100 of cost (NaN where it is free).
    """
    tried = list(_levers(plan))
    rows = []
    for number, lever in enumerate(tried):
        if progress is not None:
            progress(f"lever {number + 1} of {len(tried)}: {lever.words}", number / len(tried))
        both = compare(
            {"plan": plan.scenario, "lever": lever.scenario},
            {"plan": plan.staffing, "lever": lever.staffing},
            replications=replications,
            seed=plan.seed,
            confidence=plan.confidence,
            jobs=jobs,
            engine=engine,
        )
        rows.append(_row(lever, plan, both.table))
    names = ["kind", "lever", "extra_cost"]
    names += [f"{measure}{part}" for measure in MEASURES for part in ("", "_low", "_high")]
    frame = pd.DataFrame(rows, columns=[*names, "spared_per_100"])
    by = frame["spared_per_100"].fillna(np.inf).where(frame["transferred_high"] < 0, -np.inf)
    return frame.iloc[np.lexsort((frame["journey_wait_s"], -by))].reset_index(drop=True)


def _row(lever: Lever, plan: Plan, table: pd.DataFrame) -> tuple[Any, ...]:
    all_customers = table[(table["level"] == "journey") & (table["place"] == "(all)")].set_index("measure")
    changes = [
        float(np.asarray(all_customers.loc[measure, part]))
        for measure in MEASURES
        for part in ("difference", "low", "high")
    ]
    desks = plan.scenario.desks
    hours, before = lever.staffing.hours(), plan.staffing.hours()
    cost = sum(desk.cost_per_hour * (hours[name] - before[name]) for name, desk in desks.items())
    answered = float(plan.results.journeys["contacts"].iloc[-1])
    spared = -changes[0] * answered / cost * 100 if cost > 0 else float("nan")
    return (lever.kind, lever.words, cost, *changes, spared)


def _levers(plan: Plan) -> Iterator[Lever]:
    scenario, staffing = plan.scenario, plan.staffing
    for d, name in enumerate(staffing.desks):
        more = staffing.advisers.copy()
        more[:, d] += np.asarray(staffing.open)[:, d]
        kind = "an extra specialist" if len(scenario.desks[name].serves) == 1 else "an extra generalist"
        yield Lever(kind, f"one adviser more at {name}, all day", scenario, staffing.with_advisers(more))
    data = scenario.to_dict()
    for name, desk in scenario.desks.items():
        for queue in _untrained(scenario, name):
            serves = {"rank": SECOND_RANK, "priority": SECOND_RANK}
            changed = scenario.replace({f'desks."{name}".serves."{queue}"': serves})
            yield Lever("a cross-training", f"{name} trained for {queue}, as second choice", changed, staffing)
        handing = [queue for queue, serves in desk.serves.items() if serves.transfers]
        if handing:
            changes: dict[str, Any] = {}
            for queue in handing:
                place = f'desks."{name}".serves."{queue}"'
                written = data["desks"][name]["serves"][queue]
                changes[f"{place}.speed"] = written["speed"] / LONGER
                for to, transfer in written["transfers"].items():
                    changes[f'{place}.transfers."{to}"'] = _fewer(transfer, FEWER)
            words = f"{name} takes {100 * (LONGER - 1):.0f} % longer and hands on {100 * (1 - FEWER):.0f} % fewer"
            yield Lever("a longer first call", words, scenario.replace(changes), staffing)
    misrouted = {
        f'queues."{name}".misrouted."{to}"': _fewer(transfer, BETTER_MENU)
        for name, queue in data["queues"].items()
        for to, transfer in queue.get("misrouted", {}).items()
    }
    if misrouted:
        words = f"{100 * (1 - BETTER_MENU):.0f} % fewer misrouted contacts in every queue"
        yield Lever("a better menu", words, scenario.replace(misrouted), staffing)


def _untrained(scenario: "Scenario", desk: str) -> list[str]:
    """Queues that the desk could be trained for: of channels that it serves already, and not only its own leftovers."""
    own = scenario.desks[desk].serves
    channels = {scenario.queues[queue].channel for queue in own}
    handed = {to for serves in own.values() for to in serves.transfers}
    return [
        name
        for name, queue in scenario.queues.items()
        if name not in own and queue.channel in channels and (name in handed or sum(queue.volume) > 0)
    ]


def _fewer(transfer: Mapping[str, Any], factor: float) -> dict[str, Any]:
    """A transfer with its shares multiplied."""
    shares = {name: factor * share for name, share in transfer.get("shares", {}).items()}
    return {**transfer, "share": factor * transfer["share"], **({"shares": shares} if shares else {})}
