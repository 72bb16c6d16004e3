"""The statements of tests/rule_invariants.py hold with rules switched on at random; and each of them can see red."""

from dataclasses import replace

import pytest
import rule_invariants as invariants
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from rough_rules import rough_rules
from rule_invariants import CHECKS, Played
from small_centres import Back, Callback, Centre, Class, Customer, Desk, Own, Queue, Serves, To
from strategies import scenarios

from simcenter.scenario import Scenario
from simcenter.simulation.compile import compile_network
from simcenter.simulation.draws import Draws
from simcenter.simulation.engine import play
from simcenter.simulation.log import Entry, Outcome, Returns
from simcenter.simulation.network import DEFERRED
from simcenter.simulation.purposes import Purpose
from simcenter.simulation.staffing import Staffing

ENGINES = ("compiled", "simpy")


def play_and_check(network, staffing, draws, engine: str) -> Played:
    log = play(network, staffing, draws, engine)
    assert play(network, staffing, draws, engine).equals(log)
    played = Played(network, staffing, draws, log)
    for check in CHECKS:
        check(played)
    return played


def examples(count: int):
    return settings(max_examples=count, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))


@pytest.mark.parametrize("engine", ENGINES)
@examples(60)
@given(centre=rough_rules())
def test_in_rough_random_centres(engine, centre):
    play_and_check(*centre, engine)


@pytest.mark.parametrize("engine", ENGINES)
@examples(40)
@given(data=scenarios(max_days=2, most=2.0, rules=True))
def test_in_random_scenarios(engine, data):
    scenario = Scenario.from_dict(data)
    network = compile_network(scenario)
    play_and_check(network, Staffing.from_scenario(scenario), Draws(network, seed=7, replication=0), engine)


@pytest.mark.parametrize("engine", ENGINES)
@examples(25)
@given(data=scenarios(max_days=2, most=2.0, rules=True), more=st.integers(1, 3))
def test_customers_are_the_same_under_two_staffings(engine, data, more):
    """When they first come, of which class and with which adviser of their own."""
    scenario = Scenario.from_dict(data)
    network = compile_network(scenario)
    few = Staffing.from_scenario(scenario)
    many = replace(few, advisers=few.advisers * (1 + more))
    stories = [play_and_check(network, staffing, Draws(network, 3, 1), engine).stories for staffing in (few, many)]
    names = ("entered_s", "customer_class", "own_adviser", "entry", "queue")
    seen = [{who: [getattr(story[0], name) for name in names] for who, story in each.items()} for each in stories]
    assert seen[0] == seen[1]


# What each check is for, shown on a log that is right until one of its numbers is spoilt.

QUEUES = {
    "a": Queue(
        classes=(Class(priority=0, credit=30.0), Class()),
        redial=Back(0.5, at_most=2),
        repeat=Back(0.5),
        lines=0,
        room=2,
        callback=Callback(150.0, 0.5, 0.5, tries=2, retry=50.0),
        own=Own("front", 2, 40.0, 0.2),
    ),
    "b": Queue(lines=0),
    "mail": Queue(DEFERRED),
}
DESKS = {
    "front": Desk(
        {"a": Serves(to=({"b": To(0.2)},) * 2), "mail": Serves(priority=2, interruptible=True)}, 2, absent=(0,)
    ),
    "back": Desk({"b": Serves(), "mail": Serves(priority=2, min_idle=2)}, 2),
}
NO = {Purpose.OWN: 0.9, Purpose.RETURN: 0.9}
CUSTOMERS = [
    Customer("a", 10, 100, u=NO),
    Customer("a", 20, 50, 20, u={**NO, Purpose.RETURN: (0.1, 0.1)}, delay=30),
    Customer("a", 30, 50, u={**NO, Purpose.ACCEPT: 0.1, Purpose.REACHED: (0.9, 0.9, 0.1)}),
    Customer("a", 300, 100, transfer=0.1, u=NO, class_=1),
    Customer("a", 800, 5, u={**NO, Purpose.OWN: 0.1, Purpose.OWN_NUMBER: 0.6}),
    Customer("a", 900, 5, entry=Entry.NO_SHOW, u=NO),
    Customer("b", 500, 100, u=NO),
    Customer("mail", 0, 5000, u=NO),
    Customer("mail", 5, 50, u=NO),
]


@pytest.fixture
def sound() -> Played:
    centre = Centre(QUEUES, DESKS, CUSTOMERS, lines=(3,))
    return Played(
        centre.network, centre.staffing, centre.draws, play(centre.network, centre.staffing, centre.draws, "simpy")
    )


