"""Random small centres for hypothesis: valid scenario dicts with ties, closings, transfers and changing staffing.

``scenarios()`` gives what a scenario file would hold; ``Scenario.from_dict`` takes it. Times are often whole minutes
and laws often deterministic, so that events meet at one instant and the order of events matters.
"""

from collections.abc import Collection
from datetime import date, timedelta
from typing import Any

from hypothesis import strategies as st
from rule_strategies import RULES, add_rules

CHANNELS = ("phone", "chat", "face_to_face", "email", "messaging")
LIVE = CHANNELS[:3]
NAMES = ("calls", "orders phone", "chat.a", "réclamations", "mail", "shop", "second line", "b-2")
DESKS = ("front", "experts", "back office", "été")
PLAIN_DAYS = (date(2026, 3, 2), date(2026, 3, 6), date(2027, 12, 30))
CLOCKS_FORWARD = date(2026, 3, 29)
CLOCK_CHANGES = (date(2026, 3, 28), CLOCKS_FORWARD, date(2026, 10, 25))

minutes = st.sampled_from([f"{n} s" for n in (30, 60, 90, 300, 600, 1800)] + ["4 min", "0.5 h"])


@st.composite
def laws(draw: st.DrawFn) -> Any:
    """A time law in one of its written forms, 20 s to 60 min."""
    mean = draw(minutes)
    cv = draw(st.sampled_from([0.3, 0.8, 1.0, 1.5, 3.0]))
    return draw(
        st.sampled_from(
            [
                mean,
                {"mean": mean, "cv": cv},
                {"mean": mean, "law": "deterministic"},
                {"mean": mean, "law": "deterministic"},
                {"mean": mean, "law": "exponential"},
                {"mean": mean, "law": "gamma", "cv": cv},
                {"mean": mean, "law": "erlang", "stages": 3},
                {"mean": mean, "law": "weibull", "shape": 0.7},
                {"law": "uniform", "low": "20 s", "high": "10 min"},
                {"law": "triangular", "low": "20 s", "mode": "60 s", "high": "10 min"},
                {"law": "hyperexponential", "means": ["30 s", "20 min"], "shares": [0.75, 0.25]},
                {"law": "empirical", "values": ["30 s", "60 s", "60 s", "15 min"]},
            ]
        )
    )


@st.composite
def day_hours(draw: st.DrawFn, per_hour: int) -> list[tuple[int, int]]:
    """Open periods of a day as pairs of interval numbers: all day, one period, or two with a break."""
    kind = draw(st.sampled_from(["one", "one", "one", "two", "touching midnight", "all day"]))
    slots = 24 * per_hour
    if kind == "all day":
        return [(0, slots)]
    first = draw(st.integers(0, 20 * per_hour))
    length = draw(st.integers(1, min(4 * per_hour, slots - first)))
    if kind == "touching midnight":
        return [(0, per_hour), (slots - length, slots)]
    if kind == "two" and first + length + 1 < slots:
        second = draw(st.integers(first + length + 1, min(slots - 1, first + length + 3 * per_hour)))
        return [(first, first + length), (second, min(slots, second + per_hour))]
    return [(first, first + length)]


def hours_text(periods: list[tuple[int, int]], per_hour: int) -> str:
    """Open periods as a scenario file writes them."""
    step = 60 // per_hour
    times = [[f"{t * step // 60:02d}:{t * step % 60:02d}" for t in period] for period in periods]
    return ", ".join("-".join(pair) for pair in times)


@st.composite
def volumes(draw: st.DrawFn, slots: int, open_slots: list[int], most: float) -> Any:
    """A volume: spread over the day, listed per interval, or none."""
    kind = draw(st.sampled_from(["per_day", "shape", "list", "list", "none"]))
    per_day = draw(st.sampled_from([1, 5.5, 12, 30])) * most / 8
    if kind == "per_day":
        return {"per_day": per_day}
    if kind == "shape":
        shape = draw(st.lists(st.sampled_from([0, 1, 2, 5]), min_size=1, max_size=5).filter(any))
        return {"per_day": per_day, "shape": shape}
    volume = [0.0] * slots
    if kind == "list":
        around = range(max(0, open_slots[0] - 1), min(slots, open_slots[0] + 8))
        for slot in around:
            volume[slot] = draw(st.sampled_from([0, 0.5, 2, most]))
    return volume


