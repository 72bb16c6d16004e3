"""Pools: how the live contacts of one desk fare with so many advisers, and how many advisers they need.

Erlang C and A (M/M/n+M with limited places and lines) and the birth and death of chats, from :mod:`simcenter.erlang`.
Balking is exact on top of them: with a share b of those who would have to wait gone, the states with somebody free have
arrivals at the full rate and the others at 1 - b of it; the latter are those of a system of load (1 - b) a, so its
probabilities are reweighted at the point where both meet.
"""

from dataclasses import dataclass, fields, replace
from typing import Any

import numpy as np

from simcenter import erlang
from simcenter.planning.centre import BoolArray, FloatArray, IntArray
from simcenter.planning.chance import Chance

NEVER = np.inf
FOREVER_S = 1e12
"""A wait without end, in sums."""
CLOSE = 1e-6
"""Relative accuracy of advisers found by halving."""


@dataclass(frozen=True)
class Pool:
    """The live contacts of one kind at one desk, in n intervals.

    ``load`` (n,) erlangs; ``aht_s`` (n,); ``patience_s`` their mean patience; ``places`` to wait; ``lines`` (n,) for
    waiting and served; ``balking`` share of those who would have to wait; ``speed`` of chats held together, empty for
    other channels; ``own`` (n,) share of the customers who wait ``own_wait_s`` for an adviser of their own, one
    of ``own_of``.
    """

    load: FloatArray
    aht_s: FloatArray
    patience_s: float
    places: float = NEVER
    lines: FloatArray | float = NEVER
    balking: FloatArray | float = 0.0
    speed: tuple[float, ...] = ()
    own: FloatArray | float = 0.0
    own_of: int = 1
    own_wait_s: float = 0.0

    @property
    def plain(self) -> bool:
        """Whether the formulas of :mod:`simcenter.erlang` say it all."""
        return not np.any(self.balking) and not np.any(self.own)

    @property
    def limited(self) -> bool:
        """Whether somebody may find it full."""
        return bool(np.isfinite(self.places) or np.isfinite(self.lines).any())


@dataclass(frozen=True)
class Fates:
    """What becomes of those who come to a pool, as shares of them (n,), adding up to 1 with the abandoned in waiting.

    ``at_once`` answered without a wait; ``waits``; ``blocked``; ``balked``; ``abandoned`` (contained in ``waits``);
    ``in_time`` answered within the time asked for; ``early`` abandoned within it (or within 5 s), 0 where nobody asked;
    ``wait_s`` mean wait, ``answered_wait_s`` the waits of the answered per contact.
    """

    at_once: FloatArray
    waits: FloatArray
    blocked: FloatArray
    balked: FloatArray
    abandoned: FloatArray
    in_time: FloatArray
    early: FloatArray
    wait_s: FloatArray
    answered_wait_s: FloatArray


def fates(
    pool: Pool, advisers: FloatArray, within_s: float = 0.0, early_by: str = "", *, wait_times: bool = True
) -> Fates:
    """How the contacts of a pool fare with (n,) advisers.

    ``early_by``: the definition of a service level that counts early abandonments, to have them; ``wait_times``:
    whether they are asked for, else 0.
    """
    load = pool.load * (1 - pool.balking)
    slots = max(len(pool.speed), 1)
    advisers = np.minimum(np.maximum(advisers, 0.0), pool.lines / slots)
    room = np.minimum(pool.places, np.maximum(np.floor(pool.lines - slots * advisers), 0.0))
    system: dict[str, Any] = {"aht_s": pool.aht_s, "patience_s": pool.patience_s, "places": room}
    ask = _chat if pool.speed else _phone
    if pool.speed:
        advisers, system["speed"] = np.floor(advisers + 1e-9), list(pool.speed)
    waiting = ask("wait_probability", load, advisers, system)
    blocked = ask("blocking", load, advisers, system)
    at_once, waits = (1 - blocked) * (1 - waiting), (1 - blocked) * waiting
    some = np.where(waiting > 0, waiting, 1.0)
    # of those who wait: these shares are the same whatever brought them there
    in_time = ask("service_level", load, advisers, system, within_s=within_s)
    early = np.zeros_like(in_time)
    if early_by:
        early = (ask("service_level", load, advisers, system, within_s=within_s, definition=early_by) - in_time) / some
    in_time = np.clip((in_time - (1 - waiting)) / some, 0.0, 1.0)
    abandoned = ask("abandonment", load, advisers, system) / some
    wait_s = asa_s = np.zeros_like(waits)
    if wait_times:
        wait_s, asa_s = ask("mean_wait", load, advisers, system) / some, ask("asa", load, advisers, system)
    answered_s = np.where(waiting > 0, np.nan_to_num(asa_s, nan=0.0) * (1 - abandoned * waiting) / some, 0.0)
    balked = np.zeros_like(waits)
    if np.any(pool.balking):
        at_once, waits, blocked = _rejoined(pool, load, advisers, at_once, waits, blocked)
        balked, waits = pool.balking * waits, (1 - pool.balking) * waits
    early = np.clip(early, 0.0, 1.0) * waits
    waited = waits > 0
    fate = Fates(
        at_once=at_once,
        waits=waits,
        blocked=blocked,
        balked=balked,
        abandoned=abandoned * waits,
        in_time=at_once + in_time * waits,
        early=early,
        # without a steady state waits have no end
        wait_s=np.where(waited, wait_s, 0.0) * waits,
        answered_wait_s=np.where(waited, answered_s, 0.0) * waits,
    )
    return _with_own(pool, advisers, fate, within_s) if np.any(pool.own) else fate


