"""Deferred work that is protected or interrupted, absence, breaks, and a random adviser, worked out by hand."""

import pytest
from small_centres import Class, Customer, Desk, Own, Queue, Serves, To

from simcenter.simulation.log import Entry
from simcenter.simulation.network import CHAT, DEFERRED, DISCONNECT, KEEP, RANDOM_ADVISER
from simcenter.simulation.purposes import Purpose

CALLS_AND_MAIL = {"call": Queue(), "mail": Queue(DEFERRED, wrap=0.5)}
WHAT = "origin customer leg entry entered_s adviser start_s end_s freed_s outcome"


def both(advisers=1, *, mail=None, **rest):
    mail = mail or Serves(priority=2, interruptible=True)
    return {"d": Desk({"call": Serves(), "mail": mail}, advisers, **rest)}


class TestMinIdle:
    MAIL = Serves(priority=2, min_idle=2)

    def test_mail_is_taken_only_while_enough_are_idle_the_taker_included(self, rows):
        """Two advisers: the first mail is taken, the second waits until both are idle."""
        customers = [Customer("mail", 0, 100), Customer("mail", 10, 100)]
        found = rows(CALLS_AND_MAIL, both(2, mail=self.MAIL), customers, "customer adviser start_s")
        assert found == [(0, 0, 0), (1, 0, 100)]

    def test_who_comes_free_takes_it_as_the_second_idle(self, rows):
        customers = [Customer("call", 0, 100), Customer("mail", 10, 30)]
        assert rows(CALLS_AND_MAIL, both(2, mail=self.MAIL), customers, "adviser start_s") == [(0, 0), (0, 100)]

    def test_newcomers_count(self, rows):
        desks = both((1, 2, 2, 2, 2, 2), mail=self.MAIL)
        assert rows(CALLS_AND_MAIL, desks, [Customer("mail", 0, 30)], "adviser start_s") == [(0, 600)]

    def test_advisers_with_a_chat_are_not_idle(self, rows):
        queues = {"chat": Queue(CHAT, speeds=(1.0, 0.5)), "mail": Queue(DEFERRED)}
        desks = {"d": Desk({"chat": Serves(), "mail": self.MAIL}, 3)}
        customers = [Customer("chat", 0, 100), Customer("mail", 0, 50), Customer("mail", 0, 50)]
        assert rows(queues, desks, customers, "origin customer start_s") == [(0, 0, 0), (1, 0, 0), (1, 1, 50)]

    def test_another_desk_may_take_it(self, rows):
        desks = {**both(1, mail=self.MAIL), "e": Desk({"mail": Serves(rank=2)})}
        assert rows(CALLS_AND_MAIL, desks, [Customer("mail", 0, 30)], "desk start_s") == [(1, 0)]

    def test_an_overflow_wait_ends_in_vain_without_enough_idle(self, rows):
        desks = {"d": Desk({"call": Serves(), "mail": Serves(after=50, min_idle=2)}, 2)}
        customers = [Customer("call", 0, 80), Customer("mail", 10, 30)]
        assert rows(CALLS_AND_MAIL, desks, customers, "start_s") == [(0,), (80,)]

    def test_it_does_not_hold_for_ones_own(self, rows):
        queues = {"call": Queue(), "mail": Queue(DEFERRED, own=Own("d"))}
        assert rows(queues, both(1, mail=self.MAIL), [Customer("mail", 0, 30)], "start_s") == [(0,)]


