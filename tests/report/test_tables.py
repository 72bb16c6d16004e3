"""Tables on a screen: what a planner must find there, without colour and in 100 columns."""

from datetime import date
from types import SimpleNamespace

import pandas as pd
import pytest
from rich.console import Console

from simcenter.experiment import simulate
from simcenter.measures import MEASURES
from simcenter.report import describe, measure_rows, show, show_measures
from simcenter.scenario import Scenario
from simcenter.simulation.staffing import Staffing


def centre_of(days=3, advisers=3):
    return Scenario.from_dict(
        {
            "schema": 1,
            "name": "Three days",
            "timezone": "Europe/Paris",
            "horizon": {
                "start": date(2026, 3, 2),
                "days": days,
                "interval": "30 min",
                "hours": {"mon-tue": "09:00-11:00", "wed": "22:00-24:00"},
            },
            "queues": {
                "calls [new]": {
                    "channel": "phone",
                    "volume": {"per_day": 60},
                    "handle_time": "4 min",
                    "patience": "3 min",
                    "target": {"answered": 0.8, "within": "20 s"},
                }
            },
            "desks": {"front": {"advisers": advisers, "serves": {"calls [new]": {}}}},
        }
    )


def shown(result):
    console = Console(width=100, record=True, force_terminal=False, color_system=None, quiet=False, file=_Nowhere())
    show(result, console)
    return console.export_text()


class _Nowhere:
    def write(self, text):
        return len(text)

    def flush(self):
        pass


def test_staffing_joins_equal_intervals_and_equal_days():
    staffing = Staffing.from_scenario(centre_of())
    lines = [line.split() for line in shown(staffing).splitlines() if line.strip()]
    assert ["09:00", "11:00", "3"] in lines
    assert ["22:00", "24:00", "3"] in lines
    assert sum(line[:1] == ["09:00"] for line in lines) == 1
    assert "2026-03-02, 2026-03-03" in shown(staffing)
    assert "adviser hours: front 18" in shown(staffing)


def test_staffing_shows_each_change():
    centre = centre_of(days=1)
    staffing = Staffing.from_scenario(centre, {"front": [0] * 18 + [1, 2, 2, 3] + [0] * 26})
    lines = [line.split() for line in shown(staffing).splitlines()]
    for row in (["09:00", "09:30", "1"], ["09:30", "10:30", "2"], ["10:30", "11:00", "3"]):
        assert row in lines


def test_results_name_the_definition_and_what_is_missed():
    text = shown(simulate(centre_of(advisers=1), replications=3))
    assert "Three days: 3 replications, seed 0; ± 95 % confidence" in text
    assert "answered within 20 s >= 80 % (sl_offered)" in text
    assert "0 of 3" in text
    assert "missed: calls [new], answered within 20 s" in text
    assert "Service level: sl_offered = At / (A + B + L)" in text
    assert "nan" not in text.lower()


def test_results_that_meet_all_miss_nothing():
    text = shown(simulate(centre_of(advisers=12), replications=2))
    assert "3 of 3" in text
    assert "missed" not in text


def test_one_replication_shows_values_without_intervals():
    """The head alone names a confidence."""
    text = shown(simulate(centre_of(), replications=1))
    assert text.count("±") == 1


def test_a_plan_shows_its_staffing_cost_proof_and_what_is_not_met():
    """Anything that has these parts, here not a real plan."""
    centre = centre_of()
    staffing = Staffing.from_scenario(centre)
    desks = {
        "desk": "front",
        "adviser_hours": 18.0,
        "scheduled_hours": 25.714,
        "cost": 432.0,
        "requirement_hours": 20.0,
    }
    plan = SimpleNamespace(
        staffing=staffing,
        desks=pd.DataFrame([desks]),
        results=simulate(centre, staffing, replications=2),
        verdict="not proven: one target is not shown to hold",
        proven=False,
        unmet=("calls [new]: too few advisers",),
        notes=("nobody can be spared",),
        assurance=None,
    )
    text = shown(plan)
    assert ["front", "18.0", "25.7", "432", "20.0"] in [line.split() for line in text.splitlines()]
    assert "Not proven: one target" in text
    assert "not met: calls [new]: too few advisers" in text
    assert "nobody can be spared" in text
    assert "answered within 20 s" in text


