"""Results against plain loops over the legs of every replication."""

import json
import math
from fractions import Fraction

import numpy as np
import pandas as pd
import pytest
from experiment.logged import logged
from oracles import tallies

from simcenter.experiment import Results, simulate
from simcenter.experiment.confidence import student
from simcenter.simulation.compile import compile_network
from simcenter.simulation.staffing import Staffing

REPLICATIONS = 6
WITHIN = [(20, "s"), (30, "s"), (40, "s"), (3600, "working s"), None]
P90 = [None, (120, "s"), None, None, None]


@pytest.fixture(scope="module")
def played(centre):
    """The tallies and logs of a few replications."""
    return logged(centre, 7, REPLICATIONS)


@pytest.fixture(scope="module")
def results(centre, played):
    return Results.from_tallies(centre, Staffing.from_scenario(centre), played, seed=7)


@pytest.fixture(scope="module")
def counted(centre, played):
    """Per replication: queue, journey and desk counters of the plain loops."""
    network = compile_network(centre)
    return [
        (
            tallies.queue_tally(log, network, WITHIN, P90),
            tallies.journey_tally(log, network, WITHIN, P90),
            tallies.desk_tally(log, network),
        )
        for _, log in played
    ]


def ratio(pairs):
    """Ratio of sums, and its 95 % interval by the delta method, from (numerator, denominator) per replication."""
    pairs = [(float(x), float(y)) for x, y in pairs]
    n, top, bottom = len(pairs), sum(x for x, _ in pairs), sum(y for _, y in pairs)
    if bottom == 0:
        return math.nan, math.nan, math.nan
    value = top / bottom
    spread = math.fsum((x - value * y) ** 2 for x, y in pairs) / (n - 1)
    half = student(0.95, n) * math.sqrt(spread / n) / (bottom / n)
    return value, value - half, value + half


def queue_parts(name, c):
    """Numerator and denominator of a queue's measure, written out by hand; ``c`` gives a count by its name."""
    judged = c("answered") + c("abandoned") + c("late")
    if name in QUEUE_COUNTS:
        return c(name), 1
    return {
        "sl_offered": (c("in_time"), judged),
        "sl_answered": (c("in_time"), c("answered") + c("late")),
        "sl_excl_early_abandons": (c("in_time"), judged - c("abandoned_in_time")),
        "sl_abandons_met": (c("in_time") + c("abandoned_in_time"), judged),
        "sl_short_abandons_met": (c("in_time") + c("abandoned_short"), judged),
        "asa_s": (c("wait_answered_s"), c("answered")),
        "mean_wait_s": (c("wait_s"), judged),
        "abandon_rate": (c("abandoned"), judged),
        "delayed": (c("delayed"), judged),
        "handle_s": (c("handle_s"), c("answered")),
        "transferred_out": (c("transferred_out"), c("answered")),
        "resolved": (c("resolved"), c("answered")),
    }[name]


QUEUE_COUNTS = (
    "offered", "answered", "abandoned", "blocked", "balked", "turned_away", "dropped", "callbacks", "waiting_at_end",
    "undecided",
)  # fmt: skip
QUEUE_RATIOS = (
    "sl_offered", "sl_answered", "sl_excl_early_abandons", "sl_abandons_met", "sl_short_abandons_met", "asa_s",
    "mean_wait_s", "abandon_rate", "delayed", "handle_s", "transferred_out", "resolved",
)  # fmt: skip


def summed(counter, place, rows):
    return lambda name: sum((counter.get((name, row, place), Fraction(0)) for row in rows), Fraction(0))


def check(row, name, expected, highest=math.inf):
    low, high = max(expected[1], 0.0), min(expected[2], highest)
    got = [float(row[name]), float(row[f"{name}_low"]), float(row[f"{name}_high"])]
    assert got == pytest.approx([expected[0], low, high], rel=1e-9, abs=1e-9, nan_ok=True), name


SHARES = {"abandon_rate", "delayed", "transferred_out", "resolved"}


