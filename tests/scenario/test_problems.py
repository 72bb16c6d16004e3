"""All problems at once, none of them made up, in the order of the file."""

import copy
from datetime import date

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from strategies import scenarios

from simcenter.errors import ScenarioError
from simcenter.scenario import Scenario
from simcenter.scenario.problems import Said, dotted, nearest, show


def problems(data):
    with pytest.raises(ScenarioError) as caught:
        Scenario.from_dict(data)
    return list(caught.value.problems)


def test_every_problem_is_told_in_the_order_of_the_file(two_desks):
    two_desks["timezone"] = "Europe/Pariss"
    two_desks["horizon"]["interval"] = 30
    two_desks["horizon"]["days"] = 0
    two_desks["queues"]["calls"] |= {"channel": "fone", "patience": "-3 min", "redial": {}, "waiting_rom": 4}
    two_desks["queues"]["mail"]["patience"] = "1 h"
    two_desks["desks"]["front"]["serves"]["call"] = {"rank": 0}
    two_desks["desks"]["experts"]["shrinkage"] = float("inf")
    two_desks["targets"] = {"bounced": True}
    assert problems(two_desks) == [
        'timezone: must be a time zone such as "Europe/Paris" (nearest: "Europe/Paris"), got "Europe/Pariss"',
        "horizon.days: must be a whole number from 1 to 366, got 0",
        'horizon.interval: must be a time with its unit (s, min or h), such as "20 s" or "4 min", got 30',
        'queues.calls.channel: must be one of "phone", "chat", "face_to_face", "email" or "messaging", got "fone"',
        'queues.calls.patience: must be longer than 0 s, got "-3 min"',
        "queues.calls.redial.share: must be given, got nothing",
        "queues.calls.redial.after: must be given, got nothing",
        "queues.calls.waiting_rom: must be a known key (nearest: waiting_room), got 4",
        'queues.mail.patience: must be left out, as nobody leaves a deferred channel, got "1 h"',
        'desks.front.serves.call: must be a queue of the scenario (nearest: calls), got "call"',
        "desks.front.serves.call.rank: must be a whole number from 1 to 1,000, got 0",
        "desks.experts.shrinkage: must be a number from 0 to 0.95, got inf",
        "targets.bounced: must be a number from 0 to 1, got true",
    ]


def test_a_misspelt_queue_is_one_problem_and_not_three(two_desks):
    two_desks["queues"]["return"] = two_desks["queues"].pop("returns")
    assert problems(two_desks) == [
        'desks.front.serves.calls.transfers.returns: must be a queue of the scenario (nearest: return), got "returns"',
        'desks.experts.serves.returns: must be a queue of the scenario (nearest: return), got "returns"',
    ]


def test_a_broken_interval_does_not_hide_what_is_wrong_with_a_desk(two_desks):
    two_desks["horizon"]["interval"] = "7 min"
    two_desks["desks"]["front"]["serves"]["calls"]["transfers"] = {"returns": 0.7, "mail": 0.5}
    assert [line.split(":")[0] for line in problems(two_desks)] == [
        "horizon.interval",
        "desks.front.serves.calls.transfers",
        "desks.front.serves.calls.transfers.mail",
    ]


@pytest.mark.parametrize("table", ["horizon", "queues", "desks", "targets"])
@pytest.mark.parametrize("junk", [5, "x", [], None, float("nan"), True, {"x": 5}, {"x": {"y": []}}, date(2026, 3, 2)])
def test_junk_in_place_of_a_table_is_told(two_desks, table, junk):
    two_desks[table] = junk
    if not (table == "targets" and junk is None):
        assert all(line.startswith(("horizon", "queues", "desks", "targets")) for line in problems(two_desks))


JUNK = st.sampled_from(
    [None, -1, 0, 1e308, 10**400, float("nan"), True, "", "x", "-5 min", "\n", [], [[]], {}, {"a": 1}]
).map(copy.deepcopy)  # the same table in two places would be one


