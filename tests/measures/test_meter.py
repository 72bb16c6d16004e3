"""The vectorised tally of a log is exactly what plain loops over its rows say, on random centres."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from oracles import tallies, twin
from random_centres import random_centres

from simcenter.measures import Meter, Promises, Within
from simcenter.measures.histogram import RELATIVE_ERROR
from simcenter.measures.table import PERCENTS
from simcenter.simulation.log import ContactLog, Entry

UNITS = ("s", "working s", "working days")


@st.composite
def measured(draw):
    """A random centre's log, its days drawn at random, with random promises."""
    centre = draw(random_centres())
    network = centre.network
    intervals = round(network.end_s / network.interval_s)
    cuts = sorted(draw(st.sets(st.integers(1, intervals - 1), max_size=3))) if intervals > 1 else []
    network = replace(network, day_start_s=np.array([0.0, *(cut * network.interval_s for cut in cuts), network.end_s]))
    log = as_log(twin.play(network, centre.staffing.advisers, centre.draws))
    amounts = st.sampled_from((0.0, 15.0, 30.0, 45.5, 120.0, 600.0))

    def promise():
        unit = draw(st.sampled_from((None, *UNITS)))
        if unit is None:
            return None
        return (float(draw(st.integers(0, 2))), unit) if unit == "working days" else (draw(amounts), unit)

    queues = len(network.queue_names)
    return network, log, [promise() for _ in range(queues)], [promise() for _ in range(queues)]


def as_log(columns):
    return ContactLog(
        **{name: np.array(columns[name], dtype=np.int64 if kind == "i" else float) for name, kind in COLUMNS.items()},
        **without_rules(columns["leg"], columns["queue"]),
    )


def without_rules(leg, queue):
    """The columns of a log in which no rule of returns, callbacks, classes and advisers of one's own is on."""
    leg, queue = np.array(leg, dtype=np.int64), np.array(queue, dtype=np.int64)
    zeros = np.zeros(len(leg), dtype=np.int64)
    return {
        "entry": np.where(leg > 0, int(Entry.TRANSFER), int(Entry.FIRST)),
        "customer_class": queue,
        "own_adviser": zeros - 1,
        "returns": zeros,
        "predicted_s": np.full(len(leg), np.nan),
    }


def tally_of(network, log, within, p90):
    def made(promises):
        return tuple(promise and Within(*promise) for promise in promises)

    meter = Meter(network, Promises(made(within), made(p90), ("sl_offered",) * len(within)))
    return meter, meter.tally(log)


def as_counter(sums):
    """(name, row, place) -> value, without zeros."""
    return {
        (name, *map(int, cell)): values[tuple(cell)] for name, values in sums.items() for cell in np.argwhere(values)
    }


def nonzero(found):
    return {key: value for key, value in found.items() if value}


@settings(max_examples=300, deadline=None)
@given(measured())
def test_tally_is_what_plain_loops_count(case):
    network, log, within, p90 = case
    _, tally = tally_of(*case)
    assert as_counter(tally.queues) == nonzero(tallies.queue_tally(log, network, within, p90))
    assert as_counter(tally.journeys) == nonzero(tallies.journey_tally(log, network, within, p90))
    assert as_counter(tally.desks) == nonzero(tallies.desk_tally(log, network))


@settings(max_examples=150, deadline=None)
@given(measured())
def test_percentiles_are_nearest_rank_and_the_histogram_is_close(case):
    network, log, within, p90 = case
    meter, tally = tally_of(*case)
    waits = tallies.answered_waits(log, network, within, p90)
    queues = len(network.queue_names)
    for queue in range(queues):
        groups = {
            day: [w for (q, i), part in waits.items() if q == queue and meter.interval_day[i] == day for w in part]
            for day in range(meter.days)
        }
        everything = [wait for group in groups.values() for wait in group]
        for place, percent in enumerate(PERCENTS):
            pooled = tally.waits.percentile(percent, meter.days * queues)
            for day, group in groups.items():
                exact = tallies.nearest_rank(group, percent) if group else np.nan
                np.testing.assert_equal(tally.day_percentiles[place, day, queue], exact)
                assert pooled[day * queues + queue] == pytest.approx(exact, rel=RELATIVE_ERROR, abs=0, nan_ok=True)
                np.testing.assert_equal(tally.max_wait_s[day, queue], max(group, default=np.nan))
            exact = tallies.nearest_rank(everything, percent) if everything else np.nan
            np.testing.assert_equal(tally.percentiles[place, queue], exact)


@settings(max_examples=100, deadline=None)
@given(measured())
def test_nobody_is_lost_and_busy_is_paid(case):
    """offered = the sum of the outcomes in every cell; no adviser is busy who is not paid; five levels in order."""
    _, tally = tally_of(*case)
    q = tally.queues
    ends = ("answered", "abandoned", "blocked", "balked", "turned_away", "dropped", "callbacks", "waiting_at_end")
    assert np.array_equal(q["offered"], sum(q[name] for name in ends))
    assert (tally.desks["busy_s"] <= tally.desks["paid_s"]).all()
    assert tally.desks["answered"].sum() == q["answered"].sum()
    assert tally.journeys["legs"].sum() == q["offered"].sum()
    assert (tally.journeys["bounced"] <= tally.journeys["transferred"]).all()
    assert (q["in_time"] <= q["answered"]).all()
    assert (q["late"] + q["undecided"] == q["dropped"] + q["waiting_at_end"]).all()


@settings(max_examples=50, deadline=None)
@given(measured())
def test_tallies_add_up(case):
    """The tally of a sum of logs is the sum of their tallies, in either order, percentiles by histogram apart."""
    _, tally = tally_of(*case)
    both, other_way = tally + tally, (tally + tally) + tally
    assert both.replications == 2
    assert other_way.equals(tally + (tally + tally))
    for name, values in tally.queues.items():
        assert np.array_equal(both.queues[name], 2 * values)
    assert both.waits.count.sum() == 2 * tally.waits.count.sum()
    assert np.isnan(both.percentiles).all()


def test_an_empty_log_has_an_empty_tally(one_desk):
    network = one_desk
    none = {name: np.zeros(0, dtype=np.int64 if kind == "i" else np.float64) for name, kind in COLUMNS.items()}
    tally = Meter(network, Promises.none(network)).tally(ContactLog(**none, **without_rules([], [])))
    assert all((values == 0).all() for part in (tally.queues, tally.journeys, tally.desks) for values in part.values())
    assert np.isnan(tally.percentiles).all()


COLUMNS = dict(
    origin="i", customer="i", attempt="i", leg="i", queue="i", from_desk="i", entered_s="f", desk="i", adviser="i",
    start_s="f", end_s="f", freed_s="f", outcome="i", duty_desk="i", duty_adviser="i", duty_start_s="f", duty_end_s="f",
)  # fmt: skip
