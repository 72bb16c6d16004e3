"""What must hold in any log, whichever of the rules of a real centre are on: a function for each statement."""

from collections import Counter, defaultdict
from itertools import pairwise
from types import SimpleNamespace

import numpy as np

from simcenter.simulation.log import ContactLog, Entry, Outcome, Returns
from simcenter.simulation.network import CHAT, DEFERRED, REDIAL, REPEAT
from simcenter.simulation.purposes import Purpose

COLUMNS = (
    "origin", "customer", "attempt", "leg", "queue", "from_desk", "entered_s", "desk", "adviser", "start_s", "end_s",
    "freed_s", "outcome", "entry", "customer_class", "own_adviser", "returns", "predicted_s", "answered", "counted",
)  # fmt: skip
LOST = (Outcome.ABANDONED, Outcome.BLOCKED, Outcome.BALKED)
UNSOLVED = (Outcome.UNRESOLVED, Outcome.UNRESOLVED_CLOSED, Outcome.UNRESOLVED_LIMIT, Outcome.UNRESOLVED_BUSY)
NEVER_MET = (Outcome.TURNED_AWAY, Outcome.DROPPED, Outcome.CALLBACK, Outcome.WAITING)
HANDED_ON, CAME_BACK = (Entry.TRANSFER, Entry.MISROUTED), (Entry.REDIAL, Entry.REPEAT)


class Played:
    """A centre and its log, row by row and customer by customer."""

    def __init__(self, network, staffing, draws, log: ContactLog) -> None:
        self.network, self.staffing, self.draws, self.log = network, staffing, draws, log
        columns = [getattr(log, name).tolist() for name in COLUMNS]
        self.legs = [SimpleNamespace(**dict(zip(COLUMNS, row, strict=True))) for row in zip(*columns, strict=True)]
        self.stories: dict[tuple[int, int], list] = defaultdict(list)
        for leg in self.legs:
            self.stories[leg.origin, leg.customer].append(leg)
        names = ("duty_desk", "duty_adviser", "duty_start_s", "duty_end_s")
        self.duties = list(zip(*(getattr(log, name).tolist() for name in names), strict=True))
        self.in_hand = [leg for leg in self.legs if leg.desk >= 0]

    def chance(self, leg, purpose: Purpose) -> float:
        return self.draws.chance(leg.origin, leg.customer, leg.leg, purpose)

    def moments(self) -> list[float]:
        """One moment strictly between any two neighbouring times of the log."""
        names = ("entered_s", "start_s", "end_s", "freed_s", "duty_start_s", "duty_end_s")
        times = np.unique(np.concatenate([getattr(self.log, name) for name in names]))
        return [(a + b) / 2 for a, b in pairwise(times[np.isfinite(times)].tolist())]


def everybody_who_came_has_a_story(played: Played) -> None:
    """Its first leg is as the draws have it, whatever the staffing; no-shows are a row and nothing else."""
    for queue in range(played.network.queue_count):
        first = played.draws.first(queue)
        columns = [getattr(first, name).tolist() for name in ("customer", "arrival_s", "class_row", "entry")]
        assert {customer for origin, customer in played.stories if origin == queue} == set(columns[0])
        for customer, arrival_s, row, entry in zip(*columns, strict=True):
            leg = played.stories[queue, customer][0]
            assert (leg.entered_s, leg.customer_class, leg.attempt, leg.from_desk) == (arrival_s, row, 0, -1)
            assert leg.entry == (Entry.APPOINTMENT if entry == Entry.NO_SHOW else entry)
            assert (leg.outcome == Outcome.NO_SHOW) == (entry == Entry.NO_SHOW)


