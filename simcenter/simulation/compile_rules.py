"""Compile the rules of a real centre: classes, returns, what happens on entering a queue, and the desks' own rules."""

from collections.abc import Sequence
from itertools import accumulate
from typing import TYPE_CHECKING, Any

import numpy as np

from simcenter.simulation.grid import array_to_grid
from simcenter.simulation.laws import pack
from simcenter.simulation.network import (
    PRIORITY,
    RELATIVE,
    FloatArray,
    IntArray,
)

if TYPE_CHECKING:
    from simcenter.scenario import Calendar, CustomerClass, Desk, Queue, Scenario

DISCIPLINES = {"priority": PRIORITY, "relative wait": RELATIVE}
ALL = 1 - 1e-12
"""Shares that add up to all but float dust are all."""


def class_rows(queues: "dict[str, Queue]") -> "list[tuple[int, str, CustomerClass | None]]":
    """Each class row as (queue, name, class); the last of each queue, without a class, is of its other customers."""
    return [
        row
        for q, queue in enumerate(queues.values())
        for row in [*((q, name, one) for name, one in queue.classes.items()), (q, "", None)]
    ]


def classes(queues: "dict[str, Queue]", calendar: "Calendar") -> dict[str, Any]:
    """The fields of Network on classes, and whose patience is which."""
    rows = class_rows(queues)
    of = list(queues.values())
    cum = [[*accumulate(one.share for one in queue.classes.values()), 1.0] for queue in of]
    flat = floats([share for one in cum for share in one])
    return {
        "class_names": tuple(name for _, name, _ in rows),
        "class_first": np.cumsum([0, *(len(one) for one in cum)], dtype=np.int64),
        "class_queue": ints([q for q, _, _ in rows]),
        "class_cum": np.where(flat > ALL, 1.0, flat),
        "class_priority": ints([1 if one is None else one.priority for _, _, one in rows]),
        "class_credit_s": array_to_grid(floats([0.0 if one is None else one.credit_s for _, _, one in rows])),
        "class_target_s": floats([_promise_s(of[q], one, calendar) for q, _, one in rows]),
        "class_in": _class_in(rows, of),
        "patience": pack([_patience(of[q], one) for q, _, one in rows]),
    }


def _patience(queue: "Queue", one: "CustomerClass | None") -> Any:
    if not queue.live:
        return None
    return queue.patience if one is None else one.patience


def _promise_s(queue: "Queue", one: "CustomerClass | None", calendar: "Calendar") -> float:
    """The promise of the class, else of its queue; of a deferred queue in open seconds, days as their mean length."""
    targets = [None if one is None else one.target, queue.target]
    within = next((target.within for target in targets if target and target.within), None)
    if within is None:
        return np.nan
    if within.unit != "working days":
        return within.amount
    is_open = calendar.open_mask(queue)
    days = len(np.unique(calendar.interval_day[is_open]))
    return within.amount * float(is_open.sum()) * calendar.interval_s / days if days else np.nan


def _class_in(rows: "list[tuple[int, str, CustomerClass | None]]", queues: "list[Queue]") -> IntArray:
    """(C, Q): the row of the same name; -1 where it has to be drawn."""
    place = {(q, name): row for row, (q, name, _) in enumerate(rows)}
    out = np.full((len(rows), len(queues)), -1, dtype=np.int64)
    for row, (home, name, _) in enumerate(rows):
        for q, queue in enumerate(queues):
            # Who is of no class at home is of none elsewhere, either, if all the classes there are known at home.
            if name or set(queue.classes) <= set(queues[home].classes):
                out[row, q] = place.get((q, name), -1)
            if not queue.classes:
                out[row, q] = place[q, ""]
    return out


def returns(queues: "dict[str, Queue]") -> dict[str, Any]:
    """The fields of Network on redials and repeats."""
    number = {name: q for q, name in enumerate(queues)}
    kinds = [[queue.redial for queue in queues.values()], [queue.repeat for queue in queues.values()]]

    def table(attribute: str, off: float) -> FloatArray:
        """One attribute of every kind of return."""
        return floats([[off if one is None else getattr(one, attribute) for one in kind] for kind in kinds])

    to = [[q if one is None else number[one.to] for q, one in enumerate(kind)] for kind in kinds]
    return {
        "return_share": table("share", 0.0),
        "return_queue": np.array(to, dtype=np.int64),
        "return_at_most": table("at_most", 10).astype(np.int64),
        "return_working": table("working", 0).astype(np.bool_),
        "return_same_patience": np.array([one is not None and one.same_patience for one in kinds[0]], dtype=np.bool_),
        "return_delay": pack([None if one is None else one.after for kind in kinds for one in kind]),
    }


def entering(scenario: "Scenario") -> dict[str, Any]:
    """The fields of Network on what happens to those who enter a queue: lines, balking, callback, own advisers."""
    queues = list(scenario.queues.values())
    lines, desks = list(scenario.lines), list(scenario.desks)
    callbacks = [queue.callback for queue in queues]
    own = [queue.adviser for queue in queues]

    def of(rules: Sequence[object | None], attribute: str, off: float) -> FloatArray:
        """One attribute of every rule, ``off`` where there is none."""
        return floats([off if rule is None else getattr(rule, attribute) for rule in rules])

    return {
        "mean_handle_s": array_to_grid(floats([queue.handle_time.law.mean_s for queue in queues])),
        "balking": floats([queue.balking for queue in queues]),
        "line_group": ints([-1 if queue.lines is None else lines.index(queue.lines) for queue in queues]),
        "line_count": ints(list(scenario.lines.values())),
        "callback_over_s": array_to_grid(of(callbacks, "over_s", np.inf)),
        "callback_accepted": of(callbacks, "accepted", 0.0),
        "callback_reached": of(callbacks, "reached", 1.0),
        "callback_tries": of(callbacks, "tries", 1).astype(np.int64),
        "callback_retry_s": array_to_grid(of(callbacks, "retry_s", 0.0)),
        "callback_ring_s": array_to_grid(of(callbacks, "ring_s", 0.0)),
        "own_share": of(own, "share", 0.0),
        "own_desk": ints([-1 if rule is None else desks.index(rule.desk) for rule in own]),
        "own_of": of(own, "of", 0).astype(np.int64),
        "own_wait_s": array_to_grid(of(own, "wait_s", 0.0)),
    }


def desk_rules(desks: "dict[str, Desk]", queues: Sequence[str], intervals: int) -> dict[str, Any]:
    """The fields of Network on how a desk chooses, and on advisers who are not there."""
    pairs = [[desk.serves.get(name) for name in queues] for desk in desks.values()]
    shape = (len(desks), len(queues))
    return {
        "discipline": ints([DISCIPLINES[desk.discipline] for desk in desks.values()]),
        "min_idle": ints([[0 if s is None else s.min_idle for s in row] for row in pairs]).reshape(shape),
        "interruptible": np.array([[s is not None and s.interruptible for s in row] for row in pairs], dtype=np.bool_),
        "absence": floats([desk.absence for desk in desks.values()]),
        "off_phone": ints([desk.off_phone for desk in desks.values()]).reshape(len(desks), intervals).T.copy(),
    }


def ints(values: Sequence[Any]) -> IntArray:
    """An array of whole numbers."""
    return np.array(values, dtype=np.int64)


def floats(values: Sequence[Any]) -> FloatArray:
    """An array of numbers."""
    return np.array(values, dtype=np.float64)