def _phone(what: str, load: FloatArray, advisers: FloatArray, system: dict[str, Any], **more: Any) -> FloatArray:
    return np.asarray(getattr(erlang, what)(load, advisers, **system, **more), dtype=np.float64)


def _chat(what: str, load: FloatArray, advisers: FloatArray, system: dict[str, Any], **more: Any) -> FloatArray:
    return np.asarray(getattr(erlang, f"chat_{what}")(load, advisers, **system, **more), dtype=np.float64)


def _rejoined(
    pool: Pool, load: FloatArray, advisers: FloatArray, at_once: FloatArray, waits: FloatArray, blocked: FloatArray
) -> tuple[FloatArray, FloatArray, FloatArray]:
    """The shares finding somebody free, nobody, and no place, with arrivals at the full rate while somebody is free."""
    with np.errstate(all="ignore"):
        if pool.speed:
            weight = np.ones_like(load)
        else:
            below, below_at_less = (1 / np.asarray(erlang.erlang_b(a, advisers)) - 1 for a in (pool.load, load))
            weight = np.where((below_at_less > 0) & np.isfinite(below_at_less), below / below_at_less, 1.0)
            weight = np.where(np.isfinite(weight), weight, 1.0)
    total = np.maximum(weight * at_once + waits + blocked, 1e-300)
    return weight * at_once / total, waits / total, blocked / total


def _with_own(pool: Pool, advisers: FloatArray, fate: Fates, within_s: float) -> Fates:
    """Customers who wait for one adviser, whoever else is free: he is busy as often as all are, and for one more handle
    time on average; after ``own_wait_s`` they take their turn with the others."""
    busy = np.minimum(pool.load / np.maximum(advisers, 1e-9), 1.0)
    own = pool.own * np.minimum(advisers / pool.own_of, 1.0)  # the others' advisers are not on the floor
    patient_s = min(pool.own_wait_s, within_s)
    # until that adviser is free, or the wait for him ends: some leave meanwhile
    waited_s = busy * pool.aht_s * (1 - np.exp(-pool.own_wait_s / pool.aht_s))
    left = np.minimum(waited_s / pool.patience_s, busy)
    late = busy * np.exp(-patient_s / pool.aht_s)
    if within_s > pool.own_wait_s:
        late = late * (1 - fate.in_time)
    return Fates(
        at_once=fate.at_once * (1 - own) + own * (1 - busy),
        waits=fate.waits * (1 - own) + own * busy,
        blocked=fate.blocked * (1 - own),
        balked=fate.balked * (1 - own),
        abandoned=fate.abandoned * (1 - own) + own * left,
        in_time=fate.in_time * (1 - own) + own * (1 - late),
        early=fate.early,
        wait_s=fate.wait_s + own * waited_s,
        answered_wait_s=fate.answered_wait_s + own * waited_s,
    )


