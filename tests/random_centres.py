"""Small random centres straight at the level of the Network, with made-up draws: rough ones, full of ties in time.

Scenario files cannot be as odd as these (no service time at all, hand-overs of 0 s, queues and desks that open at
random), so engines are tried on more than a planner may ask of them.
"""

from types import SimpleNamespace
from typing import NamedTuple

import numpy as np
from hypothesis import strategies as st

from simcenter.simulation.network import CHAT, DEFERRED, EXCLUSIVE, FILE, LONGEST_IDLE, RANDOM, Laws, Network, Periods
from simcenter.simulation.staffing import Staffing

CHAT_SPEEDS = ((1.0,), (1.0, 0.85, 0.7), (1.0, 0.5), (1.0, 1.0, 1.0), (0.9, 0.8, 0.6, 0.3))


class MadeUpDraws:
    """Stands in for Draws: any numbers will do, so long as they depend on (customer, leg, queue) alone."""

    def __init__(
        self, seed: int, arrivals_s: list[list[float]], patience_s: list[float], handle_s: list[float], step: float
    ):
        self.seed, self.arrivals_s, self.patience_s, self.handle_s, self.step = (
            seed, arrivals_s, patience_s, handle_s, step,
        )  # fmt: skip

    def first(self, queue: int) -> SimpleNamespace:
        columns = [self.later(queue, customer, 0, queue) for customer in range(len(self.arrivals_s[queue]))]
        arrays = np.array(columns, dtype=float).reshape(-1, 5).T.copy()
        names = ("patience_s", "base_handle_s", "transfer_u", "resolved_u", "equal_rank_u")
        legs = SimpleNamespace(**dict(zip(names, arrays, strict=True)))
        legs.arrival_s = np.array(self.arrivals_s[queue], dtype=float)
        legs.customer = np.arange(len(legs.arrival_s))
        legs.class_row = np.full(len(legs.arrival_s), queue)
        legs.entry = np.zeros(len(legs.arrival_s), dtype=int)
        return legs

    def later(
        self, origin: int, customer: int, leg: int, queue: int, class_row: int | None = None
    ) -> tuple[float, float, float, float, float]:
        u = np.random.default_rng([self.seed, origin, customer, leg]).random(5)
        patience_s, handle_s = (
            self.duration(mean_s, x)
            for mean_s, x in zip((self.patience_s[queue], self.handle_s[queue]), u, strict=False)
        )
        return (patience_s, handle_s, float(u[2]), float(u[3]), float(u[4]))

    def duration(self, mean_s: float, u: float) -> float:
        """Uniform about the mean, in whole steps if there are steps, else on the grid of 2^-20 s."""
        step = self.step or 2.0**-20
        return float(np.rint(2 * mean_s * u / step) * step)


class RandomCentre(NamedTuple):
    network: Network
    staffing: Staffing
    draws: MadeUpDraws


def no_laws(queues: int) -> Laws:
    """Laws that nobody asks: the draws are made up."""
    return Laws(np.zeros(queues, int), np.zeros((queues, 3)), np.zeros(0), np.zeros(queues + 1, int))


def open_periods(rows: list[list[bool]], interval_s: float) -> Periods:
    """One row per place of whether each interval is open."""
    first, start_s, end_s = [0], [], []
    for row in rows:
        for i, is_open in enumerate(row):
            if is_open and (i == 0 or not row[i - 1]):
                start_s.append(i * interval_s)
            if is_open and (i == len(row) - 1 or not row[i + 1]):
                end_s.append((i + 1) * interval_s)
        first.append(len(start_s))
    return Periods(np.array(first), np.array(start_s, dtype=float), np.array(end_s, dtype=float))


