"""Made-up logs in which every rule of a real centre has left its rows: in the right order, with any times at all."""

from dataclasses import replace

import numpy as np
from hypothesis import strategies as st
from random_centres import random_centres

from simcenter.simulation.log import ContactLog, Entry, Outcome, Returns
from simcenter.simulation.network import DEFERRED, EXCLUSIVE

SERVED = (
    Outcome.RESOLVED, Outcome.UNRESOLVED, Outcome.UNRESOLVED_CLOSED, Outcome.UNRESOLVED_LIMIT, Outcome.UNRESOLVED_BUSY,
)  # fmt: skip
GONE = (Outcome.ABANDONED, Outcome.BLOCKED, Outcome.BALKED)
IN_VAIN = (*GONE, Outcome.TURNED_AWAY, Outcome.DROPPED, Outcome.WAITING)
MOST_LEGS = 9


@st.composite
def networks(draw):
    """A random network with classes, a warm-up, and every rule on that measures ask for."""
    network = draw(random_centres(most_customers=0)).network
    queues, desks = network.queue_count, network.desk_count
    intervals = round(network.end_s / network.interval_s)
    names, first, queue, cum = [], [0], [], []
    for q in range(queues):
        classes = draw(st.sampled_from((0, 0, 1, 2)))
        whole = draw(st.booleans())
        names += [f"class {i}" for i in range(classes)] + [""]
        cum += [(i + 1) / (classes + (not whole)) for i in range(classes)] + [1.0]
        queue += [q] * (classes + 1)
        first.append(len(names))
    rows = len(names)
    kind = np.array(network.kind)
    callback = kind == EXCLUSIVE
    return replace(
        network,
        serves=np.ones((desks, queues), dtype=bool),
        class_names=tuple(names), class_first=np.array(first), class_queue=np.array(queue), class_cum=np.array(cum),
        class_priority=np.ones(rows, int), class_credit_s=np.zeros(rows), class_target_s=np.full(rows, np.nan),
        class_in=np.full((rows, queues), -1), return_share=np.full((2, queues), 0.5),
        callback_over_s=np.where(callback, 30.0, np.inf), own_share=np.full(queues, 0.5),
        own_desk=np.array([draw(st.integers(0, desks - 1)) for _ in range(queues)]),
        slot_s=np.full(draw(st.integers(0, 1)), 60.0),
        interruptible=np.full((desks, queues), draw(st.integers(0, 3)) > 0) & (kind == DEFERRED),
        warm_up_s=draw(st.integers(0, intervals - 1)) * network.interval_s,
    )  # fmt: skip


