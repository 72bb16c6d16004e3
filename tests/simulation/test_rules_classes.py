"""Customer classes, who is first among those waiting, and advisers of one's own, on centres worked out by hand."""

import pytest
from small_centres import Back, Class, Customer, Desk, Own, Queue, Serves, To

from simcenter.simulation.log import Entry
from simcenter.simulation.network import CHAT, DEFERRED, RELATIVE
from simcenter.simulation.purposes import Purpose

ONE = {"d": Desk({"a": Serves()})}
LONG = Customer("a", 0, 200)


def answered(found):
    """Rows (start, who ...) in the order of their start."""
    return [row[1:] for row in sorted(row for row in found if row[0] is not None)]


class TestClasses:
    def test_the_lower_class_priority_is_first_within_the_queue(self, rows):
        queues = {"a": Queue(classes=(Class(priority=0), Class()))}
        customers = [LONG, Customer("a", 10, 20, class_=1), Customer("a", 20, 20), Customer("a", 30, 20)]
        found = rows(queues, ONE, customers, "start_s customer customer_class")
        assert answered(found) == [(0, 0), (2, 0), (3, 0), (1, 1)]

    def test_the_desks_priority_comes_before_that_of_the_class(self, rows):
        queues = {"a": Queue(classes=(Class(priority=0), Class())), "b": Queue()}
        desks = {"d": Desk({"a": Serves(priority=2), "b": Serves(priority=1)})}
        customers = [Customer("a", 0, 200), Customer("a", 10, 20), Customer("b", 20, 20)]
        assert answered(rows(queues, desks, customers, "start_s origin customer")) == [(0, 0), (1, 0), (0, 1)]

    @pytest.mark.parametrize(("credit", "first"), [(89.0, 1), (90.0, 1), (91.0, 2)])
    def test_credit_counts_as_time_waited(self, rows, credit, first):
        """With 90 s both wait since 10: the customer's number decides."""
        queues = {"a": Queue(classes=(Class(credit=credit), Class()))}
        customers = [LONG, Customer("a", 10, 20, class_=1), Customer("a", 100, 20)]
        assert answered(rows(queues, ONE, customers, "start_s customer"))[1] == (first,)

    def test_credit_does_not_shorten_patience(self, rows):
        queues = {"a": Queue(classes=(Class(credit=90),))}
        assert rows(queues, ONE, [LONG, Customer("a", 10, 20, 30)], "end_s outcome")[1] == (40, "ABANDONED")

    def test_credit_opens_overflow_desks_at_once(self, rows):
        """Desk e may take after 60 s: class 0 has a credit of 60 s, class 1 of 20 s."""
        queues = {"a": Queue(classes=(Class(credit=60), Class(credit=20)))}
        desks = {"d": Desk({"a": Serves()}, 0), "e": Desk({"a": Serves(after=60)}, 3)}
        customers = [Customer("a", 10, 5), Customer("a", 10, 5, class_=1)]
        assert rows(queues, desks, customers, "start_s") == [(10,), (50,)]

    def test_a_desk_of_lower_rank_may_be_open_by_credit(self, rows):
        """Without credit e takes at once; with it d does, which comes first by rank."""
        queues = {"a": Queue(classes=(Class(credit=60), Class()))}
        desks = {"d": Desk({"a": Serves(rank=1, after=60)}), "e": Desk({"a": Serves(rank=2)})}
        customers = [Customer("a", 0, 5, class_=1), Customer("a", 10, 5)]
        assert rows(queues, desks, customers, "desk start_s") == [(1, 0), (0, 10)]

    def test_one_behind_who_has_not_waited_enough_is_taken_from_his_own_line(self, rows):
        """Desk e takes after 60 s; class 0 is first but came late: at 100 the adviser takes class 1, there since 30."""
        queues = {"a": Queue(classes=(Class(priority=0), Class())), "b": Queue()}
        desks = {"d": Desk({"a": Serves()}, 0), "e": Desk({"a": Serves(after=60), "b": Serves()})}
        customers = [Customer("b", 0, 100), Customer("a", 30, 20, class_=1), Customer("a", 50, 20)]
        assert answered(rows(queues, desks, customers, "start_s origin customer")) == [(1, 0), (0, 0), (0, 1)]

    def test_a_class_stays_with_the_customer_in_each_queue(self, rows):
        """He is of class 1 of 2 in a (row 1), of class 1 of 3 in b (row 3), and on coming again of row 1."""
        queues = {"a": Queue(classes=(Class(),) * 2), "b": Queue(classes=(Class(),) * 3, repeat=Back(1.0, to="a"))}
        desks = {
            "d": Desk({"a": Serves(to={"b": To()}), "b": Serves(resolved=0)}, 2),
            "e": Desk({"b": Serves(resolved=0)}),
        }
        found = rows(
            queues, desks, [Customer("a", 0, 5, class_=1, u={Purpose.RETURN: (0.1, 0.1, 0.9)})], "customer_class"
        )
        assert found[:3] == [(1,), (3,), (1,)]

    def test_who_has_an_appointment_is_first(self, rows):
        queues = {"a": Queue(appointment_priority=0)}
        customers = [LONG, Customer("a", 10, 20), Customer("a", 20, 20, entry=Entry.APPOINTMENT)]
        found = rows(queues, ONE, customers, "start_s customer entry")
        assert answered(found) == [(0, "FIRST"), (2, "APPOINTMENT"), (1, "FIRST")]


