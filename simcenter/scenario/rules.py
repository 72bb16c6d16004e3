"""Rules that cross values: within a queue, within a desk, and between queues and desks.

Each looks only at what is well formed, so that a fault elsewhere neither hides a problem nor makes one up.
"""

import math

from simcenter.scenario.collect import DeskPart, Parts, QueueTables
from simcenter.scenario.laws import resolve_handle_time, resolve_law
from simcenter.scenario.parts import Part
from simcenter.scenario.problems import Place, Problems, Said, closest, dotted, key, nearest
from simcenter.scenario.queue import LIVE, QueueForm
from simcenter.scenario.queue_rules import SUM_DUST
from simcenter.scenario.tables import Files
from simcenter.scenario.target import resolve_target
from simcenter.scenario.transfer_rules import check_transfers


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
            target, found = resolve_target(parts.queue_targets[name], live, queue.given("callback"))
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
            check_transfers(parts, name, queue, transfers, problems)
            _check_deferred_work(parts, desk, queue, place, problems)
        _check_chats(parts, desk, ("desks", name), problems)
        _check_discipline(parts, desk, ("desks", name), problems)
        _check_interruptible(parts, desk, ("desks", name), problems)


def _check_deferred_work(parts: Parts, desk: DeskPart, queue: str, place: Place, problems: Problems) -> None:
    """Only deferred work is held back or interrupted, and not for more idle advisers than there are."""
    served, part = desk.serves[queue], parts.queues.get(queue)
    if served is None:
        return
    if part is not None and part.ok("channel") and part.form.channel in LIVE:
        for name, why in (
            ("min_idle", "no live contact is held back"),
            ("interruptible", "no live contact is put back"),
        ):
            if served.given(name):
                problems.add((*place, name), f"must be left out, as {why}", ...)
    elif served.ok("min_idle") and desk.desk.ok("max_advisers"):
        least, most = served.form.min_idle, desk.desk.form.max_advisers
        if least is not None and most is not None and least > most:
            rule = f"must be at most max_advisers ({most}), or nobody ever takes one"
            problems.add((*place, "min_idle"), rule, ...)


def _check_interruptible(parts: Parts, desk: DeskPart, place: Place, problems: Problems) -> None:
    """Live contacts go before those that they may interrupt, or these would be taken up while they wait."""
    priorities: dict[str, int] = {}
    for queue, served in desk.serves.items():
        if served and served.ok("rank", "priority"):
            form = served.form
            priorities[queue] = form.rank if form.priority is None else form.priority
    live = {
        queue: priority
        for queue, priority in priorities.items()
        if (part := parts.queues.get(queue)) and part.ok("channel") and part.form.channel in LIVE
    }
    for queue, served in desk.serves.items():
        if queue in live or served is None or not served.ok("interruptible") or not served.form.interruptible:
            continue
        if desk.desk.ok("discipline") and desk.desk.form.discipline == "relative wait":
            rule = f'must be left out, as {dotted(place)} has the discipline "relative wait"'
            problems.add((*place, "serves", queue, "interruptible"), rule, ...)
            continue
        most = max(live, key=lambda name: live[name], default=None)
        if most is not None and priorities.get(queue, live[most] + 1) <= live[most]:
            rule = f"must be above that of the live queue {key(most)} ({live[most]}), which may interrupt it"
            problems.add((*place, "serves", queue, "priority"), rule, priorities[queue])


def _check_discipline(parts: Parts, desk: DeskPart, place: Place, problems: Problems) -> None:
    """Waits relative to the target need a target time for everybody who waits."""
    if not desk.desk.ok("discipline") or desk.desk.form.discipline != "relative wait":
        return
    for queue in desk.serves:
        tables = parts.queue_tables.get(queue)
        if tables is None:
            continue
        target = parts.queue_targets.get(queue)
        if target is not None and target.given("within"):
            continue
        classes = [part for part in tables.classes.values() if part]
        everybody = math.fsum(part.form.form.share for part in classes if part.form.ok("share")) > 1 - SUM_DUST
        if not everybody or not all(part.target and part.target.given("within") for part in classes):
            rule = f'must be given, as {dotted(place)} has the discipline "relative wait"'
            problems.add(("queues", queue, "target", "within"), rule)


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
    _check_off_phone(parts, problems)
    _check_open(parts, problems)


def _check_off_phone(parts: Parts, problems: Problems) -> None:
    """Nobody is off the phone who is not there."""
    for name, off_phone in parts.off_phone.items():
        advisers = parts.advisers.get(name)
        if off_phone is None or advisers is None or parts.calendar is None:
            continue
        for i, (off, there) in enumerate(zip(off_phone, advisers, strict=True)):
            if off > there:
                rule = f"must be at most the desk's advisers ({there} at {parts.calendar.interval_start[i]})"
                problems.add(("desks", name, "off_phone"), rule, off)
                break


def _check_served(parts: Parts, problems: Problems) -> None:
    """Every queue has contacts, its own or handed on, and a desk that serves it."""
    desks = list(parts.desks.values())
    if not desks or not all(desk and desk.complete for desk in desks):
        return
    served = {name for desk in desks if desk for name in desk.serves}
    reached = {name for desk in desks if desk for to in desk.transfers.values() for name in to}
    reached |= {name for tables in parts.queue_tables.values() for name in tables.misrouted}
    come_to = {name for tables in parts.queue_tables.values() for name in _come_to(tables)}
    # A name that is no queue is a problem of its own; the queue that it probably means is not blamed as well.
    served |= {closest(name, parts.queues) or "" for name in served - set(parts.queues)}
    reached |= {closest(name, parts.queues) or "" for name in reached - set(parts.queues)}
    come_to |= {closest(name, parts.queues) or "" for name in come_to - set(parts.queues)}
    for name, queue in parts.queues.items():
        own = queue and any(queue.given(name_of) for name_of in ("volume", "arrivals", "appointments", "backlog"))
        if queue and not own and name not in reached and name not in come_to:
            problems.add(("queues", name, "volume"), "must be given, as no transfer leads to this queue")
        # A destination without any desk is named where the transfer is.
        if name not in served and name not in reached:
            problems.add(("queues", name), "must be served by a desk", Said("none that does"))


def _come_to(tables: QueueTables) -> list[str]:
    """The other queues that customers of a queue come back to."""
    return [part.form.form.to for part in tables.returns.values() if part and part.form.ok("to") and part.form.form.to]


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
