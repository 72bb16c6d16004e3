"""What must hold in any log of any centre, whatever the rules decide in detail; and that each check can see red."""

from dataclasses import fields, replace
from functools import cached_property
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from random_centres import RandomCentre, random_centres
from small_centres import Centre, Customer, Desk, Queue, Serves, To
from strategies import scenarios

from simcenter.scenario import Scenario
from simcenter.simulation.compile import compile_network
from simcenter.simulation.draws import Draws
from simcenter.simulation.engine import play
from simcenter.simulation.log import ContactLog, Outcome
from simcenter.simulation.network import CHAT, DEFERRED, EXCLUSIVE
from simcenter.simulation.staffing import Staffing

ENGINES = ("compiled", "simpy")
SERVED = Outcome.UNRESOLVED_LIMIT


class Leg:
    """A row of the log with what the draws say of it."""

    def __init__(self, log: ContactLog, row: int, draws) -> None:
        for field in fields(log):
            if not field.name.startswith("duty"):
                setattr(self, field.name, getattr(log, field.name)[row].item())
        self.place = (self.entered_s, self.origin, self.customer)
        self.answered = self.outcome <= SERVED
        self.wait_end_s = self.start_s if self.answered else self.end_s
        self.chances = draws.later(self.origin, self.customer, self.leg, self.queue)

    def waits_at(self, t: float) -> bool:
        return self.entered_s < t < self.wait_end_s

    def in_hand_at(self, t: float) -> bool:
        return self.answered and self.start_s < t < self.freed_s


