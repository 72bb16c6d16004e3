"""The rules of a real centre switched on at random in the rough centres of ``random_centres``, in any mixture."""

from dataclasses import replace
from typing import Any

import numpy as np
from hypothesis import strategies as st
from random_centres import MadeUpDraws, RandomCentre, no_laws, random_centres

from simcenter.simulation.log import Entry
from simcenter.simulation.network import CHAT, DEFERRED, EXCLUSIVE, Network

APPOINTMENTS_FROM, BACKLOG_FROM = 2**32, 2**33


class RuleDraws(MadeUpDraws):
    """Numbers made up for the rules as well.

    Parameters
    ----------
    plain : MadeUpDraws
    network : Network
    delay_s : float
        Mean time until a customer comes back.
    entries : list of list of int
        For each queue how so many of its first customers come; the others as usual.
    """

    def __init__(self, plain: MadeUpDraws, network: Network, delay_s: float, entries: list[list[int]]):
        super().__init__(plain.seed, plain.arrivals_s, plain.patience_s, plain.handle_s, plain.step)
        self.network, self.delay_s, self.entries = network, delay_s, entries

    def first(self, queue: int) -> Any:
        legs = super().first(queue)
        count = len(legs.arrival_s)
        legs.entry[: len(self.entries[queue])] = self.entries[queue][:count]
        legs.customer = legs.customer.copy()
        legs.customer[np.isin(legs.entry, (Entry.APPOINTMENT, Entry.NO_SHOW))] += APPOINTMENTS_FROM
        legs.customer[legs.entry == Entry.BACKLOG] += BACKLOG_FROM
        legs.arrival_s[legs.entry == Entry.BACKLOG] = 0.0
        legs.class_row = np.array([self.class_of(queue, int(k), queue) for k in legs.customer], dtype=np.int64)
        order = np.lexsort((legs.customer, legs.arrival_s))
        for name in vars(legs):
            setattr(legs, name, getattr(legs, name)[order])
        return legs

    def chance(self, origin: int, customer: int, leg: int, purpose: int) -> float:
        return float(np.random.default_rng([self.seed, 1, origin, customer, leg, purpose]).random())

    def return_delay_s(self, origin: int, customer: int, leg: int, kind: int, queue: int) -> float:
        return self.duration(self.delay_s, self.chance(origin, customer, leg, 100 + kind))

    def class_of(self, origin: int, customer: int, queue: int) -> int:
        network = self.network
        if queue != origin:
            row = int(network.class_in[self.class_of(origin, customer, origin), queue])
            if row >= 0:
                return row
        first, last = network.class_first[queue : queue + 2].tolist()
        return first + int(self.chance(origin, customer, 0, 9) * (last - first))

    def present(self, desk: int, day: int, count: int) -> np.ndarray:
        u = np.random.default_rng([self.seed, 2, desk, day]).random(count)
        return u >= self.network.absence[desk]


class Pick:
    """Choices from one seed: many of hypothesis' own would take longer than the runs."""

    def __init__(self, seed: int):
        self.rng = np.random.default_rng(seed)

    def below(self, count: int) -> int:
        return int(self.rng.integers(count))

    def of(self, *values: Any) -> Any:
        return values[self.below(len(values))]


