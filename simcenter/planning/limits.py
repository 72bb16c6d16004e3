"""Limits: the targets of live queues, and of their classes, as limits on how a pool's contacts wait."""

from dataclasses import replace
from typing import TYPE_CHECKING

from simcenter.measures.targets import criteria
from simcenter.planning.criteria import MOST_BLOCKED
from simcenter.planning.pools import Limit

if TYPE_CHECKING:
    from simcenter.scenario import CustomerClass, Queue, Scenario, Target

NO_CLASS = 1
"""Priority of customers of no class."""
NEARLY_ALL = 0.995
"""What stands for a target of 100 %, which no number of advisers can promise."""


def limits_of(scenario: "Scenario") -> tuple[Limit, ...]:
    """Every limit that the closed form keeps, queue by queue. A class's hold for all customers of its queue, unless it
    goes before all others. Waiting rooms are not to be full often."""
    words = {(one.place, one.measure): f"{one.place}: {one.condition}" for one in criteria(scenario)}
    limits: list[Limit] = []
    for q, (name, queue) in enumerate(scenario.queues.items()):
        if not queue.live:
            continue
        targets = [(name, queue.target, 1.0)]
        targets += [(f"{name}/{one}", each.target, _ahead(queue, each)) for one, each in queue.classes.items()]
        for place, target, ahead in targets:
            if target is not None:
                limits += [replace(limit, ahead=ahead) for limit in _limits(q, queue, target, place, words)]
        if queue.waiting_room is not None:
            limits.append(Limit(q, "blocked", MOST_BLOCKED, label=f"{name}: blocked <= {100 * MOST_BLOCKED:g} %"))
    return tuple(limits)


def _ahead(queue: "Queue", one: "CustomerClass") -> float:
    """Share of a queue's customers who are served as early as those of a class: all, unless nobody goes before it."""
    rest = 1 - sum(each.share for each in queue.classes.values())
    shares = [(each.priority, each.share) for each in queue.classes.values()] + [(NO_CLASS, rest)]
    if any(priority < one.priority and share > 0 for priority, share in shares):
        return 1.0
    return sum(share for priority, share in shares if priority <= one.priority)


def _limits(q: int, queue: "Queue", target: "Target", place: str, words: dict[tuple[str, str], str]) -> list[Limit]:
    found: list[Limit] = []

    def add(measure: str, value: float, within_s: float = 0.0, definition: str = "sl_offered", of: str = "") -> None:
        """One more limit."""
        label = words.get((place, of or measure), f"{place}: {of or measure}")
        found.append(Limit(q, measure, value, within_s, definition, label))

    if target.answered is not None and target.within is not None:
        chat_lacks = queue.kind == "chat" and target.definition == "sl_short_abandons_met"
        definition = "sl_offered" if chat_lacks else target.definition
        add("service_level", min(target.answered, NEARLY_ALL), target.within.amount, definition)
    if target.abandoned is not None and (queue.patience is not None or any(c.patience for c in queue.classes.values())):
        add("abandon_rate", max(target.abandoned, 1 - NEARLY_ALL))
    if target.asa is not None:
        add("asa_s", max(target.asa.amount, 1e-3))
    if target.wait_p90 is not None:
        add("service_level", 0.9, target.wait_p90.amount, "sl_answered", of="wait_p90_s")
    return found
