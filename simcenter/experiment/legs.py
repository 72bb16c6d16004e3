"""The legs of a contact log as a table for analysts: names instead of numbers, units in the column names."""

from enum import IntEnum
from typing import TYPE_CHECKING

import numpy as np

from simcenter.measures import Meter
from simcenter.measures.legs import Legs
from simcenter.simulation.log import ContactLog, Entry, Outcome, Returns

if TYPE_CHECKING:
    import pandas as pd

    from simcenter.scenario import Calendar


def legs_frame(logs: "list[tuple[int, ContactLog]]", meter: Meter, calendar: "Calendar") -> "pd.DataFrame":
    """One row per leg of the given replications.

    Columns: ``replication, origin, customer, attempt, leg, queue, class`` (empty for none), ``entry`` (how it came into
    the queue), ``from_desk, desk, adviser, own_adviser`` (its number, NA for none), ``outcome, returns`` (what
    follows); seconds since 00:00 of the first day: ``entered_s, start_s, end_s, freed_s``; local times:
    ``entered_local, start_local, end_local``; and what the measures are made of: ``wait_s`` until the answer, or the
    end of those never answered (working seconds, until the reply, in deferred queues), ``predicted_s`` the wait that
    was predicted where callbacks are offered, ``handle_s`` that the adviser was busy with this leg, ``in_time``
    whether it was answered within the promise of its class or queue (NA where nothing is promised, or the service
    level does not count it).
    """
    import pandas as pd

    parts = [_legs(number, log, meter, calendar) for number, log in logs]
    if not parts:
        return pd.DataFrame(columns=list(COLUMNS))
    return pd.concat(parts, ignore_index=True)


COLUMNS = (
    "replication",
    "origin",
    "customer",
    "attempt",
    "leg",
    "queue",
    "class",
    "entry",
    "from_desk",
    "desk",
    "adviser",
    "own_adviser",
    "outcome",
    "returns",
    "entered_local",
    "start_local",
    "end_local",
    "entered_s",
    "start_s",
    "end_s",
    "freed_s",
    "wait_s",
    "predicted_s",
    "handle_s",
    "in_time",
)


def _legs(number: int, log: ContactLog, meter: Meter, calendar: "Calendar") -> "pd.DataFrame":
    import pandas as pd

    network = meter.network

    midnight = pd.Timestamp(calendar.dates[0]).tz_localize(calendar.timezone)

    def local(seconds: "np.typing.NDArray[np.float64]") -> "pd.Series":
        """Seconds of the horizon as local times."""
        steps = pd.to_timedelta(pd.Series(np.round(seconds * 1e6)), unit="us")
        return midnight + steps

    def named(places: "np.typing.NDArray[np.int64]", names: tuple[str, ...]) -> "pd.Categorical[str]":
        """Places as names."""
        return pd.Categorical.from_codes(places, pd.Index(names))

    legs = meter.legs(log)
    data = {
        "replication": np.full(len(log), number),
        "origin": named(log.origin, network.queue_names),
        "customer": log.customer,
        "attempt": log.attempt,
        "leg": log.leg,
        "queue": named(log.queue, network.queue_names),
        "class": np.array(network.class_names, dtype=object)[log.customer_class],
        "entry": named(log.entry, _words(Entry)),
        "from_desk": named(log.from_desk, network.desk_names),
        "desk": named(log.desk, network.desk_names),
        "adviser": pd.arrays.IntegerArray(log.adviser.copy(), log.adviser < 0),
        "own_adviser": pd.arrays.IntegerArray(log.own_adviser.copy(), log.own_adviser < 0),
        "outcome": named(log.outcome, _words(Outcome)),
        "returns": named(log.returns, _words(Returns)),
        "entered_local": local(log.entered_s),
        "start_local": local(log.start_s),
        "end_local": local(log.end_s),
        "entered_s": log.entered_s,
        "start_s": log.start_s,
        "end_s": log.end_s,
        "freed_s": log.freed_s,
        "wait_s": legs.wait_s,
        "predicted_s": log.predicted_s,
        "handle_s": log.freed_s - log.start_s,
        "in_time": _in_time(legs, meter),
    }
    return pd.DataFrame(data, columns=list(COLUMNS))


def _words(kinds: type[IntEnum]) -> tuple[str, ...]:
    return tuple(kind.name.lower() for kind in kinds)


def _in_time(legs: Legs, meter: Meter) -> "pd.arrays.BooleanArray":
    """(L,) whether each leg was answered within its promise; NA where the service level does not count it."""
    import pandas as pd

    due_s = meter.due(legs.log)
    promised = meter.promised(legs.log)
    judged = legs.answered | legs.abandoned | (legs.stuck & (due_s <= legs.log.end_s))
    in_time = legs.answered & (legs.answer_s <= due_s)
    return pd.arrays.BooleanArray(in_time, ~(promised & judged))
