"""The rules of a real centre, put at random into a scenario of ``strategies.scenarios``: always valid ones."""

import copy
from collections.abc import Collection
from typing import Any

from hypothesis import strategies as st

LIVE = ("phone", "chat", "face_to_face")
DEFERRED = ("email", "messaging")
RULES = (
    "redial",
    "same patience",
    "repeat",
    "volume_counts",
    "balking",
    "lines",
    "misrouted",
    "callback",
    "classes",
    "adviser",
    "appointments",
    "backlog",
    "arrivals",
    "variability",
    "random adviser",
    "discipline",
    "absence",
    "off_phone",
    "min_idle",
    "interruptible",
    "identify",
    "if_busy",
    "transfer priority",
    "transfer credit",
    "transfer shares",
    "warm_up",
)
"""What ``scenarios(rules=...)`` may switch on."""

Table = dict[str, Any]
waits = st.sampled_from(["30 s", "60 s", "90 s", "5 min", "10 min", "0.5 h"])
delays = st.sampled_from(
    [
        "30 s",
        "5 min",
        "2 h",
        {"mean": "5 min", "law": "exponential"},
        {"mean": "20 min", "cv": 1.5},
        {"law": "uniform", "low": "0 s", "high": "10 min"},
        "90 working min",
        {"mean": "1 working hours", "law": "exponential"},
    ]
).map(copy.deepcopy)  # who gets one may change it
sometimes = st.sampled_from([False, False, True])


def add_rules(draw: st.DrawFn, data: Table, rules: Collection[str]) -> None:
    """Switch some of the rules on in a scenario, each about every third time where it fits."""
    on = Switch(draw, rules)
    for name, queue in data["queues"].items():
        _add_entry(on, data, name, queue)
        _add_customers(on, data, name, queue)
    for name in data["queues"]:
        _add_misrouted(on, data, name)
    for name, desk in data["desks"].items():
        _add_desk(on, data, name, desk)
        for queue, serves in desk["serves"].items():
            _add_serves(on, data, name, queue, serves)
    _add_centre(on, data)
    _add_counts(on, data)


class Switch:
    """Draws, and says whether a rule is on at a place."""

    def __init__(self, draw: st.DrawFn, rules: Collection[str]) -> None:
        self.draw = draw
        self._rules = rules

    def __call__(self, rule: str, fits: bool = True) -> bool:
        """Whether the rule may be on, fits there, and is drawn."""
        assert rule in RULES
        return rule in self._rules and fits and self.draw(sometimes)

    def of(self, *values: Any) -> Any:
        """One of a few values, the simplest first."""
        return self.draw(st.sampled_from(values))


def _add_entry(on: Switch, data: Table, name: str, queue: Table) -> None:
    """Who comes, and what happens on entering."""
    live = queue["channel"] in LIVE
    if on("balking", live):
        queue["balking"] = on.of(0.2, 0.5, 1.0)
    if on("lines", live):
        queue["lines"] = on.of("main", "side")
        data.setdefault("lines", {}).setdefault(queue["lines"], on.of(1, 2, 4))
    if on("callback", queue["channel"] == "phone"):
        queue["callback"] = {"over": on.of("0 s", "30 s", "3 min"), "accepted": on.of(1.0, 0.5)}
        if on.draw(st.booleans()):
            queue["callback"] |= {"reached": on.of(0.0, 0.5, 1.0), "tries": on.of(1, 2, 4)}
            queue["callback"] |= {"retry": on.draw(waits), "ring": on.of("0 s", "30 s")}
        if on.draw(st.booleans()):
            target = queue.setdefault("target", {})
            target |= {"callback_within": on.draw(waits), "called_back": on.of(0.5, 0.9)}
    if on("appointments", queue["channel"] == "face_to_face"):
        slots = [0] * slots_of_a_day(data)
        for slot in open_slots(data, queue)[:6]:
            slots[slot] = on.of(0, 1, 2)
        queue["appointments"] = {"slots": slots, "no_show": on.of(0.0, 0.3), "priority": on.of(0, 1, 3)}
        queue["appointments"] |= {"early": on.of("0 s", "5 min"), "sd": on.of("0 s", "6 min", "1 h")}
    if on("backlog", not live):
        queue["backlog"] = on.of(1, 3, 8)
    if on("arrivals"):
        last = (data["horizon"]["days"] * 24 - 1) * 120 - 1
        some = on.draw(st.lists(st.integers(0, last), min_size=1, max_size=12))
        queue["arrivals"] = {"at": sorted(30.0 * at for at in some)}
        if on.draw(st.booleans()):
            handle = st.lists(st.sampled_from([None, 0.0, 60, 200.5]), min_size=len(some), max_size=len(some))
            queue["arrivals"]["handle"] = on.draw(handle)
        del queue["volume"]
    elif on("variability"):
        queue["variability"] = {"day": on.of(0, 0.3, 1.0), "interval": on.of(0, 0.2, 1.5)}
    if on("random adviser"):
        queue["equal_rank"] = "random adviser"


