"""Proof: one-sided bounds on fresh replications, for all cells at once."""

from dataclasses import dataclass

import numpy as np
from scipy.special import stdtrit

from simcenter.planning.assurance import least_share
from simcenter.planning.centre import BoolArray, FloatArray
from simcenter.planning.sample import Sample


@dataclass(frozen=True)
class Proof:
    """What one fresh round says about C cells.

    ``alpha``: the error probability that the round may spend, shared evenly by the cells (Bonferroni); ``bound`` (C,):
    the mean margin, or with an assurance the share of days kept, is at least this with confidence 1 - alpha / C each,
    all together with 1 - alpha; ``held`` (C,).
    """

    alpha: float
    bound: FloatArray
    held: BoolArray

    @property
    def complete(self) -> bool:
        """Whether every cell is held."""
        return bool(self.held.all())


def share_of_alpha(confidence: float, round_number: int) -> float:
    """What fresh round 1, 2, ... may spend of 1 - confidence: a half, a quarter, ... so that all together never exceed
    it, however many rounds there are."""
    return (1 - confidence) * 0.5**round_number


def quantile(alpha: float, cells: int, replications: int) -> float:
    """The Student t quantile of one of ``cells`` bounds that share ``alpha``."""
    return float(stdtrit(replications - 1, 1 - alpha / max(cells, 1)))


def prove(sample: Sample, alpha: float) -> Proof:
    """Bound every cell's mean margin from below; a cell is held if its bound is not negative.

    The means are over independent replications; Student's bound, and a lower one where margins are skewed downwards, as
    those of waits and of rare events are. A cell whose margin is 0 in every replication is held: nothing happened in it
    that its target is about. With an assurance the bound is on the share of days kept, exact whatever the law of the
    margins, and held if it is the share asked.
    """
    replications, cells = sample.margin.shape
    if replications < 2:
        return Proof(alpha, np.full(cells, -np.inf), np.zeros(cells, dtype=np.bool_))
    if sample.assured is not None:
        bound = least_share(sample.kept, replications, alpha / max(cells, 1))
        return Proof(alpha, bound, bound >= sample.assured.share)
    bound = sample.mean - reach(sample, quantile(alpha, cells, replications)) * sample.deviation
    return Proof(alpha, bound, bound >= 0)


def reach(sample: Sample, quantile: float) -> FloatArray:
    """(C,) standard deviations of one replication from the mean margin down to its bound, by Student's quantile.

    Where margins are skewed downwards their mean is more often far too high than Student's law allows for: there by
    Hall's transformation, whose first-order error of the skew is gone.

    References
    ----------
    Hall (1992): On the removal of skewness by transformation. Journal of the Royal Statistical Society B 54.
    """
    replications = len(sample.margin)
    student = quantile / np.sqrt(replications)
    third = ((sample.margin - sample.mean) ** 3).mean(axis=0)
    skew = np.divide(third, sample.deviation**3, out=np.zeros(len(third)), where=sample.deviation > 0)
    skewed = np.where(skew < -EVEN, skew, -1.0)
    transformed = 3 * (np.cbrt(1 + skewed * (student - skewed / (6 * replications))) - 1) / skewed
    # upwards, or hardly at all: as it is
    return np.asarray(np.where(skew < -EVEN, np.maximum(transformed, student), student))


EVEN = 1e-6
"""Skewness that is none."""
LUCK = 0.2
"""Chance that a fresh round does not hold a staffing which keeps its safety just so in every cell."""


def safety(alpha: float, cells: int, seen: int, fresh: int) -> float:
    """How many standard deviations (of one replication) a mean margin on the ``seen`` replications that judged a
    staffing should lie above 0 for a fresh round of ``fresh`` replications to hold it: the bound's width, and what
    chance may take from the difference of the two means, with probability ``LUCK`` in any cell at all."""
    noise = np.sqrt(1 / fresh + 1 / seen)
    return float(quantile(alpha, cells, fresh) / np.sqrt(fresh) + quantile(LUCK, cells, fresh) * noise)
