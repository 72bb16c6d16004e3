"""The grid of time: every time and duration is a whole number of steps, so that sums and differences are exact."""

from math import ceil

import numpy as np
import numpy.typing as npt

STEPS_PER_S = 2.0**20


def to_grid(x_s: float) -> float:
    """Round to the nearest step (halves to even)."""
    return round(x_s * STEPS_PER_S) / STEPS_PER_S


def ceil_to_grid(x_s: float) -> float:
    """Round up to the next step."""
    return ceil(x_s * STEPS_PER_S) / STEPS_PER_S


def array_to_grid(x_s: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    """Round each to the nearest step (halves to even)."""
    return np.rint(x_s * STEPS_PER_S) / STEPS_PER_S
