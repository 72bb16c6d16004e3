"""Rules within a queue on returns, entry, callbacks, classes and own advisers: checked and resolved."""

import math
from typing import Any

from simcenter.scenario.classes import CustomerClass
from simcenter.scenario.collect import ClassPart, Parts, QueueTables
from simcenter.scenario.delay import resolve_delay
from simcenter.scenario.fields import name_problem
from simcenter.scenario.laws import Law, resolve_law
from simcenter.scenario.parts import Part
from simcenter.scenario.problems import Place, Problems, Said, closest, key, nearest
from simcenter.scenario.queue import LIVE, QueueForm
from simcenter.scenario.returns import Return, VolumeCounts
from simcenter.scenario.tables import Files
from simcenter.scenario.target import resolve_target

SUM_DUST = 1e-9
OTHERS = "others"
"""How results call the customers of no class."""

_DEFERRED = ("email", "messaging")
_SUITS = (
    ("redial", LIVE, "as nobody gives up waiting in a deferred channel"),
    ("balking", LIVE, "as nobody waits in person in a deferred channel"),
    ("lines", LIVE, "as a deferred channel takes no line"),
    ("callback", ("phone",), "as only those who phone can be called back instead"),
    ("appointments", ("face_to_face",), "as only visits are agreed for a time (channel face_to_face)"),
    ("backlog", _DEFERRED, "as a live channel starts with nobody waiting"),
)


def check_queue_rules(parts: Parts, problems: Problems, files: Files) -> None:
    """Check the rules within each queue, and resolve what is well formed."""
    for name, queue in parts.queues.items():
        tables = parts.queue_tables.get(name)
        if queue is None or tables is None:
            continue
        place = ("queues", name)
        _check_channel(queue, tables, place, problems)
        resolved = parts.resolved_rules.setdefault(name, {})
        resolved |= _returns(parts, name, tables, files, problems)
        resolved["classes"] = _classes(parts, name, queue, tables, files, problems)
        resolved |= _simple(queue)
        _check_own_adviser(parts, queue, place, problems)
    _check_lines(parts, problems)
    _check_counts(parts, problems)


def _given(queue: Part[QueueForm], tables: QueueTables, name: str) -> bool:
    return name in tables.returns or queue.given(name)


def _check_channel(queue: Part[QueueForm], tables: QueueTables, place: Place, problems: Problems) -> None:
    """What does not suit the channel, or a queue whose arrivals are replayed, is left out."""
    if queue.ok("channel"):
        for name, channels, why in _SUITS:
            if _given(queue, tables, name) and queue.form.channel not in channels:
                problems.add((*place, name), f"must be left out, {why}", ...)
    if queue.given("arrivals"):
        for name in ("volume", "variability"):
            if queue.given(name):
                problems.add((*place, name), "must be left out, as arrivals are replayed as they came", ...)
        if queue.ok("volume_counts") and (queue.form.volume_counts or VolumeCounts()).counts == "all attempts":
            rule = 'must be "first attempts", as arrivals are replayed as they came'
            problems.add((*place, "volume_counts"), rule, ...)


def _simple(queue: Part[QueueForm]) -> dict[str, Any]:
    """The values that are resolved by themselves."""
    form = queue.form
    resolved: dict[str, Any] = {}
    for name, off in (("balking", 0.0), ("lines", None), ("backlog", 0)):
        if queue.ok(name):
            resolved[name] = getattr(form, name) or off
    for name in ("callback", "adviser"):
        if queue.ok(name):
            rule = getattr(form, name)
            resolved[name] = rule.resolved() if rule else None
    return resolved


def _returns(
    parts: Parts, name: str, tables: QueueTables, files: Files, problems: Problems
) -> dict[str, Return | None]:
    """Redials and repeats; the queue that they come to must be one."""
    resolved: dict[str, Return | None] = {}
    for kind, part in tables.returns.items():
        if part is None:
            continue
        place = ("queues", name, kind)
        after, working = None, False
        if part.after is not None:
            after, working, found = resolve_delay(part.after, files)
            problems.add_all((*place, "after"), found)
        to = (part.form.form.to or name) if part.form.ok("to") else None
        if to is not None and parts.queues and to not in parts.queues:
            problems.add((*place, "to"), f"must be a queue of the scenario {nearest(to, parts.queues)}", to)
        elif after is not None and to is not None and not part.form.broken:
            form, same = part.form.form, part.form.form.patience == "same"
            if kind == "repeat" and form.patience is not None:
                problems.add((*place, "patience"), "must be left out, as only a redial may have the same patience", ...)
            elif same and to != name:
                rule = f"must be left out, as customers of {key(to)} have a patience of their own"
                problems.add((*place, "patience"), rule, ...)
            resolved[kind] = Return(
                share=form.share, after=after, working=working, at_most=form.at_most, to=to, same_patience=same
            )
    return resolved


