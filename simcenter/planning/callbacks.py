"""Callbacks as the planner sees them: how many calls back a customer takes, and how much of an adviser's time."""

from dataclasses import dataclass

import numpy as np

from simcenter.simulation.network import Network


@dataclass(frozen=True)
class Callback:
    """The offer of one queue, made when the predicted wait is longer than ``over_s``, taken by a share ``accepted``."""

    over_s: float
    accepted: float
    reached: float
    """Share of the tries that are answered."""
    tries: int
    ring_s: float
    """What a try in vain takes the adviser."""

    @property
    def ever_reached(self) -> float:
        """Share of those who accepted that one of the tries reaches."""
        return float(1 - (1 - self.reached) ** self.tries)

    @property
    def in_vain(self) -> float:
        """Tries that nobody answers, per customer who accepted."""
        missed = 1 - self.reached
        return float(sum(missed**k for k in range(1, self.tries + 1)))


def callbacks_of(network: Network) -> tuple[Callback | None, ...]:
    """Per queue; None where nothing is offered."""
    return tuple(
        Callback(
            over_s=float(network.callback_over_s[q]),
            accepted=float(network.callback_accepted[q]),
            reached=float(network.callback_reached[q]),
            tries=int(network.callback_tries[q]),
            ring_s=float(network.callback_ring_s[q]),
        )
        if np.isfinite(network.callback_over_s[q])
        else None
        for q in range(len(network.queue_names))
    )
