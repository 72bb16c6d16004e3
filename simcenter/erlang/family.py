"""Measures of one pool of advisers in steady state: Erlang B, Erlang C, Erlang A and M/M/n/K+M are one family.

Poisson arrivals, exponential handle times and patience, n advisers (real or whole), ``places`` to wait. With
a = load, r = AHT / patience, weights w_j = prod_{i<=j} a / (n + i r) of the states with j waiting (0 <= j <= places),
and U = 1/B(n, a) - 1 the weight of the states with an adviser free, all over the state with nobody waiting and nobody
free:

* an arrival finds nobody free and may enter: W = sum of w_j, j < places; it is blocked: w_places;
* P(wait) = W / (U + W), of the contacts not blocked;
* the offered wait exceeds t with weight n exp((a/r)(1 - e^-rt) - nt) per unit of time (unlimited places).

Sources: Erlang (1917); Palm (1957); Jagerman (1974) for real n; Garnett, Mandelbaum and Reiman (2002); Mandelbaum and
Zeltyn (2007).

Stated accuracy: relative error at most 1e-12 for blocking and P(wait) and 1e-10 for the rest, for loads 1e-6 to 1e6,
advisers 0 to 1e6, times 0 to 10 AHT, patience 1e-3 to 1e6 AHT, values down to 1e-290.

Without patience and places to limit it, a load not below the advisers has no steady state: P(wait) is 1, waits and
queue are infinite, the service level 0, occupancy 1. With no load nobody waits: P(wait) 0, service level 1, waits 0.
"""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

import numpy as np

from simcenter import _erlang
from simcenter.erlang.arguments import (
    ADVISERS,
    DURATION,
    LOAD,
    PATIENCE,
    PLACES,
    SHARE_BELOW_1,
    VOLUME,
    WITHIN,
    Call,
    Values,
    gather,
    one_of,
)

DEFINITIONS: Mapping[str, int] = MappingProxyType({
    "sl_offered": 0,
    "sl_answered": 1,
    "sl_excl_early_abandons": 2,
    "sl_abandons_met": 3,
    "sl_short_abandons_met": 4,
})  # fmt: skip
"""The five service levels: see docs/erlang.md."""

_PROBABILITY, _ABANDONMENT, _BLOCKING, _MEAN_WAIT, _ASA, _OCCUPANCY, _QUEUE = range(7)


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
        return call.answer(_erlang.one_measure(_PROBABILITY, *call.values, 0.0, np.inf))


def _system(
    load: Values, advisers: Values, aht_s: Values, patience_s: Values, places: Values, invalid: str, **more: Any
) -> Call:
    """The arguments that describe a pool, checked; more go after them."""
    return gather(
        {
            "load": (load, LOAD),
            "advisers": (advisers, ADVISERS),
            "aht_s": (aht_s, DURATION),
            "patience_s": (patience_s, PATIENCE),
            "places": (places, PLACES),
            **more,
        },
        invalid,
    )


def _measure(
    which: int, load: Values, advisers: Values, aht_s: Values, patience_s: Values, places: Values, invalid: str
) -> Any:
    call = _system(load, advisers, aht_s, patience_s, places, invalid)
    a, n, aht, patience, k = call.values
    with np.errstate(all="ignore"):
        result = _erlang.one_measure(which, a, n, aht / patience, k)
        return call.answer(result * aht if which in (_MEAN_WAIT, _ASA) else result)


def wait_probability(
    load: Values,
    advisers: Values,
    *,
    aht_s: Values,
    patience_s: Values = np.inf,
    places: Values = np.inf,
    invalid: str = "raise",
) -> Any:
    """Probability that a contact that is not blocked has to wait: W / (U + W), see `simcenter.erlang.family`.

    Parameters
    ----------
    load : number, array or Series
        Offered load in erlangs.
    advisers : number, array or Series
        Advisers on the floor, whole or real.
    aht_s : number, array or Series
        Mean handle time in seconds.
    patience_s : number, array or Series
        Mean patience in seconds; inf: nobody leaves.
    places : number, array or Series
        Places to wait, without those being served; inf: no limit.
    invalid : {"raise", "nan"}
        What to do with values that are not allowed.

    Returns
    -------
    float, array or Series
        Probability 0..1; relative error at most 1e-12 in the domain of `simcenter.erlang.family`.

    Raises
    ------
    ArgumentError
        If an argument is not allowed.
    """
    return _measure(_PROBABILITY, load, advisers, aht_s, patience_s, places, invalid)


def abandonment(
    load: Values,
    advisers: Values,
    *,
    aht_s: Values,
    patience_s: Values = np.inf,
    places: Values = np.inf,
    invalid: str = "raise",
) -> Any:
    """Share of the contacts not blocked that leave before they are answered: mean wait / mean patience.

    Parameters and errors as in `wait_probability`.

    Returns
    -------
    float, array or Series
        Share 0..1; relative error at most 1e-10. Source: Garnett, Mandelbaum and Reiman (2002).
    """
    return _measure(_ABANDONMENT, load, advisers, aht_s, patience_s, places, invalid)


def blocking(
    load: Values,
    advisers: Values,
    *,
    aht_s: Values,
    patience_s: Values = np.inf,
    places: Values = np.inf,
    invalid: str = "raise",
) -> Any:
    """Share of all contacts that find every adviser busy and every place to wait taken: w_places / (U + W + w_places).

    Parameters and errors as in `wait_probability`.

    Returns
    -------
    float, array or Series
        Share 0..1; relative error at most 1e-10 (1e-12 with no places: Erlang B).
    """
    return _measure(_BLOCKING, load, advisers, aht_s, patience_s, places, invalid)


