"""Rules about contacts handed on: by the desk that serves them, or as they belong to another queue."""

import math
from collections.abc import Mapping

from simcenter.scenario.collect import DeskPart, Parts
from simcenter.scenario.parts import Part
from simcenter.scenario.problems import Place, Problems, Said, key, nearest
from simcenter.scenario.queue import LIVE
from simcenter.scenario.queue_rules import SUM_DUST
from simcenter.scenario.transfer import HandOnForm, MisroutedForm, TransferForm


def check_transfers(
    parts: Parts, desk: str, queue: str, transfers: Mapping[str, Part[TransferForm] | None], problems: Problems
) -> None:
    """Transfers of one queue at one desk: each leads where another desk answers, and shares sum to at most 1."""
    place = ("desks", desk, "serves", queue, "transfers")
    formed = [part for part in transfers.values() if part and part.ok("share", "shares")]
    total = math.fsum(part.form.share for part in transfers.values() if part and part.ok("share"))
    if total > 1 + SUM_DUST:
        problems.add(place, "must have shares that sum to at most 1", total)
    tables = parts.queue_tables.get(queue)
    for of in dict.fromkeys(name for part in formed for name in part.form.shares or {}):
        total = math.fsum((part.form.shares or {}).get(of, part.form.share) for part in formed)
        if total > 1 + SUM_DUST:
            problems.add(place, f"must have shares that sum to at most 1 for the class {key(of)} too", total)
    for other, part in transfers.items():
        below = (*place, other)
        if part and part.ok("shares") and tables:
            for of in part.form.shares or {}:
                if of not in tables.classes:
                    rule = f"must be a class of {key(queue)} {nearest(of, tables.classes)}"
                    problems.add((*below, "shares", of), rule, of)
        _check_destination(parts, [desk], other, below, problems)
        _check_kind(parts, part, other, below, problems)


def check_misrouted(parts: Parts, problems: Problems) -> None:
    """Contacts that belong elsewhere: it is found out after a time, and another desk can take them there."""
    for queue, tables in parts.queue_tables.items():
        place = ("queues", queue, "misrouted")
        total = math.fsum(part.form.share for part in tables.misrouted.values() if part and part.ok("share"))
        if total > 1 + SUM_DUST:
            problems.add(place, "must have shares that sum to at most 1", total)
        desks = [name for name, desk in parts.desks.items() if desk and queue in desk.serves]
        for other, part in tables.misrouted.items():
            below = (*place, other)
            if part is not None and not part.given("after"):
                problems.add((*below, "after"), "must be given, as the time until it is found out")
            if other == queue:
                problems.add(below, "must be another queue", other)
                continue
            _check_destination(parts, desks, other, below, problems)
            _check_kind(parts, part, other, below, problems)


def _check_destination(parts: Parts, desks: list[str], other: str, place: Place, problems: Problems) -> None:
    """It leads to a queue of the scenario that another desk serves than each of those that hand on."""
    if not parts.queues:
        return
    if other not in parts.queues:
        problems.add(place, f"must be a queue of the scenario {nearest(other, parts.queues)}", other)
        return
    for desk in desks:
        elsewhere = [d for name, d in parts.desks.items() if name != desk]
        if all(d and d.complete for d in elsewhere) and not _served(other, elsewhere):
            rule = f"must lead to a queue that another desk than {key(desk)} serves"
            problems.add(place, rule, Said(f"{key(other)}, which no other does"))
            return


def _check_kind(
    parts: Parts, part: Part[TransferForm] | Part[MisroutedForm] | None, other: str, place: Place, problems: Problems
) -> None:
    """What goes with a warm hand-over, and what with a cold one."""
    if part is None or not part.ok("kind") or (parts.queues and other not in parts.queues):
        return
    form: HandOnForm = part.form
    to = parts.queues.get(other)
    if form.kind == "cold":
        if part.given("handover"):
            rule = 'must be left out, as only a transfer of kind = "warm" has a hand-over'
            problems.add((*place, "handover"), rule, ...)
        return
    if part.given("identify"):
        rule = "must be left out, as a warm hand-over introduces the customer"
        problems.add((*place, "identify"), rule, ...)
    if to and to.ok("channel") and to.form.channel not in LIVE:
        rule = f"must be cold, as {key(other)} is a deferred queue, which nobody answers at once"
        problems.add((*place, "kind"), rule, ...)


def _served(queue: str, desks: list[DeskPart | None]) -> bool:
    """Whether one of the desks serves a queue."""
    return any(queue in desk.serves for desk in desks if desk)
