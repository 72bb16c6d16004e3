"""Demand that changes over the day: the load to staff each interval for, and the staffing of a whole table at once.

Three ways to an interval's load:

* ``"sipp"``: stationary, independent, period by period: volume x AHT / interval. Right when contacts are short
  against the intervals (Green, Kolesar and Soares 2001).
* ``"lag_sipp"``: the same with arrivals one AHT earlier, since the load follows the arrivals with that delay.
* ``"mol"``: modified offered load, the mean number busy if there were advisers without end, m(t) = integral of
  rate(t - u) P(handle time > u) du, averaged over the interval; exact for a rate that is constant in each interval
  (Jennings, Mandelbaum, Massey and Whitt 1996; Eick, Massey and Whitt 1993 for any law of the handle time).

``"mol"`` is the default: it becomes SIPP when contacts are short, and with longer ones it neither staffs the rise of
the morning too high nor its fall too low. Before the first interval nobody is in service.
"""

import math
from typing import Any

import numpy as np
import numpy.typing as npt

from simcenter.erlang.arguments import DURATION, VOLUME, Rule, Values, gather, one_of
from simcenter.erlang.staffing import advisers_for
from simcenter.errors import ArgumentError

FloatArray = npt.NDArray[np.float64]

METHODS = {"mol": "mol", "sipp": "sipp", "lag_sipp": "lag_sipp"}
CV = Rule("a coefficient of variation from 0 to 20", lambda x: (x >= 0) & (x <= 20), 0, 20)
LAWS = {"exponential": "exponential", "lognormal": "lognormal"}
NEGLIGIBLE = 1e-17


def load_over_time(
    volume: Values,
    aht_s: Values,
    *,
    interval_s: float,
    method: str = "mol",
    law: str = "exponential",
    cv: float = 1.0,
    invalid: str = "raise",
) -> Any:
    """Offered load of each of T successive intervals, by SIPP, lag-SIPP or modified offered load.

    Parameters
    ----------
    volume : array or Series of shape (T,)
        Contacts that arrive in each interval, evenly over it.
    aht_s : number, array or Series of shape (T,)
        Mean handle time in seconds of those that arrive in each interval.
    interval_s : float
        Length of the intervals in seconds.
    method : {"mol", "sipp", "lag_sipp"}
        See `simcenter.erlang.time_varying`.
    law : {"exponential", "lognormal"}
        Law of the handle time; only ``"mol"`` looks at it.
    cv : float
        Coefficient of variation of a log-normal handle time; 0: constant.
    invalid : {"raise", "nan"}
        With "nan", intervals with values that are not allowed count as empty and their load is NaN.

    Returns
    -------
    array or Series of shape (T,)
        Erlangs; for ``"mol"`` the average over the interval, exact to 1e-12 of the largest load.

    Raises
    ------
    ArgumentError
        If an argument is not allowed.
    """
    one_of("method", method, METHODS)
    one_of("law", law, LAWS)
    call = gather({"volume": (volume, VOLUME), "aht_s": (aht_s, DURATION)}, invalid)
    single = gather({"interval_s": (interval_s, DURATION), "cv": (cv, CV)})
    if single.shape or len(call.shape) != 1:
        raise ArgumentError("volume: must be a list of intervals, interval_s and cv single numbers")
    step, spread = (float(v) for v in single.values)
    contacts, aht = (np.broadcast_to(v, call.shape) for v in call.values)
    if call.holes is not None:
        contacts = np.where(call.holes, 0.0, contacts)
    if method == "sipp":
        return call.answer(contacts * aht / step)
    load = np.zeros(call.shape)
    for mean in np.unique(aht):
        part = np.where(aht == mean, contacts, 0.0)
        kernel = _lag_kernel(float(mean), step) if method == "lag_sipp" else _kernel(
            float(mean), step, len(load), law, spread
        )  # fmt: skip
        load += np.convolve(part, kernel)[: len(load)]
    return call.answer(load)


def advisers_over_time(
    volume: Values,
    aht_s: Values,
    *,
    interval_s: float,
    method: str = "mol",
    law: str = "exponential",
    cv: float = 1.0,
    **limits: Any,
) -> Any:
    """The least staff of each of T successive intervals: `load_over_time`, then `advisers_for`, in one call.

    Parameters
    ----------
    volume, aht_s, interval_s, method, law, cv
        As in `load_over_time`.
    **limits
        Target, patience, caps and the other options of `simcenter.erlang.advisers_for`; each may have one value per
        interval.

    Returns
    -------
    array or Series of shape (T,)
        Advisers on the floor, as `advisers_for` gives them.

    Raises
    ------
    ArgumentError, UnattainableError
        As `load_over_time` and `advisers_for`.
    """
    load = load_over_time(
        volume, aht_s, interval_s=interval_s, method=method, law=law, cv=cv, invalid=limits.get("invalid", "raise")
    )
    return advisers_for(load, aht_s=aht_s, **limits)


def _lag_kernel(aht: float, step: float) -> FloatArray:
    """Share of an interval's arrivals that falls, one AHT later, in each interval; times AHT over interval."""
    whole, part = divmod(aht / step, 1.0)
    if whole > 1e6:
        raise ArgumentError(f"aht_s: must be at most 1e6 intervals, got {aht!r}")
    kernel = np.zeros(int(whole) + 2)
    kernel[int(whole)] = 1 - part
    kernel[int(whole) + 1] = part
    return kernel * (aht / step)


def _kernel(aht: float, step: float, most: int, law: str, cv: float) -> FloatArray:
    """Mean number busy d intervals later, averaged over that interval, per contact of an interval.

    With R(x) = E[((S - x)^+)^2] / 2 it is the second difference of R over step^2; for d = 0,
    (AHT - (R(0) - R(step)) / step) / step.
    """
    if law == "exponential":
        x = step / aht
        gone = -math.expm1(-x)
        d = np.arange(1, max(1, min(most, 2 + int(40 / x))))
        first = 1 - gone / x if x > 0.1 else sum(-((-x) ** k) / math.factorial(k + 1) for k in range(1, 14))
        return np.concatenate(([first / x], np.exp(-(d - 1) * x) * (gone / x) ** 2))
    rest = [_excess(0.0, aht, cv)]
    while len(rest) <= most + 1 and rest[-1] > NEGLIGIBLE * rest[0]:
        rest.append(_excess(len(rest) * step, aht, cv))
    r = np.array([*rest, 0.0])
    head = (aht - (r[0] - r[1]) / step) / step
    return np.concatenate(([head], np.maximum(r[2:] - 2 * r[1:-1] + r[:-2], 0) / step**2))


def _excess(x: float, mean: float, cv: float) -> float:
    """E[((S - x)^+)^2] / 2 of a log-normal S."""
    if cv == 0:
        return max(mean - x, 0.0) ** 2 / 2
    sigma = math.sqrt(math.log1p(cv * cv))
    square = mean * mean * (1 + cv * cv)
    if x == 0:
        return square / 2
    z = (math.log(x / mean) + sigma * sigma / 2) / sigma

    def above(k: int) -> float:
        """The chance that a standard normal lies above ``z - k sigma``."""
        return math.erfc((z - k * sigma) / math.sqrt(2)) / 2

    return max(square * above(2) - 2 * x * mean * above(1) + x * x * above(0), 0.0) / 2
