"""How many advisers or lines a load needs, and how much load a staff can carry: exact minima and maxima."""

import math
from typing import Any

import numpy as np

from simcenter import _erlang
from simcenter.erlang.arguments import (
    ADVISERS,
    DURATION,
    LIMIT,
    LINES,
    LOAD,
    PATIENCE,
    PLACES,
    SHARE,
    SHARE_ABOVE_0,
    WITHIN,
    Call,
    Values,
    gather,
    one_of,
)
from simcenter.erlang.waits import DEFINITIONS
from simcenter.errors import UnattainableError

UNATTAINABLE = {"raise": "raise", "inf": "inf"}


def advisers_for(
    load: Values,
    *,
    aht_s: Values,
    target: Values = 0.8,
    within_s: Values = 20.0,
    patience_s: Values = np.inf,
    places: Values = np.inf,
    max_abandonment: Values = 1.0,
    max_asa_s: Values = np.inf,
    max_occupancy: Values = 1.0,
    fractional: bool = False,
    unattainable: str = "raise",
    definition: str = "sl_offered",
    count_blocked: bool = False,
    short_s: Values = 5.0,
    lines: Values = np.inf,
    invalid: str = "raise",
) -> Any:
    """The least number of advisers that meets every limit: exact at every size.

    Every row may have its own numbers. A limit is met when it is met within 1e-12, relative; 100 % is only met where
    the system can reach it. Zero load needs 0 advisers. Without patience and with unlimited places the answer is
    always above the load; where customers may leave it can be below.

    Parameters
    ----------
    load, aht_s : number, array or Series
        Offered load in erlangs; mean handle time in seconds.
    target, within_s : number, array or Series
        Share of contacts to be answered within so many seconds; target 0 for none.
    patience_s, places, lines : number, array or Series
        Mean patience in seconds; places to wait, without those being served; lines in all, for contacts served and
        waiting (``places`` is then what the advisers leave of them). inf: nobody leaves, no limit.
    max_abandonment, max_asa_s, max_occupancy : number, array or Series
        Largest share of contacts that leave unanswered, mean wait of the answered in seconds, and share of the
        advisers' time on contacts; 1, inf and 1 for no limit.
    fractional : bool
        Real-valued instead of whole advisers.
    definition, count_blocked, short_s
        Of the service level, as in `simcenter.erlang.service_level`.
    unattainable, invalid : {"raise", "inf"}, {"raise", "nan"}
        What to answer where no number of advisers is enough, and where a value is not allowed.

    Returns
    -------
    int, float, array or Series
        Advisers on the floor; int64, or float64 with ``fractional``, ``unattainable="inf"`` or ``invalid="nan"``.

    Raises
    ------
    UnattainableError, ArgumentError
        Where a limit cannot be met, unless ``unattainable="inf"``; if an argument is not allowed.
    """
    one_of("unattainable", unattainable, UNATTAINABLE)
    call = _limits_call(
        ("load", load, LOAD), aht_s, target, within_s, patience_s, places, max_abandonment, max_asa_s, max_occupancy,
        short_s, lines, invalid,
    )  # fmt: skip
    return found(call, _least(call, definition, count_blocked, not fractional), fractional, unattainable)


def load_for(
    advisers: Values,
    *,
    aht_s: Values,
    target: Values = 0.8,
    within_s: Values = 20.0,
    patience_s: Values = np.inf,
    places: Values = np.inf,
    max_abandonment: Values = 1.0,
    max_asa_s: Values = np.inf,
    max_occupancy: Values = 1.0,
    definition: str = "sl_offered",
    count_blocked: bool = False,
    short_s: Values = 5.0,
    lines: Values = np.inf,
    invalid: str = "raise",
) -> Any:
    """The largest load that a given staff can carry within every limit.

    Parameters and errors as in `advisers_for`, but for ``advisers``: advisers on the floor, whole or real.

    Returns
    -------
    float, array or Series
        Erlangs, to the last digit or two; 0 where no load is small enough, inf where none is too large.
    """
    call = _limits_call(
        ("advisers", advisers, ADVISERS), aht_s, target, within_s, patience_s, places, max_abandonment, max_asa_s,
        max_occupancy, short_s, lines, invalid,
    )  # fmt: skip
    with np.errstate(all="ignore"):
        least, _, _ = _erlang.load_for(call.values[0], *_kernel(call, definition, count_blocked))
    return call.answer(least)


