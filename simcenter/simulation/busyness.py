"""Random demand: how much more or less than expected a replication's days and intervals bring to a queue."""

import numpy as np
from scipy.special import gammaincinv, ndtr, ndtri

from simcenter._draws import uniforms
from simcenter.simulation.network import FloatArray, Network
from simcenter.simulation.purposes import Purpose, day_key, queue_key

LARGEST_U = 1 - 2.0**-53


def volume_of_replication(network: Network, seed: int, replication: int, queue: int) -> FloatArray:
    """What is expected of a queue in each interval, once it is known how busy the replication's days are.

    Parameters
    ----------
    network : Network
    seed, replication : int
        0 to 2^64 - 1.
    queue : int
        Its index.

    Returns
    -------
    array (T,)
        The volume times the factor of its day times the factor of its interval.
    """
    volume = np.ascontiguousarray(network.volume[:, queue])
    key = queue_key(network.queue_names[queue])
    if network.busyness_cv[queue] > 0:
        day_of = np.searchsorted(network.day_start_s, np.arange(len(volume)) * network.interval_s, side="right") - 1
        volume = volume * _busyness(network, seed, replication, queue)[day_of]
    if network.interval_cv[queue] > 0:
        count = np.arange(len(volume), dtype=np.uint64)
        u = uniforms(seed, replication, key, Purpose.BURST, count, 0)
        volume = volume * gamma_factor(u, float(network.interval_cv[queue]))
    return volume


def _busyness(network: Network, seed: int, replication: int, queue: int) -> FloatArray:
    """The factor of each day: gamma, by a Gaussian copula of what the day has in store for all and for this queue."""
    days = np.arange(len(network.day_start_s) - 1, dtype=np.uint64)
    key = queue_key(network.queue_names[queue])
    shared = network.busyness_shared
    own = ndtri(uniforms(seed, replication, key, Purpose.BUSYNESS, days, 0))
    of_all = ndtri(uniforms(seed, replication, day_key(), Purpose.SHARED, days, 0))
    u = ndtr(np.sqrt(shared) * of_all + np.sqrt(1 - shared) * own)
    return gamma_factor(u, float(network.busyness_cv[queue]))


def gamma_factor(u: FloatArray, cv: float) -> FloatArray:
    """The u-quantile of the gamma law of mean 1 and this coefficient of variation (0: always 1)."""
    variance = cv * cv
    if not variance > 0:
        return np.ones_like(u)
    # The normal distribution rounds to 1 beyond 8.3 standard deviations: no day is infinitely busy.
    return np.asarray(variance * gammaincinv(1 / variance, np.minimum(u, LARGEST_U)))
