"""Rehearsal: a staffing played on many more days than a search looks at, before the search believes in it."""

import numpy as np

from simcenter.planning.centre import FloatArray
from simcenter.planning.sample import Sample
from simcenter.planning.search import Search


class Rehearsal:
    """Judges a staffing on many days that the search does not look at, and tells the search how lucky its own are.

    A search looks at hundreds of staffings on few days, and what it ends with suits those days best. So what it would
    take is played on many others first, and must keep every cell there too. And as the difference between staffings
    that are alike is known well from few days, with the same customers on both sides, how much better each cell looks
    on the search's days (its *lead*) is asked of every staffing near the one taken: a control variate.

    Parameters
    ----------
    search : Search
    replications : range
        Other ones than the search's.
    per_deviation : float
        What ``search.need`` is asked with.
    """

    def __init__(self, search: Search, replications: range, per_deviation: float) -> None:
        self._search = search
        self.replications = replications
        self._per_deviation = per_deviation

    def lack(self, sample: Sample) -> FloatArray:
        """(C,) how much each cell lacks on these days, negative where it has to spare; nothing where it is given up."""
        known = self._search.evaluate(sample.advisers, self.replications)
        return np.asarray(np.where(self._search.given_up, -np.inf, -self._slack(known)))

    def follow(self, sample: Sample) -> None:
        """Ask of the search's days, from now on, what they show too well of this staffing."""
        known = self._search.evaluate(sample.advisers, self.replications)
        self._search.lead = self._slack(sample) - self._slack(known)

    def _slack(self, sample: Sample) -> FloatArray:
        """(C,) how far each cell is above what it needs, were there no lead."""
        return np.asarray(sample.standing - self._per_deviation * sample.deviation)
