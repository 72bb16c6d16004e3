"""Results of a centre with every rule, against plain loops over the legs of every replication."""

import json
import math
from fractions import Fraction

import numpy as np
import pandas as pd
import pytest
from experiment.logged import logged
from experiment.ruled import EVERY_RULE
from experiment.test_results import ratio
from oracles import tallies

from simcenter.experiment import Players, Results, TargetCells, target_table
from simcenter.measures import MEASURES, compile_promises
from simcenter.measures.targets import criteria
from simcenter.report import write
from simcenter.scenario import Scenario
from simcenter.simulation.compile import compile_network
from simcenter.simulation.staffing import Staffing

REPLICATIONS = 8
SECONDS = {"calls": 30.0, "calls/VIP": 20.0, "calls/new": 30.0, "calls/others": 30.0}
PLACES = ["calls", "claims", "mail", "shop", "calls/VIP", "calls/new", "calls/others"]
WITHIN = [(SECONDS[name], "s") if name in SECONDS else None for name in PLACES]
WITHIN[PLACES.index("mail")] = (7200.0, "working s")
NO_P90 = [None] * len(PLACES)
CALLBACK = [600.0 if name in SECONDS else None for name in PLACES]


@pytest.fixture(scope="module")
def centre():
    return Scenario.from_dict(EVERY_RULE)


@pytest.fixture(scope="module")
def played(centre):
    return logged(centre, 3, REPLICATIONS, engine="simpy")


@pytest.fixture(scope="module")
def results(centre, played):
    return Results.from_tallies(centre, Staffing.from_scenario(centre), played, seed=3)


@pytest.fixture(scope="module")
def counted(centre, played):
    network = compile_network(centre)
    return [tallies.queue_tally(log, network, WITHIN, NO_P90, callback=CALLBACK) for _, log in played]


PARTS = {
    "redials": "redials", "repeats": "repeats", "interrupted": "interrupted", "appointments": "appointments",
    "no_shows": "no_shows", "callbacks_made": "callbacks_made",
    "continuity": ("continued", "own"),
    "called_back": ("called_back", "callbacks -callbacks_open"),
    "callback_wait_s": ("callback_wait_s", "called_back"),
    "callback_level": ("callback_in_time", "callbacks -callback_undecided"),
    "prediction_bias_s": ("prediction_bias_s", "predicted"),
    "prediction_error_s": ("prediction_error_s", "predicted"),
    "transfers_misrouted": ("transfers_misrouted", "answered"),
    "transfers_skill": ("transfers_skill", "answered"),
    "transfers_overflow": ("transfers_overflow", "answered"),
    "sl_offered": ("in_time", "answered abandoned late"),
    "handle_s": ("handle_s", "answered"),
    "offered": "offered",
}  # fmt: skip
"""What each measure is made of, by hand."""


def test_every_measure_of_a_rule_is_in_the_list():
    assert {measure.name for measure in MEASURES if measure.rule and measure.level == "queue"} <= set(PARTS)


def test_queues_and_classes_over_the_horizon(centre, results, counted):
    assert list(results.queues.index) == PLACES
    rows, seen = range(centre.calendar.T + 1), set()
    for place, name in enumerate(PLACES):
        for measure, parts in PARTS.items():

            def value(counter, terms, place=place):
                total = Fraction(0)
                for term in terms.split():
                    sign, field = (-1, term[1:]) if term.startswith("-") else (1, term)
                    total += sign * sum((counter.get((field, row, place), Fraction(0)) for row in rows), Fraction(0))
                return total

            top, bottom = (parts, None) if isinstance(parts, str) else parts
            expected = ratio([(value(one, top), value(one, bottom) if bottom else 1) for one in counted])
            promised = {"sl_offered": WITHIN, "callback_level": CALLBACK}.get(measure, PLACES)[place]
            got = [float(results.queues.loc[name, measure + part]) for part in ("", "_low", "_high")]
            if promised is None:
                assert np.isnan(got).all()
                continue
            if measure != "prediction_bias_s":
                highest = 1.0 if next(m for m in MEASURES if m.name == measure).unit == "share" else math.inf
                expected = (expected[0], max(expected[1], 0.0), min(expected[2], highest))
            assert got == pytest.approx(expected, rel=1e-9, abs=1e-9, nan_ok=True), (name, measure)
            seen |= {measure} if expected[0] > 0 else set()
    assert seen >= set(PARTS) - {"prediction_bias_s"}


