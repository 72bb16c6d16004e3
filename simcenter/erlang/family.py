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

from typing import Any

import numpy as np

from simcenter import _erlang
from simcenter.erlang.arguments import (
    ADVISERS,
    DURATION,
    LOAD,
    PATIENCE,
    PLACES,
    Call,
    Values,
    gather,
)

PROBABILITY, _ABANDONMENT, _BLOCKING, _MEAN_WAIT, _ASA, _OCCUPANCY, _QUEUE = range(7)


def system(
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
    call = system(load, advisers, aht_s, patience_s, places, invalid)
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
    return _measure(PROBABILITY, load, advisers, aht_s, patience_s, places, invalid)


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