@st.composite
def random_centres(draw, most_queues: int = 4, most_desks: int = 4, most_customers: int = 40) -> RandomCentre:
    queues, desks = draw(st.integers(1, most_queues)), draw(st.integers(1, most_desks))
    intervals, interval_s = draw(st.integers(1, 8)), draw(st.sampled_from((60.0, 300.0)))
    end_s = intervals * interval_s
    step = draw(st.sampled_from((0.0, 1.0, 15.0, 30.0, 60.0)))

    def per(count, strategy):
        return [draw(strategy) for _ in range(count)]

    def mostly(usual, others):
        return st.one_of(st.just(usual), st.just(usual), others)

    def opening():
        whole, runs = (
            [True] * intervals,
            st.integers(1, 2**intervals - 1).map(lambda n: [bool(n >> i & 1) for i in range(intervals)]),
        )
        until = st.integers(1, intervals).map(lambda n: [i < n for i in range(intervals)])
        return st.one_of(st.just(whole), until, runs)

    def grid(strategy):
        return np.array([per(queues, strategy) for _ in range(desks)])

    kind = per(queues, st.sampled_from((EXCLUSIVE, EXCLUSIVE, CHAT, CHAT, DEFERRED)))
    speeds = draw(st.sampled_from(CHAT_SPEEDS))
    slots = [len(speeds) if k == CHAT else 1 for k in kind]
    chat_speed = np.full((queues, max(slots)), np.nan)
    for q in range(queues):
        if kind[q] == CHAT:
            chat_speed[q] = speeds
    serves = grid(st.sampled_from((True, True, False)))
    route_first, routes = [0], []
    for cell in range(desks * queues):
        cum = 0.0
        if serves.flat[cell]:
            for destination in draw(st.lists(st.integers(0, queues - 1), max_size=2, unique=True)):
                cum += draw(st.sampled_from((0.15, 0.3, 0.5)))
                warm = kind[destination] != DEFERRED and draw(st.booleans())
                after_s = draw(st.sampled_from((np.nan, np.nan, 0.0, 15.0, 60.0, 7.25)))
                handover_s = draw(st.sampled_from((0.0, 15.0, 30.0, 60.0))) if warm else 0.0
                routes.append((destination, cum, warm, after_s, handover_s, draw(st.sampled_from((1.0, 0.5, 1.7)))))
        route_first.append(len(routes))
    columns = (
        [np.array(c) for c in zip(*routes, strict=True)]
        if routes
        else [np.zeros(0, t) for t in (int, float, bool, float, float, float)]
    )
    seed = draw(st.integers(0, 2**32 - 1))
    moments = int(end_s / (step or 2.0**-20))
    arrivals_s = []
    for q in range(queues):
        moment = np.random.default_rng([seed, q]).integers(0, moments, draw(st.integers(0, most_customers)))
        arrivals_s.append(sorted((moment * (step or 2.0**-20)).tolist()))
    rank = grid(st.integers(1, 3))
    network = Network(
        queue_names=tuple(f"queue {q}" for q in range(queues)),
        desk_names=tuple(f"desk {d}" for d in range(desks)),
        interval_s=interval_s,
        end_s=end_s,
        day_start_s=np.array([0.0, end_s]),
        max_legs=draw(st.sampled_from((1, 2, 3, 8))),
        kind=np.array(kind),
        volume=np.ones((intervals, queues)),
        queue_open=open_periods(per(queues, opening()), interval_s),
        drop_at_closing=np.array(per(queues, st.booleans())) & (np.array(kind) != DEFERRED),
        waiting_room=np.array([draw(mostly(-1, st.integers(0, 3))) if k != DEFERRED else -1 for k in kind]),
        patience=no_laws(queues),
        handle_time=no_laws(queues),
        wrap_share=np.array(per(queues, st.sampled_from((0.0, 0.0, 0.25, 0.5, 1.0)))),
        chat_speed=chat_speed,
        chat_slots=np.array(slots),
        equal_rank=np.array(per(queues, st.sampled_from((FILE, LONGEST_IDLE, RANDOM)))),
        desk_open=open_periods(per(desks, opening()), interval_s),
        serves=serves,
        rank=rank,
        priority=rank.copy() if draw(st.booleans()) else grid(st.integers(1, 3)),
        after_s=grid(st.sampled_from((0.0, 0.0, 15.0, 30.0, 60.0, 33.125))) * serves,
        speed=grid(mostly(1.0, st.sampled_from((0.5, 1.1, 2.0)))),
        resolved=grid(st.sampled_from((1.0, 0.8, 0.0))),
        route_first=np.array(route_first),
        **dict(
            zip(
                ("route_queue", "route_cum", "route_warm", "route_after_s", "route_handover_s", "route_factor"),
                columns,
                strict=True,
            )
        ),
    )
    advisers = np.array(
        [per(desks, st.integers(0, 4)) if i == 0 or draw(st.booleans()) else None for i in range(intervals)],
        dtype=object,
    )
    for i in range(intervals):
        advisers[i] = advisers[i - 1] if advisers[i] is None else advisers[i]
    patience_s = [np.inf if k == DEFERRED else draw(st.sampled_from((np.inf, 20.0, 60.0, 300.0))) for k in kind]
    handle_s = per(queues, st.sampled_from((0.0, 15.0, 30.0, 60.0, 200.0)))
    draws = MadeUpDraws(seed, arrivals_s, patience_s, handle_s, step)
    labels = tuple(f"interval {i}" for i in range(intervals))
    staffing = Staffing(np.array(list(advisers), dtype=np.int64), network.desk_names, labels, interval_s)
    return RandomCentre(network, staffing, draws)