RELATIVELY = {"d": Desk({"a": Serves(priority=2), "b": Serves(priority=1)}, discipline=RELATIVE)}
TWO = {"d": Desk({"a": Serves()}, 2)}


class TestRelativeWait:
    @pytest.mark.parametrize(("came", "first"), [(69, "a"), (70, "b"), (71, "b")])
    def test_the_longest_wait_in_units_of_the_target(self, rows, came, first):
        """At 100 the b has waited 90 of its 60 s, 1.5. So has an a of its 20 s that came at 70."""
        queues = {"a": Queue(classes=(Class(target=20.0),)), "b": Queue(classes=(Class(target=60.0),))}
        customers = [Customer("b", 0, 100), Customer("b", 10, 5), Customer("a", came, 5)]
        found = answered(rows(queues, RELATIVELY, customers, "start_s origin"))
        assert "ab"[found[1][0]] == first

    def test_class_priorities_do_not_matter(self, rows):
        queues = {"a": Queue(classes=(Class(priority=0, target=100.0), Class(priority=1, target=10.0)))}
        desks = {"d": Desk({"a": Serves()}, discipline=RELATIVE)}
        customers = [LONG, Customer("a", 10, 5), Customer("a", 100, 5, class_=1)]
        assert answered(rows(queues, desks, customers, "start_s customer")) == [(0,), (2,), (1,)]

    def test_credit_is_part_of_the_wait(self, rows):
        queues = {"a": Queue(classes=(Class(target=10.0, credit=50), Class(target=10.0)))}
        desks = {"d": Desk({"a": Serves()}, discipline=RELATIVE)}
        customers = [LONG, Customer("a", 10, 5, class_=1), Customer("a", 59, 5)]
        assert answered(rows(queues, desks, customers, "start_s customer")) == [(0,), (2,), (1,)]

    def test_emails_wait_in_open_time(self, rows):
        """At 1000 the email has waited 199 s in open time, of its 100 s; the call 50 s of its 20 s, or only 39 s."""
        queues = {
            "mail": Queue(DEFERRED, open=((0, 100), (900, 3600)), classes=(Class(target=100.0),)),
            "a": Queue(classes=(Class(target=20.0),)),
        }
        desks = {"d": Desk({"mail": Serves(), "a": Serves()}, discipline=RELATIVE)}
        for called, first in ((950, 1), (961, 0)):
            customers = [Customer("a", 0, 1000), Customer("mail", 1, 5), Customer("a", called, 5)]
            assert answered(rows(queues, desks, customers, "start_s origin"))[1] == (first,)


