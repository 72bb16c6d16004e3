"""Transfers in full: misrouting, identification, what happens when nobody is free, priority and credit."""

from math import inf

import pytest
from small_centres import Back, Class, Customer, Desk, Queue, Serves, To

from simcenter.simulation.network import CHAT, DISCONNECT, KEEP
from simcenter.simulation.purposes import Purpose

AB = {"a": Queue(), "b": Queue()}
WHAT = "origin customer leg entry queue from_desk desk start_s end_s freed_s outcome"
HERE = {Purpose.MISROUTED: 0.1}


def front_and_back(to, advisers=1, **back):
    return {"front": Desk({"a": Serves(to={"b": to})}), "back": Desk({"b": Serves(**back)}, advisers)}


class TestMisrouted:
    def test_found_out_after_the_diagnosis_at_whatever_desk(self, rows):
        queues = {"a": Queue(misrouted={"b": To(0.2, after=15)}, wrap=0.5), "b": Queue()}
        desks = {"one": Desk({"a": Serves()}), "two": Desk({"a": Serves(rank=2), "b": Serves()})}
        customers = [Customer("a", 0, 100), Customer("a", 1, (100, 30), u=HERE), Customer("b", 10, 10)]
        assert rows(queues, desks, customers, WHAT) == [
            (0, 0, 0, "FIRST", 0, -1, 0, 0, 50, 100, "RESOLVED"),
            (0, 1, 0, "FIRST", 0, -1, 1, 1, 16, 16, "TRANSFERRED"),
            (0, 1, 1, "MISROUTED", 1, 1, -1, None, 3600, None, "WAITING"),
            (1, 0, 0, "FIRST", 1, -1, 1, 16, 26, 26, "RESOLVED"),
        ]

    @pytest.mark.parametrize(("u", "queue"), [(0.199, 1), (0.2, 2), (0.5, None)])
    def test_shares_are_cumulated_and_the_rest_goes_the_ways_of_the_desk(self, rows, u, queue):
        queues = {"a": Queue(misrouted={"b": To(0.2, after=1), "c": To(0.3, after=1)}), "b": Queue(), "c": Queue()}
        desks = {"d": Desk({"a": Serves()}), "e": Desk({"b": Serves(), "c": Serves()})}
        found = rows(queues, desks, [Customer("a", 0, 9, u={Purpose.MISROUTED: u})], "queue")
        assert found == ([(0,)] if queue is None else [(0,), (queue,)])

    def test_it_comes_before_the_transfers_of_the_desk(self, rows):
        queues = {"a": Queue(misrouted={"c": To(0.2, after=7)}), "b": Queue(), "c": Queue()}
        desks = {**front_and_back(To()), "other": Desk({"c": Serves()})}
        belongs, strays = Customer("a", 0, 20), Customer("a", 100, 20, u=HERE)
        found = rows(queues, desks, [belongs, strays], "customer leg entry queue start_s")
        assert found == [
            (0, 0, "FIRST", 0, 0),
            (0, 1, "TRANSFER", 1, 20),
            (1, 0, "FIRST", 0, 100),
            (1, 1, "MISROUTED", 2, 107),
        ]

    def test_who_was_handed_on_belongs_there_but_who_comes_again_may_not(self, rows):
        """b's contacts are misrouted to c with certainty: not who comes from a, but him on his second attempt."""
        queues = {
            "a": Queue(),
            "b": Queue(misrouted={"c": To(1.0, after=7)}, repeat=Back(1.0, at_most=2)),
            "c": Queue(),
        }
        desks = {
            "front": Desk({"a": Serves(to={"b": To()})}),
            "back": Desk({"b": Serves(resolved=0)}),
            "other": Desk({"c": Serves()}),
        }
        found = rows(
            queues, desks, [Customer("a", 0, 20, u={Purpose.RETURN: 0.1})], "attempt entry queue start_s end_s"
        )
        assert found == [
            (0, "FIRST", 0, 0, 20),
            (0, "TRANSFER", 1, 20, 40),
            (1, "REPEAT", 1, 40, 47),
            (1, "MISROUTED", 2, 47, 67),
        ]