def _margin(pool: Pool, limit: "Limit", advisers: FloatArray) -> FloatArray:
    """(n,) by how much a limit is kept, per contact that comes; negative where it is missed."""
    if limit.ahead < 1 and not pool.speed:
        return _margin_ahead(pool, limit, advisers)
    early_by = limit.definition if limit.definition in ("sl_abandons_met", "sl_short_abandons_met") else ""
    if limit.definition == "sl_excl_early_abandons":
        early_by = "sl_abandons_met"
    if limit.measure == "service_level" and limit.definition == "sl_offered" and pool.plain and not pool.limited:
        ask, more = (_chat, {"speed": list(pool.speed)}) if pool.speed else (_phone, {})
        system = {"aht_s": pool.aht_s, "patience_s": pool.patience_s, "within_s": limit.within_s, **more}
        number = np.floor(advisers + 1e-9) if pool.speed else advisers
        return ask("service_level", pool.load, number, system) - limit.value
    fate = fates(pool, advisers, limit.within_s, early_by, wait_times=limit.measure == "asa_s")
    answered = fate.at_once + fate.waits - fate.abandoned
    if limit.measure == "blocked":
        return np.asarray(limit.value - fate.blocked)
    if limit.measure == "abandon_rate":
        return np.asarray(limit.value * (answered + fate.abandoned) - fate.abandoned)
    if limit.measure == "asa_s":
        return np.asarray(limit.value * answered - np.minimum(fate.answered_wait_s, FOREVER_S))
    met, counted = fate.in_time, answered + fate.abandoned
    if limit.definition == "sl_answered":
        counted = answered
    elif limit.definition == "sl_excl_early_abandons":
        counted = counted - fate.early
    elif early_by:
        met = met + fate.early
    return np.asarray(met - limit.value * counted)


def _margin_ahead(pool: Pool, limit: "Limit", advisers: FloatArray) -> FloatArray:
    """The same for those who go before the others: they wait as often, and only for each other (Cobham 1954: all waits
    of the first class are exponential with the rate at which advisers are freed less the rate at which it comes)."""
    fate = fates(pool, advisers, wait_times=False)
    waits = fate.waits / np.maximum(fate.at_once + fate.waits, 1e-300)
    rate = np.maximum(advisers - limit.ahead * pool.load, 0.0) / pool.aht_s + 1 / pool.patience_s
    with np.errstate(all="ignore"):
        wait_s = np.where(waits > 0, waits / rate, 0.0)
    if limit.measure == "asa_s":
        return np.asarray(np.where(np.isfinite(wait_s), limit.value - wait_s, -1.0))
    if limit.measure == "abandon_rate":
        return np.asarray(limit.value - np.minimum(wait_s / pool.patience_s, 1.0))
    return np.asarray(1 - waits * np.exp(-rate * limit.within_s) - limit.value)


@dataclass(frozen=True)
class Limit:
    """One limit on how contacts wait: a service level to reach, or a share lost or a mean wait not to pass."""

    queue: int
    measure: str
    """service_level, abandon_rate, blocked or asa_s"""
    value: float
    within_s: float = 0.0
    definition: str = "sl_offered"
    label: str = ""
    """In words, with its queue."""
    ahead: float = 1.0
    """Share of the contacts that are served as early as those it is about, which nobody goes before."""


def least(pool: Pool, limit: Limit, chance: Chance | None = None) -> FloatArray:
    """(n,) real-valued advisers that keep a limit on average over all days; the load where no number does."""
    if chance is None and pool.plain and limit.measure != "blocked" and limit.ahead == 1:
        found = _chats(pool, limit) if pool.speed else _plain(pool, limit)
        return np.where(np.isfinite(found), found, pool.load)
    first, same = _alike(pool, chance)
    return _halved(_at(pool, first), limit, None if chance is None else chance.at(first))[same]


def _halved(pool: Pool, limit: Limit, chance: Chance | None) -> FloatArray:
    """The same by halving, whatever the rules."""
    low = np.zeros_like(pool.load)
    high = 2 * pool.load + 4 * np.sqrt(pool.load) + 4
    for _ in range(12):
        kept = _kept(pool, limit, chance, high)
        if kept.all():
            break
        low, high = np.where(kept, low, high), np.where(kept, high, 2 * high)
    step = 1.0 if pool.speed else CLOSE
    while (high - low > step * np.maximum(1.0, 0 if pool.speed else high)).any():
        middle = (low + high) / 2
        enough = _kept(pool, limit, chance, middle)
        low, high = np.where(enough, low, middle), np.where(enough, middle, high)
    high = np.floor(high + 1e-9) if pool.speed else high
    return np.where(kept, high, pool.load)