class Stories:
    """Writes rows, customer by customer; every adviser has one contact in his life."""

    def __init__(self, network, seed):
        self.network, self.rng, self.rows, self.duties = network, np.random.default_rng(seed), [], []

    def pick(self, *choices):
        return choices[self.rng.integers(len(choices))]

    def seconds(self):
        return float(self.pick(0, 0, 1, 30, 60, 61.5, 300))

    def row(self, leg, outcome, returns=Returns.NONE):
        """A leg's row; the moment of its end."""
        network, queue = self.network, leg["queue"]
        served = outcome in (*SERVED, Outcome.TRANSFERRED, Outcome.NOT_REACHED, Outcome.INTERRUPTED)
        start = max(leg["entered_s"], leg["since"]) + self.seconds()
        end = start + self.seconds()
        if outcome == Outcome.WAITING:
            end = max(network.end_s, leg["entered_s"])
        elif outcome in (Outcome.NO_SHOW, Outcome.CALLBACK, Outcome.BLOCKED, Outcome.BALKED, Outcome.TURNED_AWAY):
            end = leg["entered_s"]
        own = self.pick(-1, len(self.rows), len(self.rows) + 1)
        predicted = self.pick(np.nan, np.inf, 10.0, 45.5) if np.isfinite(network.callback_over_s[queue]) else np.nan
        columns = {name: leg[name] for name in ("origin", "customer", "leg", "attempt", "queue", "entry", "entered_s")}
        self.rows.append(
            columns | {
                "from_desk": -1, "outcome": outcome, "returns": returns, "own_adviser": own, "predicted_s": predicted,
                "customer_class": self.rng.integers(network.class_first[queue], network.class_first[queue + 1]),
                "desk": self.rng.integers(network.desk_count) if served else -1,
                "adviser": len(self.rows) if served else -1, "start_s": start if served else np.nan, "end_s": end,
                "freed_s": end + self.seconds() if served else np.nan,
            }
        )  # fmt: skip
        return end

    def story(self, origin, customer, arrival):
        others = (Entry.APPOINTMENT,) * len(self.network.slot_s)
        entry = self.pick(Entry.FIRST, Entry.FIRST, Entry.BACKLOG, *others)
        leg = {
            "origin": origin, "customer": customer, "leg": 0, "attempt": 0, "queue": origin, "entry": entry,
            "entered_s": 0.0 if entry == Entry.BACKLOG else arrival, "since": 0.0,
        }  # fmt: skip
        if entry == Entry.APPOINTMENT and self.rng.random() < 0.3:
            self.row(leg, Outcome.NO_SHOW)
            return
        while leg is not None:
            leg = self.next_leg(leg)

    def next_leg(self, leg):
        """Ends the leg somehow; the leg that follows, None at the end of the story."""
        network, last = self.network, leg["leg"] == MOST_LEGS
        queue = leg["queue"]
        outcomes = [*SERVED, Outcome.WAITING]
        if network.kind[queue] != DEFERRED:
            outcomes += [Outcome.DROPPED, *([Outcome.NOT_REACHED] * 12 if leg["entry"] == Entry.CALLBACK else IN_VAIN)]
            if np.isfinite(network.callback_over_s[queue]) and leg["entry"] != Entry.CALLBACK and not last:
                outcomes += [Outcome.CALLBACK] * 10
        elif network.interruptible.any() and not last:
            outcomes += [Outcome.INTERRUPTED] * 4
        if len(network.route_queue) and not last:
            outcomes += [Outcome.TRANSFERRED] * 6
        outcome = self.pick(*outcomes)
        returning = outcome in (*GONE, *SERVED[1:], Outcome.NOT_REACHED)
        returns = self.pick(*Returns) if returning else Returns.NONE
        if last and returns == Returns.COMES_BACK:
            returns = Returns.PENDING
        end = self.row(leg, outcome, returns)
        after = {"leg": leg["leg"] + 1, "entered_s": end, "since": end, "queue": self.rng.integers(network.queue_count)}
        match outcome, returns:
            case Outcome.INTERRUPTED, _:
                same = {"queue": queue, "entry": Entry.RESUMED, "entered_s": leg["entered_s"]}
                return leg | after | same
            case Outcome.TRANSFERRED, _:
                return leg | after | {"entry": self.pick(Entry.TRANSFER, Entry.MISROUTED)}
            case Outcome.CALLBACK, _:
                return leg | after | {"queue": queue, "entry": Entry.CALLBACK}
            case Outcome.NOT_REACHED, Returns.COMES_BACK:
                later = end + self.seconds()
                return leg | after | {"queue": queue, "entry": Entry.CALLBACK, "entered_s": later, "since": later}
            case _, Returns.COMES_BACK:
                entry = Entry.REDIAL if outcome in GONE else Entry.REPEAT
                return leg | after | {"entry": entry, "attempt": leg["attempt"] + 1}
        return None

    def log(self):
        counts = ("origin", "customer", "attempt", "leg", "queue", "from_desk", "desk", "adviser", "outcome", "entry",
                  "customer_class", "own_adviser", "returns")  # fmt: skip
        times = ("entered_s", "start_s", "end_s", "freed_s", "predicted_s")
        columns = {name: np.array([int(row[name]) for row in self.rows], dtype=np.int64) for name in counts}
        columns |= {name: np.array([row[name] for row in self.rows], dtype=float) for name in times}
        size = self.rng.integers(0, 5)
        start = self.rng.integers(0, int(self.network.end_s), size).astype(float)
        return ContactLog(
            **columns, duty_desk=self.rng.integers(0, self.network.desk_count, size),
            duty_adviser=np.arange(size), duty_start_s=start, duty_end_s=start + self.rng.integers(0, 900, size),
        )  # fmt: skip


@st.composite
def told(draw):
    """A network, and a log of it."""
    network = draw(networks())
    stories = Stories(network, draw(st.integers(0, 2**32 - 1)))
    for origin in range(network.queue_count):
        for customer in range(draw(st.integers(0, 25))):
            stories.story(origin, customer, float(stories.rng.integers(0, int(network.end_s))))
    return network, stories.log()
