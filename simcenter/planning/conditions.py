"""Conditions: what the flows depend on and the closed form finds step by step."""

from dataclasses import dataclass

import numpy as np

from simcenter.planning.centre import BoolArray, Centre, FloatArray


@dataclass(frozen=True)
class Conditions:
    """How customers fare under some staffing. T intervals, D desks, Q queues.

    ``hold_s`` (T, Q) mean wait of a customer handed on into each queue; ``answered`` (T, Q) share of those who neither
    are blocked nor balk that is answered; ``delayed``, ``blocked``, ``balked``, ``called_back`` (T, Q) shares that have
    to wait, find it full, leave on seeing the queue, and take a callback; ``lost_after_s`` (Q,) after how long those
    who are lost leave; ``profile`` (T, Q) when deferred work is done, summing to 1 per deferred queue; ``kept`` (T, D)
    share of what comes first to a desk that it can carry; ``own_kept`` (T, Q) share of the customers with an adviser of
    their own whom that one gets to; ``pull`` (T, D) how much more each desk gets than its place in the order of desks
    says, None if nobody measured it.
    """

    hold_s: FloatArray
    answered: FloatArray
    delayed: FloatArray
    blocked: FloatArray
    balked: FloatArray
    called_back: FloatArray
    lost_after_s: FloatArray
    profile: FloatArray
    kept: FloatArray
    own_kept: FloatArray
    pull: FloatArray | None = None


def plain_conditions(centre: Centre) -> Conditions:
    """Nobody waits, everybody is answered, deferred work is done level over the opening time."""
    volume = centre.volume
    open_ = workable(centre)
    return Conditions(
        hold_s=np.zeros_like(volume),
        answered=np.ones_like(volume),
        delayed=np.zeros_like(volume),
        blocked=np.zeros_like(volume),
        balked=np.zeros_like(volume),
        called_back=np.zeros_like(volume),
        lost_after_s=np.zeros(volume.shape[1]),
        profile=open_ / np.maximum(open_.sum(axis=0), 1),
        kept=np.ones(centre.desk_open.shape),
        own_kept=np.ones_like(volume),
    )


def workable(centre: Centre) -> BoolArray:
    """(T, Q) intervals in which a queue and some desk that serves it are both open."""
    some_desk = centre.desk_open.astype(np.int64) @ centre.serves.astype(np.int64) > 0
    return np.asarray(centre.queue_open & some_desk)
