"""Chat: advisers who hold several contacts at once, least loaded first, each chat slower the more are held.

Birth and death in the number of chats held, after Tezcan (2011) and Luo and Zhang (2013): with n advisers and i chats
in hand, the advisers hold i // n or one more; each of j chats held together goes on at ``speed[j - 1]``. Chats are
spread evenly at every moment, which is exact for one chat or slot per adviser and otherwise close: the simulation does
not move chats between advisers. Beyond n k chats contacts wait, and may leave. ``load`` is the load as if each chat
had the adviser alone. Stated accuracy: 1e-10 relative where n k is at most 100,000. Advisers are whole.
"""

from typing import Any

import numpy as np
import numpy.typing as npt

from simcenter import _erlang
from simcenter.erlang.arguments import (
    DURATION,
    LIMIT,
    LOAD,
    PATIENCE,
    PLACES,
    SHARE,
    SHARE_ABOVE_0,
    WHOLE_ADVISERS,
    WITHIN,
    Call,
    Values,
    gather,
    numbers,
    one_of,
)
from simcenter.erlang.staffing import UNATTAINABLE, found
from simcenter.erlang.waits import DEFINITIONS
from simcenter.errors import ArgumentError

_PROBABILITY, _ABANDONMENT, _BLOCKING, _MEAN_WAIT, _ASA, _LEVEL, _HELD, _SESSION, _BUSY = range(9)
MOST_SLOTS = 50


def _speeds(speed: Any) -> npt.NDArray[np.float64]:
    array = numbers("speed", speed)
    if array.ndim != 1 or not 1 <= array.size <= MOST_SLOTS:
        raise ArgumentError(f"speed: must be a list of 1 to {MOST_SLOTS} numbers, got shape {array.shape}")
    bad = ~((array > 0) & (array <= 1000))
    if bad.any():
        i = int(np.argmax(bad))
        raise ArgumentError(f"speed[{i}]: must be above 0 and at most 1000, got {float(array[i])!r}")
    return np.ascontiguousarray(array)


def _flat(call: Call) -> list[npt.NDArray[np.float64]]:
    return [np.ascontiguousarray(np.broadcast_to(v, call.shape).ravel()) for v in call.values]


def _measure(
    which: int,
    load: Values,
    advisers: Values,
    aht_s: Values,
    speed: Any,
    patience_s: Values,
    places: Values,
    invalid: str,
    within_s: Values = 0.0,
    definition: str = "sl_offered",
    count_blocked: bool = False,
) -> Any:
    speeds = _speeds(speed)
    code = one_of("definition", definition, {k: v for k, v in DEFINITIONS.items() if k != "sl_short_abandons_met"})
    call = gather(
        {
            "load": (load, LOAD),
            "advisers": (advisers, WHOLE_ADVISERS),
            "aht_s": (aht_s, DURATION),
            "patience_s": (patience_s, PATIENCE),
            "places": (places, PLACES),
            "within_s": (within_s, WITHIN),
        },
        invalid,
    )
    a, n, aht, patience, k, within = _flat(call)
    out = np.empty((a.size, 9))
    _erlang.chat_measures(a, n, aht / patience, k, within / aht, speeds, code, bool(count_blocked), out)
    result = out[:, which] * aht if which in (_MEAN_WAIT, _ASA, _SESSION) else out[:, which]
    return call.answer(result.reshape(call.shape))


def chat_wait_probability(
    load: Values, advisers: Values, *, aht_s: Values, speed: Any, patience_s: Values = np.inf,
    places: Values = np.inf, invalid: str = "raise",
) -> Any:  # fmt: skip
    """Probability that a chat that is not blocked waits: all advisers hold as many chats as they may.

    Parameters
    ----------
    load : number, array or Series
        Offered load in erlangs: chats per second x handle time when alone.
    advisers : number, array or Series
        Whole advisers on the floor.
    aht_s : number, array or Series
        Mean handle time in seconds of a chat that has the adviser alone.
    speed : sequence of float
        Speed of each chat while its adviser holds 1, 2, ... of them; its length is the most held.
    patience_s, places, invalid
        As in `simcenter.erlang.wait_probability`.

    Returns
    -------
    float, array or Series
        Probability 0..1. See `simcenter.erlang.chat` for the model, sources and accuracy.

    Raises
    ------
    ArgumentError
        If an argument is not allowed.
    """
    return _measure(_PROBABILITY, load, advisers, aht_s, speed, patience_s, places, invalid)


def chat_service_level(
    load: Values, advisers: Values, *, aht_s: Values, within_s: Values, speed: Any, patience_s: Values = np.inf,
    places: Values = np.inf, definition: str = "sl_offered", count_blocked: bool = False, invalid: str = "raise",
) -> Any:  # fmt: skip
    """Share of chats answered within ``within_s`` seconds; otherwise as `chat_wait_probability`."""
    return _measure(
        _LEVEL, load, advisers, aht_s, speed, patience_s, places, invalid, within_s, definition, count_blocked
    )


