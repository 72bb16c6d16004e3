"""Callbacks by hand: five who accept, and what becomes of each."""

from dataclasses import replace

import numpy as np
import pytest

from simcenter.measures import MEASURES, Meter, Promises, Within
from simcenter.simulation.log import ContactLog, Entry, Outcome, Returns

NONE, BACK, PENDING, LIMIT = Returns
NAN = float("nan")
# customer, leg, entry, entered, start, end, freed, outcome, returns, predicted
ROWS = [
    # accepts at 100, told 80 s; reached at the second try, 500 s later
    (0, 0, Entry.FIRST, 100, NAN, 100, NAN, Outcome.CALLBACK, NONE, 80.0),
    (0, 1, Entry.CALLBACK, 100, 200, 230, 230, Outcome.NOT_REACHED, BACK, 80.0),
    (0, 2, Entry.CALLBACK, 400, 600, 660, 670, Outcome.RESOLVED, NONE, NAN),
    # reached in vain twice, given up
    (1, 0, Entry.FIRST, 200, NAN, 200, NAN, Outcome.CALLBACK, NONE, 300.0),
    (1, 1, Entry.CALLBACK, 200, 300, 330, 330, Outcome.NOT_REACHED, BACK, 300.0),
    (1, 2, Entry.CALLBACK, 500, 700, 730, 730, Outcome.NOT_REACHED, LIMIT, NAN),
    # still waits to be called when the hour ends, due just then: late
    (2, 0, Entry.FIRST, 3000, NAN, 3000, NAN, Outcome.CALLBACK, NONE, np.inf),
    (2, 1, Entry.CALLBACK, 3000, NAN, 3600, NAN, Outcome.WAITING, NONE, NAN),
    # a second later: not yet due
    (3, 0, Entry.FIRST, 3001, NAN, 3001, NAN, Outcome.CALLBACK, NONE, np.inf),
    (3, 1, Entry.CALLBACK, 3001, NAN, 3600, NAN, Outcome.WAITING, NONE, NAN),
    # to be tried again after the hour, not yet due
    (4, 0, Entry.FIRST, 3100, NAN, 3100, NAN, Outcome.CALLBACK, NONE, 50.0),
    (4, 1, Entry.CALLBACK, 3100, 3140, 3170, 3170, Outcome.NOT_REACHED, PENDING, 50.0),
    # never asked: waits 120 s, told 130 s
    (5, 0, Entry.FIRST, 3200, 3320, 3380, 3380, Outcome.RESOLVED, NONE, 130.0),
]


@pytest.fixture
def tally(one_desk):
    network = replace(one_desk, callback_over_s=np.array([60.0]))
    names = (
        "customer",
        "leg",
        "entry",
        "entered_s",
        "start_s",
        "end_s",
        "freed_s",
        "outcome",
        "returns",
        "predicted_s",
    )
    columns = {
        name: np.array(values, dtype=float if name.endswith("_s") else np.int64)
        for name, values in zip(names, zip(*ROWS, strict=True), strict=True)
    }
    zeros = np.zeros(len(ROWS), dtype=np.int64)
    served = ~np.isnan(columns["start_s"])
    log = ContactLog(
        **columns, origin=zeros, attempt=zeros, queue=zeros, from_desk=zeros - 1, customer_class=zeros,
        own_adviser=zeros - 1, desk=np.where(served, 0, -1), adviser=np.where(served, np.arange(len(ROWS)), -1),
        duty_desk=zeros[:0], duty_adviser=zeros[:0], duty_start_s=np.zeros(0), duty_end_s=np.zeros(0),
    )  # fmt: skip
    promises = replace(Promises.none(network), callback=(Within(600.0),))
    return Meter(network, promises).tally(log)


def value(tally, name, level="queue"):
    measure = next(one for one in MEASURES if (one.level, one.name) == (level, name))
    sums = tally.queues if level == "queue" else tally.journeys
    parts = [sum(f * sums[n].sum() for n, f in terms.items()) for terms in (measure.numerator, measure.denominator)]
    return parts[0] / parts[1] if measure.denominator else parts[0]


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("offered", 6),
        ("answered", 1),
        ("callbacks", 5),
        ("callbacks_made", 5),
        ("called_back", 1 / 2),  # 0 of 0 and 1; the others are open
        ("callback_level", 1 / 3),  # 0 in time; 1 and 2 not; the others are not yet due
        ("callback_wait_s", 500),
        ("prediction_bias_s", (20 - 200 - 10 - 10) / 4),  # 100 - 80, 100 - 300, 40 - 50, 120 - 130
        ("prediction_error_s", (20 + 200 + 10 + 10) / 4),
        ("handle_s", 60),  # of the one answered; a callback is told by itself
    ],
)
def test_by_hand(tally, name, expected):
    assert value(tally, name) == expected


def test_customers_by_hand(tally):
    """Two were answered in the end; one is lost; two still wait or are to be tried again; one of these is pending."""
    assert value(tally, "contacts", "journey") == 6
    assert value(tally, "lost", "journey") == 1 / 6
    assert value(tally, "first_contact_resolution", "journey") == 1
    assert value(tally, "pending", "journey") == 1
    assert value(tally, "at_limit", "journey") == 0
    assert value(tally, "time_to_resolution_s", "journey") == (560 + 180) / 2
    assert value(tally, "journey_wait_s", "journey") == 120 / 6


def test_tries_in_vain_are_busy_time(tally):
    assert tally.desks["busy_s"].sum() == 30 + 70 + 30 + 30 + 30 + 60
    assert tally.desks["answered"].sum() == 2
