import numpy as np
import pytest

from simcenter.errors import ScenarioError
from simcenter.scenario import Scenario, load_scenario

MAIL_RANK = "desks.front.serves.mail.rank"
NO_PATH = 'replace: must have a key path such as "queues.NAME.patience.mean"'


@pytest.fixture
def scenario(two_desks):
    return Scenario.from_dict(two_desks)


def problems(call):
    with pytest.raises(ScenarioError) as caught:
        call()
    return list(caught.value.problems)


def test_replacing_gives_another_scenario_and_leaves_the_first(scenario):
    other = scenario.replace("queues.calls.patience.mean", "2 min")
    assert other.queues["calls"].patience.mean_s == 120
    assert scenario.queues["calls"].patience.mean_s == 180
    assert other != scenario
    assert other.replace("queues.calls.patience.mean", "3 min") == scenario


@pytest.mark.parametrize(
    ("key", "value", "look"),
    [
        ("queues.calls.patience.cv", 2.0, lambda s: s.queues["calls"].patience.law == "lognormal"),
        ("queues.calls.handle_time.wrap_up", "10 s", lambda s: s.queues["calls"].handle_time.wrap_up_s == 10),
        ("queues.calls.target", {"abandoned": 0.05}, lambda s: s.queues["calls"].target.abandoned == 0.05),
        ("queues.calls.patience", None, lambda s: s.queues["calls"].patience is None),
        ("desks.front.advisers", np.full(48, 0), lambda s: s.desks["front"].advisers == (0,) * 48),
        ("desks.front.advisers", np.int64(3), lambda s: max(s.desks["front"].advisers) == 3),
        ("desks.front.serves.calls.transfers.returns", 0.05, lambda s: transfer(s).share == 0.05),
        ("desks.front.serves.calls.transfers.returns.kind", "warm", lambda s: transfer(s).kind == "warm"),
        ("desks.front.serves.returns.rank", 3, lambda s: s.desks["front"].serves["returns"].rank == 3),
        ('desks."front".serves.mail', None, lambda s: list(s.desks["front"].serves) == ["calls"]),
        ("horizon.hours.tue", "10:00-11:00", lambda s: s.calendar.periods(s.horizon)[1] == (34 * 3600, 35 * 3600)),
        ("horizon.days", 9, lambda s: sum(s.queues["calls"].volume) == pytest.approx(360)),
        ("targets.transferred", 0.1, lambda s: s.targets.transferred == 0.1),
        ("max_legs", 2, lambda s: s.max_legs == 2),
    ],
)  # fmt: skip
def test_any_key_can_be_set_and_short_forms_on_the_way_are_written_out(scenario, key, value, look):
    if key.endswith("mail"):
        scenario = scenario.replace("desks.experts.serves.mail.rank", 5)
    assert look(scenario.replace(key, value))


def transfer(scenario):
    return scenario.desks["front"].serves["calls"].transfers["returns"]


def test_a_resolved_scenario_takes_the_same_changes(scenario):
    explicit = Scenario.from_dict(scenario.to_dict())
    for key, value in [
        ("queues.calls.patience.mean", "2 min"),
        ("desks.front.serves.calls.transfers.returns", 0.05),
        ("horizon.hours", "08:00-11:00"),
        ("targets.bounced", 0.02),
    ]:
        changed = explicit.replace(key, value)
        if key != "horizon.hours":
            assert changed == scenario.replace(key, value)


def test_several_at_once_are_checked_together(scenario):
    change = {"queues.calls.patience.law": "erlang", "queues.calls.patience.stages": 4}
    assert scenario.replace(change).queues["calls"].patience.cv == 0.5
    assert len(problems(lambda: scenario.replace("queues.calls.patience.law", "erlang"))) == 1


@pytest.mark.parametrize(
    ("key", "value", "message"),
    [
        ("queues.call.patience", "2 s", 'queues.call: must be in the scenario (nearest: calls), got "call"'),
        ("queues.calls.patince", "2 s", 'queues.calls.patince: must be a known key (nearest: patience), got "2 s"'),
        ("queues.calls.patience.men", 2, "queues.calls.patience.men: must be a known key (nearest: mean), got 2"),
        ("queues.calls.channel.is", "x", 'queues.calls.channel: must be a table for is to be set in it, got "phone"'),
        ("queues.mail.volume.per_day", -1, "queues.mail.volume.per_day: must be a number from 0 to 1,000,000, got -1"),
        ("desks.front.serves.mail.rank", float("nan"), f"{MAIL_RANK}: must be a whole number from 1 to 1,000, got nan"),
        ("", 1, f'{NO_PATH}, got ""'),
        ("queues..calls", 1, f'{NO_PATH}, got "queues..calls"'),
        ("a b", 1, f'{NO_PATH}, got "a b"'),
    ],
)
def test_a_path_that_leads_nowhere_is_told(scenario, key, value, message):
    assert problems(lambda: scenario.replace(key, value)) == [message]


def test_hours_take_the_place_of_the_short_form(small):
    small["horizon"] |= {"opens": "08:00", "closes": "12:00"}
    del small["horizon"]["hours"]
    scenario = Scenario.from_dict(small)
    other = scenario.replace("horizon.hours", "09:00-10:00")
    assert other.calendar.open_mask(other.horizon).sum() == 2
    other = scenario.replace("horizon.hours.tue", "09:00-10:00")
    assert other.calendar.open_mask(other.horizon).sum() == 5
    other = scenario.replace("horizon.closes", "10:00")
    assert other.calendar.open_mask(other.horizon).sum() == 4


