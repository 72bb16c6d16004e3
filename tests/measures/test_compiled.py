"""The compiled tally is the numpy one, bit for bit: on played logs of any mixture of rules and on made-up ones."""

import pickle
from dataclasses import fields, replace

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from measures.random_stories import told
from measures.test_meter import measured as plain
from strategies import scenarios

from simcenter.measures import Meter, Promises, Within, compile_promises
from simcenter.measures.promises import DEFINITIONS
from simcenter.scenario import Scenario
from simcenter.simulation.compile import compile_network
from simcenter.simulation.draws import Draws
from simcenter.simulation.engine import play
from simcenter.simulation.log import ContactLog
from simcenter.simulation.network import CHAT
from simcenter.simulation.staffing import Staffing

UNITS = ("s", "working s", "working days")


def held(network, promises, log):
    """Both tallies, name by name; whatever differs is named."""
    compiled, plain = (Meter(network, promises, compiled=compiled).tally(log) for compiled in (True, False))
    for part in ("queues", "journeys", "desks"):
        ours, theirs = getattr(compiled, part), getattr(plain, part)
        assert list(ours) == list(theirs)
        for name in ours:
            assert ours[name].dtype == theirs[name].dtype, name
            np.testing.assert_array_equal(ours[name], theirs[name], err_msg=f"{part} {name}")
    for name in ("max_wait_s", "percentiles", "day_percentiles", "transfers"):
        np.testing.assert_array_equal(getattr(compiled, name), getattr(plain, name), err_msg=name)
    assert compiled.equals(plain)
    return compiled


@settings(max_examples=150, deadline=None, suppress_health_check=list(HealthCheck))
@given(scenarios(rules=True), st.integers(0, 6), st.integers(0, 1000))
def test_played_logs_with_rules(data, advisers, seed):
    scenario = Scenario.from_dict(data)
    network = compile_network(scenario)
    staffing = Staffing.from_scenario(scenario, dict.fromkeys(scenario.desks, advisers))
    held(network, compile_promises(scenario), play(network, staffing, Draws(network, seed, 0)))


@st.composite
def told_with_promises(draw):
    """A made-up log, its days cut at random, with any promise in any unit for every place."""
    network, log = draw(told())
    intervals = round(network.end_s / network.interval_s)
    cuts = sorted(draw(st.sets(st.integers(1, intervals - 1), max_size=3))) if intervals > 1 else []
    network = replace(network, day_start_s=np.array([0.0, *(cut * network.interval_s for cut in cuts), network.end_s]))
    promises = draw(promises_for(len(Promises.none(network).within)))
    return network, log, replace(promises, shown_s=draw(st.sampled_from((None, changed_clock(network, draw)))))


def changed_clock(network, draw):
    """What a clock shows that is put forward or back once, by some intervals."""
    number = np.arange(round(network.end_s / network.interval_s))
    since = number - np.searchsorted(network.day_start_s / network.interval_s, number, side="right")
    return (since + draw(st.integers(-3, 3)) * (number >= draw(st.integers(0, len(number))))) * network.interval_s


@st.composite
def promises_for(draw, places):
    seconds = st.sampled_from((0.0, 15.0, 45.5, 120.0, 600.0, 1e9))

    def one():
        unit = draw(st.sampled_from((None, *UNITS)))
        return unit and Within(float(draw(st.integers(0, 2))) if unit == "working days" else draw(seconds), unit)

    columns = [tuple(one() for _ in range(places)) for _ in range(3)]
    return Promises(columns[0], columns[1], (DEFINITIONS[0],) * places, callback=columns[2])


@settings(max_examples=200, deadline=None, suppress_health_check=list(HealthCheck))
@given(told_with_promises())
def test_made_up_logs_with_every_rule(case):
    network, log, promises = case
    held(network, promises, log)


@settings(max_examples=100, deadline=None, suppress_health_check=list(HealthCheck))
@given(plain(), st.data())
def test_logs_without_rules(case, data):
    network, log, *_ = case
    held(network, data.draw(promises_for(len(network.queue_names))), log)


@settings(max_examples=50, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.integers(0, 2**32 - 1), st.integers(0, 3000), st.sampled_from((1, 40, 2**20, 2**34)))
def test_many_waits_of_any_length(one_desk, seed, size, longest):
    """Percentiles are selected, not sorted: with many equal waits, and with waits from a step to hours."""
    rng = np.random.default_rng(seed)
    steps = np.sort(rng.integers(0, longest, size))
    log = answered(one_desk, rng.permutation(steps) / 2**20)
    held(one_desk, Promises.none(one_desk), log)