def check_queue(row, place, rows, counted):
    for name in QUEUE_COUNTS + QUEUE_RATIOS:
        pairs = [queue_parts(name, summed(queue, place, rows)) for queue, _, _ in counted]
        expected = (math.nan,) * 3 if name.startswith("sl_") and WITHIN[place] is None else ratio(pairs)
        check(row, name, expected, 1.0 if name.startswith("sl_") or name in SHARES else math.inf)


def rows_of_day(centre, day):
    """The intervals of a day; what comes after the horizon belongs to the last."""
    calendar = centre.calendar
    rows = [row for row in range(calendar.T) if calendar.interval_day[row] == day]
    return [*rows, calendar.T] if day == len(calendar.dates) - 1 else rows


def test_queues_over_the_horizon(centre, results, counted):
    for place, name in enumerate(centre.queues):
        check_queue(results.queues.loc[name], place, range(centre.calendar.T + 1), counted)


def test_queues_by_day(centre, results, counted):
    frame = results.days
    assert len(frame[frame["level"] == "queue"]) == 2 * len(centre.queues)
    for day, date in enumerate(centre.calendar.dates):
        for place, name in enumerate(centre.queues):
            row = frame[(frame["date"] == str(date)) & (frame["level"] == "queue") & (frame["name"] == name)].iloc[0]
            check_queue(row, place, rows_of_day(centre, day), counted)


def test_queues_by_interval(centre, results, counted):
    frame = results.intervals
    frame = frame[(frame["level"] == "queue") & (frame["period"] == "interval")]
    number = {label: row for row, label in enumerate(centre.calendar.interval_start)}
    assert len(frame) > 20
    for _, row in frame.iterrows():
        check_queue(row, list(centre.queues).index(row["name"]), [number[row["interval_start"]]], counted)
    seen = {(number[row["interval_start"]], row["name"]) for _, row in frame.iterrows()}
    for queue, _, _ in counted:
        for (name, row, place), value in queue.items():
            assert name != "offered" or not value or (row, list(centre.queues)[place]) in seen or row == len(number)


def test_service_level_is_the_one_that_the_queue_names(results):
    for queue, name in results.provenance["service_level"].items():
        row = results.queues.loc[queue]
        assert row["service_level"] == row[name] or (math.isnan(row["service_level"]) and math.isnan(row[name]))
    assert results.provenance["service_level"]["returns"] == "sl_answered"


def test_desks(centre, results, counted):
    """Over the horizon, by day, by interval, and after closing."""
    calendar = centre.calendar
    intervals = results.intervals[results.intervals["level"] == "desk"]
    assert "after_closing" in set(intervals["period"])
    for place, name in enumerate(centre.desks):
        opened = calendar.open_mask(centre.desks[name])

        def parts(rows, count, opened=opened):
            inside = [row for row in rows if row < calendar.T and opened[row]]
            paid = sum((count("paid_s", row) for row in rows), Fraction(0))
            busy = sum((count("busy_s", row) for row in rows), Fraction(0))
            answered = sum((count("answered", row) for row in rows), Fraction(0))
            handed_on = sum((count("transferred_out", row) for row in rows), Fraction(0))
            at_work = sum((count("paid_s", row) for row in inside), Fraction(0))
            return {
                "advisers": (at_work, 1800 * len(inside)),
                "paid_hours": (paid / 3600, 1),
                "occupancy": (busy, paid),
                "answered": (answered, 1),
                "transferred_out": (handed_on, answered),
            }

        def check_desk(row, rows, place=place, parts=parts):
            found = [parts(rows, lambda n, i, desk=desk: desk.get((n, i, place), Fraction(0))) for *_, desk in counted]
            for measure in found[0]:
                check(row, measure, ratio([one[measure] for one in found]), 1.0 if "o" in measure[:1] else math.inf)

        check_desk(results.desks.loc[name], range(calendar.T + 1))
        for day, date in enumerate(calendar.dates):
            rows = rows_of_day(centre, day)
            days = results.days
            found = days[(days["date"] == str(date)) & (days["level"] == "desk") & (days["name"] == name)]
            check_desk(found.iloc[0], rows)
            later = intervals[(intervals["interval_start"] == str(date)) & (intervals["name"] == name)]
            if len(later):
                check_desk(later.iloc[0], [row for row in rows if row >= calendar.T or not opened[row]])
        inside = intervals[(intervals["name"] == name) & (intervals["period"] == "interval")]
        assert len(inside) == opened.sum()
        for label, row in zip(inside["interval_start"], (r for _, r in inside.iterrows()), strict=True):
            check_desk(row, [calendar.interval_start.index(label)])


