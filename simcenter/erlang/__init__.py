"""Closed-form queueing: Erlang B, C, A, M/M/n/K+M and chat, over numbers, arrays and Series, exact and fast."""

from simcenter.erlang.chat import (
    chat_abandonment,
    chat_advisers_for,
    chat_asa,
    chat_blocking,
    chat_mean_wait,
    chat_occupancy,
    chat_service_level,
    chat_session_s,
    chat_wait_probability,
    chats_held,
)
from simcenter.erlang.deferred import deferred_requirement
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
    wait_quantile,
)
from simcenter.erlang.staffing import advisers_for, lines_for, load_for
from simcenter.erlang.time_varying import advisers_over_time, load_over_time

__all__ = [
    "abandonment",
    "advisers_for",
    "advisers_over_time",
    "asa",
    "blocking",
    "chat_abandonment",
    "chat_advisers_for",
    "chat_asa",
    "chat_blocking",
    "chat_mean_wait",
    "chat_occupancy",
    "chat_service_level",
    "chat_session_s",
    "chat_wait_probability",
    "chats_held",
    "deferred_requirement",
    "erlang_b",
    "erlang_c",
    "lines_for",
    "load_for",
    "load_over_time",
    "mean_wait",
    "occupancy",
    "offered_load",
    "queue_length",
    "service_level",
    "wait_probability",
    "wait_quantile",
]
