"""The legs of a contact log as a table for analysts: names instead of numbers, units in the column names."""

from typing import TYPE_CHECKING

import numpy as np

from simcenter.measures import Meter
from simcenter.simulation.log import ContactLog, Outcome

if TYPE_CHECKING:
    import pandas as pd

    from simcenter.scenario import Calendar


def legs_frame(logs: "list[tuple[int, ContactLog]]", meter: Meter, calendar: "Calendar") -> "pd.DataFrame":
    """One row per leg of the given replications.

    Columns: ``replication, origin, customer, attempt, leg, queue, from_desk, desk, adviser, outcome``; seconds since
    00:00 of the first day: ``entered_s, start_s, end_s, freed_s``; local times: ``entered_local, start_local,
    end_local``; and what the measures are made of: ``wait_s`` until the answer, or the end of those never answered
    (working seconds, until the reply, in deferred queues), ``handle_s`` that the adviser was busy with it, ``in_time``
    whether it was answered within the queue's promise (NA where nothing is promised or that is not decided).
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
    "from_desk",
    "desk",
    "adviser",
    "outcome",
    "entered_local",
    "start_local",
    "end_local",
    "entered_s",
    "start_s",
    "end_s",
    "freed_s",
    "wait_s",
    "handle_s",
    "in_time",
)


def _legs(number: int, log: ContactLog, meter: Meter, calendar: "Calendar") -> "pd.DataFrame":
    import pandas as pd

    network = meter.network

    midnight = pd.Timestamp(calendar.dates[0]).tz_localize(calendar.timezone)

    def local(seconds: "np.typing.NDArray[np.float64]") -> "pd.Series":
        steps = pd.to_timedelta(pd.Series(np.round(seconds * 1e6)), unit="us")
        return midnight + steps

    def named(places: "np.typing.NDArray[np.int64]", names: tuple[str, ...]) -> "pd.Categorical[str]":
        return pd.Categorical.from_codes(places, pd.Index(names))

    outcomes = tuple(outcome.name.lower() for outcome in Outcome)
    data = {
        "replication": np.full(len(log), number),
        "origin": named(log.origin, network.queue_names),
        "customer": log.customer,
        "attempt": log.attempt,
        "leg": log.leg,
        "queue": named(log.queue, network.queue_names),
        "from_desk": named(log.from_desk, network.desk_names),
        "desk": named(log.desk, network.desk_names),
        "adviser": pd.arrays.IntegerArray(log.adviser.copy(), log.adviser < 0),
        "outcome": named(log.outcome, outcomes),
        "entered_local": local(log.entered_s),
        "start_local": local(log.start_s),
        "end_local": local(log.end_s),
        "entered_s": log.entered_s,
        "start_s": log.start_s,
        "end_s": log.end_s,
        "freed_s": log.freed_s,
        "wait_s": meter.waits(log)[0],
        "handle_s": log.freed_s - log.start_s,
        "in_time": _in_time(log, meter),
    }
    return pd.DataFrame(data, columns=list(COLUMNS))


def _in_time(log: ContactLog, meter: Meter) -> "pd.arrays.BooleanArray":
    """(L,) whether each leg was answered within its promise; NA where the service level does not count it."""
    import pandas as pd

    promised = np.array([within is not None for within in meter.promises.within], dtype=np.bool_)[log.queue]
    due_s = meter.due(log)
    answered = log.desk >= 0
    stuck = (log.outcome == Outcome.WAITING) | (log.outcome == Outcome.DROPPED)
    judged = answered | (log.outcome == Outcome.ABANDONED) | (stuck & (due_s <= log.end_s))
    in_time = answered & (meter.answers(log) <= due_s)
    return pd.arrays.BooleanArray(in_time, ~(promised & judged))