def test_journeys(centre, results, counted):
    """By origin queue and for the whole centre."""
    every = range(centre.calendar.T + 1)
    places = [*((name, [place]) for place, name in enumerate(centre.queues)), ("", range(len(centre.queues)))]
    for name, origins in places:
        found = []
        for _, journeys, _ in counted:

            def c(field, journeys=journeys, origins=origins):
                return sum((journeys.get((field, row, o), Fraction(0)) for row in every for o in origins), Fraction(0))

            found.append(
                {
                    "contacts": (c("contacts"), 1),
                    "attempts_per_contact": (c("attempts"), c("contacts")),
                    "legs_per_contact": (c("legs"), c("contacts")),
                    "transferred": (c("transferred"), c("answered_customers")),
                    "bounced": (c("bounced"), c("answered_customers")),
                    "transferred_of_offered": (c("transferred"), c("contacts")),
                    "first_contact_resolution": (c("resolved_first"), c("answered_customers")),
                    "lost": (c("lost"), c("contacts")),
                    "journey_wait_s": (c("journey_wait_s"), c("contacts")),
                    "time_to_resolution_s": (c("resolution_s"), c("resolved_customers")),
                }
            )
        for measure in found[0]:
            counts = measure in ("contacts", "attempts_per_contact", "legs_per_contact") or measure.endswith("_s")
            check(
                results.journeys.loc[name], measure, ratio([one[measure] for one in found]), math.inf if counts else 1.0
            )


def test_pooled_percentiles_are_close_to_those_of_all_waits(centre, results, played):
    """Pooled over replications: within the histogram's 0.5 %; the interval is the spread about it (sectioning)."""
    network = compile_network(centre)
    waits = [tallies.answered_waits(log, network, WITHIN, P90) for _, log in played]
    for place, name in enumerate(centre.queues):
        own = [[w for (queue, _), part in one.items() if queue == place for w in part] for one in waits]
        for percent in (50, 90, 95):
            row, measure = results.queues.loc[name], f"wait_p{percent}_s"
            pooled = row[measure]
            assert pooled == pytest.approx(
                tallies.nearest_rank([wait for part in own for wait in part], percent), rel=0.005, abs=0
            )
            each = [tallies.nearest_rank(part, percent) for part in own]
            spread = math.sqrt(sum((value - pooled) ** 2 for value in each) / (len(each) - 1) / len(each))
            half = student(0.95, len(each)) * spread
            expected = [max(pooled - half, 0.0), pooled + half]
            assert [row[measure + "_low"], row[measure + "_high"]] == pytest.approx(expected, rel=1e-9, abs=1e-9)
        assert results.queues.loc[name, "max_wait_s"] == max(max(part) for part in own)


def test_one_replication_has_exact_percentiles_and_no_intervals(centre, played):
    alone = Results.from_tallies(centre, Staffing.from_scenario(centre), played[:1], seed=7)
    waits = tallies.answered_waits(played[0][1], compile_network(centre), WITHIN, P90)
    for place, name in enumerate(centre.queues):
        own = [w for (queue, _), part in waits.items() if queue == place for w in part]
        assert alone.queues.loc[name, "wait_p90_s"] == tallies.nearest_rank(own, 90)
    bounds = [column for column in alone.queues if column.endswith(("_low", "_high"))]
    assert alone.queues[bounds].isna().all(axis=None)
    assert all(part["low"] is None for part in alone.to_json_dict()["journeys"].values())