class TestIdentification:
    def test_it_is_added_to_the_next_talk_whatever_the_speed(self, rows):
        """100 s at double speed are 50 s, 25 of them wrap-up, and the talk is 12 s longer."""
        queues = {"a": Queue(), "b": Queue(wrap=0.5)}
        desks = front_and_back(To(identify=12, after=10), speed=2.0)
        found = rows(queues, desks, [Customer("a", 0, 100)], WHAT)
        assert found[1] == (0, 0, 1, "TRANSFER", 1, 0, 1, 10, 47, 72, "RESOLVED")

    def test_also_before_handing_on_again_but_not_twice(self, rows):
        queues = {"a": Queue(), "b": Queue(), "c": Queue()}
        desks = {
            "front": Desk({"a": Serves(to={"b": To(identify=12, after=10)})}),
            "middle": Desk({"b": Serves(to={"c": To(after=5)})}),
            "back": Desk({"c": Serves()}),
        }
        found = rows(queues, desks, [Customer("a", 0, 100)], "start_s end_s")
        assert found == [(0, 10), (10, 27), (27, 127)]

    def test_in_a_chat_it_is_work_like_the_rest(self, rows):
        """Alone at speed 0.5: 110 s of work take 220 s."""
        queues = {"a": Queue(), "b": Queue(CHAT, speeds=(0.5,))}
        found = rows(queues, front_and_back(To(identify=10, after=10)), [Customer("a", 0, 100)], "start_s end_s")
        assert found[1] == (10, 230)


class TestNobodyFree:
    BUSY = Customer("b", 0, 500)

    def test_the_customer_is_disconnected(self, rows):
        queues = {"a": Queue(wrap=0.5, repeat=Back(1.0)), "b": Queue()}
        stray = Customer("a", 0, 100, u={Purpose.RETURN: 0.2}, delay=9)
        desks = front_and_back(To(if_busy=DISCONNECT, after=30))
        found = rows(queues, desks, [stray, self.BUSY], f"{WHAT} returns")
        assert found[0] == (0, 0, 0, "FIRST", 0, -1, 0, 0, 30, 30, "UNRESOLVED_BUSY", "COMES_BACK")
        assert found[1][:4] == (0, 0, 1, "REPEAT")

    def test_if_somebody_is_free_he_is_handed_on(self, rows):
        for if_busy in (KEEP, DISCONNECT):
            found = rows(AB, front_and_back(To(if_busy=if_busy)), [Customer("a", 0, 100)], "outcome")
            assert found == [("TRANSFERRED",), ("RESOLVED",)]

    def test_the_adviser_keeps_him_and_finishes_the_work(self, rows):
        """Handle time 100 s: 30 s until he would hand on, then 20 s of talk and 50 s of wrap-up."""
        queues = {"a": Queue(wrap=0.5), "b": Queue()}
        desks = front_and_back(To(if_busy=KEEP, after=30))
        found = rows(queues, desks, [Customer("a", 0, 100), self.BUSY], WHAT)
        assert found[0] == (0, 0, 0, "FIRST", 0, -1, 0, 0, 50, 100, "RESOLVED")

    def test_less_work_left_than_the_wrap_up_is_all_wrap_up(self, rows):
        queues = {"a": Queue(wrap=0.5), "b": Queue()}
        desks = front_and_back(To(if_busy=KEEP, after=80))
        found = rows(queues, desks, [Customer("a", 0, 100), self.BUSY], WHAT)
        assert found[0] == (0, 0, 0, "FIRST", 0, -1, 0, 0, 80, 100, "RESOLVED")

    @pytest.mark.parametrize("after", [100, 130, float("nan")])
    def test_nothing_left_to_do_ends_at_once(self, rows, after):
        queues = {"a": Queue(wrap=0.5), "b": Queue()}
        desks = {"front": Desk({"a": Serves(resolved=0, to={"b": To(if_busy=KEEP, after=after)})})}
        until = 130 if after == 130 else 100
        found = rows(queues, desks, [Customer("a", 0, 100), self.BUSY], WHAT)
        assert found[0] == (0, 0, 0, "FIRST", 0, -1, 0, 0, until, until, "UNRESOLVED")

    def test_a_chat_that_is_kept_goes_on_at_its_speed(self, rows):
        """100 s of work, 30 before handing on: two chats at half speed, the talk of 50 s is over at 100."""
        queues = {"a": Queue(CHAT, wrap=0.5, speeds=(1.0, 0.5)), "b": Queue()}
        desks = front_and_back(To(0.4, if_busy=KEEP, after=30))
        customers = [Customer("a", 0, 100, transfer=0.1), Customer("a", 0, 500), self.BUSY]
        assert rows(queues, desks, customers, WHAT)[0][-4:] == (0, 100, 200, "RESOLVED")

    def test_a_place_in_the_line_is_not_somebody_free_and_closed_and_limit_come_first(self, rows):
        queues = {"a": Queue(), "b": Queue(open=((0, 10),))}
        desks = front_and_back(To(if_busy=DISCONNECT))
        assert rows(queues, desks, [Customer("a", 0, 100)], "outcome") == [("UNRESOLVED_CLOSED",)]
        assert rows(AB, desks, [Customer("a", 0, 100), self.BUSY], "outcome", max_legs=1)[0] == ("UNRESOLVED_LIMIT",)
        no_line = {"a": Queue(), "b": Queue(lines=0)}
        customers = [Customer("a", 0, 100), self.BUSY]
        found = rows(no_line, front_and_back(To(if_busy=DISCONNECT), 2), customers, "outcome", lines=(1,))
        assert found[0] == ("UNRESOLVED_BUSY",)

    def test_the_desk_that_hands_on_is_nobody_there(self, rows):
        desks = {"front": Desk({"a": Serves(to={"b": To(if_busy=DISCONNECT)}), "b": Serves()}, 3)}
        assert rows(AB, desks, [Customer("a", 0, 100)], "outcome") == [("UNRESOLVED_BUSY",)]