def _alike(pool: Pool, chance: Chance | None) -> tuple[IntArray, IntArray]:
    """Cells that differ, and which of them each cell is like: days repeat."""
    arrays = [value for value in vars(pool).values() if isinstance(value, np.ndarray)]
    rows = [*arrays, *chance.busy, *chance.there] if chance is not None else arrays
    _, first, same = np.unique(np.round(np.stack(rows), 12), axis=1, return_index=True, return_inverse=True)
    return first, same


def _at(pool: Pool, cells: IntArray) -> Pool:
    """The pool of some of its cells."""
    some: dict[str, Any] = {name: v[cells] for name, v in vars(pool).items() if isinstance(v, np.ndarray)}
    return replace(pool, **some)


def _kept(pool: Pool, limit: Limit, chance: Chance | None, advisers: FloatArray) -> BoolArray:
    """(n,) whether so many advisers keep a limit, on average over the days of ``chance``."""
    if chance is None:
        return np.asarray(_margin(pool, limit, advisers) >= 0)
    cases = len(chance.there), len(chance.busy), len(pool.load)
    busy = np.broadcast_to(chance.busy[None], cases)
    there = np.broadcast_to(chance.there[:, None], cases)

    def every(value: Any) -> Any:
        """One value for each case."""
        return np.broadcast_to(value, cases).reshape(-1) if isinstance(value, np.ndarray) else value

    days = replace(pool, **{field.name: every(getattr(pool, field.name)) for field in fields(pool)})
    days = replace(days, load=days.load * busy.reshape(-1))
    margin = _margin(days, limit, (advisers * there).reshape(-1)).reshape(cases)
    return np.asarray((chance.weight[:, None, None] * busy * margin).sum(axis=(0, 1)) >= 0)


def _asked(limit: Limit) -> dict[str, Any]:
    """A limit as options of ``erlang.advisers_for``."""
    if limit.measure == "abandon_rate":
        return {"target": 0.0, "within_s": 0.0, "max_abandonment": limit.value}
    if limit.measure == "asa_s":
        return {"target": 0.0, "within_s": 0.0, "max_asa_s": limit.value}
    return {"target": limit.value, "within_s": limit.within_s, "definition": limit.definition}


def _plain(pool: Pool, limit: Limit) -> FloatArray:
    system: dict[str, Any] = {"aht_s": pool.aht_s, "patience_s": pool.patience_s, "unattainable": "inf"}
    if np.any(np.isfinite(pool.lines)):
        system["lines"] = np.floor(pool.lines)
    if np.isfinite(pool.places):
        system["places"] = pool.places
    found = erlang.advisers_for(pool.load, fractional=True, **system, **_asked(limit))
    return np.asarray(found, dtype=np.float64)


def _chats(pool: Pool, limit: Limit) -> FloatArray:
    """Advisers holding several chats each: between the last that is too few and the first that is enough, where the
    straight line between their service levels meets the target."""
    system: dict[str, Any] = {"speed": list(pool.speed), "patience_s": pool.patience_s}
    if np.isfinite(pool.places):
        system["places"] = pool.places
    asked = _asked(limit)
    found = erlang.chat_advisers_for(pool.load, aht_s=pool.aht_s, unattainable="inf", **system, **asked)
    whole = np.asarray(found, dtype=np.float64)
    finite = np.isfinite(whole) & (whole >= 2)
    if limit.measure != "service_level" or not finite.any():
        return whole
    system |= {"aht_s": pool.aht_s[finite], "within_s": limit.within_s, "definition": limit.definition}
    enough = np.asarray(erlang.chat_service_level(pool.load[finite], whole[finite], **system))
    too_few = np.asarray(erlang.chat_service_level(pool.load[finite], whole[finite] - 1, **system))
    binding = too_few < limit.value
    part = np.where(binding, (limit.value - too_few) / np.where(binding, enough - too_few, 1.0), 1.0)
    result = whole.copy()
    result[finite] = whole[finite] - 1 + np.clip(part, 1e-6, 1.0)
    return result
