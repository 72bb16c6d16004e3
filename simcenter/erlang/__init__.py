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
    mean_wait,
    occupancy,
    queue_length,
    wait_probability,
)
from simcenter.erlang.formulas import erlang_b, erlang_c, offered_load
from simcenter.erlang.staffing import advisers_for, lines_for, load_for
from simcenter.erlang.time_varying import advisers_over_time, load_over_time
from simcenter.erlang.waits import service_level, wait_quantile

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


def __dir__() -> list[str]:
    """The functions, without the modules that they live in: one of those, called, says nothing useful."""
    return sorted(__all__)
