"""Markov chains of small centres, solved without any queueing formula: all states, all rates, linear algebra.

A chain is grown from its first state by asking for the moves out of each state found. Rates are per second. It gives
the long run, and exactly what is expected of a day that begins empty, so that a simulation needs no warm-up.
"""

from collections.abc import Callable, Hashable, Iterable
from functools import cached_property

import numpy as np
from scipy import sparse
from scipy.sparse import linalg
from scipy.stats import poisson

State = Hashable
Moves = Callable[[State], Iterable[tuple[State, float]]]


class Chain:
    """A continuous-time Markov chain on all the states that can be reached from ``first`` (and ``others``)."""

    def __init__(self, first: State, moves: Moves, others: Iterable[State] = ()) -> None:
        self.states = [first, *(state for state in others if state != first)]
        index = {state: i for i, state in enumerate(self.states)}
        rows, columns, rates = [], [], []
        for row, state in enumerate(self.states):  # grows while it is read
            for successor, rate in moves(state):
                if rate > 0:
                    if successor not in index:
                        index[successor] = len(self.states)
                        self.states.append(successor)
                    rows.append(row)
                    columns.append(index[successor])
                    rates.append(rate)
        size = len(self.states)
        flow = sparse.csr_array((rates, (rows, columns)), shape=(size, size))
        self.generator = (flow - sparse.diags_array(flow.sum(axis=1))).tocsr()

    def values(self, of_state: Callable[[State], float]) -> np.ndarray:
        return np.array([float(of_state(s)) for s in self.states])

    @cached_property
    def chances_in_the_long_run(self) -> np.ndarray:
        balance = self.generator.T.tolil()
        balance[0, :] = 1.0
        rhs = np.zeros(len(self.states))
        rhs[0] = 1.0
        return linalg.spsolve(balance.tocsc(), rhs)

    def long_run(self, of_state: Callable[[State], float]) -> float:
        """Long-run mean of a value of the state."""
        return float(self.chances_in_the_long_run @ self.values(of_state))

    def follow(self, until_s: float, start: np.ndarray | None = None) -> tuple[np.ndarray, np.ndarray]:
        """Expected seconds in each state in [0, until_s], and the chances of each at the end, by uniformization.

        ``start``: chances at the beginning; left out: in the first state.
        """
        rate = -self.generator.diagonal().min() * 1.02
        jump = (sparse.eye_array(len(self.states)) + self.generator / rate).T.tocsr()
        p = np.eye(len(self.states))[0] if start is None else start
        spent, end = np.zeros_like(p), np.zeros_like(p)
        steps = int(poisson.isf(1e-13, rate * until_s)) + 10
        now = poisson.pmf(np.arange(steps), rate * until_s)
        still_to_come = poisson.sf(np.arange(steps), rate * until_s)
        for k in range(steps):
            spent += p * still_to_come[k] / rate
            end += p * now[k]
            before, p = p, jump @ p
            if np.abs(p - before).sum() < 1e-14:  # the long run is reached: p stays
                return spent + p * still_to_come[k + 1 :].sum() / rate, end + p * still_to_come[k]
        return spent, end

    def day(self, until_s: float) -> Callable[[Callable[[State], float]], float]:
        """What is expected of a day from the first state: the integral over [0, until_s] of any value of the state."""
        spent, _ = self.follow(until_s)
        return lambda of_state: float(spent @ self.values(of_state))


def one_desk(
    arrival: float, service: float, advisers: int, patience: float = 0.0, room: int | None = None, most: int = 200
) -> Chain:
    """States: contacts present. ``patience`` is the rate at which a waiting contact gives up."""
    limit = advisers + (most if room is None else room)

    def moves(k):
        if k < limit:
            yield k + 1, arrival
        if k:
            yield k - 1, min(k, advisers) * service + max(k - advisers, 0) * patience

    return Chain(0, moves)


