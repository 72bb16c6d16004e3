"""Confidence intervals: Student quantiles and the names of the methods, stated with every result."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

FloatArray = npt.NDArray[np.float64]

METHODS = {
    "mean": "Student t over replications",
    "ratio": "ratio of sums over replications, delta method, Student t",
    "percentile": "pooled over replications, sectioning with one replication a section, Student t",
    "maximum": "none",
}
"""How the interval of each kind of measure is made (Asmussen and Glynn 2007, chapter III)."""


@dataclass(frozen=True)
class Estimate:
    """Values with confidence intervals, arrays of one shape; NaN where something cannot be estimated."""

    value: FloatArray
    low: FloatArray
    high: FloatArray


def student(confidence: float, replications: int, sides: int = 2) -> float:
    """The Student t quantile for an interval (two sides) or a bound (one side) from so many replications."""
    if replications < 2:
        return float("nan")
    from scipy.special import stdtrit  # slow to load, and workers never need it

    return float(stdtrit(replications - 1, 1 - (1 - confidence) / sides))


def around(
    value: FloatArray,
    error: FloatArray,
    replications: int,
    confidence: float,
    highest: float = np.inf,
    lowest: float = 0.0,
) -> Estimate:
    """Two-sided interval around values with standard errors, cut to what is possible: ``lowest`` to ``highest``."""
    half = student(confidence, replications) * error
    return Estimate(value, np.maximum(value - half, lowest), np.minimum(value + half, highest))
