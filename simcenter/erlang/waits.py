"""How long contacts wait, beyond the mean: service levels and quantiles of the pools in `simcenter.erlang.family`."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

import numpy as np

from simcenter import _erlang
from simcenter.erlang.arguments import SHARE_BELOW_1, WITHIN, Values, one_of
from simcenter.erlang.family import system

DEFINITIONS: Mapping[str, int] = MappingProxyType({
    "sl_offered": 0,
    "sl_answered": 1,
    "sl_excl_early_abandons": 2,
    "sl_abandons_met": 3,
    "sl_short_abandons_met": 4,
})  # fmt: skip
"""The five service levels: see docs/erlang.md."""


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
    call = system(load, advisers, aht_s, patience_s, places, invalid, q=(q, SHARE_BELOW_1))
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
    call = system(
        load, advisers, aht_s, patience_s, places, invalid, within_s=(within_s, WITHIN), short_s=(short_s, WITHIN)
    )
    a, n, aht, patience, k, within, short = call.values
    with np.errstate(all="ignore"):
        return call.answer(
            _erlang.service_level(a, n, within / aht, aht / patience, k, code, bool(count_blocked), short / aht)
        )