def test_the_bias_of_a_prediction_may_be_negative(results):
    row = results.queues.loc["calls"]
    assert row["prediction_bias_s_low"] < 0


def test_a_class_is_judged_by_its_own_promise_and_definition(centre, results, counted):
    used = results.provenance["service_level"]
    assert used["calls/VIP"] == "sl_answered"
    assert used["calls/new"] == used["calls"] == "sl_offered"
    assert results.queues.loc["calls/VIP", "service_level"] == results.queues.loc["calls/VIP", "sl_answered"]


def test_transfers_from_desk_to_desk(centre, results, played):
    network = compile_network(centre)
    each = [tallies.transfer_tally(log, network) for _, log in played]
    names = [*centre.desks, "(nobody)"]
    pairs = sorted(set().union(*each))
    frame = results.transfers
    assert list(zip(frame["from_desk"], frame["to_desk"], strict=True)) == [(names[a], names[b]) for a, b in pairs]
    for row, pair in zip(frame.itertuples(), pairs, strict=True):
        mean, low, high = ratio([(one[pair], 1) for one in each])
        assert [row.legs, row.legs_low, row.legs_high] == pytest.approx([mean, max(low, 0.0), high], rel=1e-9)
    # every leg that a desk hands on goes somewhere (its answer and its entry are on the same side of the warm-up here)
    by_desk = frame.groupby("from_desk")["legs"].sum()
    handed_on = results.desks["transferred_out"] * results.desks["answered"]
    assert by_desk.sum() == pytest.approx(handed_on.sum(), rel=0.01)


def test_the_warm_up_is_left_out(centre, results, played):
    """10 h of the first day: 09:00 to 10:00 of its hours."""
    intervals = results.intervals
    first = intervals[intervals["interval_start"].str.startswith("2026-03-02")]
    assert min(first[first["period"] == "interval"]["interval_start"].str[11:]) == "10:00"
    offered = [int(((log.entered_s >= 36000.0) & log.counted & (log.queue == 0)).sum()) for _, log in played]
    assert results.queues.loc["calls", "offered"] == sum(offered) / REPLICATIONS
    # the backlog and who came before ten are nobody's journey
    customers = sum(len({(o, c) for o, c, e, leg in zip(log.origin, log.customer, log.entered_s, log.leg, strict=True)
                         if leg == 0 and e >= 36000.0}) for _, log in played)  # fmt: skip
    missed = sum(int(((log.outcome == 15) & (log.entered_s >= 36000.0)).sum()) for _, log in played)
    assert results.journeys.loc["", "contacts"] == (customers - missed) / REPLICATIONS
    # seven open hours of the eight are measured, with the numbers of the staffing
    assert results.desks.loc["front", "advisers"] == pytest.approx(3.0)
    assert results.desks.loc["front", "paid_hours"] == pytest.approx(3 * 7, rel=0.1)


def test_targets_of_classes_and_of_callbacks(centre, results, played):
    """Their cells have the values of the measures, and the criteria say which column of the tally they read."""
    found = {(one.place, one.measure): one for one in criteria(centre)}
    assert found["calls/VIP", "service_level"].index == 4
    assert found["calls/VIP", "abandon_rate"].index == 4
    assert found["calls", "callback_level"].condition == "called back within 10 min >= 80 %"
    days = results.days[results.days["level"] == "queue"].set_index(["date", "name"])
    rows = results.targets[results.targets["level"] == "queue"]
    assert {(row.place, row.measure) for row in rows.itertuples()} == {key for key in found if key[0]}
    for row in rows.itertuples():
        measured = days.loc[(row.cell, row.place)]
        expected = [float(measured[row.measure + part]) for part in ("", "_low", "_high")]
        assert [row.value, row.low, row.high] == pytest.approx(expected, rel=1e-9, abs=1e-12)
    assert "called back within 10 min >= 80 %" in set(rows["condition"])


