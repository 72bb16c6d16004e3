"""Small centres for the measures."""

import numpy as np
import pytest

from simcenter.simulation.network import EXCLUSIVE, FILE, Laws, Network, Periods


@pytest.fixture
def one_desk():
    """One phone queue, one desk, open for two intervals of half an hour."""
    laws = Laws(np.zeros(1, int), np.zeros((1, 3)), np.zeros(0), np.zeros(2, int))
    opening = Periods(np.array([0, 1]), np.array([0.0]), np.array([3600.0]))
    yes = np.ones((1, 1), dtype=bool)
    return Network(
        queue_names=("calls",), desk_names=("front",), interval_s=1800.0, end_s=3600.0,
        day_start_s=np.array([0.0, 3600.0]), max_legs=8, kind=np.array([EXCLUSIVE]), volume=np.ones((2, 1)),
        queue_open=opening, drop_at_closing=np.array([False]), waiting_room=np.array([-1]), patience=laws,
        handle_time=laws, wrap_share=np.zeros(1), chat_speed=np.ones((1, 1)), chat_slots=np.array([1]),
        equal_rank=np.array([FILE]), desk_open=opening, serves=yes, rank=np.ones((1, 1), int),
        priority=np.ones((1, 1), int), after_s=np.zeros((1, 1)), speed=np.ones((1, 1)), resolved=np.ones((1, 1)),
        route_first=np.zeros(2, int), route_queue=np.zeros(0, int), route_cum=np.zeros(0),
        route_warm=np.zeros(0, bool), route_after_s=np.zeros(0), route_handover_s=np.zeros(0),
        route_factor=np.zeros(0),
    )  # fmt: skip