def changing_desk(
    arrivals: Iterable[float],
    service: float,
    advisers: Iterable[int],
    patience: float,
    interval_s: float,
    most: int = 60,
) -> list[Callable[[Callable[[State], float]], float]]:
    """One desk whose rate of arrivals and number of advisers change at the start of each interval.

    States: (in service, waiting). Too many in service: those who finish leave, and take nobody until all who must have
    left. Gives what is expected of each interval: the integral over it of any value of the state.
    """
    days: list[Callable[[Callable[[State], float]], float]] = []
    chances: dict[State, float] = {(0, 0): 1.0}
    for rate, number in zip(arrivals, advisers, strict=True):

        def moves(state, rate=rate, number=number):
            serving, waiting = state
            if serving < number:
                yield (serving + 1, 0), rate
            elif waiting < most:
                yield (serving, waiting + 1), rate
            if serving and waiting and serving <= number:
                yield (serving, waiting - 1), serving * service
            elif serving:
                yield (serving - 1, waiting), serving * service
            if waiting:
                yield (serving, waiting - 1), waiting * patience

        begin: dict[State, float] = {}
        for (serving, waiting), chance in chances.items():  # more advisers take who waits at once
            taken = max(0, min(waiting, number - serving))
            state = (serving + taken, waiting - taken)
            begin[state] = begin.get(state, 0.0) + chance
        chain = Chain((0, 0), moves, begin)
        spent, end = chain.follow(interval_s, np.array([begin.get(s, 0.0) for s in chain.states]))
        days.append(lambda of_state, chain=chain, spent=spent: float(spent @ chain.values(of_state)))
        chances = dict(zip(chain.states, end, strict=True))
    return days


def answered_within(service: float, advisers: int, patience: float, within_s: float, most: int) -> list[float]:
    """Chance of an answer in time for who finds all advisers busy and 0, 1, ... below ``most`` waiting, in order."""

    def moves(ahead):
        if isinstance(ahead, int):
            yield (ahead - 1 if ahead else "answered"), advisers * service
            if ahead:
                yield ahead - 1, ahead * patience
            yield "gone", patience

    chain = Chain(most - 1, moves)
    answered = linalg.expm_multiply(chain.generator.tocsc() * within_s, chain.values(lambda s: s == "answered"))
    of_state = dict(zip(chain.states, answered.tolist(), strict=True))
    return [of_state[ahead] for ahead in range(most)]


def shared_desk(
    arrivals: tuple[float, float],
    services: tuple[float, float],
    patiences: tuple[float, float],
    advisers: int,
    most: int = 40,
) -> Chain:
    """Two queues, one desk, the first queue always first. States: (in service of 1, of 2, waiting in 1, in 2)."""

    def moves(state):
        b1, b2, w1, w2 = state
        if b1 + b2 < advisers:
            yield (b1 + 1, b2, w1, w2), arrivals[0]
            yield (b1, b2 + 1, w1, w2), arrivals[1]
        else:
            if w1 < most:
                yield (b1, b2, w1 + 1, w2), arrivals[0]
            if w2 < most:
                yield (b1, b2, w1, w2 + 1), arrivals[1]
        for in_service, rate, (c1, c2) in ((b1, services[0], (b1 - 1, b2)), (b2, services[1], (b1, b2 - 1))):
            if in_service:
                if w1:
                    yield (c1 + 1, c2, w1 - 1, w2), in_service * rate
                elif w2:
                    yield (c1, c2 + 1, w1, w2 - 1), in_service * rate
                else:
                    yield (c1, c2, w1, w2), in_service * rate
        if w1:
            yield (b1, b2, w1 - 1, w2), w1 * patiences[0]
        if w2:
            yield (b1, b2, w1, w2 - 1), w2 * patiences[1]

    return Chain((0, 0, 0, 0), moves)


