"""Random systems that reach the corners of the domain: the same ones at every run."""

import math
from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True)
class Point:
    load: float
    advisers: float
    r: float
    """AHT over mean patience; 0: nobody leaves."""
    within: float
    """In AHTs."""


def points(seed: int, count: int) -> list[Point]:
    """Loads 1e-6..1e6; advisers near the load, far below and far above it, whole and real; patience 1e-3..1e6 AHT."""
    rng = np.random.default_rng(seed)
    return [_point(rng) for _ in range(count)]


def _point(rng: np.random.Generator) -> Point:
    a = 10 ** rng.uniform(-6, 6)
    n = (
        lambda: 10 ** rng.uniform(-6, 6),
        lambda: a + rng.uniform(-6, 6) * math.sqrt(a),
        lambda: a * rng.uniform(0.3, 2.2),
        lambda: math.ceil(a + rng.uniform(-3, 8) * math.sqrt(a)),
        lambda: a * (1 + 10 ** rng.uniform(-8, 0) * rng.choice([-1, 1])),
        lambda: a + rng.uniform(0, 35) * math.sqrt(a),
        lambda: a,
    )[rng.integers(7)]()
    n = float(min(max(n, 1e-7), 1e6))
    r = 0.0 if rng.random() < 0.25 and n > a else 10 ** rng.uniform(-6, 3)
    within = (0.0, 10 ** rng.uniform(-6, 1), rng.uniform(0, 0.3), 10.0)[rng.integers(4)]
    return Point(a, n, float(r), float(within))