@st.composite
def rough_rules(draw) -> RandomCentre:
    """A rough centre with each rule on in about a third of the places where it fits, and all kinds of extremes."""
    network, staffing, draws = draw(random_centres())
    pick = Pick(draw(st.integers(0, 2**32 - 1)))
    queues, desks = len(network.queue_names), len(network.desk_names)
    kind, end_s = network.kind, network.end_s
    times = (0.0, 15.0, 30.0, 60.0, 7.25)

    def some(off: Any, *values: Any) -> Any:
        return pick.of(off, off, *values)

    def each(off: Any, *values: Any) -> list[Any]:
        return [some(off, *values) for _ in range(queues)]

    def live(values: list[Any], off: Any) -> np.ndarray:
        return np.array([off if k == DEFERRED else value for k, value in zip(kind, values, strict=True)])

    always = pick.below(2) == 1  # or work would hardly ever be interrupted
    fields = classes_of(pick, network)
    rows = len(fields["class_queue"])
    fields |= {
        "return_share": np.array([live(each(0.0, 0.5, 1.0), 0.0), each(0.0, 0.5, 1.0)], dtype=float),
        "return_queue": np.array([[pick.below(queues) for _ in range(queues)] for _ in range(2)]),
        "return_at_most": np.array([each(10, 1, 2, 3) for _ in range(2)]),
        "return_working": np.array([each(False, True) for _ in range(2)]),
        "balking": live(each(0.0, 0.0, 0.0, 0.3, 1.0), 0.0).astype(float),
        "line_group": live(each(-1, -1, 0, 1), -1),
        "line_count": np.array([1 + pick.below(6), 1 + pick.below(6)]),
        "own_share": np.array(each(0.0, 0.0, 0.5, 1.0), dtype=float),
        "own_of": np.array(each(1, 2, 5)),
        "own_wait_s": np.array([pick.of(*times) for _ in range(queues)]),
        "mean_handle_s": np.array([pick.of(30.0, 60.0, 100.5) for _ in range(queues)]),
        "appointment_priority": np.array(each(1, 0, 2)),
        "discipline": np.array([some(0, 1) for _ in range(desks)]),
        "min_idle": (np.array([each(0, 1, 2, 3) for _ in range(desks)]) * (kind == DEFERRED)),
        "interruptible": np.array([each(always, True) for _ in range(desks)]) & (kind == DEFERRED),
        "absence": np.array([some(0.0, 0.0, 0.3, 0.8) for _ in range(desks)]),
        "off_phone": np.array(
            [[some(0, 0, 0, 0, 0, 0, 1, 5) for _ in range(desks)] for _ in range(len(network.volume))]
        ),
    }
    fields["return_same_patience"] = np.array(each(False, True)) & (fields["return_queue"][0] == np.arange(queues))
    served = [np.flatnonzero(network.serves[:, q]).tolist() for q in range(queues)]
    fields["own_desk"] = np.array([pick.of(*one) if one else -1 for one in served])
    fields["own_share"][[not one for one in served]] = 0.0
    phone = np.array([k == EXCLUSIVE for k in kind])
    fields |= {
        "callback_over_s": np.where(phone, each(np.inf, 0.0, 30.0), np.inf),
        "callback_accepted": np.array(each(1.0, 0.5)),
        "callback_reached": np.array(each(1.0, 0.5, 0.0)),
        "callback_tries": np.array(each(3, 1, 2)),
        "callback_retry_s": np.array([pick.of(*times) for _ in range(queues)]),
        "callback_ring_s": np.array([pick.of(*times) for _ in range(queues)]),
    }
    fields |= routes_of(pick, network, fields["class_queue"])
    days = pick.of(1, 2)
    fields["day_start_s"] = np.linspace(0, len(network.volume), days + 1).astype(int) * network.interval_s
    if pick.below(2):
        fields["equal_rank"] = np.array([pick.below(4) for _ in range(queues)])
    centre = replace(network, **fields)
    early = [(Entry.BACKLOG,) if k == DEFERRED else (Entry.APPOINTMENT, Entry.NO_SHOW) for k in kind]
    entries = [[pick.of(*ways) for _ in range(some(0, 2, 4))] for ways in early]
    assert rows == len(centre.class_names)
    assert end_s == centre.end_s
    assert not (centre.interruptible.any(axis=0) & (kind == CHAT)).any()
    return RandomCentre(centre, staffing, RuleDraws(draws, centre, some(15.0, 0.0, 60.0, 600.0), entries))


def classes_of(pick: Pick, network: Network) -> dict[str, Any]:
    """One to three classes in each queue; a class is the same in another queue, or drawn there."""
    queues = len(network.queue_names)
    counts = [pick.of(1, 1, 2, 3) for _ in range(queues)]
    first = np.cumsum([0, *counts])
    queue = np.repeat(np.arange(queues), counts)
    inside = np.array(
        [
            [row if q == queue[row] else first[q] - 1 + pick.below(first[q + 1] - first[q] + 1) for q in range(queues)]
            for row in range(len(queue))
        ]
    )
    inside[inside < first[:-1]] = -1
    rows = range(len(queue))
    return {
        "class_names": tuple(f"class {row}" for row in rows),
        "class_first": first,
        "class_queue": queue,
        "class_cum": np.ones(len(queue)),
        "class_priority": np.array([pick.below(3) for _ in rows]),
        "class_credit_s": np.array([pick.of(0.0, 0.0, 15.0, 90.0) for _ in rows]),
        "class_target_s": np.array([pick.of(20.0, 60.0, 300.0) for _ in rows]),
        "class_in": inside,
        "patience": no_laws(len(queue)),
    }


def routes_of(pick: Pick, network: Network, class_queue: np.ndarray) -> dict[str, Any]:
    """The routes of a rough centre for each class, some with what a transfer may have; and some misrouted."""
    queues, desks = len(network.queue_names), len(network.desk_names)
    names = ("queue", "cum", "warm", "after_s", "handover_s", "factor")
    first, rows, misrouted = [0], [], []
    for desk in range(desks):
        for q in class_queue.tolist():
            cell = desk * queues + q
            if pick.of(True, True, False):
                rows += [
                    [getattr(network, f"route_{name}")[r] for name in names]
                    for r in range(network.route_first[cell], network.route_first[cell + 1])
                ]
            first.append(len(rows))
    for _ in range(queues):
        if pick.of(False, False, True):
            misrouted.append(len(rows))
            to = pick.below(queues)
            rows.append([to, pick.of(0.2, 0.6), False, pick.of(0.0, 15.0), 0.0, 1.0])
        first.append(len(rows))
    kinds = (int, float, bool, float, float, float)
    columns = {
        f"route_{name}": np.array([row[i] for row in rows], dtype=kinds[i]) for i, name in enumerate(names)
    }  # fmt: skip

    def each(*values: Any) -> np.ndarray:
        return np.array([pick.of(*values) for _ in rows], dtype=type(values[0]))

    return columns | {
        "route_first": np.array(first),
        "route_identify_s": each(0.0, 0.0, 15.0, 7.25),
        "route_if_busy": each(0, 0, 1, 2),
        "route_priority": each(-1, -1, 0, 2),
        "route_credit_s": each(0.0, 0.0, 30.0, -1.0),
    }
