"""The grid of time: every time and duration is a whole number of steps, so that sums and differences are exact."""

from math import ceil

STEPS_PER_S = 2.0**20


def to_grid(x_s: float) -> float:
    """Round to the nearest step (halves to even)."""
    return round(x_s * STEPS_PER_S) / STEPS_PER_S


def ceil_to_grid(x_s: float) -> float:
    """Round up to the next step."""
    return ceil(x_s * STEPS_PER_S) / STEPS_PER_S