class TestPriorityAndCredit:
    BUSY = Customer("b", 0, 500)

    def order(self, rows, to, queues=AB):
        """Who is taken when back is free at 500: b1, waiting since 10, or a0, handed on at 100."""
        customers = [Customer("a", 0, (100, 50)), self.BUSY, Customer("b", 10, 50)]
        found = rows(queues, front_and_back(to), customers, "origin leg start_s")
        return "handed on" if (0, 1, 500) in found else "waiting"

    def test_without_them_he_waits_since_he_came(self, rows):
        assert self.order(rows, To()) == "waiting"

    def test_the_route_may_give_priority(self, rows):
        assert self.order(rows, To(priority=0)) == "handed on"
        assert self.order(rows, To(priority=2, credit=500)) == "waiting"

    @pytest.mark.parametrize(("credit", "first"), [(90.0, "handed on"), (89.0, "waiting")])
    def test_or_credit(self, rows, credit, first):
        """At 90 s both are waiting since 10, and the queue of the first attempt decides."""
        assert self.order(rows, To(credit=credit)) == first

    def test_or_the_time_waited_so_far(self, rows):
        """a1 waits 100 s for front and is handed on at 200: as if since 100, behind b1 (90) and before b2 (110)."""
        customers = [
            Customer("a", 0, 100, transfer=0.9),
            Customer("a", 0, (100, 50), transfer=0.1),
            self.BUSY,
            Customer("b", 90, 50),
            Customer("b", 110, 50),
        ]
        found = rows(AB, front_and_back(To(0.5, credit=-1.0)), customers, "origin customer leg start_s")
        assert sorted(row[3:] + row[:3] for row in found if row[3] >= 500) == [
            (500, 1, 1, 0),
            (550, 0, 1, 1),
            (600, 1, 2, 0),
        ]

    def test_time_waited_adds_up_over_transfers(self, rows):
        """Waits 0-100 for front and 110-200 for middle; handed on to c at 210, he has waited 190 s: as if since 20."""
        queues = {"a": Queue(), "b": Queue(), "c": Queue()}
        on = To(0.5, credit=-1.0, after=10)
        desks = {
            "front": Desk({"a": Serves(to={"b": on})}),
            "middle": Desk({"b": Serves(to={"c": on})}),
            "back": Desk({"c": Serves()}),
        }
        customers = [
            Customer("a", 0, 100, transfer=0.9),
            Customer("a", 0, 50, transfer=0.1),
            Customer("b", 0, 200, transfer=0.9),
            Customer("c", 0, 500),
            Customer("c", 19, 50),
            Customer("c", 21, 50),
        ]
        found = rows(queues, desks, customers, "origin customer leg start_s")
        assert [row for row in found if row[:2] == (0, 1)] == [(0, 1, 0, 100), (0, 1, 1, 200), (0, 1, 2, 550)]

    def test_credit_counts_for_overflow_waits(self, rows):
        """Back may take b's after 60 s: with 60 s of credit at once, with 50 s at 110."""
        for credit, at in ((60.0, 100), (50.0, 110), (0.0, 160)):
            found = rows(AB, front_and_back(To(credit=credit), after=60.0), [Customer("a", 0, 100)], "start_s")
            assert found[1] == (at,)


def test_shares_by_class(rows):
    """Of class 0 all are handed on, of class 1 nobody."""
    queues = {"a": Queue(classes=(Class(), Class())), "b": Queue()}
    desks = {"front": Desk({"a": Serves(to=({"b": To()}, {}))}, 2), "back": Desk({"b": Serves()})}
    customers = [Customer("a", 0, 10, class_=0), Customer("a", 0, 10, class_=1)]
    found = rows(queues, desks, customers, "customer queue customer_class")
    assert found == [(0, 0, 0), (0, 1, 2), (1, 0, 1)]


def test_patience_of_the_next_leg_is_new(rows):
    customers = [Customer("a", 0, 100, (inf, 30)), Customer("b", 0, 500)]
    assert rows(AB, front_and_back(To(credit=400)), customers, "end_s outcome")[1] == (130, "ABANDONED")
