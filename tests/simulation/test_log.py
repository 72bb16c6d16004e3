"""Which rows of the log are answered and which count as offered, and what makes two logs equal."""

from dataclasses import fields, replace
from types import SimpleNamespace

import numpy as np
import pytest

from simcenter.simulation.log import ContactLog, Entry, Outcome
from simcenter.simulation.recorder import Recorder


def log_of(outcome, entry=None):
    """A log of so many rows, nothing but their outcomes and entries of note."""
    outcome = np.array(outcome, dtype=np.int64)
    size = len(outcome)
    columns = {
        field.name: np.zeros(size, dtype=np.float64 if field.name.endswith("_s") else np.int64)
        for field in fields(ContactLog)
    }
    columns["entry"] = np.zeros(size, dtype=np.int64) if entry is None else np.array(entry, dtype=np.int64)
    return ContactLog(**columns | {"outcome": outcome})


def test_answered_are_those_whom_an_adviser_served():
    answered = log_of(list(Outcome)).answered
    assert {outcome.name for outcome, is_so in zip(Outcome, answered, strict=True) if is_so} == {
        "RESOLVED",
        "UNRESOLVED",
        "TRANSFERRED",
        "UNRESOLVED_CLOSED",
        "UNRESOLVED_LIMIT",
        "UNRESOLVED_BUSY",
    }


def test_counted_is_what_came_and_not_what_became_of_it():
    counted = log_of(list(Outcome)).counted
    assert {outcome.name for outcome, is_so in zip(Outcome, counted, strict=True) if not is_so} == {
        "INTERRUPTED",
        "NO_SHOW",
    }
    counted = log_of([Outcome.RESOLVED] * len(Entry), list(Entry)).counted
    assert [entry.name for entry, is_so in zip(Entry, counted, strict=True) if not is_so] == ["CALLBACK"]


def test_numbers_of_outcomes_entries_and_returns_are_stored_in_logs():
    """They are never renumbered: a log kept by somebody would read differently."""
    assert (Outcome.WAITING, Outcome.UNRESOLVED_BUSY, Outcome.NO_SHOW) == (11, 12, 15)
    assert [entry.name for entry in Entry][5:8] == ["CALLBACK", "RESUMED", "APPOINTMENT"]


def test_logs_are_equal_when_every_column_is():
    one = log_of([Outcome.RESOLVED, Outcome.ABANDONED])
    nan = replace(one, predicted_s=np.array([np.nan, 1.0]))
    assert one.equals(log_of([Outcome.RESOLVED, Outcome.ABANDONED]))
    assert nan.equals(replace(nan, predicted_s=nan.predicted_s.copy()))
    assert not one.equals(nan)
    assert not one.equals(replace(one, returns=np.array([0, 1])))


def test_columns_are_read_only():
    with pytest.raises(ValueError, match="read-only"):
        log_of([Outcome.RESOLVED]).entry[0] = 1


def test_stays_of_one_adviser_that_begin_at_one_moment_are_in_the_order_of_their_ends():
    recorder = Recorder()
    adviser = SimpleNamespace(desk=SimpleNamespace(index=0), number=1, came_s=60.0)
    for end_s in (90.0, 60.0):
        recorder.duty(adviser, end_s)
    assert recorder.log().duty_end_s.tolist() == [60.0, 90.0]