def _add_customers(on: Switch, data: Table, name: str, queue: Table) -> None:
    """Who the customers are, and whether they come back."""
    live = queue["channel"] in LIVE
    if on("redial", live):
        queue["redial"] = _returns(on, data)
        if queue["redial"].get("to", name) == name and on("same patience"):
            queue["redial"]["patience"] = "same"
    if on("repeat"):
        queue["repeat"] = _returns(on, data)
    if on("classes"):
        queue["classes"] = {"VIP": _class(on, live, on.of(0.1, 0.5, 1.0))}
        if queue["classes"]["VIP"]["share"] < 1 and on.draw(st.booleans()):
            queue["classes"]["étudiants"] = _class(on, live, on.of(0.3, 0.5))
    desks = [desk for desk, table in data["desks"].items() if name in table["serves"]]
    if on("adviser"):
        queue["adviser"] = {"share": on.of(0.3, 1.0), "desk": on.of(*desks), "of": on.of(1, 2, 5)}
        queue["adviser"]["wait"] = on.of("30 s", "0 s", "5 min", "2 h")


def _returns(on: Switch, data: Table) -> Table:
    returns: Table = {"share": on.of(0.5, 1.0, 0.0), "after": on.draw(delays)}
    if on.draw(st.booleans()):
        returns["at_most"] = on.of(1, 2, 4)
    if on.draw(st.booleans()):
        returns["to"] = on.of(*data["queues"])
    return returns


def _class(on: Switch, live: bool, share: float) -> Table:
    of: Table = {"share": share, "priority": on.of(0, 1, 2), "credit": on.of("0 s", "90 s", "10 min")}
    if live and on.draw(st.booleans()):
        of["patience"] = on.draw(waits)
    if on.draw(st.booleans()):
        of["target"] = {"answered": 0.9, "within": "30 s"}
    return of


def _add_misrouted(on: Switch, data: Table, name: str) -> None:
    """A share that belongs to a queue that for every desk of this one another desk serves."""
    desks = {desk: table["serves"] for desk, table in data["desks"].items()}
    known = [
        to
        for to in data["queues"]
        if to != name
        and all(any(to in desks[e] for e in desks if e != d) for d, serves in desks.items() if name in serves)
    ]
    if on("misrouted", bool(known)):
        to = on.of(*known)
        handed: Table = {"share": on.of(0.2, 0.5, 1.0), "after": on.of("30 s", "0 s", "5 min")}
        if data["queues"][to]["channel"] in LIVE and on.draw(st.booleans()):
            handed |= {"kind": "warm", "handover": on.of("0 s", "30 s")}
        _add_hand_over(on, handed)
        data["queues"][name]["misrouted"] = {to: handed}


def _add_hand_over(on: Switch, handed: Table) -> None:
    """The rules that a transfer and a misrouted contact share."""
    if on("identify", handed.get("kind") != "warm"):
        handed["identify"] = on.of("30 s", "2 min")
    if on("if_busy"):
        handed["if_busy"] = on.of("keep", "disconnect")
    if on("transfer priority"):
        handed["priority"] = on.of(0, 1, 2)
    if on("transfer credit"):
        handed["credit"] = on.of("60 s", "waited", "10 min")


