"""Which rules of a centre can happen at all in a network: what cannot happen is neither counted nor shown."""

from typing import Literal

import numpy as np

from simcenter.simulation.network import REDIAL, REPEAT, Network

Rule = Literal[
    "",
    "balking",
    "lines",
    "redial",
    "repeat",
    "returns",
    "callback",
    "own adviser",
    "appointments",
    "interruptions",
    "transfers",
]
"""What a measure is about; "": every centre. "returns": any of redials, repeat contacts and callbacks."""


def rules_in(network: Network) -> frozenset[Rule]:
    """The rules that a network uses."""
    redial, repeat = (bool((network.return_share[kind] > 0).any()) for kind in (REDIAL, REPEAT))
    callback = bool(np.isfinite(network.callback_over_s).any())
    used: dict[Rule, bool] = {
        "": True,
        "balking": bool((network.balking > 0).any()),
        "lines": bool((network.line_group >= 0).any()),
        "redial": redial,
        "repeat": repeat,
        "returns": redial or repeat or callback,
        "callback": callback,
        "own adviser": bool((network.own_share > 0).any()),
        "appointments": bool(len(network.slot_s)),
        "interruptions": bool(network.interruptible.any()),
        "transfers": bool(len(network.route_queue)),
    }
    return frozenset(rule for rule, on in used.items() if on)
