"""The two classic formulas, Erlang B and Erlang C, and the load they start from."""

from typing import Any

import numpy as np

from simcenter import _erlang
from simcenter.erlang.arguments import ADVISERS, DURATION, LOAD, VOLUME, Values, gather
from simcenter.erlang.family import PROBABILITY


def offered_load(volume: Values, aht_s: Values, *, interval_s: Values, invalid: str = "raise") -> Any:
    """Offered load in erlangs: volume x AHT / interval.

    Parameters
    ----------
    volume : number, array or Series
        Contacts per interval.
    aht_s : number, array or Series
        Mean handle time, wrap-up included, in seconds.
    interval_s : number, array or Series
        Length of the interval in seconds.
    invalid : {"raise", "nan"}
        What to do with values that are not allowed.

    Returns
    -------
    float, array or Series
        Erlangs, of the arguments' common shape.

    Raises
    ------
    ArgumentError
        If an argument is not allowed.
    """
    call = gather(
        {"volume": (volume, VOLUME), "aht_s": (aht_s, DURATION), "interval_s": (interval_s, DURATION)}, invalid
    )
    v, h, interval = call.values
    return call.answer(v * h / interval)


def erlang_b(load: Values, lines: Values, *, invalid: str = "raise") -> Any:
    """Share of contacts blocked when nobody can wait: Erlang's loss formula, continued to real lines.

    1/B = load * integral over t > 0 of exp(-load t) (1 + t)^lines (Jagerman 1974). B(0, 0) is 1.

    Parameters
    ----------
    load : number, array or Series
        Offered load in erlangs.
    lines : number, array or Series
        Lines or advisers, whole or real.
    invalid : {"raise", "nan"}
        What to do with values that are not allowed.

    Returns
    -------
    float, array or Series
        Share 0..1; relative error at most 1e-12 for loads 1e-6..1e6 and lines 0..1e6, down to 1e-290.

    Raises
    ------
    ArgumentError
        If an argument is not allowed.
    """
    call = gather({"load": (load, LOAD), "lines": (lines, ADVISERS)}, invalid)
    with np.errstate(all="ignore"):
        return call.answer(_erlang.loss(*call.values))


def erlang_c(load: Values, advisers: Values, *, invalid: str = "raise") -> Any:
    """Probability that a contact waits when nobody ever leaves: C = n B / (n - a (1 - B)); 1 where load >= advisers.

    Parameters
    ----------
    load : number, array or Series
        Offered load a in erlangs.
    advisers : number, array or Series
        Advisers n on the floor, whole or real.
    invalid : {"raise", "nan"}
        What to do with values that are not allowed.

    Returns
    -------
    float, array or Series
        Probability 0..1; accuracy as in `erlang_b`. Source: Erlang (1917).

    Raises
    ------
    ArgumentError
        If an argument is not allowed.
    """
    call = gather({"load": (load, LOAD), "advisers": (advisers, ADVISERS)}, invalid)
    with np.errstate(all="ignore"):
        return call.answer(_erlang.one_measure(PROBABILITY, *call.values, 0.0, np.inf))