def test_the_sound_log_passes(sound):
    for check in CHECKS:
        check(sound)
    outcomes = [Outcome(leg.outcome).name for leg in sound.legs]
    assert outcomes == [
        "RESOLVED", "ABANDONED", "ABANDONED", "CALLBACK", "NOT_REACHED", "RESOLVED", "TRANSFERRED", "RESOLVED",
        "RESOLVED", "NO_SHOW", "RESOLVED", "INTERRUPTED", "RESOLVED", "RESOLVED",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("check", "column", "row", "value"),
    [
        (invariants.everybody_who_came_has_a_story, "entered_s", 0, 11.0),
        (invariants.everybody_who_came_has_a_story, "customer_class", 6, 0),
        (invariants.everybody_who_came_has_a_story, "outcome", 9, Outcome.ABANDONED),
        (invariants.everybody_who_came_has_a_story, "entry", 9, Entry.NO_SHOW),
        (invariants.each_leg_follows_from_the_one_before, "leg", 7, 2),
        (invariants.each_leg_follows_from_the_one_before, "returns", 2, Returns.COMES_BACK),
        (invariants.each_leg_follows_from_the_one_before, "returns", 1, Returns.PENDING),
        (invariants.each_leg_follows_from_the_one_before, "attempt", 2, 0),
        (invariants.each_leg_follows_from_the_one_before, "attempt", 4, 1),
        (invariants.each_leg_follows_from_the_one_before, "entered_s", 7, 401.0),
        (invariants.each_leg_follows_from_the_one_before, "entered_s", 12, 10.0),
        (invariants.each_leg_follows_from_the_one_before, "entered_s", 2, 39.0),
        (invariants.each_leg_follows_from_the_one_before, "entry", 2, Entry.REPEAT),
        (invariants.each_leg_follows_from_the_one_before, "entry", 5, Entry.RESUMED),
        (invariants.each_leg_follows_from_the_one_before, "customer_class", 12, 2),
        (invariants.returns_are_what_chance_and_limits_say, "returns", 2, Returns.PENDING),
        (invariants.returns_are_what_chance_and_limits_say, "returns", 1, Returns.NONE),
        (invariants.returns_are_what_chance_and_limits_say, "returns", 0, Returns.PENDING),
        (invariants.returns_are_what_chance_and_limits_say, "returns", 4, Returns.AT_LIMIT),
        (invariants.offered_is_the_sum_of_outcomes, "entry", 5, Entry.REPEAT),
        (invariants.offered_is_the_sum_of_outcomes, "outcome", 3, Outcome.BLOCKED),
        (invariants.offered_is_the_sum_of_outcomes, "outcome", 11, Outcome.RESOLVED),
        (invariants.offered_is_the_sum_of_outcomes, "outcome", 0, Outcome.NOT_REACHED),
        (invariants.rows_are_in_order_and_on_the_grid, "customer", 3, 1),
        (invariants.rows_are_in_order_and_on_the_grid, "start_s", 7, 399.0),
        (invariants.rows_are_in_order_and_on_the_grid, "desk", 4, -1),
        (invariants.rows_are_in_order_and_on_the_grid, "predicted_s", 3, 2.0**-21),
        (invariants.advisers_have_two_hands, "start_s", 5, 119.0),
        (invariants.advisers_have_two_hands, "from_desk", 7, 1),
        (invariants.advisers_have_two_hands, "desk", 8, 1),
        (invariants.advisers_have_two_hands, "duty_end_s", 0, 500.0),
        (invariants.waiting_rooms_and_patience_hold, "end_s", 1, 39.0),
        (invariants.waiting_rooms_and_patience_hold, "outcome", 5, Outcome.ABANDONED),
        (invariants.who_he_is_stays, "own_adviser", 8, -1),
        (invariants.who_he_is_stays, "own_adviser", 8, 2),
        (invariants.who_he_is_stays, "customer_class", 2, 1),
        (invariants.callbacks_are_offered_by_the_prediction, "predicted_s", 3, 150.0),
        (invariants.callbacks_are_offered_by_the_prediction, "outcome", 3, Outcome.BLOCKED),
        (invariants.callbacks_are_offered_by_the_prediction, "outcome", 5, Outcome.NOT_REACHED),
        (invariants.callbacks_are_offered_by_the_prediction, "predicted_s", 7, 1.0),
        (invariants.nobody_is_interrupted_for_nothing, "desk", 11, 1),
        (invariants.nobody_is_interrupted_for_nothing, "freed_s", 11, 11.0),
        (invariants.nobody_is_interrupted_for_nothing, "start_s", 0, 11.0),
        (invariants.enough_stay_idle, "start_s", 12, 54.0),
        (invariants.only_those_present_come, "duty_adviser", 0, 0),
        (invariants.only_those_present_come, "duty_desk", 1, 0),
    ],
)
def test_each_check_sees_red(sound, check, column, row, value):
    check(sound)
    spoilt = getattr(sound.log, column).copy()
    assert spoilt[row] != value
    spoilt[row] = value
    with pytest.raises(AssertionError):
        check(Played(sound.network, sound.staffing, sound.draws, replace(sound.log, **{column: spoilt})))


def test_one_who_is_overtaken_is_seen():
    """Two who wait for the same adviser, their times swapped."""
    customers = [Customer("a", t, 50) for t in (0, 1, 2)]
    centre = Centre({"a": Queue()}, {"d": Desk({"a": Serves()})}, customers)
    log = play(centre.network, centre.staffing, centre.draws)
    swapped = log.start_s[[0, 2, 1]]
    check = invariants.nobody_of_the_same_kind_is_overtaken
    check(Played(centre.network, centre.staffing, centre.draws, log))
    with pytest.raises(AssertionError):
        check(Played(centre.network, centre.staffing, centre.draws, replace(log, start_s=swapped)))


def test_one_line_too_few_is_seen(sound):
    network = replace(sound.network, line_count=sound.network.line_count - 2)
    with pytest.raises(AssertionError):
        invariants.lines_are_never_more_than_there_are(Played(network, sound.staffing, sound.draws, sound.log))


def test_too_many_waiting_are_seen(sound):
    network = replace(sound.network, waiting_room=sound.network.waiting_room * 0)
    with pytest.raises(AssertionError):
        invariants.waiting_rooms_and_patience_hold(Played(network, sound.staffing, sound.draws, sound.log))
