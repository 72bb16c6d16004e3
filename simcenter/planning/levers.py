"""Levers: changes of a centre that might serve its customers better, each as a scenario with the same advisers."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, fields
from typing import TYPE_CHECKING, Any

import numpy as np

from simcenter.errors import ScenarioError
from simcenter.scenario.problems import dotted
from simcenter.simulation.staffing import Staffing

if TYPE_CHECKING:
    from simcenter.scenario import Scenario
    from simcenter.scenario.transfer import Transfer

KINDS = {
    "specialist": "one adviser more at a desk, whenever it is open",
    "generalist": "one adviser of a new desk that serves every queue and hands nobody on",
    "cross-training": "a desk learns to serve one more queue, after its own, and hands on to it no more",
    "better menu": "fewer contacts come to the wrong queue; where none do, fewer are handed on",
    "longer first call": "advisers take more time for a queue, resolve more and hand on less",
}
MOST_TRAININGS = 12
"""Cross-trainings that are tried: those that spare most hand-overs first, then by the volume of the queue."""


@dataclass(frozen=True)
class Assumptions:
    """What a simulation cannot know: prices, and what people learn. Shares are 0..1.

    Attributes
    ----------
    generalist_pay : float
        Pay of a generalist, in multiples of the dearest desk's.
    training : float
        Share of a desk's pay that teaching it one more queue takes: 40 of 1,600 hours, for a year.
    skill_pay : float
        Rise in pay of those who can do one queue more.
    menu_effect : float
        Share of the misrouted (where there are none, of those handed on) whom a better menu spares that.
    menu_price : float
        Price of a better menu, as a share of the plan's cost.
    longer : float
        How much longer a longer first call is.
    longer_effect : float
        Share of those unresolved, and of those handed on, whom it spares that.
    coaching : float
        Price of longer first calls beside the advisers' time, as a share of the pay of the desks that take them.
    handed_on : float
        How many contacts served as promised one customer not handed on is worth.
    """

    generalist_pay: float = 1.1
    training: float = 0.025
    skill_pay: float = 0.05
    menu_effect: float = 0.5
    menu_price: float = 0.01
    longer: float = 0.10
    longer_effect: float = 0.20
    coaching: float = 0.01
    handed_on: float = 1.0

    def __post_init__(self) -> None:
        effects = {"menu_effect", "longer_effect"}
        problems = []
        for one in fields(self):
            value = getattr(self, one.name)
            most = 1.0 if one.name in effects else 1000.0
            if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value <= most:
                problems.append(f"assume: {one.name} must be a number from 0 to {most:g}, got {value!r}")
        if problems:
            raise ScenarioError(problems)


def read_assumptions(text: str) -> Assumptions:
    """ "menu_price=0.02,skill_pay=0.1" as assumptions, the others as they are by default.

    Raises
    ------
    ScenarioError
        Where it is not of that form.
    """
    allowed = [one.name for one in fields(Assumptions)]
    given: dict[str, float] = {}
    for part in text.split(","):
        name, _, value = (word.strip() for word in part.partition("="))
        try:
            number = float(value)
        except ValueError:
            number = float("nan")
        if name not in allowed or name in given or np.isnan(number):
            raise ScenarioError([f"assume: must be NAME=NUMBER,... of {', '.join(allowed)}, got {text!r}"])
        given[name] = number
    return Assumptions(**given)


@dataclass(frozen=True)
class Lever:
    """One change: its ``kind``, ``what`` in words, the centre after it, its advisers, its assumed ``price`` over the
    horizon beside the wages, and what of it is ``assumed``, in words."""

    kind: str
    what: str
    scenario: "Scenario"
    staffing: Staffing
    price: float
    assumed: str


def levers_of(scenario: "Scenario", staffing: Staffing, assumed: Assumptions) -> tuple[list[Lever], list[str]]:
    """Every lever of a centre, and one line for each that cannot be tried."""
    bench = Workbench(scenario, staffing, assumed)
    found = [*bench.specialists(), *bench.generalist(), *bench.trainings(), *bench.menus(), *bench.longer_calls()]
    return found, bench.left_out


class Workbench:
    """A centre whose levers are made."""

    def __init__(self, scenario: "Scenario", staffing: Staffing, assumed: Assumptions) -> None:
        self.scenario, self.staffing, self.assumed = scenario, staffing, assumed
        hours = staffing.hours()
        self.wages = {name: desk.cost_per_hour * hours[name] for name, desk in scenario.desks.items()}
        self.left_out: list[str] = []

    def specialists(self) -> Iterator[Lever]:
        """One adviser more at each desk."""
        for d, name in enumerate(self.staffing.desks):
            advisers = self.staffing.advisers.copy()
            advisers[:, d] += self.staffing.open[:, d]
            if self.staffing.open[:, d].any():
                more = self.staffing.with_advisers(advisers)
                yield Lever("specialist", f"one more at {name}", self.scenario, more, 0.0, "")

    def generalist(self) -> Iterator[Lever]:
        """One adviser of a desk that serves every queue, after the desks that are there."""
        desks = self.scenario.desks
        if len(self.scenario.queues) < 2:
            return
        name = next(name for name in ("generalist", *(f"generalist_{i}" for i in range(2, 99))) if name not in desks)
        serves = {}
        for place, queue in enumerate(self.scenario.queues, start=1):
            rank, first = self._after(queue)
            serves[queue] = {"rank": rank, "priority": place, "speed": first.speed, "resolved": first.resolved}
        pay = self.assumed.generalist_pay * max(desk.cost_per_hour for desk in desks.values())
        desk = {"cost_per_hour": pay, "serves": serves}
        what = "one who serves every queue"
        words = f"paid {pay:g} an hour, as fast as each queue's first desk"
        after = self._changed(what, {dotted(("desks", name)): desk})
        if after is not None:
            given = {one: self.staffing.advisers[:, d].tolist() for d, one in enumerate(self.staffing.desks)}
            open_times = after.calendar.open_mask(after.desks[name])
            more = Staffing.from_scenario(after, given | {name: np.asarray(open_times, dtype=np.int64).tolist()})
            yield Lever("generalist", what, after, more, 0.0, words)

    def trainings(self) -> Iterator[Lever]:
        """Each desk learns each queue that it does not serve."""
        volume = {name: float(np.sum(queue.volume)) for name, queue in self.scenario.queues.items()}
        pairs = []
        for d, (name, desk) in enumerate(self.scenario.desks.items()):
            for q, queue in enumerate(self.scenario.queues):
                if queue not in desk.serves:
                    spared = sum(
                        _share(serves.transfers[queue]) * volume[source]
                        for source, serves in desk.serves.items()
                        if queue in serves.transfers
                    )
                    pairs.append((-spared, -volume[queue], d, q, name, queue))
        pairs.sort()
        if len(pairs) > MOST_TRAININGS:
            self.left_out.append(f"cross-training: the {MOST_TRAININGS} most promising of {len(pairs)} pairs are tried")
        for *_, name, queue in pairs[:MOST_TRAININGS]:
            yield from self._training(name, queue)

    def _training(self, name: str, queue: str) -> Iterator[Lever]:
        desk = self.scenario.desks[name]
        rank, first = self._after(queue)
        own = [one.priority for one in desk.serves.values() if not one.interruptible]
        serves = {
            "rank": rank,
            "priority": max(own, default=0) + 1,
            "speed": first.speed,
            "resolved": first.resolved,
        }
        changes: dict[str, Any] = {dotted(("desks", name, "serves", queue)): serves}
        # at a share of 0, not left out: a queue without volume needs a route to it
        changes |= _scaled(
            {
                ("desks", name, "serves", source, "transfers", queue): one.transfers[queue]
                for source, one in desk.serves.items()
                if queue in one.transfers
            },
            0.0,
        )
        what = f"{name} also serves {queue}"
        after = self._changed(what, changes)
        if after is not None:
            share = self.assumed.training + self.assumed.skill_pay
            words = f"{100 * share:g} % of the desk's pay for training and skill; as fast as the queue's first desk"
            yield Lever("cross-training", what, after, self.staffing, share * self.wages[name], words)

    def menus(self) -> Iterator[Lever]:
        """Fewer misrouted contacts, or fewer handed on where none are misrouted."""
        stay = 1 - self.assumed.menu_effect
        wrong: dict[tuple[str, ...], Transfer] = {
            ("queues", name, "misrouted", to): route
            for name, queue in self.scenario.queues.items()
            for to, route in queue.misrouted.items()
        }
        routes = wrong or {
            place: route for name in self.scenario.queues for place, route in self._handed_on(name).items()
        }
        changes = _scaled(routes, stay)
        if changes:
            part = "misrouted" if wrong else "handed on"
            what = f"{100 * self.assumed.menu_effect:g} % fewer contacts {part}"
            after = self._changed(what, changes)
            if after is not None:
                words = (
                    f"{100 * self.assumed.menu_effect:g} % fewer, for {100 * self.assumed.menu_price:g} % of the cost"
                )
                price = self.assumed.menu_price * sum(self.wages.values())
                yield Lever("better menu", what, after, self.staffing, price, words)

    def longer_calls(self) -> Iterator[Lever]:
        """More time for each queue in turn whose contacts are not all resolved where they come first."""
        stay = 1 - self.assumed.longer_effect
        for queue in self.scenario.queues:
            desks = {name: desk.serves[queue] for name, desk in self.scenario.desks.items() if queue in desk.serves}
            changes = _scaled(self._handed_on(queue), stay)
            for name, serves in desks.items():
                if serves.resolved < 1:
                    better = 1 - (1 - serves.resolved) * stay
                    changes[dotted(("desks", name, "serves", queue, "resolved"))] = better
            if not changes:
                continue
            for name, serves in desks.items():
                changes[dotted(("desks", name, "serves", queue, "speed"))] = serves.speed / (1 + self.assumed.longer)
            what = f"{100 * self.assumed.longer:g} % longer for {queue}"
            after = self._changed(what, changes)
            if after is not None:
                words = (
                    f"{100 * self.assumed.longer_effect:g} % fewer unresolved and handed on, "
                    f"for {100 * self.assumed.coaching:g} % of the desks' pay"
                )
                price = self.assumed.coaching * sum(self.wages[name] for name in desks)
                yield Lever("longer first call", what, after, self.staffing, price, words)

    def _handed_on(self, queue: str) -> dict[tuple[str, ...], "Transfer"]:
        """Where contacts of a queue are handed on, by the place in the file."""
        return {
            ("desks", name, "serves", queue, "transfers", to): route
            for name, desk in self.scenario.desks.items()
            if queue in desk.serves
            for to, route in desk.serves[queue].transfers.items()
        }

    def _after(self, queue: str) -> tuple[int, Any]:
        """A rank after all desks that serve a queue, and how the first of them does."""
        serving = [desk.serves[queue] for desk in self.scenario.desks.values() if queue in desk.serves]
        first = min(serving, key=lambda one: one.rank)
        return min(max(one.rank for one in serving) + 1, 1000), first

    def _changed(self, what: str, changes: Mapping[str, Any]) -> "Scenario | None":
        """The scenario with changes; None, and a line about it, where its rules do not allow them."""
        try:
            return self.scenario.replace(changes)
        except ScenarioError as error:
            self.left_out.append(f"{what}: not tried, {error.problems[0]}")
            return None


def _share(route: "Transfer") -> float:
    """The share of a route; of several classes the largest."""
    return max([route.share, *route.shares.values()])


def _scaled(routes: Mapping[tuple[str, ...], "Transfer"], factor: float) -> dict[str, Any]:
    """Changes that multiply every share of these routes."""
    changes: dict[str, Any] = {}
    for place, route in routes.items():
        if _share(route) > 0:
            changes[dotted((*place, "share"))] = factor * route.share
            changes |= {dotted((*place, "shares", name)): factor * share for name, share in route.shares.items()}
    return changes