def _add_desk(on: Switch, data: Table, name: str, desk: Table) -> None:
    if on("discipline"):
        desk["discipline"] = "relative wait"
        for queue in desk["serves"]:
            target = data["queues"][queue].setdefault("target", {})
            target.setdefault("answered", 0.8)
            target.setdefault("within", on.of("60 s", "20 min"))
    if on("absence"):
        desk["absence"] = on.of(0.3, 0.1, 0.9)
    if on("off_phone"):
        advisers = desk.get("advisers", 3)
        off = on.of(1, 2)
        desk["off_phone"] = min(off, advisers) if isinstance(advisers, int) else [min(off, n) for n in advisers]


def _add_serves(on: Switch, data: Table, name: str, queue: str, serves: Table) -> None:
    deferred = data["queues"][queue]["channel"] in DEFERRED
    if on("min_idle", deferred):
        serves["min_idle"] = on.of(2, 1, 3)
    if on("interruptible", deferred and "discipline" not in data["desks"][name]):
        serves |= {"interruptible": True, "priority": 4}  # behind every live queue
    transfers = serves.get("transfers", {})
    classes = data["queues"][queue].get("classes", {})
    for to, share in transfers.items():
        handed = dict(share) if isinstance(share, dict) else {"share": share}
        before = len(handed)
        _add_hand_over(on, handed)
        if on("transfer shares", bool(classes)):
            # Only one desk may hand on everybody, or customers might be passed on without end.
            more = [1.0] if len(transfers) == 1 and name == next(iter(data["desks"])) else []
            handed["shares"] = {on.of(*classes): on.of(0.0, handed["share"] / 2, *more)}
        if len(handed) > before:
            transfers[to] = handed


def _add_centre(on: Switch, data: Table) -> None:
    if on("variability"):
        data["variability"] = {"day": on.of(0.3, 1.0), "interval": on.of(0, 0.2), "shared": on.of(1, 0.5, 0)}
    if on("warm_up"):
        slots = slots_of_a_day(data)
        minutes = 1440 // slots
        data["horizon"]["warm_up"] = f"{minutes * on.draw(st.integers(1, slots - 2 * 60 // minutes))} min"


def _add_counts(on: Switch, data: Table) -> None:
    """Volumes that count all attempts, where no other queue's customers can make first attempts negative."""
    queues = data["queues"]
    come_from = [
        (name, table.get("to", name))
        for name, queue in queues.items()
        for table in (queue.get("redial"), queue.get("repeat"))
        if table
    ]
    led_to = {to for desk in data["desks"].values() for s in desk["serves"].values() for to in s.get("transfers", {})}
    led_to |= {to for queue in queues.values() for to in queue.get("misrouted", {})}
    led_to |= {to for name, to in come_from if name != to}
    led_to |= {name for name, queue in queues.items() if "repeat" in queue or "arrivals" in queue}
    some = [name for name in queues if name not in led_to and on("volume_counts")]
    for name, queue in queues.items():
        if some and (name in some or "redial" in queue):
            counts = "all attempts" if name in some else "first attempts"
            queue["volume_counts"] = {"counts": counts, "abandoned": 0.1} if queue["channel"] in LIVE else counts


def slots_of_a_day(data: Table) -> int:
    """How many intervals a day of 24 hours has."""
    return 1440 // int(data["horizon"]["interval"].removesuffix(" min"))


def open_slots(data: Table, place: Table) -> list[int]:
    """The intervals of a day in which a queue or desk is open."""
    text = place.get("hours", data["horizon"]["hours"])["mon-sun"]
    minutes = 1440 // slots_of_a_day(data)
    ends = [[int(end[:2]) * 60 + int(end[3:]) for end in period.split("-")] for period in text.split(", ")]
    return [slot for first, last in ends for slot in range(first // minutes, last // minutes)]