def _classes(
    parts: Parts, name: str, queue: Part[QueueForm], tables: QueueTables, files: Files, problems: Problems
) -> dict[str, CustomerClass]:
    """The classes of a queue; what one leaves out is the queue's."""
    place = ("queues", name, "classes")
    shares = [part.form.form.share for part in tables.classes.values() if part and part.form.ok("share")]
    if math.fsum(shares) > 1 + SUM_DUST:
        problems.add(place, "must have shares that sum to at most 1", math.fsum(shares))
    if tables.classes and f"{name}/{OTHERS}" in parts.queues:
        others = f"must have another name, as results call the customers of {key(name)} so who are of no class"
        problems.add(("queues", f"{name}/{OTHERS}"), others, f"{name}/{OTHERS}")
    resolved = {}
    for of, part in tables.classes.items():
        rule = name_problem(of)
        if rule is None and of == OTHERS:
            rule = f"must have another name, as {OTHERS} are the customers of no class"
        elif rule is None and f"{name}/{of}" in parts.queues:
            rule = f"must have another name, as the queue {key(f'{name}/{of}')} would be called like it in results"
        if rule is not None:
            problems.add((*place, of), rule, of)
        if part is not None:
            found = _class(part, queue, (*place, of), files, problems, parts.resolved_patiences.get(name))
            if found:
                resolved[of] = found
    return resolved


def _class(
    part: ClassPart, queue: Part[QueueForm], place: Place, files: Files, problems: Problems, patience: Law | None
) -> CustomerClass | None:
    known = queue.ok("channel")
    live = known and queue.form.channel in LIVE
    target = None
    if part.patience is not None:
        patience, found = resolve_law(part.patience, files)
        problems.add_all((*place, "patience"), found)
        if known and not live:
            problems.add((*place, "patience"), "must be left out, as nobody leaves a deferred channel", ...)
    if part.target is not None and known:
        target, found = resolve_target(part.target, live, queue.given("callback"))
        problems.add_all((*place, "target"), found)
    if part.form.broken:
        return None
    form = part.form.form
    return CustomerClass(
        share=form.share, priority=form.priority, credit_s=form.credit, patience=patience, target=target
    )


def _check_own_adviser(parts: Parts, queue: Part[QueueForm], place: Place, problems: Problems) -> None:
    """An adviser of one's own sits at a desk that serves the queue."""
    if not queue.ok("adviser") or queue.form.adviser is None or not parts.desks:
        return
    name = queue.form.adviser.desk
    desk = parts.desks.get(name)
    if name not in parts.desks:
        problems.add((*place, "adviser", "desk"), f"must be a desk of the scenario {nearest(name, parts.desks)}", name)
    elif desk is not None and desk.complete and place[1] not in desk.serves:
        problems.add((*place, "adviser", "desk"), f"must be a desk that serves {key(str(place[1]))}", name)


def _check_lines(parts: Parts, problems: Problems) -> None:
    """Queues take lines that there are, and every group of lines is somebody's."""
    if parts.lines is None:
        return
    taken = {
        name: queue.form.lines
        for name, queue in parts.queues.items()
        if queue and queue.ok("lines") and queue.form.lines is not None
    }
    for name, lines in taken.items():
        if lines not in parts.lines:
            rule = f"must be a name in the table [lines] {nearest(lines, parts.lines)}"
            problems.add(("queues", name, "lines"), rule, lines)
    if all(queue and queue.ok("lines") for queue in parts.queues.values()):
        meant = {closest(lines, parts.lines) for lines in taken.values()} | set(taken.values())
        for name in parts.lines:
            if name not in meant:
                problems.add(("lines", name), "must be the lines of a queue", Said("none that has them"))


def _check_counts(parts: Parts, problems: Problems) -> None:
    """What volumes count, with the share abandoned wherever somebody may redial."""
    some = False
    for name, queue in parts.queues.items():
        if queue is None or not queue.ok("volume_counts"):
            continue
        place = ("queues", name, "volume_counts")
        counts = queue.form.volume_counts or VolumeCounts()
        if counts.counts == "all attempts" and not queue.given("arrivals"):
            some = True
            if queue.form.volume is None:
                problems.add(place, "must be left out, as the queue has no volume of its own", ...)
        deferred = queue.ok("channel") and queue.form.channel not in LIVE
        if counts.abandoned is not None and deferred:
            rule = "must be left out, as nobody abandons a deferred channel"
            problems.add((*place, "abandoned"), rule, ...)
        target = parts.resolved_targets.get(name)
        abandoned = counts.abandoned if counts.abandoned is not None or target is None else target.abandoned
        parts.resolved_rules[name]["volume_counts"] = VolumeCounts(counts=counts.counts, abandoned=abandoned)
    for name, tables in parts.queue_tables.items():
        resolved = parts.resolved_rules.get(name, {})
        known = resolved.get("volume_counts")
        if not some:
            resolved["volume_counts"] = VolumeCounts()
        elif known is not None and "redial" in tables.returns and known.abandoned is None:
            rule = "must be given, as redials follow it and volumes count all attempts (or target.abandoned)"
            problems.add(("queues", name, "volume_counts", "abandoned"), rule)
