"""Rules that cross values: within a queue, within a desk, and between queues and desks.

Each looks only at what is well formed, so that a fault elsewhere neither hides a problem nor makes one up.
"""

import math

from simcenter.scenario.collect import DeskPart, Parts
from simcenter.scenario.laws import resolve_handle_time, resolve_law
from simcenter.scenario.parts import Part
from simcenter.scenario.problems import Place, Problems, Said, closest, dotted, key, nearest
from simcenter.scenario.queue import LIVE, QueueForm
from simcenter.scenario.tables import Files
from simcenter.scenario.target import resolve_target

_SUM_DUST = 1e-9


def check_queues(parts: Parts, problems: Problems, files: Files) -> None:
    """The rules within each queue: its laws, what suits its channel, and its target."""
    for name, queue in parts.queues.items():
        place = ("queues", name)
        if name in parts.handle_times:
            handle_time, found = resolve_handle_time(parts.handle_times[name], files)
            problems.add_all((*place, "handle_time"), found)
            if handle_time:
                parts.resolved_handle_times[name] = handle_time
        if name in parts.patiences:
            patience, found = resolve_law(parts.patiences[name], files)
            problems.add_all((*place, "patience"), found)
            if patience:
                parts.resolved_patiences[name] = patience
        if queue is None or not queue.ok("channel"):
            continue
        live = queue.form.channel in LIVE
        if not live:
            _check_deferred(queue, name in parts.patiences, place, problems)
        _check_speed(queue, place, problems)
        if name in parts.queue_targets:
            target, found = resolve_target(parts.queue_targets[name], live)
            problems.add_all((*place, "target"), found)
            if target:
                parts.resolved_targets[name] = target


def _check_deferred(queue: Part[QueueForm], patience: bool, place: Place, problems: Problems) -> None:
    for name, given, why in (
        ("patience", patience, "nobody leaves a deferred channel"),
        ("waiting_room", queue.given("waiting_room"), "a deferred channel keeps every contact"),
        ("closing", queue.given("closing"), "a deferred channel keeps its backlog"),
    ):
        if given:
            problems.add((*place, name), f"must be left out, as {why}", ...)


def _check_speed(queue: Part[QueueForm], place: Place, problems: Problems) -> None:
    form = queue.form
    if not queue.ok("speed"):
        return
    if form.channel != "chat":
        if form.speed is not None:
            rule = "must be left out, as only chats are held several at a time"
            problems.add((*place, "speed"), rule, ...)
    elif form.speed is None:
        problems.add((*place, "speed"), "must be given for the channel chat, such as [1.0, 0.85, 0.7]")
    elif form.speed[0] != 1:
        rule = "must begin with 1, as handle_time is that of a chat alone with its adviser"
        problems.add((*place, "speed"), rule, ...)
    elif any(a < b for a, b in zip(form.speed, form.speed[1:], strict=False)):
        problems.add((*place, "speed"), "must not rise with the number of chats held", ...)


def check_desks(parts: Parts, problems: Problems) -> None:
    """The rules about what desks serve and where they hand contacts on."""
    for name, desk in parts.desks.items():
        if desk is None:
            continue
        least, most = (
            getattr(desk.desk.form, f"{bound}_advisers") if desk.desk.ok(f"{bound}_advisers") else None
            for bound in ("min", "max")
        )
        if least is not None and most is not None and most < least:
            problems.add(("desks", name, "max_advisers"), f"must be at least min_advisers ({least})", ...)
        for queue, transfers in desk.transfers.items():
            place = ("desks", name, "serves", queue)
            if parts.queues and queue not in parts.queues:
                problems.add(place, f"must be a queue of the scenario {nearest(queue, parts.queues)}", queue)
            total = math.fsum(t.form.share for t in transfers.values() if t and t.ok("share"))
            if total > 1 + _SUM_DUST:
                problems.add((*place, "transfers"), "must have shares that sum to at most 1", total)
            for other in transfers:
                _check_transfer(parts, name, (*place, "transfers", other), problems)
        _check_chats(parts, desk, ("desks", name), problems)