def test_json_has_the_agreed_form_and_no_nan(results):
    text = json.dumps(results.to_json_dict(), allow_nan=False)
    read = json.loads(text)
    assert read["result_schema"] == 1
    assert read["confidence"] == 0.95
    assert set(read["queues"]["calls"]["service_level"]) == {"mean", "low", "high"}
    assert read["queues"]["counter"]["service_level"] == {"mean": None, "low": None, "high": None}
    assert read["desks"]["front"]["occupancy"]["mean"] == results.desks.loc["front", "occupancy"]
    assert read["journeys"]["transferred"]["mean"] == results.journeys.loc["", "transferred"]
    assert list(read)[:6] == ["result_schema", "confidence", "provenance", "queues", "desks", "journeys"]


def test_results_are_made_again_by_their_provenance(centre, results):
    origin = results.provenance
    assert origin["scenario_hash"] == centre.hash
    again = simulate(centre, seed=origin["seed"], replications=origin["replications"])
    assert json.dumps(again.to_json_dict()) == json.dumps(results.to_json_dict())


def test_frames_are_copies_and_results_frozen(results):
    frame = results.queues
    frame.loc["calls", "offered"] = -1
    assert results.queues.loc["calls", "offered"] > 0
    with pytest.raises(AttributeError):
        results.seed = 3


def test_short_repr_and_html(results):
    assert repr(results).startswith('<Results "Four <channels>": 6 replications, seed 7, ')
    assert len(repr(results)) < 120
    assert "Four &lt;channels&gt;" in results._repr_html_()


def test_legs_are_the_log_with_names_units_and_local_times(centre, results, played):
    legs = results.legs
    assert set(legs["replication"]) == set(range(REPLICATIONS))
    log = played[0][1]
    first = legs[legs["replication"] == 0]
    assert len(first) == len(log)
    assert list(first["queue"]) == [list(centre.queues)[place] for place in log.queue]
    assert np.array_equal(first["entered_s"], log.entered_s)
    assert first["desk"].isna().sum() == (log.desk < 0).sum()
    times = [name for name in legs if legs[name].dtype == np.float64]
    assert all(name.endswith("_s") for name in times)
    moment = first["entered_local"].iloc[0]
    assert moment - pd.Timestamp("2026-03-28", tz="Europe/Paris") == pd.Timedelta(
        round(log.entered_s[0] * 1e6), unit="us"
    )


def test_measures_can_be_made_again_from_the_legs(results, centre):
    """Waits, handle times and the service level of the only replication, summed from its legs."""
    one = simulate(centre, replications=1)
    legs = one.legs
    answered = legs[legs["desk"].notna()]
    waits = answered.groupby("queue", observed=True)["wait_s"].mean()
    handled = answered.groupby("queue", observed=True)["handle_s"].mean()
    for queue in waits.index:
        assert one.queues.loc[queue, "asa_s"] == pytest.approx(waits[queue], rel=1e-12)
        assert one.queues.loc[queue, "handle_s"] == pytest.approx(handled[queue], rel=1e-12)
    shares = legs[legs["in_time"].notna()].groupby("queue", observed=True)["in_time"].mean()
    assert set(shares.index) == {name for name, queue in centre.queues.items() if queue.target and queue.target.within}
    for queue, share in shares.items():
        if centre.queues[queue].target.definition == "sl_offered":
            assert one.queues.loc[queue, "service_level"] == pytest.approx(share, rel=1e-12)


def test_legs_of_no_replication_are_an_empty_table(centre):
    none = simulate(centre, replications=1, keep_legs=0)
    assert len(none.legs) == 0
    assert "entered_s" in none.legs


def test_whole_table_holds_everything(results):
    table = results.whole_table()
    assert set(table["period"]) >= {"horizon", "day", "interval", "after_closing"}
    total = table[(table["period"] == "horizon") & (table["name"] == "(all)")]
    assert total["contacts"].iloc[0] == results.journeys.loc["", "contacts"]
    assert len(table) == 5 + 2 + 6 + len(results.days) + len(results.intervals)
