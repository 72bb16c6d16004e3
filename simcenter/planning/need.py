"""Need: from the work at each desk to the advisers it asks for, part by part, before any rounding."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from simcenter import erlang
from simcenter.planning.centre import MOMENT_S, Centre, FloatArray, IntArray
from simcenter.planning.chance import Chance, busy_days, load_cv, presence
from simcenter.planning.flows import Flows
from simcenter.planning.pools import Limit, Pool, least
from simcenter.simulation.network import CHAT, DEFERRED, EXCLUSIVE

if TYPE_CHECKING:
    from simcenter.scenario import Queue

UNTARGETED = 0.90
"""Occupancy at which work without any target is staffed."""
DUST = 1e-9
MOST_CV = 20.0
NOBODY, NO_TARGET = -1, -2
"""What asks for a pool's advisers where it is no limit of a queue."""


@dataclass(frozen=True)
class Need:
    """Advisers that each desk needs, (T, D) each, real-valued.

    ``live`` phone and face to face, ``chats``, ``level`` deferred work beside them; ``idle`` what the deferred work
    needs beyond the idle time of the live, or that must stay idle; ``occupancy`` for the desk's ``max_occupancy``; all
    these on a mean day. ``busyness`` more for busy days, ``absence`` more to plan than are needed on the floor,
    ``off_phone`` in meetings. ``live_limit``, ``chat_limit`` (T, D) the number of the limit that asks for most of
    ``live`` and of ``chats``, NO_TARGET or NOBODY.
    """

    live: FloatArray
    chats: FloatArray
    level: FloatArray
    idle: FloatArray
    occupancy: FloatArray
    busyness: FloatArray
    absence: FloatArray
    off_phone: FloatArray
    live_limit: IntArray
    chat_limit: IntArray

    @property
    def mean_day(self) -> FloatArray:
        """On the floor, on a day like the mean of all days."""
        return self.live + self.chats + self.level + self.idle + self.occupancy

    @property
    def floor(self) -> FloatArray:
        """On the floor, busy days included."""
        return self.mean_day + self.busyness

    @property
    def planned(self) -> FloatArray:
        """To be planned, so that enough are there and on the phone."""
        return self.floor + self.absence + self.off_phone


def loads(centre: Centre, queues: "Sequence[Queue]", work_s: FloatArray, flows: Flows, method: str) -> FloatArray:
    """(T, D, Q) erlangs of ``work_s``, all or a part of the flows' work: of live queues by ``method``, of deferred ones
    the work that is done then. The parts of a whole add up to its load."""
    load = work_s / centre.interval_s
    for q in np.flatnonzero(centre.live).tolist():
        law = queues[q].handle_time.law
        shape: dict[str, Any] = {} if law.law == "exponential" else {"law": "lognormal", "cv": min(law.cv, MOST_CV)}
        for d in np.flatnonzero(centre.serves[:, q]):
            legs, seconds = float(flows.taken[:, d, q].sum()), float(flows.work_s[:, d, q].sum())
            if legs > DUST and seconds > 0:
                aht_s = max(seconds / legs, MOMENT_S)
                even = work_s[:, d, q] / aht_s
                load[:, d, q] = erlang.load_over_time(even, aht_s, interval_s=centre.interval_s, method=method, **shape)
    return load


def need_of(centre: Centre, limits: Sequence[Limit], flows: Flows, load: FloatArray) -> Need:
    """The advisers that (T, D, Q) erlangs ask for on a mean day, part by part."""
    live, live_limit = pooled(centre, limits, flows, load, EXCLUSIVE)
    chats, chat_limit = pooled(centre, limits, flows, load, CHAT)
    deferred = centre.kind == DEFERRED
    own = np.where(centre.interruptible[None], 0.0, load)[:, :, deferred].sum(axis=2)
    # deferred work that nobody interrupts needs advisers of its own, beside those that keep the live promises; the
    # other uses their idle time. An adviser with several chats is busy once.
    work = load[:, :, centre.kind == EXCLUSIVE].sum(axis=2) + load[:, :, deferred].sum(axis=2)
    work = work + np.minimum(load[:, :, centre.kind == CHAT].sum(axis=2), chats)
    some = (load * deferred > DUST) & (centre.min_idle[None] > 1)
    kept_idle = np.where(some, centre.min_idle[None] - 1, 0).max(axis=2)
    idle = np.where(load[:, :, deferred].sum(axis=2) > DUST, np.maximum(work + kept_idle - (live + chats + own), 0), 0)
    cap = centre.max_occupancy
    occupancy = np.maximum(np.where(cap < 1, work / cap, 0.0) - (live + chats + own + idle), 0.0)
    none = np.zeros_like(live)
    return Need(live, chats, own, idle, occupancy, none, none, none, live_limit, chat_limit)


def on_any_day(centre: Centre, limits: Sequence[Limit], flows: Flows, load: FloatArray, need: Need) -> Need:
    """The same, with what busy days, absence and meetings add."""
    cv = load_cv(centre, load)
    busyness = np.zeros_like(need.live)
    if (cv > 0).any():
        busyness = _more(centre, limits, flows, load, need, _chance(cv, None))
    floor = need.mean_day + busyness
    safety = np.zeros_like(floor)
    if centre.absence.any():
        planned = with_absence(centre, need, busyness).planned
        chance = _chance(cv, presence(planned.ravel(), np.tile(centre.absence, len(floor)), floor.ravel()))
        safety = np.maximum(_more(centre, limits, flows, load, need, chance) - busyness, 0.0)
    return with_absence(centre, need, busyness, np.where(centre.absence > 0, safety, 0.0))