def test_names_with_dots_are_quoted(small):
    small["queues"]["a.b"] = small["queues"].pop("calls")
    small["desks"]["front"]["serves"] = {"a.b": {}}
    scenario = Scenario.from_dict(small)
    assert scenario.replace('queues."a.b".patience', "2 min").queues["a.b"].patience.mean_s == 120
    assert scenario.replace("queues.'a.b'.patience", "2 min").queues["a.b"].patience.mean_s == 120


def test_the_files_of_a_scenario_are_read_once(small, tmp_path):
    path = tmp_path / "centre.toml"
    rows = "".join(f"2026-03-02T{h:02d}:00,{h}\n" for h in range(24))
    (tmp_path / "d.csv").write_text("interval_start,calls\n" + rows)
    path.write_text(
        'schema = 1\nname = "x"\ntimezone = "UTC"\n[horizon]\nstart = 2026-03-02\ndays = 1\ninterval = "60 min"\n'
        'hours = "08:00-12:00"\n[queues.calls]\nchannel = "phone"\nvolume = "d.csv"\nhandle_time = "4 min"\n'
        "[desks.front.serves.calls]\n"
    )
    scenario = load_scenario(path)
    (tmp_path / "d.csv").unlink()
    other = scenario.replace("queues.calls.handle_time", "5 min")
    assert other.queues["calls"].volume == scenario.queues["calls"].volume


def test_what_the_caller_holds_is_never_changed(two_desks):
    before = repr(two_desks)
    Scenario.from_dict(two_desks).replace("queues.calls.patience.mean", "1 min")
    assert repr(two_desks) == before


REDIAL = {"share": 0.5, "after": "10 min"}
RULES = {
    "queues.calls.redial": REDIAL,
    "queues.calls.lines": "main",
    "lines.main": 30,
    "queues.calls.volume_counts": "all attempts",
    "queues.calls.target": {"abandoned": 0.05},
    "queues.calls.classes.VIP": {"share": 0.1},
    "queues.calls.misrouted.returns": {"share": 0.1, "after": "40 s"},
    "desks.third.serves.returns": {},
}


@pytest.fixture
def with_rules(two_desks):
    two_desks["desks"]["third"] = {"serves": {"mail": {}}}
    return Scenario.from_dict(two_desks).replace(RULES)


@pytest.mark.parametrize(
    ("key", "value", "look"),
    [
        ("queues.calls.redial.share", 0.7, lambda s: s.queues["calls"].redial.share == 0.7),
        ("queues.calls.redial.after", {"mean": "5 min", "cv": 2}, lambda s: s.queues["calls"].redial.after.cv == 2),
        ("queues.calls.redial.after.mean", "2 working hours", lambda s: s.queues["calls"].redial.working),
        ("queues.calls.redial", None, lambda s: s.queues["calls"].redial is None),
        ("queues.calls.volume_counts.abandoned", 0.1, lambda s: s.queues["calls"].volume_counts.abandoned == 0.1),
        ("queues.calls.classes.VIP.patience", "9 min", lambda s: vip(s).patience.mean_s == 540),
        ("queues.calls.classes.VIP", None, lambda s: s.queues["calls"].classes == {}),
        ("queues.calls.misrouted.returns.if_busy", "keep", lambda s: misrouted(s).if_busy == "keep"),
        ("queues.calls.misrouted", None, lambda s: s.queues["calls"].misrouted == {}),
        ("queues.mail.backlog", 7, lambda s: s.queues["mail"].backlog == 7),
        ("lines.main", 2, lambda s: s.lines == {"main": 2}),
        ("variability.day", 0.3, lambda s: s.queues["mail"].variability.day == 0.3),
        ("queues.mail.variability.day", 0.3, lambda s: s.queues["calls"].variability.day == 0),
        ("horizon.warm_up", "1 h", lambda s: s.horizon.warm_up_s == 3600),
        ("desks.front.absence", 0.1, lambda s: s.desks["front"].absence == 0.1),
        ("desks.front.off_phone", np.full(24, 0), lambda s: s.desks["front"].off_phone == (0,) * 48),
        ("desks.front.serves.mail.min_idle", 2, lambda s: s.desks["front"].serves["mail"].min_idle == 2),
        ("desks.front.serves.calls.transfers.returns.shares", {"VIP": 0.5}, lambda s: transfer(s).shares["VIP"] == 0.5),
        ("desks.front.serves.calls.transfers.returns.shares.VIP", 0.5, lambda s: transfer(s).shares == {"VIP": 0.5}),
    ],
)  # fmt: skip
def test_rules_are_switched_on_and_off_key_by_key(with_rules, key, value, look):
    for scenario in (with_rules, Scenario.from_dict(with_rules.to_dict())):
        assert look(scenario.replace(key, value))


def vip(scenario):
    return scenario.queues["calls"].classes["VIP"]


def misrouted(scenario):
    return scenario.queues["calls"].misrouted["returns"]


def test_a_rule_that_is_taken_out_leaves_the_scenario_as_it_was(scenario):
    assert scenario.replace("queues.calls.redial", REDIAL) != scenario
    assert scenario.replace("queues.calls.redial", REDIAL).replace("queues.calls.redial", None) == scenario


def test_arrivals_take_the_place_of_a_volume(scenario):
    change = {"queues.calls.arrivals.at": np.array([1.0, 2.5]), "queues.calls.volume": None}
    replayed = scenario.replace(change)
    assert replayed.queues["calls"].arrivals.at_s == (1.0, 2.5)
    assert replayed.replace({"queues.calls.arrivals": None, "queues.calls.volume": {"per_day": 40}}) == scenario
