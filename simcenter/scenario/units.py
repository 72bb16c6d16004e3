"""Units: durations and promises as the file writes them, and as seconds."""

import math
import re
from dataclasses import dataclass
from typing import Literal

SECONDS = {"s": 1.0, "min": 60.0, "h": 3600.0}
LONGEST_S = 366 * 86400.0
"""No duration is longer than this: 366 days."""

DURATION_RULE = 'must be a time with its unit (s, min or h), such as "20 s" or "4 min"'
PROMISE_RULE = 'must be a time with its unit (s, min, h, working hours or working days), such as "20 s"'

DELAY_RULE = 'must be a time with its unit (s, min, h or working hours), such as "20 min" or "4 working hours"'

PromiseUnit = Literal["s", "working s", "working days"]

_QUANTITY = re.compile(r"\s*([+-]?(?:\d+(?:\.\d+)?|\.\d+)(?:[eE][+-]?\d{1,3})?)\s*([A-Za-z]+(?: +[A-Za-z]+)?)\s*")
_WORKING = {
    "working hours": (3600.0, "working s"),
    "working hour": (3600.0, "working s"),
    "working min": (60.0, "working s"),
    "working s": (1.0, "working s"),
    "working days": (1.0, "working days"),
    "working day": (1.0, "working days"),
}


@dataclass(frozen=True)
class Promise:
    """A time promised to customers.

    ``unit`` "s": seconds by the clock (live channels); "working s": seconds of the queue's open time;
    "working days": the same clock time that many open days later.
    """

    amount: float
    unit: PromiseUnit

    def __str__(self) -> str:
        return f"{plain_number(self.amount)} {self.unit}"


def plain_number(value: float) -> str:
    """A number that reads back as the same float, without a trailing ``.0``."""
    return repr(int(value)) if value == int(value) and abs(value) < 1e15 else repr(float(value))


def seconds_text(seconds: float) -> str:
    """A duration as the file writes it; reads back as exactly the same number of seconds."""
    return f"{plain_number(seconds)} s"


def spoken(seconds: float) -> str:
    """A duration in the unit a planner would use."""
    return f"{plain_number(seconds / 60)} min" if seconds and seconds % 60 == 0 else seconds_text(seconds)


def split_quantity(text: object) -> tuple[float, str] | None:
    """``(number, unit)`` of ``"4 min"``; None when it does not read so."""
    found = _QUANTITY.fullmatch(text) if isinstance(text, str) and len(text) < 80 else None
    if not found:
        return None
    return float(found[1]), re.sub(" +", " ", found[2])


def read_duration(text: object) -> float:
    """Seconds of ``"20 s"``, ``"4 min"`` or ``"2 h"``; may be negative or too long, which is for the caller to judge.

    Raises
    ------
    ValueError
        With the rule that the text breaks.
    """
    quantity = split_quantity(text)
    if quantity is not None and quantity[1] in SECONDS:
        return quantity[0] * SECONDS[quantity[1]]
    if quantity is not None and quantity[1].startswith("working "):
        raise ValueError("must be a plain time (s, min or h); working time is for the promises of deferred queues")
    raise ValueError(DURATION_RULE)


def read_delay(text: object) -> tuple[float, bool]:
    """Seconds of ``"20 min"`` or ``"4 working hours"``, and whether they are working ones: open time of a queue.

    Raises
    ------
    ValueError
        With the rule that the text breaks.
    """
    quantity = split_quantity(text)
    factor, unit = _WORKING.get(quantity[1], (1.0, "s")) if quantity is not None else (1.0, "s")
    if quantity is not None and unit == "working s":
        return quantity[0] * factor, True
    if quantity is not None and quantity[1] in SECONDS:
        return quantity[0] * SECONDS[quantity[1]], False
    raise ValueError(DELAY_RULE)


def read_promise(text: object) -> Promise:
    """The promise of ``"20 s"``, ``"8 working hours"`` or ``"4 working days"``.

    Raises
    ------
    ValueError
        With the rule that the text breaks.
    """
    quantity = split_quantity(text)
    if quantity is None:
        raise ValueError(PROMISE_RULE)
    number, unit = quantity
    if unit in SECONDS:
        promise = Promise(number * SECONDS[unit], "s")
    elif unit in _WORKING:
        factor, name = _WORKING[unit]
        promise = Promise(number * factor, "working days" if name == "working days" else "working s")
    else:
        raise ValueError(PROMISE_RULE)
    longest = 366.0 if promise.unit == "working days" else LONGEST_S
    if not 0 < promise.amount <= longest:
        raise ValueError(f"must be longer than 0 s{' and at most 366 days' if promise.amount > 0 else ''}")
    if promise.unit == "working days" and not math.isclose(promise.amount, round(promise.amount), abs_tol=0):
        raise ValueError("must be a whole number of working days")
    return promise