class TestInterrupting:
    def test_a_call_interrupts_mail_which_is_resumed_later(self, rows):
        """Mail of 60 s talk and 60 s wrap-up from 0, interrupted at 20; resumed at 50 with 40 s and 60 s left."""
        customers = [Customer("call", 20, 30), Customer("mail", 0, 120)]
        assert rows(CALLS_AND_MAIL, both(), customers, WHAT) == [
            (0, 0, 0, "FIRST", 20, 0, 20, 50, 50, "RESOLVED"),
            (1, 0, 0, "FIRST", 0, 0, 0, 20, 20, "INTERRUPTED"),
            (1, 0, 1, "RESUMED", 0, 0, 50, 90, 150, "RESOLVED"),
        ]

    def test_again_and_again(self, rows):
        customers = [Customer("call", t, 10) for t in (20, 40, 60)] + [Customer("mail", 0, 120)]
        found = rows(CALLS_AND_MAIL, both(), customers, WHAT)[3:]
        assert [row[6:] for row in found] == [
            (0, 20, 20, "INTERRUPTED"),
            (30, 40, 40, "INTERRUPTED"),
            (50, 60, 60, "INTERRUPTED"),
            (70, 90, 150, "RESOLVED"),
        ]

    def test_wrap_up_is_not_interrupted_nor_what_may_not_be(self, rows):
        customers = [Customer("call", 60, 30), Customer("mail", 0, 120)]
        assert rows(CALLS_AND_MAIL, both(), customers, WHAT)[0][6] == 120
        customers = [Customer("call", 20, 30), Customer("mail", 0, 120)]
        assert rows(CALLS_AND_MAIL, both(mail=Serves(priority=2)), customers, WHAT)[0][6] == 120

    def test_an_idle_adviser_comes_first(self, rows):
        customers = [Customer("call", 20, 30), Customer("mail", 0, 120)]
        assert len(rows(CALLS_AND_MAIL, both(2), customers, WHAT)) == 2

    def test_the_one_begun_last_then_the_lowest_number(self, rows):
        """Advisers 0, 1, 2 begin mails at 0, 10 and 10: calls take 1, then 2, then 0."""
        customers = [Customer("call", t, 500) for t in (20, 21, 22)]
        customers += [Customer("mail", t, 900) for t in (0, 10, 10)]
        found = rows(CALLS_AND_MAIL, both(3), customers, "origin customer adviser")
        assert found[:3] == [(0, 0, 1), (0, 1, 2), (0, 2, 0)]

    def test_desks_by_rank_then_file_order_and_not_before_their_wait(self, rows):
        queues = {"call": Queue(classes=(Class(), Class(credit=40.0))), "mail": Queue(DEFERRED)}
        mail = Serves(priority=2, interruptible=True)
        desks = {
            "late": Desk({"call": Serves(after=40), "mail": mail}),
            "second": Desk({"call": Serves(rank=2), "mail": mail}),
        }
        mails = [Customer("mail", 0, 900), Customer("mail", 1, 900)]
        for class_, desk in ((0, 1), (1, 0)):
            found = rows(queues, desks, [Customer("call", 20, 5, class_=class_), *mails], "desk start_s")
            assert found[0] == (desk, 20)

    def test_at_the_end_of_an_overflow_wait(self, rows):
        desks = {
            "own": Desk({"call": Serves()}, 0),
            "helps": Desk({"call": Serves(after=40), "mail": Serves(priority=2, interruptible=True)}),
        }
        customers = [Customer("call", 20, 30), Customer("mail", 0, 120)]
        assert rows(CALLS_AND_MAIL, desks, customers, WHAT)[0][6] == 120  # at 60 the talk is over just before
        customers = [Customer("call", 19, 30), Customer("mail", 0, 120)]
        found = rows(CALLS_AND_MAIL, desks, customers, WHAT)
        assert found[0] == (0, 0, 0, "FIRST", 19, 0, 59, 89, 89, "RESOLVED")
        assert found[2][3:] == ("RESUMED", 0, 0, 89, 90, 150, "RESOLVED")

    def test_at_the_end_of_the_wait_for_ones_own(self, rows):
        queues = {"call": Queue(own=Own("e", 1, 40.0)), "mail": Queue(DEFERRED, wrap=0.5)}
        desks = {**both(), "e": Desk({"call": Serves()})}
        customers = [Customer("call", 0, 500, u={Purpose.OWN: 0.1}), Customer("call", 10, 30), Customer("mail", 0, 120)]
        found = rows(queues, desks, customers, "origin customer desk start_s end_s")
        assert found[1] == (0, 1, 0, 50, 80)

    def test_it_goes_on_at_another_desks_speed(self, rows):
        """40 of 60 s of talk and 60 s of wrap-up left; the other desk, free at 20, works twice as fast."""
        desks = {**both(), "fast": Desk({"mail": Serves(rank=2, speed=2.0)}, (1,) * 6)}
        customers = [Customer("call", 20, 30), Customer("mail", 0, 120)]
        found = rows(CALLS_AND_MAIL, desks, customers, "desk start_s end_s freed_s outcome")
        assert found[1:] == [(0, 0, 20, 20, "INTERRUPTED"), (1, 20, 40, 70, "RESOLVED")]

    def test_it_waits_since_it_first_entered(self, rows):
        customers = [Customer("call", 20, 30), Customer("mail", 0, 120), Customer("mail", 10, 120)]
        found = rows(CALLS_AND_MAIL, both(), customers, "origin customer leg start_s")
        assert found[1:] == [(1, 0, 0, 0), (1, 0, 1, 50), (1, 1, 0, 150)]

    def test_handing_on_is_settled_with_the_desk(self, rows):
        """Handed on after 60 s by the desk that has it, also when interrupted; by another desk as its shares say."""
        queues = {**CALLS_AND_MAIL, "expert": Queue(DEFERRED)}
        mail = Serves(priority=2, interruptible=True, to={"expert": To(after=60)})
        customers = [Customer("call", 20, 30), Customer("mail", 0, 120)]
        desks = {"d": Desk({"call": Serves(), "mail": mail}), "e": Desk({"expert": Serves()})}
        found = rows(queues, desks, customers, "leg entry desk start_s end_s freed_s outcome")
        assert found[2:] == [
            (1, "RESUMED", 0, 50, 90, 90, "TRANSFERRED"),
            (2, "TRANSFER", 1, 90, 210, 210, "RESOLVED"),
        ]
        desks["other"] = Desk({"mail": Serves(rank=2)})
        found = rows(queues, desks, customers, "leg entry desk start_s end_s freed_s outcome")
        assert found[2:] == [(1, "RESUMED", 2, 20, 60, 60, "RESOLVED")]

    def test_another_desk_may_hand_it_on_without_wrap_up(self, rows):
        queues = {**CALLS_AND_MAIL, "expert": Queue(DEFERRED)}
        desks = {
            **both(),
            "other": Desk({"mail": Serves(rank=2, to={"expert": To()})}),
            "e": Desk({"expert": Serves()}),
        }
        customers = [Customer("call", 20, 30), Customer("mail", 0, 120)]
        found = rows(queues, desks, customers, "leg entry desk start_s end_s freed_s outcome")
        assert found[2:] == [
            (1, "RESUMED", 1, 20, 60, 60, "TRANSFERRED"),
            (2, "TRANSFER", 2, 60, 180, 180, "RESOLVED"),
        ]

    def test_what_is_misrouted_stays_so_at_another_desk(self, rows):
        queues = {
            "call": Queue(),
            "mail": Queue(DEFERRED, wrap=0.5, misrouted={"expert": To(after=60)}),
            "expert": Queue(DEFERRED),
        }
        desks = {**both(), "other": Desk({"mail": Serves(rank=2)}), "e": Desk({"expert": Serves()})}
        customers = [Customer("call", 20, 30), Customer("mail", 0, 120)]
        found = rows(queues, desks, customers, "leg entry desk start_s end_s outcome")
        assert found[2:] == [
            (1, "RESUMED", 1, 20, 60, "TRANSFERRED"),
            (2, "MISROUTED", 2, 60, 180, "RESOLVED"),
        ]

    def test_what_is_kept_may_be_interrupted_too(self, rows):
        """Would hand on at 10; kept: 50 s of talk until 60, then 60 s of wrap-up. Interrupted at 20 and 55."""
        queues = {**CALLS_AND_MAIL, "expert": Queue(DEFERRED)}
        mail = Serves(priority=2, interruptible=True, to={"expert": To(after=10, if_busy=KEEP)})
        desks = {"d": Desk({"call": Serves(), "mail": mail})}
        customers = [Customer("call", 5, 10), Customer("call", 30, 10), Customer("mail", 0, 120)]
        found = rows(queues, desks, customers, "leg start_s end_s freed_s outcome")
        assert found[2:] == [
            (0, 0, 5, 5, "INTERRUPTED"),
            (1, 15, 30, 30, "INTERRUPTED"),
            (2, 40, 80, 140, "RESOLVED"),
        ]

    def test_a_chat_interrupts_and_another_joins_it(self, rows):
        """Two chats fill desk e; the third interrupts the mail of d, which takes the fourth too; the fifth waits."""
        queues = {"chat": Queue(CHAT, speeds=(1.0, 1.0)), "mail": Queue(DEFERRED)}
        desks = {
            "d": Desk({"chat": Serves(rank=2), "mail": Serves(priority=3, interruptible=True)}),
            "e": Desk({"chat": Serves()}),
        }
        customers = [Customer("chat", t, 100) for t in (0, 1, 10, 11, 12)] + [Customer("mail", 0, 900)]
        found = rows(queues, desks, customers, "origin customer desk adviser start_s")
        assert found[:5] == [(0, 0, 1, 0, 0), (0, 1, 1, 0, 1), (0, 2, 0, 0, 10), (0, 3, 0, 0, 11), (0, 4, 1, 0, 100)]

    def test_a_desk_that_is_still_losing_advisers_interrupts_nothing(self, rows):
        """One of two is to leave from 600 on, and does at 1490; who came meanwhile waits for the end of the mail."""
        desks = both((2, 1, 1, 1, 1, 1))
        customers = [Customer("call", 590, 900), Customer("call", 620, 10), Customer("mail", 580, 3000)]
        found = rows(CALLS_AND_MAIL, desks, customers, "origin customer start_s outcome")
        assert found[1] == (0, 1, 3580, "RESOLVED")

    def test_somebody_who_may_be_interrupted_is_not_free_for_a_transfer(self, rows):
        queues = {**CALLS_AND_MAIL, "a": Queue()}
        desks = {"front": Desk({"a": Serves(to={"call": To(if_busy=DISCONNECT)})}), **both()}
        customers = [Customer("a", 10, 30), Customer("mail", 0, 900)]
        assert rows(queues, desks, customers, "outcome")[1] == ("UNRESOLVED_BUSY",)