def _check_transfer(parts: Parts, desk: str, place: Place, problems: Problems) -> None:
    """A transfer leads to a queue that another desk serves, and warm ones to a live queue."""
    queue, other = str(place[3]), str(place[-1])
    if not parts.queues:
        return
    if other not in parts.queues:
        problems.add(place, f"must be a queue of the scenario {nearest(other, parts.queues)}", other)
        return
    elsewhere = [d for name, d in parts.desks.items() if name != desk]
    if all(d and d.complete for d in elsewhere) and not _served(other, elsewhere):
        rule = f"must lead to a queue that another desk than {key(desk)} serves"
        problems.add(place, rule, Said(f"{key(other)}, which no other does"))
    this, to = parts.desks[desk], parts.queues[other]
    transfer = this.transfers[queue][other] if this else None
    if transfer is None or not transfer.ok("kind"):
        return
    if transfer.form.kind == "cold":
        if transfer.given("handover"):
            rule = 'must be left out, as only a transfer of kind = "warm" has a hand-over'
            problems.add((*place, "handover"), rule, ...)
    elif to and to.ok("channel") and to.form.channel not in LIVE:
        rule = f"must be cold, as {key(other)} is a deferred queue, which nobody answers at once"
        problems.add((*place, "kind"), rule, ...)


def _served(queue: str, desks: list[DeskPart | None]) -> bool:
    """Whether one of the desks serves a queue."""
    return any(queue in desk.serves for desk in desks if desk)


def _check_chats(parts: Parts, desk: DeskPart, place: Place, problems: Problems) -> None:
    """Chat queues that share a desk have equal speed."""
    first: tuple[str, tuple[float, ...]] | None = None
    for queue in desk.serves:
        part = parts.queues.get(queue)
        if part is None or not part.ok("channel", "speed") or part.form.channel != "chat" or part.form.speed is None:
            continue
        if first is None:
            first = (queue, part.form.speed)
        elif part.form.speed != first[1]:
            rule = f"must be equal to that of queues.{key(first[0])}, as {dotted(place)} serves both"
            problems.add(("queues", queue, "speed"), rule, ...)


def check_together(parts: Parts, problems: Problems) -> None:
    """The rules that need volumes, advisers or all desks at once."""
    _check_served(parts, problems)
    for name, advisers in parts.advisers.items():
        desk = parts.desks[name]
        if advisers is None or desk is None or not desk.desk.ok("max_advisers", "min_advisers"):
            continue
        most = desk.desk.form.max_advisers
        if most is not None and max(advisers, default=0) > most:
            problems.add(("desks", name, "advisers"), f"must be at most max_advisers ({most})", max(advisers))
    _check_open(parts, problems)


def _check_served(parts: Parts, problems: Problems) -> None:
    """Every queue has contacts, its own or handed on, and a desk that serves it."""
    desks = list(parts.desks.values())
    if not desks or not all(desk and desk.complete for desk in desks):
        return
    served = {name for desk in desks if desk for name in desk.serves}
    reached = {name for desk in desks if desk for to in desk.transfers.values() for name in to}
    # A name that is no queue is a problem of its own; the queue that it probably means is not blamed as well.
    served |= {closest(name, parts.queues) or "" for name in served - set(parts.queues)}
    reached |= {closest(name, parts.queues) or "" for name in reached - set(parts.queues)}
    for name, queue in parts.queues.items():
        if queue and queue.ok("volume") and queue.form.volume is None and name not in reached:
            problems.add(("queues", name, "volume"), "must be given, as no transfer leads to this queue")
        # A destination without any desk is named where the transfer is.
        if name not in served and name not in reached:
            problems.add(("queues", name), "must be served by a desk", Said("none that does"))


def _check_open(parts: Parts, problems: Problems) -> None:
    """Something must be open in the horizon."""
    calendar, horizon = parts.calendar, parts.horizon
    if calendar is None or horizon is None or not horizon.ok("hours") or horizon.form.hours is None:
        return
    if not parts.queues or not all(part and part.ok("hours") for part in parts.queues.values()):
        return
    hours = [part.form.hours or horizon.form.hours for part in parts.queues.values() if part]
    if not any(calendar.open_mask(h).any() for h in hours):
        rule = "must have a time at which a queue is open"
        problems.add(("horizon",), rule, Said(f"none in {len(calendar.dates)} days from {calendar.dates[0]}"))