@pytest.mark.parametrize("start", ["2026-03-27", "2026-10-23", "2026-06-01"])
def test_working_days_over_a_change_of_the_clock(start):
    """Letters of ten days, due on the same clock time some days later, also where a day has 23 or 25 hours."""
    hours = {"mon-sun": "00:00-24:00"} if start != "2026-06-01" else {"mon-fri": "08:00-17:00"}
    letters = {"channel": "email", "volume": [6] * 48, "handle_time": "5 min", "hours": hours}
    targets = ({"answered": 0.5, "within": "1 working days"}, {"answered": 0.5, "within": "2 working days"})
    scenario = Scenario.from_dict(
        {
            "schema": 1, "name": "letters", "timezone": "Europe/Paris",
            "horizon": {"start": start, "days": 10, "interval": "30 min", "hours": hours},
            "queues": {f"letters {n}": letters | {"target": target} for n, target in enumerate(targets)},
            "desks": {"desk": {"advisers": 1, "serves": {"letters 0": {}, "letters 1": {}}}},
        }
    )  # fmt: skip
    network = compile_network(scenario)
    log = play(network, Staffing.from_scenario(scenario), Draws(network, 1, 0))
    tally = held(network, compile_promises(scenario), log)
    assert 0 < tally.queues["in_time"].sum() < tally.queues["answered"].sum()
    # and at the change itself: letters of each half hour, answered after a day or two of 23, 24 or 25 hours, and a bit
    half_hour_s = np.floor(log.entered_s / 1800) * 1800
    for hours in (22.5, 23.5, 24.5, 47.5, 48.5):
        begun_s = np.where(np.isnan(log.start_s), np.nan, half_hour_s)
        end_s = half_hour_s + 3600 * hours
        columns = {"entered_s": half_hour_s, "start_s": begun_s, "end_s": end_s, "freed_s": begun_s + 3600 * hours}
        held(network, compile_promises(scenario), replace(log, **columns))


@settings(max_examples=100, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.data())
def test_chats_of_one_adviser_overlap_in_any_way(chats, data):
    """In whatever order they are in the log, and however many at once."""
    size = data.draw(st.integers(0, 40))
    times = st.lists(st.integers(0, 60), min_size=size, max_size=size)
    log = answered(chats, np.zeros(size))
    start_s = np.array(data.draw(times), dtype=float) * 60
    end_s = start_s + np.array(data.draw(times), dtype=float) * 30
    adviser = np.array(data.draw(st.lists(st.integers(0, 3), min_size=size, max_size=size)), dtype=np.int64)
    columns = {"entered_s": start_s, "start_s": start_s, "end_s": end_s, "freed_s": end_s, "adviser": adviser}
    held(chats, Promises.none(chats), replace(log, **columns))


@pytest.fixture
def chats(one_desk):
    return replace(one_desk, kind=np.full_like(one_desk.kind, CHAT))


def answered(network, wait_s):
    """Customers who come in the first second, and are answered after their waits."""
    size = len(wait_s)
    times = {"entered_s": np.arange(size) / 2**20}
    times["start_s"] = times["entered_s"] + wait_s
    times |= {"end_s": times["start_s"] + 60.0, "freed_s": times["start_s"] + 90.0}
    times["predicted_s"] = np.full(size, np.nan)
    zeros = {f.name: np.zeros(0 if f.name.startswith("duty") else size, dtype=np.int64) for f in fields(ContactLog)}
    for name in ("duty_start_s", "duty_end_s"):
        times[name] = np.zeros(0)
    return ContactLog(**zeros | times | {"customer": np.arange(size), "adviser": np.arange(size)})


@pytest.mark.parametrize(
    ("column", "value"),
    [("queue", 7), ("queue", -1), ("origin", 1), ("desk", 3), ("outcome", 16), ("customer_class", 2),
     ("entered_s", np.nan), ("entered_s", -1.0), ("start_s", np.inf), ("freed_s", np.nan), ("freed_s", np.inf),
     ("freed_s", 1.0)],
)  # fmt: skip
def test_a_log_of_another_centre_is_refused(one_desk, column, value):
    """Not counted somewhere else in memory."""
    log = answered(one_desk, np.arange(5.0))
    spoilt = np.array(getattr(log, column))
    spoilt[3] = value
    with pytest.raises(ValueError, match="row 3 of the log"):
        Meter(one_desk, Promises.none(one_desk)).tally(replace(log, **{column: spoilt}))


def test_an_adviser_of_chats_who_cannot_be_is_refused(chats):
    log = answered(chats, np.arange(5.0))
    for number in (-1, 2**40):
        with pytest.raises(ValueError, match="row 3 of the log"):
            Meter(chats, Promises.none(chats)).tally(replace(log, adviser=np.array([0, 1, 2, number, 4])))


@pytest.mark.parametrize(("desk", "start_s", "end_s"), [(1, 0.0, 9.0), (-1, 0.0, 9.0), (0, 9.0, 5.0), (0, 0.0, np.inf)])
def test_a_stay_on_the_floor_that_cannot_be_is_refused(one_desk, desk, start_s, end_s):
    stay = {"duty_desk": desk, "duty_adviser": 0, "duty_start_s": start_s, "duty_end_s": end_s}
    log = replace(answered(one_desk, np.arange(5.0)), **{name: np.array([value]) for name, value in stay.items()})
    with pytest.raises(ValueError, match="stay 0 on the floor"):
        Meter(one_desk, Promises.none(one_desk)).tally(log)


def test_a_meter_can_be_sent_to_another_process(one_desk):
    meter, log = Meter(one_desk, Promises.none(one_desk)), answered(one_desk, np.arange(5.0))
    assert pickle.loads(pickle.dumps(meter)).tally(log).equals(meter.tally(log))
