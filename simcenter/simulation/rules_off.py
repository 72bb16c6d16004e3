"""The values that a network's optional rules have when they are off."""

from typing import TYPE_CHECKING, Any

import numpy as np

from simcenter.simulation.arrays import Laws

if TYPE_CHECKING:
    from simcenter.simulation.network import Network


def rules_off(network: "Network") -> dict[str, Any]:
    """Every field of a network that may be left out, with the value that switches its rule off.

    Parameters
    ----------
    network : Network
        Its required fields give the shapes.
    """
    queues, desks = len(network.queue_names), len(network.desk_names)
    return {
        **_queue_rules(queues),
        **_desk_rules(len(network.volume), desks, queues),
        **_route_rules(len(network.route_queue)),
        **_demand(queues),
    }


def _queue_rules(queues: int) -> dict[str, Any]:
    each = np.arange(queues, dtype=np.int64)
    return {
        "class_names": ("",) * queues,
        "class_first": np.arange(queues + 1, dtype=np.int64),
        "class_queue": each,
        "class_cum": np.ones(queues),
        "class_priority": np.ones(queues, dtype=np.int64),
        "class_credit_s": np.zeros(queues),
        "class_target_s": np.full(queues, np.nan),
        "class_in": np.tile(each, (queues, 1)),
        "mean_handle_s": np.zeros(queues),
        "return_share": np.zeros((2, queues)),
        "return_queue": np.tile(each, (2, 1)),
        "return_at_most": np.full((2, queues), 10, dtype=np.int64),
        "return_working": np.zeros((2, queues), dtype=np.bool_),
        "return_same_patience": np.zeros(queues, dtype=np.bool_),
        "return_delay": Laws(
            np.zeros(2 * queues, dtype=np.int64),
            np.zeros((2 * queues, 3)),
            np.zeros(0),
            np.zeros(2 * queues + 1, dtype=np.int64),
        ),
        "balking": np.zeros(queues),
        "line_group": np.full(queues, -1, dtype=np.int64),
        "line_count": np.zeros(0, dtype=np.int64),
        "callback_over_s": np.full(queues, np.inf),
        "callback_accepted": np.zeros(queues),
        "callback_reached": np.ones(queues),
        "callback_tries": np.ones(queues, dtype=np.int64),
        "callback_retry_s": np.zeros(queues),
        "callback_ring_s": np.zeros(queues),
        "own_share": np.zeros(queues),
        "own_desk": np.full(queues, -1, dtype=np.int64),
        "own_of": np.zeros(queues, dtype=np.int64),
        "own_wait_s": np.zeros(queues),
    }


def _desk_rules(intervals: int, desks: int, queues: int) -> dict[str, Any]:
    return {
        "discipline": np.zeros(desks, dtype=np.int64),
        "min_idle": np.zeros((desks, queues), dtype=np.int64),
        "interruptible": np.zeros((desks, queues), dtype=np.bool_),
        "absence": np.zeros(desks),
        "off_phone": np.zeros((intervals, desks), dtype=np.int64),
    }


def _route_rules(routes: int) -> dict[str, Any]:
    return {
        "route_identify_s": np.zeros(routes),
        "route_if_busy": np.zeros(routes, dtype=np.int64),
        "route_priority": np.full(routes, -1, dtype=np.int64),
        "route_credit_s": np.zeros(routes),
    }


def _demand(queues: int) -> dict[str, Any]:
    return {
        "busyness_cv": np.zeros(queues),
        "busyness_shared": 1.0,
        "interval_cv": np.zeros(queues),
        "replayed": np.zeros(queues, dtype=np.bool_),
        "replay_first": np.zeros(queues + 1, dtype=np.int64),
        "replay_s": np.zeros(0),
        "replay_handle_s": np.zeros(0),
        "slot_first": np.zeros(queues + 1, dtype=np.int64),
        "slot_s": np.zeros(0),
        "slot_open_s": np.zeros(0),
        "no_show": np.zeros(queues),
        "early_s": np.zeros(queues),
        "early_sd_s": np.zeros(queues),
        "appointment_priority": np.zeros(queues, dtype=np.int64),
        "backlog": np.zeros(queues, dtype=np.int64),
        "warm_up_s": 0.0,
    }