def mean_wait(
    load: Values,
    advisers: Values,
    *,
    aht_s: Values,
    patience_s: Values = np.inf,
    places: Values = np.inf,
    invalid: str = "raise",
) -> Any:
    """Mean wait of all contacts not blocked, answered or abandoned, zero waits included: Little's law on the queue.

    Parameters and errors as in `wait_probability`.

    Returns
    -------
    float, array or Series
        Seconds; relative error at most 1e-10; inf without a steady state.
    """
    return _measure(_MEAN_WAIT, load, advisers, aht_s, patience_s, places, invalid)


def asa(
    load: Values,
    advisers: Values,
    *,
    aht_s: Values,
    patience_s: Values = np.inf,
    places: Values = np.inf,
    invalid: str = "raise",
) -> Any:
    """Average speed of answer: mean wait of the contacts answered, zero waits included.

    With H_j = 1/(n+r) + ... + 1/(n+jr), the waits of the answered add up to (n/a) sum of w_j H_j.
    Parameters and errors as in `wait_probability`.

    Returns
    -------
    float, array or Series
        Seconds; relative error at most 1e-10; inf without a steady state, NaN with no advisers.
    """
    return _measure(_ASA, load, advisers, aht_s, patience_s, places, invalid)


def occupancy(
    load: Values,
    advisers: Values,
    *,
    aht_s: Values,
    patience_s: Values = np.inf,
    places: Values = np.inf,
    invalid: str = "raise",
) -> Any:
    """Share of the advisers' time spent on contacts: load answered / advisers.

    Parameters and errors as in `wait_probability`.

    Returns
    -------
    float, array or Series
        Share 0..1; relative error at most 1e-10; NaN with no advisers (0 if there is no load either).
    """
    return _measure(_OCCUPANCY, load, advisers, aht_s, patience_s, places, invalid)


def queue_length(
    load: Values,
    advisers: Values,
    *,
    aht_s: Values,
    patience_s: Values = np.inf,
    places: Values = np.inf,
    invalid: str = "raise",
) -> Any:
    """Mean number of contacts waiting, over time: sum of j w_j / (U + W + w_places).

    Parameters and errors as in `wait_probability`.

    Returns
    -------
    float, array or Series
        Contacts; relative error at most 1e-10; inf without a steady state.
    """
    return _measure(_QUEUE, load, advisers, aht_s, patience_s, places, invalid)


def wait_quantile(
    load: Values,
    advisers: Values,
    *,
    q: Values,
    aht_s: Values,
    patience_s: Values = np.inf,
    places: Values = np.inf,
    of: str = "all",
    invalid: str = "raise",
) -> Any:
    """The wait that a share q of the contacts does not exceed.

    Parameters
    ----------
    load, advisers, aht_s, patience_s, places, invalid
        As in `wait_probability`.
    q : number, array or Series
        Share from 0 to below 1, such as 0.9.
    of : {"all", "answered", "offered"}
        Whose wait: of all not blocked, whether answered or abandoned; of the answered (as a report's percentiles); or
        the wait offered, that of somebody who would never leave.

    Returns
    -------
    float, array or Series
        Seconds; relative error at most 1e-10, but where the wait is nearly 0 (1 - q close to the probability of
        waiting); 0 where at least a share q does not wait; inf without a steady state.

    Raises
    ------
    ArgumentError
        If an argument is not allowed.
    """
    whose = one_of("of", of, {"all": 0, "answered": 1, "offered": 2})
    call = _system(load, advisers, aht_s, patience_s, places, invalid, q=(q, SHARE_BELOW_1))
    a, n, aht, patience, k, share = call.values
    with np.errstate(all="ignore"):
        return call.answer(_erlang.wait_quantile(a, n, share, aht / patience, k, whose) * aht)


def service_level(
    load: Values,
    advisers: Values,
    *,
    aht_s: Values,
    within_s: Values,
    patience_s: Values = np.inf,
    places: Values = np.inf,
    definition: str = "sl_offered",
    count_blocked: bool = False,
    short_s: Values = 5.0,
    invalid: str = "raise",
) -> Any:
    """Share of contacts answered within a time, by one of the five definitions.

    With A answered, B abandoned, At and Bt of them within T = ``within_s``, Bs abandoned within ``short_s``:
    sl_offered = At/(A+B), sl_answered = At/A, sl_excl_early_abandons = At/(A+B-Bt), sl_abandons_met = (At+Bt)/(A+B),
    sl_short_abandons_met = (At+Bs)/(A+B). Without patience all are 1 - C exp(-(advisers - load) T / AHT).

    Parameters
    ----------
    load, advisers, aht_s, patience_s, places, invalid
        As in `wait_probability`.
    within_s : number, array or Series
        The time T in seconds.
    definition : str
        One of the five above.
    count_blocked : bool
        Whether the blocked count as offered too (not answered in time).
    short_s : number, array or Series
        What counts as an early abandon, in seconds; only for sl_short_abandons_met.

    Returns
    -------
    float, array or Series
        Share 0..1; relative error at most 1e-10; 0 without a steady state. Source: Mandelbaum and Zeltyn (2007).

    Raises
    ------
    ArgumentError
        If an argument is not allowed.
    """
    code = one_of("definition", definition, DEFINITIONS)
    call = _system(
        load, advisers, aht_s, patience_s, places, invalid, within_s=(within_s, WITHIN), short_s=(short_s, WITHIN)
    )
    a, n, aht, patience, k, within, short = call.values
    with np.errstate(all="ignore"):
        return call.answer(
            _erlang.service_level(a, n, within / aht, aht / patience, k, code, bool(count_blocked), short / aht)
        )