def test_callbacks_not_yet_due_are_told_as_undecided(centre, played):
    meter = Players(compile_network(centre), compile_promises(centre)).meter
    cells = TargetCells.of(criteria(centre), meter)
    table = target_table(cells, [tally for tally, _ in played])
    callback = [place for place, one in enumerate(cells.criterion) if cells.criteria[one].measure == "callback_level"]
    left_out = sum(tally.queues["callback_undecided"][:, 0].sum() for tally, _ in played)
    accepted = sum(tally.queues["callbacks"][:, 0].sum() for tally, _ in played)
    assert table.undecided[callback].sum() == left_out
    assert table.traffic[callback].sum() == accepted > 0


def test_journeys_with_returns(centre, results, played):
    network = compile_network(centre)
    each = [tallies.journey_tally(log, network, WITHIN, NO_P90) for _, log in played]

    def c(one, field):
        return sum((value for (name, _, _), value in one.items() if name == field), Fraction(0))

    made_of = {
        "attempts_per_contact": ("attempts", "contacts"),
        "first_contact_resolution": ("resolved_first", "answered_customers"),
        "lost": ("lost", "contacts"),
        "time_to_resolution_s": ("resolution_s", "resolved_customers"),
        "passed_on_s": ("passed_on_s", "transferred"),
        "pending": ("pending", None),
        "at_limit": ("at_limit", None),
    }
    for measure, (top, bottom) in made_of.items():
        value, low, high = ratio([(c(one, top), c(one, bottom) if bottom else 1) for one in each])
        got = [float(results.journeys.loc["", measure + part]) for part in ("", "_low", "_high")]
        assert got[:2] == pytest.approx([value, max(low, 0.0)], rel=1e-9), measure
        assert got[2] == pytest.approx(min(high, 1.0) if measure in ("first_contact_resolution", "lost") else high)
        assert value > 0
    assert results.journeys.loc["", "attempts_per_contact"] > 1.01


def test_legs_tell_how_each_came_and_what_follows(results, played):
    legs = results.legs[results.legs["replication"] == 0]
    assert set(legs["entry"]) >= {"first", "transfer", "redial", "repeat", "callback", "resumed", "appointment"}
    assert set(legs["returns"]) >= {"none", "comes_back"}
    assert set(legs[legs["queue"] == "calls"]["class"]) == {"VIP", "new", ""}
    assert legs["own_adviser"].notna().sum() == (played[0][1].own_adviser >= 0).sum() > 0
    assert legs["predicted_s"].notna().any()
    # what is not counted has no promise to keep
    assert legs[legs["entry"] == "callback"]["in_time"].isna().all()


@pytest.mark.parametrize("ending", ["json", "xlsx", "csv"])
def test_files_hold_every_measure_and_no_nan(results, tmp_path, ending):
    path = tmp_path / f"all.{ending}"
    write(results, path)
    if ending == "json":
        read = json.loads(path.read_text(encoding="utf-8"), parse_constant=pytest.fail)
        assert set(read["queues"]) == set(PLACES)
        assert {m.name for m in MEASURES if m.level == "queue"} == set(read["queues"]["calls/VIP"])
        assert read["queues"]["mail"]["callback_level"] == {"mean": None, "low": None, "high": None}
        assert read["transfers"][0].keys() == {"from_desk", "to_desk", "legs", "legs_low", "legs_high"}
    elif ending == "xlsx":
        sheets = pd.read_excel(path, sheet_name=None)
        assert list(sheets["queues"]["queue"]) == PLACES
        assert {m.name for m in MEASURES if m.level == "queue"} <= set(sheets["queues"])
        assert len(sheets["transfers"]) == len(results.transfers)
    else:
        table = pd.read_csv(path)
        assert {m.name for m in MEASURES} <= set(table)
        assert set(table[table["level"] == "queue"]["name"]) == set(PLACES)
