"""Who comes for the first time, by interval: volumes, appointments and the backlog of the start."""

import numpy as np
from scipy.special import ndtri

from simcenter.simulation.network import FloatArray, Network

PUNCTUALITIES = (np.arange(16) + 0.5) / 16
"""Shares at which the law of punctuality is looked at."""


def first_contacts(network: Network) -> FloatArray:
    """(T, Q) expected first attempts.

    Appointments count where those who come are expected to, earlier than their slot, those who do not show left out;
    the backlog of the start comes in the first interval.
    """
    volume = np.array(network.volume, dtype=np.float64)
    volume[0] += network.backlog
    for q in range(len(network.queue_names)):
        rows = slice(int(network.slot_first[q]), int(network.slot_first[q + 1]))
        slot_s, open_s = network.slot_s[rows], network.slot_open_s[rows]
        if not len(slot_s):
            continue
        offset_s = network.early_sd_s[q] * ndtri(PUNCTUALITIES) - network.early_s[q]
        # who is early for an opening waits at the door
        arrival_s = np.maximum(slot_s[:, None] + offset_s, open_s[:, None]).ravel()
        interval = np.clip(arrival_s // network.interval_s, 0, len(volume) - 1).astype(np.int64)
        each = (1 - network.no_show[q]) / len(PUNCTUALITIES)
        volume[:, q] += np.bincount(interval, minlength=len(volume)) * each
    return volume