@st.composite
def queue_tables(
    draw: st.DrawFn, channel: str, speed: list[float], slots: int, open_slots: list[int], most: float
) -> Any:
    """The table of one queue."""
    live = channel in LIVE
    handle = draw(laws())
    queue: dict[str, Any] = {
        "channel": channel,
        "volume": draw(volumes(slots, open_slots, most)),
        "handle_time": handle,
    }
    if draw(st.booleans()):
        queue["handle_time"] = {**(handle if isinstance(handle, dict) else {"mean": handle}), "wrap_up": "15 s"}
    if channel == "chat":
        queue["speed"] = speed
    if live and draw(st.booleans()):
        queue["patience"] = draw(laws())
    if live and draw(st.integers(0, 3)) == 0:
        queue["waiting_room"] = draw(st.integers(0, 3))
    if live:
        queue["closing"] = draw(st.sampled_from(["serve", "drop"]))
    queue["equal_rank"] = draw(st.sampled_from(["file", "longest idle", "random"]))
    if draw(st.integers(0, 2)) == 0:
        queue["target"] = draw(queue_targets(live))
    return queue


@st.composite
def queue_targets(draw: st.DrawFn, live: bool) -> dict[str, Any]:
    """The target of a queue."""
    target: dict[str, Any] = {"per": draw(st.sampled_from(["interval", "day", "horizon"]))}
    target["answered"] = draw(st.sampled_from([0.5, 0.8, 0.98]))
    target["within"] = draw(
        st.sampled_from(["20 s", "5 min"] if live else ["4 working hours", "1 working days", "30 min"])
    )
    target["definition"] = draw(st.sampled_from(["sl_offered", "sl_answered", "sl_abandons_met"]))
    if live and draw(st.booleans()):
        target["abandoned"] = 0.1
    if draw(st.booleans()):
        target |= {"asa": "60 s", "wait_p90": "3 min"}
    if draw(st.booleans()):
        target["resolved"] = 0.6
    return target


@st.composite
def transfer_tables(draw: st.DrawFn, to: dict[str, str], left: float) -> dict[str, Any]:
    """Transfers to some of the queues ``to`` (name: channel), their shares summing to at most ``left``."""
    transfers: dict[str, Any] = {}
    for name in draw(st.lists(st.sampled_from(sorted(to)), unique=True, max_size=2)) if to else []:
        share = draw(st.sampled_from([0.0, 0.1, 0.25, 0.5])) if left >= 0.5 else left
        left -= share
        if draw(st.booleans()):
            transfers[name] = share
            continue
        transfer: dict[str, Any] = {"share": share, "handle": draw(st.sampled_from([0.5, 1.0, 1.5]))}
        if draw(st.booleans()):
            transfer["after"] = draw(st.sampled_from(["0 s", "30 s", "5 min"]))
        if to[name] in LIVE and draw(st.booleans()):
            transfer |= {"kind": "warm", "handover": draw(st.sampled_from(["0 s", "30 s"]))}
        transfers[name] = transfer
    return transfers


@st.composite
def staffings(draw: st.DrawFn, slots: int, open_slots: list[int]) -> Any:
    """Given advisers: a number, or a list of a day that changes over the open intervals."""
    if draw(st.integers(0, 2)) == 0:
        return draw(st.integers(0, 4))
    advisers = [0] * slots
    levels = draw(st.lists(st.integers(0, 4), min_size=1, max_size=5))
    for i, slot in enumerate(open_slots):
        advisers[slot] = levels[i % len(levels)]
    return advisers