def overflow_desk(
    arrivals: tuple[float, float],
    services: tuple[float, float],
    patiences: tuple[float, float],
    advisers: tuple[int, int],
    most: int = 25,
) -> Chain:
    """Desk 1 takes queue 1; desk 2 takes queue 2 before queue 1, for which it is second choice.

    States: (desk 1 busy, desk 2 busy with 1, with 2, waiting in 1, in 2).
    """

    def moves(state):
        a, c1, c2, w1, w2 = state
        if a < advisers[0]:
            yield (a + 1, c1, c2, w1, w2), arrivals[0]
        elif c1 + c2 < advisers[1]:
            yield (a, c1 + 1, c2, w1, w2), arrivals[0]
        elif w1 < most:
            yield (a, c1, c2, w1 + 1, w2), arrivals[0]
        if c1 + c2 < advisers[1]:
            yield (a, c1, c2 + 1, w1, w2), arrivals[1]
        elif w2 < most:
            yield (a, c1, c2, w1, w2 + 1), arrivals[1]
        if a:
            yield ((a, c1, c2, w1 - 1, w2) if w1 else (a - 1, c1, c2, w1, w2)), a * services[0]
        for busy, rate, (d1, d2) in ((c1, services[0], (c1 - 1, c2)), (c2, services[1], (c1, c2 - 1))):
            if busy:
                if w2:
                    yield (a, d1, d2 + 1, w1, w2 - 1), busy * rate
                elif w1:
                    yield (a, d1 + 1, d2, w1 - 1, w2), busy * rate
                else:
                    yield (a, d1, d2, w1, w2), busy * rate
        if w1:
            yield (a, c1, c2, w1 - 1, w2), w1 * patiences[0]
        if w2:
            yield (a, c1, c2, w1, w2 - 1), w2 * patiences[1]

    return Chain((0, 0, 0, 0, 0), moves)


def front_and_experts(
    arrival: float,
    services: tuple[float, float],
    patiences: tuple[float, float],
    advisers: tuple[int, int],
    share: float,
    warm: bool = False,
    most: int = 60,
) -> Chain:
    """A front desk hands a share on to experts. States: (contacts at the front, at the experts).

    Warm, without hand-over time: each contact waiting for an expert keeps a front adviser.
    """

    def held(experts):
        return max(experts - advisers[1], 0) if warm else 0

    def moves(state):
        front, experts = state
        talking = min(front, advisers[0] - held(experts))
        if front < most:
            yield (front + 1, experts), arrival
        if talking:
            yield (front - 1, min(experts + 1, most)), talking * services[0] * share
            yield (front - 1, experts), talking * services[0] * (1 - share)
        if front:
            yield (front - 1, experts), (front - talking) * patiences[0]
        if experts:
            yield (front, experts - 1), min(experts, advisers[1]) * services[1]
            yield (front, experts - 1), max(experts - advisers[1], 0) * patiences[1]

    return Chain((0, 0), moves)


def chat_desk(
    arrival: float, service: float, speeds: tuple[float, ...], advisers: int, patience: float, most: int = 60
) -> Chain:
    """Chats go to the least loaded adviser. States: (how many advisers hold 0, 1, ... chats, then chats waiting)."""
    slots = len(speeds)

    def shifted(counts, source, target):
        counts = list(counts)
        counts[source] -= 1
        counts[target] += 1
        return tuple(counts)

    def moves(state):
        *counts, waiting = state
        if counts[slots] < advisers:
            least = min(n for n in range(slots) if counts[n])
            yield (*shifted(counts, least, least + 1), 0), arrival
        elif waiting < most:
            yield (*counts, waiting + 1), arrival
        for n in range(1, slots + 1):
            if counts[n]:
                rate = counts[n] * n * speeds[n - 1] * service
                yield ((*counts, waiting - 1) if waiting else (*shifted(counts, n, n - 1), 0)), rate
        if waiting:
            yield (*counts, waiting - 1), waiting * patience

    return Chain((advisers, *[0] * slots, 0), moves)
