"""Queues from their integrals, with 40 digits or more, by mpmath. Imports nothing of simcenter; times in AHTs."""

from collections.abc import Callable
from dataclasses import dataclass

import mpmath as mp
from mpmath import mpf

DIGITS = 45
FAR = 105
"""Where the integrand is below e^-105 (1e-45) of its peak, it no longer counts."""


ZERO = mpf(0)
SMALL = mpf(10) ** -4
"""Below this no factor varies: 1/(1+t), e^-rx with r <= 1000."""


def _edge(g: Callable[[mpf], mpf], peak: mpf, level: mpf, step: mpf, least: mpf) -> mpf:
    """A point from the peak in the direction of step, where the concave g has fallen to about level."""
    x = peak
    while x + step > least and g(x + step) > level:
        x += step
        step *= 2
    for _ in range(8):
        step /= 2
        if x + step > least and g(x + step) > level:
            x += step
    return max(x + 2 * step, least)


def integrate(
    g: Callable[[mpf], mpf], peak: mpf, width: mpf, factor: Callable[[mpf], mpf], lo: mpf = ZERO, hi: mpf = mp.inf
) -> mpf:
    """The integral of factor(x) e^g(x) from lo to hi; g is concave with its top at peak and of about that width."""
    top = min(max(peak, lo), hi)
    level = g(top) - FAR
    right = hi if hi == lo else min(hi, _edge(g, top, level, width, lo))
    left = lo if top == lo else max(lo, _edge(g, top, level, -width, lo))
    pieces = {left, right, top, *(left + (right - left) * k / 10 for k in range(1, 10))}
    if left == lo:  # factors with a scale of their own near 0
        point = left + (right - left) / 40
        while point - left > SMALL and len(pieces) < 60:
            pieces.add(point)
            point = left + (point - left) / 4
    if top > left and right - top > 100:  # a slow tail, and a factor that varies fast beside the top
        pieces |= {top + sign * mpf(4) ** k for k in range(-3, 9) for sign in (-1, 1)}
        pieces = {point for point in pieces if left <= point <= right}
    if len(pieces) == 1:
        return mpf(0)
    return mp.quad(lambda x: factor(x) * mp.exp(g(x)), sorted(pieces), method="gauss-legendre", maxdegree=7)


@dataclass(frozen=True)
class Reference:
    """M/M/n+M with n > 0, by the density of the offered wait, n E(x), E = exp((a/r)(1 - e^-rx) - nx), free weight U."""

    load: float
    advisers: float
    r: float = 0.0

    def _g(self) -> tuple[Callable[[mpf], mpf], mpf, mpf]:
        a, n, r = mpf(self.load), mpf(self.advisers), mpf(self.r)
        if r == 0:
            return (lambda x: (a - n) * x), mpf(0), 1 / (n - a)
        peak = mp.log(a / n) / r if a > n else mpf(0)
        width = min(1 / mp.sqrt(n * r), 1 / n) if a >= n or n - a < mp.sqrt(n * r) else 1 / (n - a) / 2
        return (lambda x: -a / r * mp.expm1(-r * x) - n * x), peak, width

    def free(self) -> mpf:
        a, n = mpf(self.load), mpf(self.advisers)
        peak = max(n / a - 1, mpf(0))
        width = max(mp.sqrt(n), 1) / a / 4
        return n * integrate(lambda t: -a * t + n * mp.log1p(t), peak, width, lambda t: 1 / (1 + t))

    def waits(self, factor: Callable[[mpf], mpf], lo: mpf = ZERO, hi: mpf = mp.inf) -> mpf:
        g, peak, width = self._g()
        return mpf(self.advisers) * integrate(g, peak, width, factor, mpf(lo), mpf(hi))

    def values(self, limit: float) -> dict[str, mpf]:
        with mp.workdps(DIGITS + int(mp.log10(1 + self.load * (1 + (1 / self.r if self.r else 0))))):
            a, n, r, t = mpf(self.load), mpf(self.advisers), mpf(self.r), mpf(limit)
            u = self.free()
            w = self.waits(lambda x: mpf(1))
            z = u + w
            served = u + self.waits(lambda x: mp.exp(-r * x))
            in_time = u + self.waits(lambda x: mp.exp(-r * x), hi=t)
            late = self.waits(lambda x: mpf(1), lo=t)
            gone = self.waits(lambda x: -mp.expm1(-r * x))
            wait = self.waits(lambda x: x * mp.exp(-r * x))
            mean = gone / r / z if r else wait / z
            return {
                "loss": 1 / (1 + u),
                "wait_probability": w / z,
                "service_level": in_time / z,
                "abandonment": gone / z,
                "mean_wait": mean,
                "asa": wait / served,
                "occupancy": a * served / z / n,
                "queue_length": a * mean,
                "sl_answered": in_time / served,
                "sl_abandons_met": 1 - mp.exp(-r * t) * late / z,
            }
