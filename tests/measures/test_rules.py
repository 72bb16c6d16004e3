"""Every measure of a rule is what plain loops count: on made-up logs in which all rules have left their rows."""

from dataclasses import replace

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st
from measures.random_stories import told
from oracles import tallies

from simcenter.measures import MEASURES, Meter, Promises, Within


def as_counter(sums):
    """(name, row, place) -> value, without zeros."""
    return {
        (name, *map(int, cell)): values[tuple(cell)] for name, values in sums.items() for cell in np.argwhere(values)
    }


def nonzero(found):
    return {key: value for key, value in found.items() if value}


@st.composite
def measured(draw):
    """A network, its log, and a random promise of each kind for every place."""
    network, log = draw(told())
    intervals = round(network.end_s / network.interval_s)
    cuts = sorted(draw(st.sets(st.integers(1, intervals - 1), max_size=3))) if intervals > 1 else []
    network = replace(network, day_start_s=np.array([0.0, *(cut * network.interval_s for cut in cuts), network.end_s]))
    amounts = st.sampled_from((None, 0.0, 15.0, 30.0, 45.5, 120.0, 600.0))
    places = len(tallies.place_names(network)[0])

    def promises():
        return [draw(amounts) for _ in range(places)]

    return network, log, promises(), promises(), promises()


def tally_of(network, log, within, p90, callback):
    made = [tuple(None if one is None else Within(one) for one in part) for part in (within, p90, callback)]
    meter = Meter(network, Promises(made[0], made[1], ("sl_offered",) * len(within), callback=made[2]))
    return meter, meter.tally(log)


def in_seconds(promises):
    return [None if one is None else (one, "s") for one in promises]


@settings(max_examples=200, deadline=None)
@given(measured())
def test_every_count_and_sum_is_what_plain_loops_say(case):
    network, log, within, p90, callback = case
    meter, tally = tally_of(*case)
    promises = in_seconds(within), in_seconds(p90)
    assert list(meter.places.names) == tallies.place_names(network)[0]
    assert as_counter(tally.queues) == nonzero(tallies.queue_tally(log, network, *promises, callback=callback))
    assert as_counter(tally.journeys) == nonzero(tallies.journey_tally(log, network, *promises))
    assert as_counter(tally.desks) == nonzero(tallies.desk_tally(log, network))
    matrix = {tuple(map(int, cell)): tally.transfers[tuple(cell)] for cell in np.argwhere(tally.transfers)}
    assert matrix == tallies.transfer_tally(log, network)


@settings(max_examples=100, deadline=None)
@given(measured())
def test_nobody_is_lost_between_the_counts(case):
    """What conservation asks of every cell, and of classes beside their queue."""
    network, log, *_ = case
    meter, tally = tally_of(*case)
    q = tally.queues
    ends = ("answered", "abandoned", "blocked", "balked", "turned_away", "dropped", "callbacks", "waiting_at_end")
    assert np.array_equal(q["offered"], sum(q[name] for name in ends))
    assert (q["late"] + q["undecided"] == q["dropped"] + q["waiting_at_end"]).all()
    causes = sum(q.get(f"transfers_{cause}", 0) for cause in ("misrouted", "skill", "overflow"))
    assert np.array_equal(causes, q["transferred_out"] if "transfers_skill" in q else 0)
    for queue in range(network.queue_count):
        classes = np.flatnonzero(meter.places.queue == queue)[1:]
        if len(classes) and (meter.places.of_class[log.customer_class[log.queue == queue]] >= 0).all():
            for name in (*ends, "offered", "redials", "interrupted", "own", "callbacks_made", "handle_s"):
                if name in q:
                    assert np.array_equal(q[name][:, classes].sum(axis=1), q[name][:, queue]), name
    counted = [values for part in (q, tally.journeys, tally.desks) for values in part.values()]
    assert {values.dtype for values in counted} == {np.dtype(np.int64), np.dtype(np.float64)}


def test_made_up_logs_have_everything_in_them():
    """Else the tests above would hold nothing: among a hundred logs every count and sum is above 0 somewhere."""
    seen = set()

    @settings(max_examples=100, deadline=None, derandomize=True, database=None)
    @given(measured())
    def look(case):
        _, tally = tally_of(*case)
        for part in (tally.queues, tally.journeys, tally.desks, {"transfers": tally.transfers}):
            seen.update(name for name, values in part.items() if values.any())

    look()
    made_of = {name for measure in MEASURES for name in (*measure.numerator, *measure.denominator)}
    assert made_of - {"open_s", "open_paid_s"} <= seen