def each_leg_follows_from_the_one_before(played: Played) -> None:
    """Transfers, callbacks, interruptions and returns: what made a leg, and that it made one."""
    for story in played.stories.values():
        assert [leg.leg for leg in story] == list(range(len(story)))
        for leg, after in pairwise([*story, None]):
            leads = leg.returns == Returns.COMES_BACK or leg.outcome in (
                Outcome.TRANSFERRED,
                Outcome.CALLBACK,
                Outcome.INTERRUPTED,
            )
            assert leads == (after is not None)
            if after is None:
                continue
            same = (leg.queue, leg.customer_class, leg.from_desk) == (
                after.queue,
                after.customer_class,
                after.from_desk,
            )
            assert after.attempt == leg.attempt + (after.entry in CAME_BACK)
            if leg.outcome == Outcome.TRANSFERRED:
                assert after.entry in HANDED_ON
                assert (after.entered_s, after.from_desk) == (leg.end_s, leg.desk)
            elif leg.outcome == Outcome.INTERRUPTED:
                assert after.entry == Entry.RESUMED
                assert same
                assert after.entered_s == leg.entered_s
            elif leg.outcome in (Outcome.CALLBACK, Outcome.NOT_REACHED):
                assert after.entry == Entry.CALLBACK
                assert same
                assert after.entered_s >= leg.end_s
            else:
                assert after.entry == (Entry.REDIAL if leg.outcome in LOST else Entry.REPEAT)
                assert after.from_desk == -1
                assert leg.end_s <= after.entered_s < played.network.end_s


def returns_are_what_chance_and_limits_say(played: Played) -> None:
    """Who comes back is settled by one uniform; nobody has more attempts, tries or legs than allowed."""
    network = played.network
    for story in played.stories.values():
        tries = 0
        for leg in story:
            tries = tries + 1 if leg.entry == Entry.CALLBACK else 0
            kind = REDIAL if leg.outcome in LOST else REPEAT if leg.outcome in UNSOLVED else None
            if leg.outcome == Outcome.NOT_REACHED:
                assert leg.returns != Returns.NONE
                assert tries <= network.callback_tries[leg.queue]
                assert (leg.returns == Returns.AT_LIMIT) == (tries == network.callback_tries[leg.queue])
            elif kind is None:
                assert leg.returns == Returns.NONE
            else:
                would = played.chance(leg, Purpose.RETURN) < network.return_share[kind, leg.queue]
                assert (leg.returns != Returns.NONE) == would
                at_limit = would and leg.attempt + 1 >= network.return_at_most[kind, leg.queue]
                assert (leg.returns == Returns.AT_LIMIT) == at_limit
        hops = Counter(leg.attempt for leg in story if leg.entry in HANDED_ON)
        assert max(hops.values(), default=0) < network.max_legs


def offered_is_the_sum_of_outcomes(played: Played) -> None:
    """Per queue over counted rows; and what callbacks were accepted is what is called, what is put back goes on."""
    for queue in range(played.network.queue_count):
        legs = [leg for leg in played.legs if leg.queue == queue]
        counted = [leg for leg in legs if leg.counted]
        gone = Counter(leg.outcome for leg in counted if leg.outcome in LOST + NEVER_MET)
        assert len(counted) == sum(leg.answered for leg in counted) + gone.total()
        outcomes = Counter(leg.outcome for leg in legs)
        entries = Counter(leg.entry for leg in legs)
        again = sum(leg.outcome == Outcome.NOT_REACHED and leg.returns == Returns.COMES_BACK for leg in legs)
        assert entries[Entry.CALLBACK] == outcomes[Outcome.CALLBACK] + again
        assert entries[Entry.RESUMED] == outcomes[Outcome.INTERRUPTED]


def rows_are_in_order_and_on_the_grid(played: Played) -> None:
    """Sorted; entered <= start <= end <= freed; only who had a leg in hand has an adviser; whole steps."""
    keys = [(leg.origin, leg.customer, leg.leg) for leg in played.legs]
    assert keys == sorted(set(keys))
    stays = [(desk, start_s, adviser) for desk, adviser, start_s, _ in played.duties]
    assert stays == sorted(set(stays))
    for leg in played.legs:
        worked_on = leg.answered or leg.outcome in (Outcome.NOT_REACHED, Outcome.INTERRUPTED)
        assert worked_on == (leg.desk >= 0) == (leg.adviser >= 0)
        assert leg.end_s >= leg.entered_s
        if worked_on:
            assert leg.entered_s <= leg.start_s <= leg.end_s <= leg.freed_s
    for name in ("entered_s", "start_s", "end_s", "freed_s", "predicted_s"):
        steps = getattr(played.log, name) * 2.0**20
        assert np.array_equal(steps, np.rint(steps), equal_nan=True)