def places(data, before=()):
    for key, value in data.items():
        yield (*before, key)
        if isinstance(value, dict):
            yield from places(value, (*before, key))


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(data=scenarios(max_queues=3, max_desks=2, rules=True), draw=st.data())
def test_junk_anywhere_gives_a_scenario_or_problems_in_one_line_each(data, draw):
    """Never another exception, whatever stands in one or two places."""
    for _ in range(draw.draw(st.integers(1, 2))):
        place = draw.draw(st.sampled_from(list(places(data))))
        table = data
        for part in place[:-1]:
            table = table[part]
        table[place[-1]] = draw.draw(JUNK)
    lines = ["all is well: , got a scenario"]
    try:
        Scenario.from_dict(data)
    except ScenarioError as error:
        lines = list(error.problems)
    assert lines
    assert all(", got " in line and ": " in line and "\n" not in line for line in lines)


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ("3 min", '"3 min"'),
        ("a\nb", '"a\\nb"'),
        (True, "true"),
        (float("nan"), "nan"),
        (2.5, "2.5"),
        (10**400, "a number of over 300 digits"),
        (date(2026, 3, 2), "2026-03-02"),
        ({"a b": [1, "x"]}, '{ "a b" = [1, "x"] }'),
        (None, "nothing"),
        (Said("none"), "none"),
        ("x" * 500, '"' + "x" * 76 + "..."),
    ],
)
def test_values_are_shown_as_the_file_writes_them(value, text):
    assert show(value) == text


def test_key_paths_are_written_as_toml_does():
    assert dotted(("queues", "a.b", "volume", 3)) == 'queues."a.b".volume'


def test_the_nearest_name_or_the_names_there_are():
    assert nearest("fron", ["front", "back"]) == "(nearest: front)"
    assert nearest("xyz", ["front", "back"]) == "(front, back)"
    assert nearest("xyz", []) == "(none)"


def test_a_broken_value_hides_nothing_else_in_its_table(two_desks):
    two_desks["horizon"] |= {"days": 0, "interval": "7 min", "holidays": "XX"}
    two_desks["queues"]["calls"] |= {
        "volume": {"per_day": -1, "shape": [0]},
        "handle_time": {"law": "erlang", "mean": "-3 min", "cv": "x"},
        "target": {"answered": 80, "within": "4 working days", "definition": "sl"},
    }
    two_desks["queues"]["mail"] |= {"volume": "none.csv", "handle_time": {"low": "x", "law": "uniform"}}
    two_desks["desks"]["front"] |= {"shrinkage": 30, "min_advisers": 5, "max_advisers": 3, "advisers": [1, -1]}
    two_desks["desks"]["front"]["serves"]["calls"]["transfers"]["returns"] = {"share": 2, "handover": "1 s"}
    assert [line.split(": ")[0] for line in problems(two_desks)] == [
        "horizon.days",
        "horizon.interval",
        "horizon.holidays",
        "queues.calls.volume.per_day",
        "queues.calls.volume.shape",
        "queues.calls.handle_time.mean",
        "queues.calls.handle_time.cv",
        "queues.calls.handle_time.stages",
        "queues.calls.target.answered",
        "queues.calls.target.within",
        "queues.calls.target.definition",
        "queues.mail.volume",
        "queues.mail.handle_time.low",
        "queues.mail.handle_time.high",
        "desks.front.serves.calls.transfers.returns.share",
        "desks.front.serves.calls.transfers.returns.handover",
        "desks.front.shrinkage",
        "desks.front.max_advisers",
        "desks.front.advisers",
    ]


@pytest.mark.parametrize("key", ["patience", "target", "waiting_room", "volume", "hours"])
def test_nothing_in_place_of_a_value_is_as_if_it_were_left_out(two_desks, key):
    """JSON has null for what TOML leaves out."""
    two_desks["queues"]["returns"][key] = None
    assert Scenario.from_dict(two_desks).queues["returns"].channel == "phone"