def chat_abandonment(
    load: Values, advisers: Values, *, aht_s: Values, speed: Any, patience_s: Values = np.inf,
    places: Values = np.inf, invalid: str = "raise",
) -> Any:  # fmt: skip
    """Share of chats not blocked that leave before they are answered; otherwise as `chat_wait_probability`."""
    return _measure(_ABANDONMENT, load, advisers, aht_s, speed, patience_s, places, invalid)


def chat_blocking(
    load: Values, advisers: Values, *, aht_s: Values, speed: Any, patience_s: Values = np.inf,
    places: Values = np.inf, invalid: str = "raise",
) -> Any:  # fmt: skip
    """Share of chats that find every place to wait taken; otherwise as `chat_wait_probability`."""
    return _measure(_BLOCKING, load, advisers, aht_s, speed, patience_s, places, invalid)


def chat_mean_wait(
    load: Values, advisers: Values, *, aht_s: Values, speed: Any, patience_s: Values = np.inf,
    places: Values = np.inf, invalid: str = "raise",
) -> Any:  # fmt: skip
    """Mean wait in seconds of all chats not blocked; otherwise as `chat_wait_probability`."""
    return _measure(_MEAN_WAIT, load, advisers, aht_s, speed, patience_s, places, invalid)


def chat_asa(
    load: Values, advisers: Values, *, aht_s: Values, speed: Any, patience_s: Values = np.inf,
    places: Values = np.inf, invalid: str = "raise",
) -> Any:  # fmt: skip
    """Mean wait in seconds of the chats answered; otherwise as `chat_wait_probability`."""
    return _measure(_ASA, load, advisers, aht_s, speed, patience_s, places, invalid)


def chats_held(
    load: Values, advisers: Values, *, aht_s: Values, speed: Any, patience_s: Values = np.inf,
    places: Values = np.inf, invalid: str = "raise",
) -> Any:  # fmt: skip
    """Mean number of chats in hand, of all advisers together; otherwise as `chat_wait_probability`."""
    return _measure(_HELD, load, advisers, aht_s, speed, patience_s, places, invalid)


def chat_session_s(
    load: Values, advisers: Values, *, aht_s: Values, speed: Any, patience_s: Values = np.inf,
    places: Values = np.inf, invalid: str = "raise",
) -> Any:  # fmt: skip
    """Mean length in seconds of a chat from answer to end (Little's law); otherwise as `chat_wait_probability`."""
    return _measure(_SESSION, load, advisers, aht_s, speed, patience_s, places, invalid)


def chat_occupancy(
    load: Values, advisers: Values, *, aht_s: Values, speed: Any, patience_s: Values = np.inf,
    places: Values = np.inf, invalid: str = "raise",
) -> Any:  # fmt: skip
    """Share of the advisers' time in which they hold at least one chat; otherwise as `chat_wait_probability`."""
    return _measure(_BUSY, load, advisers, aht_s, speed, patience_s, places, invalid)


def chat_advisers_for(
    load: Values,
    *,
    aht_s: Values,
    speed: Any,
    target: Values = 0.8,
    within_s: Values = 20.0,
    patience_s: Values = np.inf,
    places: Values = np.inf,
    max_abandonment: Values = 1.0,
    max_asa_s: Values = np.inf,
    max_occupancy: Values = 1.0,
    unattainable: str = "raise",
    definition: str = "sl_offered",
    count_blocked: bool = False,
    invalid: str = "raise",
) -> Any:
    """The least whole number of advisers who, holding several chats each, meet every limit.

    Parameters, returns and errors as in `simcenter.erlang.advisers_for`, with ``speed`` as in `chat_wait_probability`;
    ``max_occupancy`` bounds the share of time with at least one chat in hand.
    """
    one_of("unattainable", unattainable, UNATTAINABLE)
    code = one_of("definition", definition, {k: v for k, v in DEFINITIONS.items() if k != "sl_short_abandons_met"})
    speeds = _speeds(speed)
    call = gather(
        {
            "load": (load, LOAD),
            "aht_s": (aht_s, DURATION),
            "target": (target, SHARE),
            "within_s": (within_s, WITHIN),
            "patience_s": (patience_s, PATIENCE),
            "places": (places, PLACES),
            "max_abandonment": (max_abandonment, SHARE),
            "max_asa_s": (max_asa_s, LIMIT),
            "max_occupancy": (max_occupancy, SHARE_ABOVE_0),
        },
        invalid,
    )
    a, aht, goal, within, patience, k, abandon, asa, busy = _flat(call)
    out = np.empty(a.size)
    with np.errstate(over="ignore"):
        longest = asa / aht
    _erlang.chat_advisers_for(
        a, within / aht, aht / patience, k, goal, abandon, longest, busy, speeds, code, bool(count_blocked), out
    )
    return found(call, out.reshape(call.shape), False, unattainable)