def advisers_have_two_hands(played: Played) -> None:
    """One exclusive contact or up to k chats, of queues that the desk serves and did not hand on, all within a stay."""
    network = played.network
    hands = defaultdict(list)
    stays = defaultdict(list)
    for desk, adviser, start_s, end_s in played.duties:
        stays[desk, adviser].append((start_s, end_s))
    for leg in played.in_hand:
        hands[leg.desk, leg.adviser].append(leg)
        assert network.serves[leg.desk, leg.queue]
        assert leg.desk != leg.from_desk
        of_one = stays[leg.desk, leg.adviser]
        assert any(start_s <= leg.start_s and leg.freed_s <= end_s for start_s, end_s in of_one)
    for of_one in stays.values():
        assert all(end_s <= start_s for (_, end_s), (start_s, _) in pairwise(sorted(of_one)))
    for legs in hands.values():
        for leg in legs:  # the number held is greatest just after somebody's start
            together = [x for x in legs if x.start_s <= leg.start_s < x.freed_s]
            if all(network.kind[x.queue] == CHAT for x in together):
                assert len(together) <= max(network.chat_slots[x.queue] for x in [leg, *together])
            else:
                assert len(together) == 1


def lines_are_never_more_than_there_are(played: Played) -> None:
    """Who waits or talks in a queue of the group holds one; callbacks hold none."""
    groups = played.network.line_group
    held = [leg for leg in played.legs if groups[leg.queue] >= 0 and leg.entry != Entry.CALLBACK]
    for t in played.moments() if held else ():
        count = Counter(groups[leg.queue] for leg in held if leg.entered_s < t < leg.end_s)
        assert all(number <= played.network.line_count[group] for group, number in count.items())


def waiting_rooms_and_patience_hold(played: Played) -> None:
    """Callbacks take no place and never give up; everybody else to the step."""
    network, places = played.network, [leg for leg in played.legs if leg.entry != Entry.CALLBACK]
    for leg in played.legs:
        wait_s = (leg.start_s if leg.desk >= 0 else leg.end_s) - leg.entered_s
        first = played.draws.first(leg.queue) if leg.leg == 0 else None
        if first is not None and leg.outcome == Outcome.ABANDONED:
            row = first.customer.tolist().index(leg.customer)
            assert wait_s == first.patience_s[row]
        if leg.outcome == Outcome.ABANDONED:
            assert leg.entry != Entry.CALLBACK
            assert network.kind[leg.queue] != DEFERRED
    for t in played.moments() if (network.waiting_room >= 0).any() else ():
        waiting = Counter(
            leg.queue for leg in places if leg.entered_s < t < (leg.start_s if leg.desk >= 0 else leg.end_s)
        )
        for queue, number in waiting.items():
            assert network.waiting_room[queue] < 0 or number <= network.waiting_room[queue]


def who_he_is_stays(played: Played) -> None:
    """A customer has one class and one adviser of his own in each queue, whenever he comes there."""
    network, known = played.network, {}
    for leg in played.legs:
        who = (leg.origin, leg.customer, leg.queue)
        assert known.setdefault(who, (leg.customer_class, leg.own_adviser)) == (leg.customer_class, leg.own_adviser)
        assert network.class_queue[leg.customer_class] == leg.queue
        has = played.draws.chance(leg.origin, leg.customer, 0, Purpose.OWN) < network.own_share[leg.queue]
        assert (leg.own_adviser >= 0) == has
        assert leg.own_adviser < max(network.own_of[leg.queue], 1)


