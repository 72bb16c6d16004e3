"""Closed-form queueing: Erlang B, C, A, M/M/n/K+M and chat, over numbers, arrays and Series, exact and fast."""

from simcenter.erlang.family import (
    abandonment,
    asa,
    blocking,
    erlang_b,
    erlang_c,
    mean_wait,
    occupancy,
    offered_load,
    queue_length,
    service_level,
    wait_probability,
)
from simcenter.erlang.staffing import advisers_for, lines_for, load_for

__all__ = [
    "abandonment",
    "advisers_for",
    "asa",
    "blocking",
    "erlang_b",
    "erlang_c",
    "lines_for",
    "load_for",
    "mean_wait",
    "occupancy",
    "offered_load",
    "queue_length",
    "service_level",
    "wait_probability",
]