class TestStaffing:
    DUTY = "duty_adviser duty_start_s duty_end_s"

    def test_of_those_scheduled_only_those_present_come(self, rows):
        """Four scheduled, 1 and 2 absent: 0 and 3 come; with five also 4."""
        desks = {"d": Desk({"a": Serves()}, (4, 5, 4, 4, 4, 4), absent=(1, 2))}
        found = rows({"a": Queue()}, desks, [], self.DUTY)
        assert found == [(0, 0, 3600), (3, 0, 3600), (4, 600, 1200)]

    def test_who_is_absent_does_not_count_where_fewer_are_scheduled(self, rows):
        desks = {"d": Desk({"a": Serves()}, (2, 2, 2, 3, 3, 3), absent=(0,))}
        assert rows({"a": Queue()}, desks, [], self.DUTY) == [(1, 0, 3600), (2, 1800, 3600)]

    def test_breaks_take_the_highest_numbers_first_and_nobody_below_none(self, rows):
        desks = {"d": Desk({"a": Serves()}, 2, off_phone=(0, 1, 3, 0, 0, 0))}
        assert rows({"a": Queue()}, desks, [], self.DUTY) == [
            (0, 0, 1200),
            (1, 0, 600),
            (0, 1800, 3600),
            (1, 1800, 3600),
        ]

    def test_who_is_busy_goes_when_he_is_done(self, rows):
        desks = {"d": Desk({"a": Serves()}, 1, off_phone=(0, 1, 1, 0, 0, 0))}
        assert rows({"a": Queue()}, desks, [Customer("a", 590, 100)], self.DUTY) == [(0, 0, 690), (0, 1800, 3600)]


