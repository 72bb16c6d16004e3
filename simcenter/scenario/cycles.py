"""Cycles: transfers that pass a customer on and on, for certain."""

import math

from simcenter.scenario.collect import DeskPart, Parts
from simcenter.scenario.problems import Problems, Said, key

_SUM_DUST = 1e-12
"""Shares that add up to all but float dust are all."""

State = tuple[str, str]
"""A queue, and the desk that handed a customer on to it."""


def check_cycles(parts: Parts, problems: Problems) -> None:
    """No customer may be handed on for certain wherever they come, so that nobody ever settles their matter.

    Looks for the largest set of states from which every desk that could take the customer hands on for certain, and
    always into the set. A class with shares of its own is looked at by itself.
    """
    desks = {name: desk for name, desk in parts.desks.items() if desk and desk.complete}
    if len(desks) != len(parts.desks) or not all(_well_formed(desk) for desk in desks.values()):
        return
    cells = [cell for desk in desks.values() for cell in desk.transfers.values()]
    classes = {name for cell in cells for part in cell.values() if part for name in part.form.shares or {}}
    for of in [None, *sorted(classes)]:
        cycle = _endless(desks, of)
        if cycle:
            queues = sorted({queue for queue, _ in cycle}, key=list(parts.queues).index)
            who = "customers" if of is None else f"customers of the class {key(of)}"
            rule = "must let somebody settle the matter: every desk that could take it hands it on"
            got = Said(f"{who} passed on without end among {', '.join(key(queue) for queue in queues)}")
            place = next(
                ("desks", desk, "serves", queue, "transfers")
                for desk, part in desks.items()
                for queue in part.serves
                if queue in queues and _certain(part, queue, of)
            )
            problems.add(place, rule, got)
            return


def _well_formed(desk: DeskPart) -> bool:
    return all(t and not t.broken for cell in desk.transfers.values() for t in cell.values())


def _endless(desks: dict[str, DeskPart], of: str | None) -> set[State]:
    """The states from which customers are handed on without end."""
    inside = {
        (to, name) for name, desk in desks.items() for queue in desk.serves for to in _destinations(desk, queue, of)
    }
    while True:
        out = {state for state in inside if not _stays(desks, state, inside, of)}
        if not out:
            return inside
        inside -= out


def _stays(desks: dict[str, DeskPart], state: State, inside: set[State], of: str | None) -> bool:
    """Whether every desk that could take a customer hands on for certain, and into the set."""
    queue, source = state
    takers = [(name, desk) for name, desk in desks.items() if name != source and queue in desk.serves]
    return bool(takers) and all(
        _certain(desk, queue, of) and all((to, name) in inside for to in _destinations(desk, queue, of))
        for name, desk in takers
    )


def _destinations(desk: DeskPart, queue: str, of: str | None) -> list[str]:
    """The queues that a desk hands on to."""
    return [to for to in desk.transfers.get(queue, {}) if _share(desk, queue, to, of) > 0]


def _certain(desk: DeskPart, queue: str, of: str | None) -> bool:
    """Whether a desk hands on everybody, also when nobody is free there."""
    cell = desk.transfers.get(queue, {})
    shares = {to: _share(desk, queue, to, of) for to in cell}
    waits = all(part.form.if_busy == "wait" for to, part in cell.items() if part and shares[to] > 0)
    return waits and math.fsum(shares.values()) > 1 - _SUM_DUST


def _share(desk: DeskPart, queue: str, to: str, of: str | None) -> float:
    part = desk.transfers[queue][to]
    assert part is not None
    shares = part.form.shares or {}
    return shares.get(of, part.form.share) if of is not None else part.form.share