@st.composite
def scenarios(
    draw: st.DrawFn,
    *,
    max_queues: int = 4,
    max_desks: int = 3,
    max_days: int = 3,
    most: float = 6.0,
    channels: tuple[str, ...] = CHANNELS,
    given: bool = True,
    clock_changes: bool = True,
    rules: Collection[str] | bool = False,
) -> dict[str, Any]:
    """A valid scenario as a dict.

    Parameters
    ----------
    max_queues, max_desks, max_days : int
        Bounds of its size.
    most : float
        The largest volume of an interval; a scenario has a few hundred contacts at most.
    channels : tuple of str
        Those that may occur.
    given : bool
        Whether every desk's advisers are given; otherwise they are to be planned.
    clock_changes : bool
        Whether the horizon may contain a day of 23 or 25 hours.
    rules : bool or collection of str
        The rules of a real centre that may be on at random: names of ``rule_strategies.RULES``, or all.
    """
    per_hour = draw(st.sampled_from([1, 2, 2, 4]))
    slots = 24 * per_hour
    changes = clock_changes and draw(st.integers(0, 4)) == 0
    start = draw(st.sampled_from(CLOCK_CHANGES if changes else PLAIN_DAYS))
    days = draw(st.integers(1, max_days))
    if start == CLOCKS_FORWARD and days == 1:
        start = CLOCK_CHANGES[-1]  # all hours might lie in the one that the clocks skip
    shared = draw(day_hours(per_hour))
    speed = draw(st.sampled_from([[1.0], [1.0, 0.5], [1.0, 0.8, 0.7], [1, 1, 1]]))
    names = NAMES[: draw(st.integers(1, max_queues))]
    desk_names = DESKS[: draw(st.integers(1, max_desks))]

    horizon: dict[str, Any] = {
        "start": start.isoformat(),
        "days": days,
        "interval": f"{60 // per_hour} min",
        "hours": {"mon-sun": hours_text(shared, per_hour)},
    }
    if days > 1 and start != CLOCKS_FORWARD and draw(st.integers(0, 3)) == 0:
        horizon["holidays"] = [(start + timedelta(days=1)).isoformat()]

    channel_of = {name: draw(st.sampled_from(channels)) for name in names}
    queues = {}
    for name, channel in channel_of.items():
        own = draw(day_hours(per_hour)) if draw(st.integers(0, 3)) == 0 else None
        open_slots = [slot for first, last in own or shared for slot in range(first, last)]
        queues[name] = draw(queue_tables(channel, speed, slots, open_slots, most))
        if own:
            queues[name]["hours"] = {"mon-sun": hours_text(own, per_hour)}

    served: dict[str, list[str]] = {
        desk: sorted(draw(st.sets(st.sampled_from(names), min_size=1)), key=names.index) for desk in desk_names
    }
    for name in names:
        if not any(name in queues_of for queues_of in served.values()):
            served[draw(st.sampled_from(desk_names))].append(name)

    desks = {}
    for desk in desk_names:
        own = draw(day_hours(per_hour)) if draw(st.integers(0, 3)) == 0 else None
        open_slots = [slot for first, last in own or shared for slot in range(first, last)]
        elsewhere = {n: channel_of[n] for n in names if any(n in served[d] for d in desk_names if d != desk)}
        serves = {}
        for name in served[desk]:
            serve: dict[str, Any] = {"rank": draw(st.sampled_from([1, 1, 2]))}
            if draw(st.booleans()):
                serve["priority"] = draw(st.integers(1, 3))
            if draw(st.integers(0, 2)) == 0:
                serve["after"] = draw(st.sampled_from(["20 s", "60 s", "10 min"]))
            if draw(st.booleans()):
                serve |= {
                    "speed": draw(st.sampled_from([0.5, 1.0, 1.25])),
                    "resolved": draw(st.sampled_from([0, 0.7, 1])),
                }
            # Only one desk may hand on everybody, or customers might be passed on without end.
            transfers = draw(transfer_tables(elsewhere, 1.0 if desk == desk_names[0] else 0.75))
            if transfers:
                serve["transfers"] = transfers
            serves[name] = serve
        desks[desk] = {"serves": serves}
        if given:
            desks[desk]["advisers"] = draw(staffings(slots, open_slots))
        if own:
            desks[desk]["hours"] = {"mon-sun": hours_text(own, per_hour)}

    data = {
        "schema": 1,
        "name": "made by hypothesis",
        "timezone": "Europe/Paris" if changes else draw(st.sampled_from(["UTC", "Asia/Kolkata"])),
        "horizon": horizon,
        "queues": queues,
        "desks": desks,
        "targets": {"transferred": 0.1, "bounced": 0.02, "per": draw(st.sampled_from(["interval", "day", "horizon"]))},
        "max_legs": draw(st.sampled_from([1, 2, 3, 8])),
    }
    if rules:
        add_rules(draw, data, RULES if rules is True else rules)
    return data