class TestRandomAdviser:
    """Desks of 1 and 3 advisers: number floor(4 u) of the four; the desk's chosen one takes it."""

    @pytest.mark.parametrize(("u", "who"), [(0.24, (0, 0)), (0.25, (1, 0)), (0.99, (1, 0))])
    def test_desks_count_by_their_able_advisers(self, rows, u, who):
        queues = {"a": Queue(equal_rank=RANDOM_ADVISER)}
        desks = {"one": Desk({"a": Serves()}), "three": Desk({"a": Serves()}, 3)}
        assert rows(queues, desks, [Customer("a", 0, 10, equal_rank=u)], "desk adviser") == [who]

    def test_only_those_who_are_free_and_of_the_least_rank_count(self, rows):
        queues = {"a": Queue(equal_rank=RANDOM_ADVISER)}
        desks = {
            name: Desk({"a": Serves(rank=rank)}, n) for name, rank, n in (("one", 1, 1), ("two", 1, 2), ("x", 2, 9))
        }
        customers = [Customer("a", 0, 10, equal_rank=0.9), Customer("a", 0, 10, equal_rank=0.49)]
        assert rows(queues, desks, customers, "desk adviser") == [(1, 0), (0, 0)]

    def test_chats_count_all_who_are_able(self, rows):
        """One of the two of desk two has a chat and is able to take another: still three in all."""
        queues = {"a": Queue(CHAT, speeds=(1.0, 1.0), equal_rank=RANDOM_ADVISER)}
        desks = {"one": Desk({"a": Serves()}), "two": Desk({"a": Serves()}, 2)}
        customers = [Customer("a", 0, 10, equal_rank=0.9), Customer("a", 0, 10, equal_rank=0.34)]
        assert rows(queues, desks, customers, "desk adviser") == [(1, 0), (1, 1)]


def test_no_shows_and_backlog(rows):
    queues = {"a": Queue(), "mail": Queue(DEFERRED, open=((600, 1200),))}
    desks = {"d": Desk({"a": Serves(), "mail": Serves()})}
    customers = [
        Customer("a", 10, 50, entry=Entry.NO_SHOW),
        Customer("a", 20, 50, entry=Entry.APPOINTMENT),
        Customer("mail", 0, 30, entry=Entry.BACKLOG),
    ]
    assert rows(queues, desks, customers, "origin entry start_s end_s outcome") == [
        (0, "APPOINTMENT", None, 10, "NO_SHOW"),
        (0, "APPOINTMENT", 20, 70, "RESOLVED"),
        (1, "BACKLOG", 600, 630, "RESOLVED"),
    ]
