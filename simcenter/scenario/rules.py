"""Rules that cross values: within a queue, within a desk, and between queues and desks. Each looks only at what is
well formed, so that a fault elsewhere neither hides a problem nor makes one up."""

import math
from typing import TYPE_CHECKING

from simcenter.scenario.parts import Part
from simcenter.scenario.problems import NOTHING, Place, Problems, Said, key, nearest
from simcenter.scenario.queue import LIVE, QueueForm

if TYPE_CHECKING:
    from simcenter.scenario.build import DeskPart, Parts

_SUM_DUST = 1e-9


def check_queue(queue: Part[QueueForm], place: Place, problems: Problems) -> None:
    """The rules about a queue's channel."""
    if not queue.ok("channel"):
        return
    form, live = queue.form, queue.form.channel in LIVE
    if not live:
        for name, why in (
            ("patience", "nobody leaves a deferred channel"),
            ("waiting_room", "a deferred channel keeps every contact"),
            ("closing", "a deferred channel keeps its backlog"),
        ):
            if queue.ok(name) and getattr(form, name) is not None:
                problems.add((*place, name), f"must be left out, as {why}", Said(f'channel = "{form.channel}"'))
    if not queue.ok("speed"):
        return
    if form.channel != "chat":
        if form.speed is not None:
            rule = "must be left out, as only chats are held several at a time"
            problems.add((*place, "speed"), rule, list(form.speed))
    elif form.speed is None:
        problems.add((*place, "speed"), "must be given for the channel chat, such as [1.0, 0.85, 0.7]")
    elif form.speed[0] != 1:
        rule = "must begin with 1, as handle_time is that of a chat alone with its adviser"
        problems.add((*place, "speed"), rule, list(form.speed))
    elif any(a < b for a, b in zip(form.speed, form.speed[1:], strict=False)):
        problems.add((*place, "speed"), "must not rise with the number of chats held", list(form.speed))


def check_desks(parts: "Parts", problems: Problems) -> None:
    """The rules about what desks serve and where they hand contacts on."""
    for name, desk in parts.desks.items():
        if desk is None:
            continue
        for queue, transfers in desk.transfers.items():
            place = ("desks", name, "serves", queue)
            if queue not in parts.queues:
                problems.add(place, f"must be a queue of the scenario {nearest(queue, parts.queues)}", queue)
            shares = [transfer.share for transfer in transfers.values() if transfer]
            if math.fsum(shares) > 1 + _SUM_DUST:
                problems.add((*place, "transfers"), "must have shares that sum to at most 1", math.fsum(shares))
            for other, transfer in transfers.items():
                below = (*place, "transfers", other)
                if other not in parts.queues:
                    problems.add(below, f"must be a queue of the scenario {nearest(other, parts.queues)}", other)
                    continue
                if not any(other in d.serves for n, d in parts.desks.items() if d and n != name) and all(
                    parts.desks.values()
                ):
                    rule = f"must lead to a queue that another desk than {key(name)} serves"
                    problems.add(below, rule, Said(f"{key(other)}, which none does"))
                to = parts.queues[other]
                if transfer and transfer.kind == "warm" and to and to.ok("channel") and to.form.channel not in LIVE:
                    rule = "must be cold, as nobody answers a deferred channel at once"
                    problems.add((*below, "kind"), rule, "warm")
        _check_chats(parts, desk, ("desks", name), problems)


def _check_chats(parts: "Parts", desk: "DeskPart", place: Place, problems: Problems) -> None:
    """Chat queues that share a desk have equal speed."""
    first: tuple[str, tuple[float, ...]] | None = None
    for queue in desk.serves:
        part = parts.queues.get(queue)
        if part is None or not part.ok("channel", "speed") or part.form.channel != "chat" or part.form.speed is None:
            continue
        if first is None:
            first = (queue, part.form.speed)
        elif part.form.speed != first[1]:
            rule = f"must be equal to that of queues.{key(first[0])}, as {'.'.join(map(key, map(str, place)))} serves both"
            problems.add(("queues", queue, "speed"), rule, list(part.form.speed))


def check_together(parts: "Parts", problems: Problems) -> None:
    """The rules that need volumes, advisers or all desks at once."""
    reached = {
        other
        for desk in parts.desks.values()
        if desk
        for transfers in desk.transfers.values()
        for other in transfers
    }
    all_desks = bool(parts.desks) and all(parts.desks.values())
    for name, queue in parts.queues.items():
        if queue is None:
            continue
        place = ("queues", name)
        empty = queue.ok("volume") and queue.form.volume is None
        if empty and name not in reached and all_desks:
            problems.add((*place, "volume"), "must be given, as no transfer leads to this queue", NOTHING)
        # A destination without any desk is named where the transfer is.
        if all_desks and name not in reached and not any(name in desk.serves for desk in parts.desks.values() if desk):
            problems.add(place, "must be served by a desk", Said("none that does"))
    for name, advisers in parts.advisers.items():
        desk = parts.desks[name]
        if advisers is None or desk is None or not desk.desk.ok("max_advisers", "min_advisers"):
            continue
        most = desk.desk.form.max_advisers
        if most is not None and max(advisers, default=0) > most:
            problems.add(("desks", name, "advisers"), f"must be at most max_advisers ({most})", max(advisers))
    _check_open(parts, problems)


def _check_open(parts: "Parts", problems: Problems) -> None:
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