class TestOwnAdviser:
    WHAT = "customer own_adviser adviser start_s end_s outcome"
    HAS, HAS_NOT = {Purpose.OWN: 0.2, Purpose.OWN_NUMBER: 0.7}, {Purpose.OWN: 0.8}
    """Of two advisers number 1 is his own; with a share of a half."""

    def queues(self, *, wait=100.0, **rest):
        return {"a": Queue(own=Own("d", 2, wait, 0.5), **rest)}

    def test_he_is_taken_by_his_own_if_free(self, rows):
        customers = [Customer("a", 0, 100, u=self.HAS), Customer("a", 1, 100, u=self.HAS_NOT)]
        assert rows(self.queues(), TWO, customers, self.WHAT) == [
            (0, 1, 1, 0, 100, "RESOLVED"),
            (1, -1, 0, 1, 101, "RESOLVED"),
        ]

    def test_he_waits_for_him_though_another_is_free(self, rows):
        customers = [Customer("a", t, 50, u=self.HAS) for t in (0, 10)]
        assert rows(self.queues(), TWO, customers, self.WHAT)[1] == (1, 1, 1, 50, 100, "RESOLVED")

    def test_then_anybody_may_take_him(self, rows):
        """At 110 his wait for adviser 1 is over, and adviser 0 is free."""
        customers = [Customer("a", t, 300, u=self.HAS) for t in (0, 10)]
        assert rows(self.queues(), TWO, customers, self.WHAT)[1] == (1, 1, 0, 110, 410, "RESOLVED")

    def test_or_he_goes_on_waiting_since_he_came(self, rows):
        """At 110 nobody is free; a2 came before him, a3 after: at 200 adviser 0 takes a2, at 250 a1 and so on."""
        customers = [
            Customer("a", 0, 300, u=self.HAS),
            Customer("a", 0, 200, u=self.HAS_NOT),
            Customer("a", 5, 50, u=self.HAS_NOT),
            Customer("a", 10, 40, u=self.HAS),
            Customer("a", 20, 10, u=self.HAS_NOT),
        ]
        found = rows(self.queues(), TWO, customers, self.WHAT)
        assert [row[2:4] for row in found[2:]] == [(0, 200), (0, 250), (0, 290)]

    def test_his_adviser_weighs_him_against_the_others_by_the_order(self, rows):
        """Adviser 1, free at 100, finds a2 (since 10) before his own a3 (since 20)."""
        customers = [
            Customer("a", 0, 100, u=self.HAS),
            Customer("a", 0, 500, u=self.HAS_NOT),
            Customer("a", 10, 50, u=self.HAS_NOT),
            Customer("a", 20, 50, u=self.HAS),
        ]
        found = rows(self.queues(wait=600.0), TWO, customers, self.WHAT)
        assert [row[2:4] for row in found[2:]] == [(1, 100), (1, 150)]

    def test_if_his_adviser_is_not_there_he_is_one_of_the_many(self, rows):
        desks = {"d": Desk({"a": Serves()}, 1), "e": Desk({"a": Serves(rank=2)})}
        customers = [Customer("a", t, 300, u=self.HAS) for t in (0, 10, 20)]
        what = "own_adviser desk adviser start_s"
        assert rows(self.queues(), desks, customers, what) == [(1, 0, 0, 0), (1, 1, 0, 10), (1, 0, 0, 300)]

    def test_he_keeps_waiting_for_one_who_leaves_and_is_taken_when_he_is_back(self, rows):
        """Adviser 1 has to leave at 600 and does at 650; he is back at 1200, before the wait ends at 1590."""
        desks = {"d": Desk({"a": Serves()}, (2, 1, 2, 2, 2, 2))}
        customers = [Customer("a", 580, 2000, u=self.HAS_NOT), *[Customer("a", t, 60, u=self.HAS) for t in (590, 591)]]
        found = rows(self.queues(wait=1000.0), desks, customers, self.WHAT)
        assert found[2] == (2, 1, 1, 1200, 1260, "RESOLVED")

    def test_patience_runs_meanwhile_and_he_neither_balks_nor_is_called_back(self, rows):
        queues = self.queues(balking=1.0)
        customers = [Customer("a", 0, 300, u=self.HAS), Customer("a", 10, 50, 30, u=self.HAS)]
        assert rows(queues, TWO, customers, self.WHAT)[1] == (1, 1, -1, None, 40, "ABANDONED")

    def test_he_takes_a_place_in_the_waiting_room_and_needs_one(self, rows):
        customers = [Customer("a", t, 300, u=self.HAS) for t in (0, 10, 20)]
        found = rows(self.queues(room=1), TWO, customers, self.WHAT)
        assert [row[-1] for row in found] == ["RESOLVED", "RESOLVED", "BLOCKED"]

    def test_the_desk_that_handed_him_on_is_not_his_own(self, rows):
        queues = {"a": Queue(), "b": Queue(own=Own("front"))}
        desks = {"front": Desk({"a": Serves(to={"b": To()}), "b": Serves()}), "back": Desk({"b": Serves()})}
        found = rows(queues, desks, [Customer("a", 0, 50, u=self.HAS)], "own_adviser desk start_s")
        assert found == [(-1, 0, 0), (0, 1, 50)]

    def test_no_desk_wait_applies_to_his_own(self, rows):
        desks = {"d": Desk({"a": Serves(after=60)}, 2)}
        customers = [Customer("a", 0, 10, u=self.HAS), Customer("a", 0, 10, u=self.HAS_NOT)]
        assert [row[3] for row in rows(self.queues(), desks, customers, self.WHAT)] == [0, 60]

    def test_who_stands_behind_another_of_the_same_adviser_moves_to_the_pool_in_his_turn(self, rows):
        """Two classes: a2 is before a1 in the line of their adviser; both waits end, and adviser 0 takes a2 first."""
        queues = self.queues(classes=(Class(priority=0), Class()))
        customers = [
            Customer("a", 0, 1000, u=self.HAS),
            Customer("a", 0, 150, u=self.HAS_NOT),
            Customer("a", 10, 50, class_=1, u=self.HAS),
            Customer("a", 20, 50, u=self.HAS),
        ]
        found = rows(queues, TWO, customers, self.WHAT)
        assert [row[2:4] for row in found[2:]] == [(0, 200), (0, 150)]

    def test_who_moved_to_the_pool_from_the_middle_is_not_taken_twice(self, rows):
        """As before, but adviser 1 is free at 115, when only a3 waits for him alone: he takes it, then a2."""
        queues = self.queues(classes=(Class(priority=0), Class()))
        customers = [
            Customer("a", 0, 115, u=self.HAS),
            Customer("a", 0, 1000, u=self.HAS_NOT),
            Customer("a", 10, 50, class_=1, u=self.HAS),
            Customer("a", 20, 50, u=self.HAS),
        ]
        found = rows(queues, TWO, customers, self.WHAT)
        assert [row[2:4] for row in found[2:]] == [(1, 165), (1, 115)]

    def test_several_waiting_when_the_desk_opens(self, rows):
        """At 600 both come: 0 takes from the pool, 1 his own, who came later; then those left in order."""
        desks = {"d": Desk({"mail": Serves()}, 2, open=((0, 100 * 6), (1200, 3600)))}
        queues = {"mail": Queue(DEFERRED, own=Own("d", 2, 3000.0, 0.5))}
        customers = [
            Customer("mail", 590, 700, u=self.HAS),
            Customer("mail", 595, 20, u=self.HAS),
            Customer("mail", 610, 30, u=self.HAS_NOT),
        ]
        found = rows(queues, desks, customers, self.WHAT)
        assert [row[2:4] for row in found] == [(1, 590), (1, 1290), (0, 1200)]

    def test_a_chat_of_ones_own_beside_others(self, rows):
        queues = {"a": Queue(CHAT, speeds=(1.0, 0.5), own=Own("d", 2, 100.0, 0.5))}
        customers = [
            Customer("a", 0, 100, u=self.HAS),
            Customer("a", 1, 100, u=self.HAS),
            Customer("a", 2, 10, u=self.HAS),
        ]
        found = rows(queues, TWO, customers, self.WHAT)
        assert [row[2:4] for row in found] == [(1, 0), (1, 1), (0, 102)]