def test_every_measure_is_shown_with_unit_formula_and_source():
    console = Console(width=200, record=True, file=_Nowhere())
    show_measures(console)
    text = console.export_text()
    for measure in MEASURES:
        assert measure.name in text
        assert measure.unit in text
    assert "short limit of 10 s" in text.replace("\n", " ")
    assert [row["name"] for row in measure_rows()] == [measure.name for measure in MEASURES]
    assert set(measure_rows()[0]) == {"level", "name", "unit", "formula", "source"}


@pytest.mark.parametrize("words", ["Three days", "calls [new] (phone)", "front (advisers given)", "no mistakes found"])
def test_a_scenario_is_described(words):
    assert words in describe(centre_of())


def ruled(**calls):
    """The three days with more said about the calls."""
    data = centre_of().to_dict()
    data["queues"]["calls [new]"] |= calls
    return Scenario.from_dict(data)


def test_what_a_centre_does_not_do_is_not_shown():
    text = shown(simulate(centre_of(), replications=2))
    for word in (
        "Callbacks",
        "Who came again",
        "own",
        "Appointments",
        "Not let in",
        "put back",
        "Handed on, from desk",
    ):
        assert word not in text
    assert "attempts per customer" not in text
    assert "after being handed on" not in text


def test_callbacks_and_returns_have_tables_of_their_own():
    centre = ruled(
        callback={"over": "10 s", "accepted": 0.5},
        redial={"share": 0.5, "after": "5 min"},
        balking=0.3,
        classes={"VIP": {"share": 0.5}},
    )
    text = shown(simulate(centre, replications=3))
    for word in ("Callbacks", "Who came again", "Not let in", "attempts per customer", "calls [new]/VIP"):
        assert word in text
    headings = next(line for line in text.splitlines() if "accepted" in line).split()
    assert headings[:3] == ["queue", "accepted", "tries"]
    # no repeat contacts without the rule, and no level without a promise
    assert "repeat contacts" not in text
    assert "in time" not in text
    assert "nan" not in text.lower()


def test_who_is_not_let_in_is_shown_whatever_the_reason():
    def headings(text):
        after = text[text.index("Not let in") :].splitlines()
        return next(line for line in after if "queue" in line).split()

    full = ruled(waiting_room=0, volume=[60.0] * 48)  # in closed time too
    assert headings(shown(simulate(full, replications=3))) == ["queue", "blocked", "turned", "away"]
    volume = centre_of().to_dict()["queues"]["calls [new]"]["volume"]
    full = ruled(waiting_room=0, volume=[20 * contacts for contacts in volume])
    assert headings(shown(simulate(full, replications=3))) == ["queue", "blocked"]


def test_hand_overs_are_shown_from_desk_to_desk():
    data = centre_of(advisers=4).to_dict()
    data["queues"]["claims"] = {"channel": "phone", "handle_time": "4 min"}
    data["desks"]["front"]["serves"]["calls [new]"]["transfers"] = {"claims": {"share": 0.5, "kind": "cold"}}
    data["desks"]["back"] = {"advisers": 3, "serves": {"claims": {}}}
    results = simulate(Scenario.from_dict(data), replications=2)
    text = shown(results)
    lines = [line.split() for line in text.splitlines()]
    row = results.transfers.set_index("to_desk").loc["back"]
    assert ["desk", "front", "back"] in [line[:3] for line in lines]
    assert ["front", f"{row['legs']:.1f}"] in [line[:2] for line in lines]
    assert "wait after being handed on" in text
    assert "misrouted" not in text


def test_the_head_says_whether_the_precision_was_reached_and_the_foot_what_is_left_out():
    data = centre_of().to_dict()
    data["horizon"]["warm_up"] = "30 min"
    results = simulate(Scenario.from_dict(data), precision=0.5, replications=3)
    text = " ".join(shown(results).split())
    assert "3 replications, seed 0; ± 95 % confidence; precision 50 % reached" in text
    assert "What came in the first 30 min 00 s is not counted." in text