class Played:
    """A centre, its log, and the log as objects."""

    def __init__(self, network, staffing, draws, log: ContactLog) -> None:
        self.network, self.staffing, self.draws, self.log = network, staffing, draws, log

    @cached_property
    def legs(self) -> list[Leg]:
        return [Leg(self.log, row, self.draws) for row in range(len(self.log))]

    @cached_property
    def answered(self) -> list[Leg]:
        return [leg for leg in self.legs if leg.answered]

    @cached_property
    def duties(self) -> list[tuple[int, int, float, float]]:
        log = self.log
        columns = (log.duty_desk, log.duty_adviser, log.duty_start_s, log.duty_end_s)
        return list(zip(*(c.tolist() for c in columns), strict=True))

    @cached_property
    def moments(self) -> list[float]:
        """One moment strictly between any two neighbouring times at which something happens."""
        log, network = self.log, self.network
        times = [np.arange(0, network.end_s, network.interval_s)]
        times += [log.entered_s, log.start_s, log.end_s, log.freed_s, log.duty_start_s, log.duty_end_s]
        times += [p for periods in (network.queue_open, network.desk_open) for p in (periods.start_s, periods.end_s)]
        known = np.unique(np.concatenate(times))
        return [(a + b) / 2 for a, b in pairwise(known[np.isfinite(known)].tolist())]

    def open_at(self, periods, place: int, t: float) -> bool:
        rows = range(periods.first[place], periods.first[place + 1])
        return any(periods.start_s[row] <= t < periods.end_s[row] for row in rows)

    def on_floor(self, desk: int, t: float) -> list[int]:
        return [adviser for d, adviser, start, end in self.duties if d == desk and start < t < end]

    def target(self, desk: int, t: float) -> int:
        return int(self.staffing.advisers[int(t // self.network.interval_s), desk])


def customers_are_conserved(played: Played) -> None:
    """Every customer who came has one story, which begins at arrival, is handed on leg by leg, and ends."""
    stories: dict[tuple[int, int], list[Leg]] = {}
    for leg in played.legs:
        stories.setdefault((leg.origin, leg.customer), []).append(leg)
    for queue in range(len(played.network.queue_names)):
        arrival_s = played.draws.first(queue).arrival_s.tolist()
        assert sorted(customer for origin, customer in stories if origin == queue) == list(range(len(arrival_s)))
        for customer, at in enumerate(arrival_s):
            assert stories[queue, customer][0].entered_s == at
    for story in stories.values():
        assert [leg.leg for leg in story] == list(range(len(story)))
        assert len(story) <= played.network.max_legs
        assert story[0].from_desk == -1
        for leg, following in pairwise(story):
            assert (leg.outcome, leg.end_s, leg.desk) == (
                Outcome.TRANSFERRED,
                following.entered_s,
                following.from_desk,
            )
        assert story[-1].outcome != Outcome.TRANSFERRED


def offered_is_the_sum_of_outcomes(played: Played) -> None:
    """Per queue: offered = answered + abandoned + blocked + turned away + dropped + waiting (no other outcome yet)."""
    log = played.log
    for queue in range(len(played.network.queue_names)):
        outcomes = log.outcome[log.queue == queue]
        lost = (Outcome.ABANDONED, Outcome.BLOCKED, Outcome.TURNED_AWAY, Outcome.DROPPED, Outcome.WAITING)
        answered = np.count_nonzero(log.desk[log.queue == queue] >= 0)
        assert len(outcomes) == answered + sum(np.count_nonzero(outcomes == outcome) for outcome in lost)


def rows_are_in_order_and_on_the_grid(played: Played) -> None:
    """Sorted rows; entered <= start <= end <= freed; nobody answered has an adviser, nobody else; whole steps."""
    log = played.log
    assert [(leg.origin, leg.customer, leg.leg) for leg in played.legs] == sorted(
        {(leg.origin, leg.customer, leg.leg) for leg in played.legs}
    )
    by_desk = [(desk, start, adviser) for desk, adviser, start, _ in played.duties]
    assert by_desk == sorted(set(by_desk))
    for leg in played.legs:
        if leg.answered:
            assert leg.desk >= 0
            assert leg.adviser >= 0
            assert leg.entered_s <= leg.start_s <= leg.end_s <= leg.freed_s
        else:
            assert (leg.desk, leg.adviser) == (-1, -1)
            assert np.isnan([leg.start_s, leg.freed_s]).all()
            assert leg.entered_s <= leg.end_s
    for field in fields(log):
        if field.name.endswith("_s"):
            steps = getattr(log, field.name) * 2.0**20
            assert np.array_equal(steps, np.rint(steps), equal_nan=True)


def nobody_is_double_booked(played: Played) -> None:
    """An adviser has one exclusive contact, or up to k chats, never both."""
    kind, slots = played.network.kind, played.network.chat_slots
    hands: dict[tuple[int, int], list[Leg]] = {}
    for leg in played.answered:
        hands.setdefault((leg.desk, leg.adviser), []).append(leg)
    for legs in hands.values():
        for leg in legs:  # the number held is greatest just after somebody's start
            together = [x for x in legs if x.start_s <= leg.start_s < x.freed_s]
            if all(kind[x.queue] == CHAT for x in together):
                assert len(together) <= slots[leg.queue]
            else:
                assert len(together) == 1


def contacts_lie_within_duty(played: Played) -> None:
    """Stays of an adviser do not overlap, every contact lies in one of them: so paid = busy + idle, with idle >= 0."""
    stays: dict[tuple[int, int], list[tuple[float, float]]] = {}
    for desk, adviser, start, end in played.duties:
        stays.setdefault((desk, adviser), []).append((start, end))
        assert start <= end
    for of_one in stays.values():
        for (_, end), (start, _) in pairwise(sorted(of_one)):
            assert end <= start
    for leg in played.answered:
        of_one = stays.get((leg.desk, leg.adviser), [])
        assert any(start <= leg.start_s and leg.freed_s <= end for start, end in of_one)


def the_floor_has_the_staffing(played: Played) -> None:
    """While a desk is open it has its number of advisers; those above it have contacts in hand."""
    for t in played.moments:
        for desk in range(len(played.network.desk_names)):
            if played.open_at(played.network.desk_open, desk, t):
                floor = played.on_floor(desk, t)
                busy = {leg.adviser for leg in played.answered if leg.desk == desk and leg.in_hand_at(t)}
                assert len(floor) >= played.target(desk, t)
                assert len(floor) == played.target(desk, t) or busy == set(floor)


def desks_take_what_they_may(played: Played) -> None:
    """A desk serves the queue, did not hand the contact on itself, and lets it wait for its overflow time."""
    for leg in played.answered:
        assert played.network.serves[leg.desk, leg.queue]
        assert leg.desk != leg.from_desk
        assert leg.start_s - leg.entered_s >= played.network.after_s[leg.desk, leg.queue]
        if played.network.kind[leg.queue] == DEFERRED:
            assert played.open_at(played.network.queue_open, leg.queue, leg.start_s)


def nobody_is_overtaken(played: Played) -> None:
    """A desk takes nobody while one it may take has waited longer in that queue, or waits in one of higher priority."""
    network = played.network
    for taken in played.answered:
        t, desk = taken.start_s, taken.desk
        for other in played.legs:
            if not other.waits_at(t) or other.from_desk == desk or not network.serves[desk, other.queue]:
                continue
            if other.queue == taken.queue:
                assert other.place > taken.place
            elif network.kind[other.queue] == network.kind[taken.queue] == EXCLUSIVE:
                in_time = t - other.entered_s > network.after_s[desk, other.queue]
                if in_time and played.open_at(network.desk_open, desk, t):
                    priority = network.priority[desk]
                    theirs = (priority[other.queue], *other.place)
                    assert theirs > (priority[taken.queue], *taken.place)


def nobody_waits_for_an_idle_adviser(played: Played) -> None:
    """At no moment does a contact wait that a desk may take and an adviser of it is able to take."""
    network = played.network
    for t in played.moments:
        waiting = [leg for leg in played.legs if leg.waits_at(t)]
        for desk in range(len(network.desk_names)) if waiting else ():
            floor = played.on_floor(desk, t)
            if not played.open_at(network.desk_open, desk, t) or len(floor) > played.target(desk, t):
                continue  # nobody on the floor, in overtime, or some still to leave
            hands = {adviser: [] for adviser in floor}
            for leg in played.answered:
                if leg.desk == desk and leg.in_hand_at(t):
                    hands[leg.adviser].append(leg.queue)
            for leg in waiting:
                may = network.serves[desk, leg.queue] and leg.from_desk != desk
                if not may or t - leg.entered_s <= network.after_s[desk, leg.queue]:
                    continue
                if network.kind[leg.queue] == DEFERRED and not played.open_at(network.queue_open, leg.queue, t):
                    continue
                for held in hands.values():
                    assert held
                    if network.kind[leg.queue] == CHAT and all(network.kind[q] == CHAT for q in held):
                        assert len(held) >= network.chat_slots[leg.queue]


def queues_keep_their_rules(played: Played) -> None:
    """Opening hours, waiting room, closing, and patience to the last step."""
    network = played.network
    closings = [
        {float(network.queue_open.end_s[row]) for row in range(*network.queue_open.first[q : q + 2])}
        for q in range(len(network.queue_names))
    ]
    for leg in played.legs:
        patience_s = leg.chances[0] if network.kind[leg.queue] != DEFERRED else np.inf
        live_and_closed = network.kind[leg.queue] != DEFERRED and not played.open_at(
            network.queue_open, leg.queue, leg.entered_s
        )
        assert (leg.outcome == Outcome.TURNED_AWAY) == live_and_closed
        assert leg.wait_end_s - leg.entered_s <= patience_s or leg.outcome == Outcome.WAITING
        if leg.outcome == Outcome.ABANDONED:
            assert leg.end_s - leg.entered_s == patience_s
        if leg.outcome == Outcome.DROPPED:
            assert network.drop_at_closing[leg.queue]
            assert leg.end_s in closings[leg.queue]
        if leg.outcome == Outcome.WAITING:
            assert leg.end_s == max(network.end_s, leg.entered_s)
    for t in played.moments:
        for q, room in enumerate(network.waiting_room.tolist()):
            assert room < 0 or sum(leg.queue == q and leg.waits_at(t) for leg in played.legs) <= room


def first_legs_take_their_handle_time(played: Played) -> None:
    """An exclusive first leg that is not handed on keeps its adviser for its handle time over the desk's speed."""
    network = played.network
    handed_on = (Outcome.TRANSFERRED, Outcome.UNRESOLVED_CLOSED, Outcome.UNRESOLVED_LIMIT)
    for leg in played.answered:
        if leg.leg == 0 and network.kind[leg.queue] != CHAT and leg.outcome not in handed_on:
            handle_s = np.rint(leg.chances[1] / network.speed[leg.desk, leg.queue] * 2**20) / 2**20
            assert leg.freed_s - leg.start_s == handle_s


CHECKS = (
    customers_are_conserved,
    offered_is_the_sum_of_outcomes,
    rows_are_in_order_and_on_the_grid,
    nobody_is_double_booked,
    contacts_lie_within_duty,
    the_floor_has_the_staffing,
    desks_take_what_they_may,
    nobody_is_overtaken,
    nobody_waits_for_an_idle_adviser,
    queues_keep_their_rules,
    first_legs_take_their_handle_time,
)


def play_and_check(network, staffing, draws, engine: str) -> None:
    log = play(network, staffing, draws, engine)
    assert play(network, staffing, draws, engine).equals(log)
    played = Played(network, staffing, draws, log)
    for check in CHECKS:
        check(played)


def examples(count: int):
    return settings(max_examples=count, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))


@pytest.mark.parametrize("engine", ENGINES)
@examples(100)
@given(centre=random_centres(most_customers=25))
def test_in_rough_random_centres(engine, centre: RandomCentre):
    play_and_check(*centre, engine)


@pytest.mark.parametrize("engine", ENGINES)
@examples(40)
@given(data=scenarios(max_days=2, most=2.0))
def test_in_random_scenarios(engine, data):
    scenario = Scenario.from_dict(data)
    network = compile_network(scenario)
    play_and_check(network, Staffing.from_scenario(scenario), Draws(network, seed=7, replication=0), engine)


# What each check is for, shown on a log that is right until one of its numbers is spoilt.

QUEUES = {"a": Queue(), "b": Queue(room=2), "chat": Queue(CHAT, speeds=(1.0, 0.5)), "shut": Queue(open=((0, 600),))}
DESKS = {
    "front": Desk({"a": Serves(to={"b": To(0.2)})}, 2),
    "expert": Desk({"b": Serves()}),
    "chats": Desk({"chat": Serves(), "shut": Serves()}, (1, 1, 1, 1, 1, 0)),
}
CUSTOMERS = [
    Customer("a", 10, 100, transfer=0.1),
    Customer("a", 20, 100),
    Customer("a", 30, 100),
    Customer("a", 40, 50),
    Customer("a", 41, 50, 9),
    Customer("b", 60, 400),
    Customer("chat", 10, 100),
    Customer("chat", 20, 100),
    Customer("chat", 30, 100),
    Customer("shut", 700, 10),
]


@pytest.fixture
def sound() -> Played:
    """Rows: a0 (two legs, the second waits for b0), a1, a2, a3, a4 (gives up), b0, three chats, one turned away."""
    centre = Centre(QUEUES, DESKS, CUSTOMERS)
    log = play(centre.network, centre.staffing, centre.draws)
    return Played(centre.network, centre.staffing, centre.draws, log)


def test_the_sound_log_passes(sound):
    for check in CHECKS:
        check(sound)
    outcomes = [Outcome(o).name for o in sound.log.outcome]
    assert outcomes == ["TRANSFERRED", *["RESOLVED"] * 4, "ABANDONED", *["RESOLVED"] * 4, "TURNED_AWAY"]


@pytest.mark.parametrize(
    ("check", "column", "row", "value"),
    [
        (customers_are_conserved, "customer", 4, 2),
        (customers_are_conserved, "from_desk", 1, 2),
        (customers_are_conserved, "outcome", 0, Outcome.RESOLVED),
        (customers_are_conserved, "entered_s", 6, 61.0),
        (offered_is_the_sum_of_outcomes, "outcome", 5, Outcome.BALKED),
        (offered_is_the_sum_of_outcomes, "desk", 5, 0),
        (rows_are_in_order_and_on_the_grid, "customer", 3, 4),
        (rows_are_in_order_and_on_the_grid, "start_s", 2, 19.0),
        (rows_are_in_order_and_on_the_grid, "freed_s", 2, 20.0 + 2**-21),
        (rows_are_in_order_and_on_the_grid, "desk", 5, 0),
        (rows_are_in_order_and_on_the_grid, "duty_start_s", 0, 1e9),
        (nobody_is_double_booked, "start_s", 4, 119.0),
        (nobody_is_double_booked, "start_s", 9, 100.0),
        (contacts_lie_within_duty, "adviser", 2, 2),
        (contacts_lie_within_duty, "duty_end_s", 0, 100.0),
        (contacts_lie_within_duty, "duty_adviser", 1, 0),
        (the_floor_has_the_staffing, "duty_end_s", 1, 3000.0),
        (the_floor_has_the_staffing, "duty_end_s", 3, 3100.0),
        (desks_take_what_they_may, "desk", 1, 2),
        (desks_take_what_they_may, "from_desk", 1, 1),
        (nobody_is_overtaken, "entered_s", 4, 25.0),
        (nobody_is_overtaken, "start_s", 3, 121.0),
        (nobody_waits_for_an_idle_adviser, "start_s", 2, 25.0),
        (nobody_waits_for_an_idle_adviser, "freed_s", 6, 300.0),
        (nobody_waits_for_an_idle_adviser, "freed_s", 8, 50.0),
        (queues_keep_their_rules, "end_s", 5, 49.0),
        (queues_keep_their_rules, "outcome", 5, Outcome.DROPPED),
        (queues_keep_their_rules, "outcome", 10, Outcome.ABANDONED),
        (queues_keep_their_rules, "outcome", 5, Outcome.WAITING),
        (first_legs_take_their_handle_time, "freed_s", 2, 121.0),
    ],
)
def test_each_check_sees_red(sound, check, column, row, value):
    check(sound)
    spoilt = getattr(sound.log, column).copy()
    assert spoilt[row] != value
    spoilt[row] = value
    with pytest.raises(AssertionError):
        check(Played(sound.network, sound.staffing, sound.draws, replace(sound.log, **{column: spoilt})))


def test_too_many_waiting_are_seen(sound):
    network = replace(sound.network, waiting_room=np.array([-1, 0, -1, -1]))
    with pytest.raises(AssertionError):
        queues_keep_their_rules(Played(network, sound.staffing, sound.draws, sound.log))


def test_an_answer_before_the_overflow_moment_is_seen(sound):
    network = replace(sound.network, after_s=np.full_like(sound.network.after_s, 5.0))
    with pytest.raises(AssertionError):
        desks_take_what_they_may(Played(network, sound.staffing, sound.draws, sound.log))
