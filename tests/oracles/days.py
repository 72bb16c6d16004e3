"""What differs from day to day: days that are mixtures of days, and days that begin or are booked in a certain way."""

from collections.abc import Callable, Iterator
from math import comb

import numpy as np
from numpy.polynomial.hermite_e import hermegauss
from oracles.chains import Chain, State
from scipy.special import ndtr, roots_genlaguerre
from scipy.stats import gamma

Expect = Callable[[Callable[[State], float]], float]


def present(scheduled: int, absence: float) -> Iterator[tuple[int, float]]:
    """How many of the scheduled are there, and how likely that is."""
    for there in range(scheduled + 1):
        yield there, comb(scheduled, there) * (1 - absence) ** there * absence ** (scheduled - there)


def busyness(cv: float, points: int = 30) -> Iterator[tuple[float, float]]:
    """A gamma factor with mean 1, as Gauss-Laguerre points and their weights."""
    shape = cv**-2
    at, weights = roots_genlaguerre(points, shape - 1)
    yield from zip(at / shape, weights / weights.sum(), strict=True)


def shared_busyness(cv: float, shared: float, points: int = 80) -> float:
    """Covariance of two gamma factors of mean 1 that are quantiles of normals with that correlation.

    Given what they share they are independent and alike: it is the variance of the mean of one given that.
    """
    z, weights = hermegauss(points)
    weights = weights / weights.sum()
    both = np.clip(np.sqrt(shared) * z[:, None] + np.sqrt(1 - shared) * z, -8, 8)  # where ndtr is not yet 1
    given = gamma.ppf(ndtr(both), cv**-2, scale=cv**2) @ weights
    return float(weights @ given**2 - (weights @ given) ** 2)


def booked(
    walk_in: float,
    service: float,
    patience: float,
    advisers: int,
    slots_s: list[float],
    shows_up: float,
    until_s: float,
    most: int = 30,
) -> Expect:
    """Appointments, punctual and helped first, beside walk-ins; both lose patience.

    States: (busy, waiting with an appointment, walk-ins waiting).
    """

    def moves(state):
        busy, booked_, walked = state
        if busy < advisers:
            yield (busy + 1, booked_, walked), walk_in
        elif walked < most:
            yield (busy, booked_, walked + 1), walk_in
        if busy:
            if booked_:
                yield (busy, booked_ - 1, walked), busy * service
            elif walked:
                yield (busy, booked_, walked - 1), busy * service
            else:
                yield (busy - 1, booked_, walked), busy * service
        if booked_:
            yield (busy, booked_ - 1, walked), booked_ * patience
        if walked:
            yield (busy, booked_, walked - 1), walked * patience

    everywhere = [(b, 0, 0) for b in range(advisers)]
    everywhere += [(advisers, i, j) for i in range(len(slots_s) + 1) for j in range(most + 1)]
    chain = Chain((0, 0, 0), moves, everywhere)
    index = {state: i for i, state in enumerate(chain.states)}
    chances = np.eye(len(chain.states))[0]
    total, now = np.zeros(len(chain.states)), 0.0
    for slot_s in [*slots_s, until_s]:
        if slot_s > now:
            spent, chances = chain.follow(slot_s - now, chances)
            total, now = total + spent, slot_s
        if slot_s < until_s:
            after = (1 - shows_up) * chances
            for (busy, booked_, walked), i in index.items():
                came = (busy + 1, booked_, walked) if busy < advisers else (busy, booked_ + 1, walked)
                if chances[i] > 0:
                    after[index[came]] += shows_up * chances[i]
            chances = after
    return lambda of_state: float(total @ chain.values(of_state))


def called_back_wait(rate: float, mean_s: float, ring_s: float, unreached: float) -> tuple[float, float]:
    """Share that waits, and mean wait of all, of one adviser who finds a share of those who waited not at home.

    M/G/1 whose first customer of a busy period is different (P. D. Welch, 1964): work S is exponential for who finds
    nobody, and for the others exponential or, with chance ``unreached``, just the ring. By the balance of the work V
    and of its square: P(V > 0) = rate E[S], and E[V] = rate (P(V = 0) E[S0^2] + P(V > 0) E[S^2]) / 2 (1 - rate E[S]).
    """
    mean = (1 - unreached) * mean_s + unreached * ring_s
    square = (1 - unreached) * 2 * mean_s**2 + unreached * ring_s**2
    idle = (1 - rate * mean) / (1 - rate * mean + rate * mean_s)
    wait = rate * (idle * 2 * mean_s**2 + (1 - idle) * square) / (2 * (1 - rate * mean))
    return 1 - idle, wait


def own_adviser_answers(chain: Chain, advisers: int) -> float:
    """Chance that the adviser of one's own answers who does not wait for him: he is free, or is the next to be.

    All advisers are alike, so he is one of the n - k free with that chance, and the next of n busy ones in 1 of n.
    """
    return chain.long_run(lambda k: (advisers - k) / advisers if k < advisers else 1 / advisers)
