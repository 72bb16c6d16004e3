"""At once: how many of an interval's contacts so many advisers can begin in time, at most, however they do it."""

from itertools import pairwise

import numpy as np
from scipy.special import pdtrc

from simcenter.planning.centre import FloatArray

SPARE = 4.0
"""So many root loads above the load, and advisers, everybody is as good as begun at once."""
SURE = 10.0
"""Standard deviations of a number of events beyond which there are none."""


def most_begun(rate: float, least_mean_s: float, wait_s: FloatArray, interval_s: float) -> FloatArray:
    """Contacts of one interval that 0, 1, ... advisers begin before they have waited too long, on average: at most.

    Who comes at time a and may wait w is begun by a + w or never; so from a + w to the end of his service an adviser is
    his. These spans, of ``h - w`` each, never overlap on one adviser: so many are no more than a *loss system* takes
    whose services are that much shorter, even if it begins with all advisers idle. Of service times that nobody knows
    before, none takes more than the one that takes whoever finds an adviser idle: to take one in place of another who
    comes later frees the adviser earlier. If service times are no shorter, in distribution, than exponential ones of
    mean m, then ``h - w`` is none with probability 1 - exp(-w / m) and else exponential again, and a + w is a Poisson
    process like a: a Markov chain of the number taken. Who may wait until the interval is over is counted in full.

    Parameters
    ----------
    rate : float
        Contacts per second, as a Poisson process.
    least_mean_s : float
        The m above.
    wait_s : (n,) float array
        Equally likely times that they may wait, no shorter than what they stand for.
    interval_s : float

    Returns
    -------
    (n,) float array
        For 0, 1, ... n - 1 advisers; more advisers do not help by as much as anybody could notice.
    """
    some = np.exp(-wait_s / least_mean_s)
    late = float((np.minimum(wait_s, interval_s) * some).mean())
    lasting = rate * float(some.mean())
    load = lasting * least_mean_s
    most = int(np.ceil(load + SPARE * np.sqrt(load) + SPARE))
    advisers = busy = np.arange(most + 1)
    # one chain a row, side by side; uniformised (Jensen 1953)
    clock = lasting + most / least_mean_s
    up = np.where(busy[None, :] < advisers[:, None], lasting / clock, 0.0)
    down = np.broadcast_to(busy / (least_mean_s * clock), up.shape)
    share = np.zeros(up.shape)
    share[:, 0] = 1.0
    events = clock * interval_s
    last = int(np.ceil(events + SURE * np.sqrt(events) + SURE))
    taken = np.zeros(most + 1)
    for more in pdtrc(np.arange(last), events):
        moved, left = share * up, share * down
        taken += more * moved.sum(axis=1)
        share = share - moved - left
        share[:, 1:] += moved[:, :-1]
        share[:, :-1] += left[:, 1:]
    return np.asarray(np.minimum(taken + (rate - lasting) * interval_s + rate * late, rate * interval_s))


def lines_above(values: FloatArray) -> list[tuple[float, float]]:
    """(at 0, slope) of the lines that bound the values at 0, 1, ... from above, and all between them."""
    corners = [0]
    for n in range(1, len(values)):
        while len(corners) > 1:
            a, b = corners[-2:]
            if (values[b] - values[a]) * (n - b) > (values[n] - values[b]) * (b - a):
                break
            corners.pop()
        corners.append(n)
    slopes = [(values[b] - values[a]) / (b - a) for a, b in pairwise(corners)]
    return [(float(values[a] - slope * a), float(slope)) for a, slope in zip(corners, slopes, strict=False)]
