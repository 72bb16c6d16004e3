"""The table of measures, and the five service levels by their check values."""

from dataclasses import replace

import numpy as np
import pytest

from simcenter.measures import DEFINITIONS, MEASURES, Meter, Promises, Within, measure_named, measures_of
from simcenter.simulation.log import ContactLog, Outcome


def log_of(entered, wait, answered):
    """A log of one-leg customers of queue 0 at desk 0, a minute's talk each; those not answered abandon."""
    size = len(entered)
    entered, until = np.array(entered, dtype=float), np.array(entered, dtype=float) + np.array(wait, dtype=float)
    answered = np.array(answered)

    def ints(value):
        return np.full(size, value, dtype=np.int64)

    return ContactLog(
        origin=ints(0), customer=np.arange(size), attempt=ints(0), leg=ints(0), queue=ints(0), from_desk=ints(-1),
        entered_s=entered, desk=np.where(answered, 0, -1), adviser=np.where(answered, 0, -1),
        start_s=np.where(answered, until, np.nan), end_s=np.where(answered, until + 60, until),
        freed_s=np.where(answered, until + 60, np.nan),
        outcome=np.where(answered, int(Outcome.RESOLVED), int(Outcome.ABANDONED)),
        entry=ints(0), customer_class=ints(0), own_adviser=ints(-1), returns=ints(0), predicted_s=np.full(size, np.nan),
        duty_desk=np.zeros(1, dtype=np.int64), duty_adviser=np.zeros(1, dtype=np.int64),
        duty_start_s=np.zeros(1), duty_end_s=np.array([3600.0]),
    )  # fmt: skip


CHECK = {
    "sl_offered": 81.13,
    "sl_answered": 86.00,
    "sl_excl_early_abandons": 82.69,
    "sl_abandons_met": 83.02,
    "sl_short_abandons_met": 82.08,
}


@pytest.mark.parametrize(("name", "percent"), CHECK.items())
def test_the_five_service_levels_have_their_check_values(one_desk, name, percent):
    """A 1000 (860 within 20 s), B 60 (20 within 20 s, of which 10 within 10 s)."""
    waits = [20.0] * 860 + [20.5] * 140 + [10.0] * 10 + [20.0] * 10 + [30.0] * 40
    log = log_of(np.arange(1060), waits, [True] * 1000 + [False] * 60)
    tally = Meter(one_desk, Promises((Within(20.0),), (None,), (name,))).tally(log)
    measure = measure_named("queue", name)
    parts = [
        sum(factor * tally.queues[field].sum() for field, factor in terms.items())
        for terms in (measure.numerator, measure.denominator)
    ]
    assert round(100 * parts[0] / parts[1], 2) == percent


def test_definitions_are_measures():
    assert set(DEFINITIONS) == set(CHECK)
    assert all(measure_named("queue", name).promised for name in DEFINITIONS)


def test_every_measure_of_the_design_is_there_once_per_level():
    names = [(measure.level, measure.name) for measure in MEASURES]
    assert len(set(names)) == len(names)
    queue = (
        "offered answered abandoned blocked balked turned_away dropped callbacks waiting_at_end service_level asa_s "
        "mean_wait_s abandon_rate delayed wait_p50_s wait_p90_s wait_p95_s max_wait_s handle_s transferred_out "
        "resolved redials repeats callbacks_made called_back callback_wait_s callback_level prediction_bias_s "
        "prediction_error_s continuity transfers_misrouted transfers_skill transfers_overflow no_shows appointments "
        "interrupted"
    )
    journey = (
        "contacts attempts_per_contact legs_per_contact transferred bounced transferred_of_offered "
        "first_contact_resolution lost journey_wait_s time_to_resolution_s passed_on_s pending at_limit"
    )
    assert set(queue.split()) <= {measure.name for measure in measures_of("queue")}
    desk = "advisers paid_hours occupancy answered transferred_out"
    assert desk.split() == [m.name for m in measures_of("desk")]
    assert journey.split() == [m.name for m in measures_of("journey")]


def test_every_measure_says_what_it_is():
    assert all(measure.unit and measure.formula and measure.source for measure in MEASURES)


def test_measures_are_made_of_fields_that_tallies_have(one_desk):
    """With every rule on, all of them; with none, those of every centre."""
    log = log_of([0.0], [1.0], [True])
    for network in (one_desk, with_every_rule(one_desk)):
        meter = Meter(network, Promises.none(network))
        tally = meter.tally(log)
        fields = {
            "queue": set(tally.queues),
            "desk": {*tally.desks, "open_paid_s", "open_s"},
            "journey": set(tally.journeys),
        }
        for measure in MEASURES:
            made_of = {*measure.numerator, *measure.denominator}
            assert (made_of <= fields[measure.level]) == (measure.rule in meter.rules), measure.name
    assert {measure.rule for measure in MEASURES} <= meter.rules


def with_every_rule(network):
    """A network in which everything can happen that a measure is about."""
    return replace(
        network, return_share=np.full((2, 1), 0.5), callback_over_s=np.array([60.0]), own_share=np.array([0.5]),
        slot_s=np.array([600.0]), interruptible=np.array([[True]]), route_first=np.array([0, 1, 1]),
        route_queue=np.array([0]), route_cum=np.array([0.5]), route_warm=np.array([False]),
        route_after_s=np.array([np.nan]), route_handover_s=np.zeros(1), route_factor=np.ones(1),
        route_identify_s=None, route_if_busy=None, route_priority=None, route_credit_s=None,
    )  # fmt: skip