def lines_for(load: Values, *, blocking: Values, unattainable: str = "raise", invalid: str = "raise") -> Any:
    """The least number of lines that keeps Erlang B within a limit.

    Parameters
    ----------
    load : number, array or Series
        Offered load in erlangs.
    blocking : number, array or Series
        Largest share of contacts blocked.
    unattainable : {"raise", "inf"}
        What to answer where no number of lines is enough: a limit of 0.
    invalid : {"raise", "nan"}
        What to do with values that are not allowed.

    Returns
    -------
    int, float, array or Series
        Lines; int64, or float64 with ``unattainable="inf"`` or ``invalid="nan"``.

    Raises
    ------
    UnattainableError
        Where the limit is 0 and there is a load.
    ArgumentError
        If an argument is not allowed.
    """
    one_of("unattainable", unattainable, UNATTAINABLE)
    call = gather({"load": (load, LOAD), "blocking": (blocking, SHARE)}, invalid)
    with np.errstate(all="ignore"):
        least, _, _ = _erlang.lines_for(*call.values)
    return found(call, least, False, unattainable, "lines")


def _limits_call(
    first: tuple[str, Values, Any], aht_s: Values, target: Values, within_s: Values, patience_s: Values,
    places: Values, max_abandonment: Values, max_asa_s: Values, max_occupancy: Values, short_s: Values, lines: Values,
    invalid: str,
) -> Call:  # fmt: skip
    name, value, rule = first
    return gather(
        {
            name: (value, rule),
            "aht_s": (aht_s, DURATION),
            "target": (target, SHARE),
            "within_s": (within_s, WITHIN),
            "patience_s": (patience_s, PATIENCE),
            "places": (places, PLACES),
            "max_abandonment": (max_abandonment, SHARE),
            "max_asa_s": (max_asa_s, LIMIT),
            "max_occupancy": (max_occupancy, SHARE_ABOVE_0),
            "short_s": (short_s, WITHIN),
            "lines": (lines, LINES),
        },
        invalid,
    )


def _kernel(call: Call, definition: str, count_blocked: bool) -> tuple[Any, ...]:
    """The arguments of the compiled search after the first, in its order and units."""
    code = one_of("definition", definition, DEFINITIONS)
    _, aht, target, within, patience, places, abandonment, asa, occupancy, short, lines = call.values
    return (
        within / aht, aht / patience, places, target, abandonment, asa / aht, occupancy, code, bool(count_blocked),
        short / aht, lines,
    )  # fmt: skip


def _least(call: Call, definition: str, count_blocked: bool, whole: bool) -> Any:
    """The advisers of each row; inf where no number is enough.

    The search starts at the square-root rule of Halfin and Whitt (1981) and narrows a bracket between one number that
    is not enough and one that is.
    """
    if call.plain:
        row = (call.values[0], *_kernel(call, definition, count_blocked), whole)
        return _erlang.advisers_for_one(*row)
    with np.errstate(all="ignore"):
        row = (call.values[0], *_kernel(call, definition, count_blocked), whole)
        return _erlang.advisers_for(*row)[0]


def found(call: Call, least: Any, fractional: bool, unattainable: str, what: str = "advisers") -> Any:
    """The answer in the type promised, or the error for the first row that no staff can meet."""
    if call.plain and least < math.inf:
        return float(least) if fractional or unattainable == "inf" else int(least)
    least = np.asarray(least)
    lost = np.isinf(least)
    if call.holes is not None:
        lost = lost & ~call.holes
    if unattainable == "raise" and lost.any():
        at = tuple(int(i) for i in np.unravel_index(int(np.argmax(lost)), lost.shape)) if lost.ndim else ()
        where = f" at [{', '.join(map(str, at))}]" if at else ""
        raise UnattainableError(f"no number of {what} meets the limits{where}")
    if fractional or unattainable == "inf" or call.holes is not None:
        return call.answer(least)
    return call.in_kind(least.astype(np.int64))