def with_absence(
    centre: Centre, need: Need, busyness: FloatArray | float = 0.0, safety: FloatArray | float = 0.0
) -> Need:
    """The same, planned so that those needed, and ``safety`` more, come and are on the phone on average."""
    floor = need.mean_day + busyness
    off_phone = np.where(floor > DUST, centre.off_phone, 0.0)
    absence = (floor + safety + off_phone) / (1 - centre.absence) - floor - off_phone
    parts = vars(need) | {"busyness": floor - need.mean_day, "absence": absence, "off_phone": off_phone}
    return Need(**parts)


def _chance(cv: FloatArray, there: tuple[FloatArray, FloatArray] | None) -> Chance:
    """The chance of (T, D) cells, flat."""
    flat = cv.ravel()
    busy = busy_days(flat) if flat.any() else np.ones((1, len(flat)))
    factors, weight = (np.ones((1, len(flat))), np.ones(1)) if there is None else there
    return Chance(busy, factors, weight)


def _more(
    centre: Centre, limits: Sequence[Limit], flows: Flows, load: FloatArray, need: Need, chance: Chance
) -> FloatArray:
    """(T, D) advisers more than on a mean day without chance; idle time that deferred work has anyway counts for it."""
    live = pooled(centre, limits, flows, load, EXCLUSIVE, chance)[0]
    chats = pooled(centre, limits, flows, load, CHAT, chance)[0]
    beyond = need.live + need.chats + need.idle + need.occupancy
    return np.asarray(np.maximum(live + chats - beyond, 0.0))


def pooled(
    centre: Centre, limits: Sequence[Limit], flows: Flows, load: FloatArray, kind: int, chance: Chance | None = None
) -> tuple[FloatArray, IntArray]:
    """(T, D) advisers for the live queues of one kind: one pool per desk, the strictest of its queues' limits; and the
    number of that limit, NO_TARGET or NOBODY."""
    mine = centre.kind == kind
    whole = np.where(flows.taken[:, :, mine].sum(axis=2) > DUST, load[:, :, mine].sum(axis=2), 0.0)
    needed = np.zeros_like(whole)
    binding = np.full(whole.shape, NOBODY, dtype=np.int64)
    places = np.arange(whole.size).reshape(whole.shape)
    for number, limit in enumerate(limits):
        if centre.kind[limit.queue] != kind:
            continue
        for d in np.flatnonzero(centre.serves[:, limit.queue]):
            t = np.flatnonzero(flows.taken[:, d, limit.queue] > DUST)
            if len(t):
                pool = pool_of(centre, flows, load, int(d), limit.queue, t)
                found = least(pool, limit, None if chance is None else chance.at(places[t, d]))
                binding[t, d] = np.where(found > needed[t, d], number, binding[t, d])
                needed[t, d] = np.maximum(needed[t, d], found)
    bare = (needed <= DUST) & (whole > 0)
    return np.where(bare, whole / UNTARGETED, needed), np.where(bare, NO_TARGET, binding)


def pool_of(centre: Centre, flows: Flows, load: FloatArray, desk: int, queue: int, t: IntArray) -> Pool:
    """The pool that a queue's contacts come to at a desk, in the intervals ``t``: all queues of its kind there.

    Its load is that of all who come; the work in ``load`` is of those who stay.
    """
    mine = np.flatnonzero(centre.kind == centre.kind[queue])
    legs = flows.taken[t, desk][:, mine]
    taken = legs.sum(axis=1)
    balking = (legs * centre.balking[mine]).sum(axis=1) / taken if centre.balking[mine].any() else 0.0
    everywhere = np.maximum(flows.taken[t, :, queue].sum(axis=1), DUST)
    own: FloatArray | float = 0.0
    if centre.own_desk[queue] == desk and centre.own_share[queue]:
        own = np.minimum(centre.own_share[queue] * everywhere / np.maximum(legs.sum(axis=1), DUST), 1.0)
    return Pool(
        load=(load[t, desk][:, mine] / flows.joined[t][:, mine]).sum(axis=1),
        aht_s=np.maximum(flows.work_s[t, desk][:, mine].sum(axis=1) / taken, MOMENT_S),
        patience_s=float(centre.patience_s[queue]),
        places=float(centre.places[queue]),
        lines=_lines_left(centre, load, desk, queue, t),
        balking=balking,
        speed=centre.chat_speed[queue],
        own=own,
        own_of=max(int(centre.own_of[queue]), 1),
        own_wait_s=float(centre.own_wait_s[queue]),
    )


def _lines_left(centre: Centre, load: FloatArray, desk: int, queue: int, t: IntArray) -> FloatArray | float:
    """Lines that contacts of other desks and kinds do not hold on average."""
    if not np.isfinite(centre.lines[queue]):
        return np.inf
    group = centre.line_group == centre.line_group[queue]
    others = load[t][:, :, group].sum(axis=(1, 2))
    others = others - load[t, desk][:, group & (centre.kind == centre.kind[queue])].sum(axis=1)
    return np.asarray(np.maximum(centre.lines[queue] - others, 0.0))