def callbacks_are_offered_by_the_prediction(played: Played) -> None:
    """Accepted when the predicted wait is over the limit and the uniform below the share; predicted nowhere else."""
    network = played.network
    for leg in played.legs:
        over_s = network.callback_over_s[leg.queue]
        if np.isinf(over_s) or leg.outcome == Outcome.BALKED:
            assert np.isnan(leg.predicted_s)
            assert leg.outcome != Outcome.CALLBACK
        elif leg.entry != Entry.CALLBACK:
            accepts = played.chance(leg, Purpose.ACCEPT) < network.callback_accepted[leg.queue]
            assert (leg.outcome == Outcome.CALLBACK) == bool(leg.predicted_s > over_s and accepts)
        elif leg.desk >= 0:
            reached = played.chance(leg, Purpose.REACHED) < network.callback_reached[leg.queue]
            assert (leg.outcome == Outcome.NOT_REACHED) != reached


def nobody_is_interrupted_for_nothing(played: Played) -> None:
    """Only deferred work that may be; and at that moment its adviser takes a live contact."""
    for leg in played.legs:
        if leg.outcome == Outcome.INTERRUPTED:
            assert played.network.interruptible[leg.desk, leg.queue]
            assert leg.freed_s == leg.end_s
            assert any(
                (other.desk, other.adviser, other.start_s) == (leg.desk, leg.adviser, leg.end_s)
                and played.network.kind[other.queue] != DEFERRED
                for other in played.in_hand
            )


def enough_stay_idle(played: Played) -> None:
    """Work with ``min_idle`` is begun while so many hold nothing, those who begin something just then included."""
    for leg in played.in_hand:
        least = played.network.min_idle[leg.desk, leg.queue]
        if least <= 1 or leg.adviser == leg.own_adviser:
            continue
        t = leg.start_s
        floor = {a for desk, a, start_s, end_s in played.duties if desk == leg.desk and start_s <= t <= end_s}
        busy = {x.adviser for x in played.in_hand if x.desk == leg.desk and x.start_s < t < x.freed_s}
        assert len(floor - busy) >= least


def only_those_present_come(played: Played) -> None:
    """Nobody who is absent on a day comes on the floor that day, and no more than are scheduled there and not away."""
    network = played.network
    for desk, adviser, start_s, _ in played.duties:
        if network.absence[desk] > 0:
            day = int(np.searchsorted(network.day_start_s, start_s, side="right")) - 1
            assert played.draws.present(desk, day, adviser + 1)[adviser]
        interval = int(start_s // network.interval_s)
        most = played.staffing.advisers[interval, desk] - network.off_phone[interval, desk]
        assert sum(d == desk and s <= start_s < e for d, _, s, e in played.duties) <= most


def nobody_of_the_same_kind_is_overtaken(played: Played) -> None:
    """Of those who came to a queue by themselves and are of one class, a desk takes who has waited longest.

    Not if it interrupts other work for the next to come, or an adviser takes his own, who may not wait in the line.
    """
    network = played.network
    lines = defaultdict(list)
    for leg in played.legs:
        if leg.from_desk == -1 and leg.entry != Entry.APPOINTMENT and not network.interruptible.any():
            lines[leg.queue, leg.customer_class].append(leg)
    for line in lines.values():
        for taken in line:
            own = taken.own_adviser >= 0 and taken.adviser == taken.own_adviser
            if taken.desk < 0 or own or taken.start_s == taken.entered_s:
                continue
            for other in line:
                until_s = other.start_s if other.desk >= 0 else other.end_s
                alone_s = network.own_wait_s[other.queue] if other.own_adviser >= 0 else 0.0
                if other.entered_s + alone_s < taken.start_s < until_s:
                    assert (other.entered_s, other.origin, other.customer) > (
                        taken.entered_s,
                        taken.origin,
                        taken.customer,
                    )


CHECKS = (
    everybody_who_came_has_a_story,
    each_leg_follows_from_the_one_before,
    returns_are_what_chance_and_limits_say,
    offered_is_the_sum_of_outcomes,
    rows_are_in_order_and_on_the_grid,
    advisers_have_two_hands,
    lines_are_never_more_than_there_are,
    waiting_rooms_and_patience_hold,
    who_he_is_stays,
    callbacks_are_offered_by_the_prediction,
    nobody_is_interrupted_for_nothing,
    enough_stay_idle,
    only_those_present_come,
    nobody_of_the_same_kind_is_overtaken,
)
