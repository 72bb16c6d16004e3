"""Entering a queue: balking, telephone lines and callbacks, on centres worked out by hand."""

from math import inf

import pytest
from small_centres import Back, Callback, Customer, Desk, Queue, Serves, To

from simcenter.simulation.network import CHAT
from simcenter.simulation.purposes import Purpose

ONE = {"d": Desk({"a": Serves()})}
LONG = Customer("a", 0, 200)


class TestBalking:
    WHAT = "customer end_s outcome"

    @pytest.mark.parametrize(("u", "outcome"), [(0.299, "BALKED"), (0.3, "RESOLVED")])
    def test_who_would_have_to_wait_and_has_a_lower_uniform(self, rows, u, outcome):
        queues = {"a": Queue(balking=0.3)}
        customers = [LONG, Customer("a", 10, 20, u={Purpose.BALK: u})]
        assert rows(queues, ONE, customers, self.WHAT)[1][2] == outcome

    def test_nobody_balks_who_is_answered_at_once(self, rows):
        queues = {"a": Queue(balking=1.0)}
        assert rows(queues, ONE, [LONG], self.WHAT) == [(0, 200, "RESOLVED")]

    def test_a_full_waiting_room_comes_first_and_who_balks_may_redial(self, rows):
        queues = {"a": Queue(balking=0.4, room=1, redial=Back(1.0))}
        balks = {Purpose.BALK: 0.3}
        customers = [LONG, Customer("a", 10, 20), Customer("a", 20, 5, u=balks), Customer("a", 200, 5, u=balks)]
        assert rows(queues, ONE, [*customers[:3]], "outcome returns entered_s")[2] == ("BLOCKED", "COMES_BACK", 20)
        found = rows({"a": Queue(balking=0.4, redial=Back(1.0))}, ONE, [LONG, customers[3]], "customer outcome returns")
        assert found[1] == (1, "RESOLVED", "NONE")  # at 200 the first has just gone


class TestLines:
    WHAT = "origin customer leg entered_s start_s end_s outcome"

    def test_who_finds_no_line_free_gets_the_busy_tone(self, rows):
        """Two lines: one talks, one waits; the third is blocked, and the fourth too, as wrap-up needs no line."""
        queues = {"a": Queue(lines=0, wrap=0.5)}
        customers = [Customer("a", t, 100) for t in (0, 10, 20, 50, 51)]
        assert rows(queues, ONE, customers, self.WHAT, lines=(2,)) == [
            (0, 0, 0, 0, 0, 50, "RESOLVED"),
            (0, 1, 0, 10, 100, 150, "RESOLVED"),
            (0, 2, 0, 20, None, 20, "BLOCKED"),
            (0, 3, 0, 50, 200, 250, "RESOLVED"),
            (0, 4, 0, 51, None, 51, "BLOCKED"),
        ]

    def test_queues_share_the_lines_of_a_group(self, rows):
        queues = {"a": Queue(lines=1), "b": Queue(lines=1), "c": Queue(lines=0), "free": Queue()}
        desks = {"d": Desk({name: Serves() for name in queues}, 9)}
        customers = [Customer(name, t, 50) for t, name in enumerate(("a", "b", "c", "free"))]
        found = rows(queues, desks, customers, "origin outcome", lines=(1, 1))
        assert found == [(0, "RESOLVED"), (1, "BLOCKED"), (2, "RESOLVED"), (3, "RESOLVED")]

    def test_who_gives_up_or_balks_leaves_his_line(self, rows):
        queues = {"a": Queue(lines=0, balking=0.1)}
        customers = [
            LONG,
            Customer("a", 10, 20, 5),
            Customer("a", 15, 20, u={Purpose.BALK: 0.0}),
            Customer("a", 16, 20),
            Customer("a", 17, 20),
        ]
        found = rows(queues, ONE, customers, "outcome", lines=(2,))
        assert [outcome for (outcome,) in found] == ["RESOLVED", "ABANDONED", "BALKED", "RESOLVED", "BLOCKED"]

    def test_a_line_goes_with_the_customer_within_the_group(self, rows):
        """One line: a0 is handed on from a to b on it; so a1 is blocked until a0 leaves b at 200."""
        queues = {"a": Queue(lines=0), "b": Queue(lines=0)}
        desks = {"front": Desk({"a": Serves(to={"b": To(0.3)})}, 3), "back": Desk({"b": Serves()})}
        moved = Customer("a", 0, 100, transfer=0.1)
        customers = [moved, Customer("a", 199, 5), Customer("a", 200, 5)]
        assert rows(queues, desks, customers, self.WHAT, lines=(1,)) == [
            (0, 0, 0, 0, 0, 100, "TRANSFERRED"),
            (0, 0, 1, 100, 100, 200, "RESOLVED"),
            (0, 1, 0, 199, None, 199, "BLOCKED"),
            (0, 2, 0, 200, 200, 205, "RESOLVED"),
        ]

    def test_a_transfer_out_of_the_group_gives_it_back_and_may_find_none_in_the_next(self, rows):
        queues = {"a": Queue(lines=0), "b": Queue(lines=1), "c": Queue()}
        desks = {
            "front": Desk({"a": Serves(to={"b": To(0.3), "c": To(0.3)})}, 3),
            "back": Desk({"b": Serves(), "c": Serves()}, 3),
        }
        customers = [
            Customer("b", 0, 500),
            Customer("a", 0, 100, transfer=0.1),
            Customer("a", 100, 10, transfer=0.5),
            Customer("a", 110, 10, transfer=0.7),
        ]
        assert rows(queues, desks, customers, self.WHAT, lines=(1, 1)) == [
            (0, 0, 0, 0, 0, 100, "TRANSFERRED"),
            (0, 0, 1, 100, None, 100, "BLOCKED"),
            (0, 1, 0, 100, 100, 110, "TRANSFERRED"),
            (0, 1, 1, 110, 110, 120, "RESOLVED"),
            (0, 2, 0, 110, 110, 120, "RESOLVED"),
            (1, 0, 0, 0, 0, 500, "RESOLVED"),
        ]

    def test_a_chat_holds_its_line_until_the_customer_leaves(self, rows):
        """Two chats at half speed each: 100 s of talk and 100 s of wrap-up take 200 s and 200 s."""
        queues = {"a": Queue(CHAT, speeds=(1.0, 0.5), wrap=0.5, lines=0)}
        customers = [Customer("a", 0, 200), Customer("a", 0, 200), Customer("a", 199, 1), Customer("a", 200, 1, inf)]
        found = rows(queues, ONE, customers, "end_s outcome", lines=(2,))
        assert found[:3] == [(200, "RESOLVED"), (200, "RESOLVED"), (199, "BLOCKED")]
        assert found[3][1] == "RESOLVED"


class TestCallback:
    WHAT = "customer leg entry entered_s adviser start_s end_s outcome returns predicted_s"
    TAKES, LATER = {Purpose.ACCEPT: 0.1, Purpose.REACHED: 0.2}, {Purpose.ACCEPT: 0.9}

    def queues(self, *, reached=0.5, **rest):
        return {"a": Queue(callback=Callback(150, 0.5, reached, mean_handle=100.0, **rest))}

    def test_it_is_offered_above_the_limit_accepted_and_called_in_its_turn(self, rows):
        """One adviser: the second waits a predicted 100 s, the third 200 s: he is called after the second."""
        customers = [
            LONG,
            Customer("a", 10, 50, u=self.TAKES),
            Customer("a", 20, 30, 5, u=self.TAKES),
            Customer("a", 30, 10, u=self.LATER),
        ]
        assert rows(self.queues(), ONE, customers, self.WHAT)[1:] == [
            (1, 0, "FIRST", 10, 0, 200, 250, "RESOLVED", "NONE", 100),
            (2, 0, "FIRST", 20, -1, None, 20, "CALLBACK", "NONE", 200),
            (2, 1, "CALLBACK", 20, 0, 250, 280, "RESOLVED", "NONE", 200),
            (3, 0, "FIRST", 30, 0, 280, 290, "RESOLVED", "NONE", 300),
        ]

    def test_what_is_predicted_counts_advisers_by_their_speed_and_all_who_wait(self, rows):
        """Capacity 2 x 1 + 1 x 0.5 = 2.5: 100 / 2.5 s for the first to wait, then twice that."""
        queues = {"a": Queue(callback=Callback(50, 0.5, 1.0))}
        desks = {
            "d": Desk({"a": Serves()}, 2),
            "slow": Desk({"a": Serves(speed=0.5)}),
            "none": Desk({"a": Serves()}, 0),
        }
        customers = [*[Customer("a", 0, 200)] * 3, *[Customer("a", t, 50, u=self.TAKES) for t in (1, 2, 3)]]
        found = rows(queues, desks, customers, "leg outcome predicted_s")
        assert [row for row in found if row[2] is not None] == [
            (0, "RESOLVED", 40),
            (0, "CALLBACK", 80),
            (1, "RESOLVED", 80),
            (0, "CALLBACK", 120),
            (1, "RESOLVED", 120),
        ]

    def test_with_nobody_there_the_predicted_wait_is_infinite(self, rows):
        desks = {"d": Desk({"a": Serves()}, (0, 1, 1, 1, 1, 1))}
        found = rows(self.queues(), desks, [Customer("a", 10, 50, u=self.TAKES)], self.WHAT)
        assert [(row[5], row[-1]) for row in found] == [(None, inf), (600, inf)]

    def test_who_is_not_reached_is_tried_again_up_to_the_limit(self, rows):
        """Ringing takes 10 s, the next try comes 100 s later; three tries."""
        customers = [
            Customer("a", 0, 100),
            Customer("a", 1, 100),
            Customer("a", 2, 9, u={**self.TAKES, Purpose.REACHED: 0.5}),
        ]
        found = rows(self.queues(), ONE, customers, self.WHAT)
        assert found[3:] == [
            (2, 1, "CALLBACK", 2, 0, 200, 210, "NOT_REACHED", "COMES_BACK", 200),
            (2, 2, "CALLBACK", 310, 0, 310, 320, "NOT_REACHED", "COMES_BACK", None),
            (2, 3, "CALLBACK", 420, 0, 420, 430, "NOT_REACHED", "AT_LIMIT", None),
        ]

    def test_each_try_has_its_own_chance_and_the_next_waits_its_turn(self, rows):
        """Not reached at 200, reached when called again at 310, for which he waits until 400."""
        reached = {**self.TAKES, Purpose.REACHED: (0.9, 0.9, 0.1)}
        customers = [*[Customer("a", t, 100) for t in (0, 1)], Customer("a", 2, 9, u=reached), Customer("a", 300, 100)]
        found = rows(self.queues(), ONE, customers, self.WHAT)
        assert found[4] == (2, 2, "CALLBACK", 310, 0, 400, 409, "RESOLVED", "NONE", None)

    def test_the_next_try_is_in_opening_hours_or_not_any_more(self, rows):
        reached = {**self.TAKES, Purpose.REACHED: 0.9}
        open_again = {"a": Queue(open=((0, 250), (600, 1200)), callback=Callback(150, 0.5, 0.5, retry=100.0))}
        customers = [*[Customer("a", t, 100) for t in (0, 1)], Customer("a", 2, 9, u=reached)]
        found = rows(open_again, ONE, customers, self.WHAT)
        assert [row[3:6] for row in found[3:]] == [(2, 0, 200), (660, 0, 660), (770, 0, 770)]
        shut = {"a": Queue(open=((0, 250),), callback=Callback(150, 0.5, 0.5, retry=100.0))}
        assert [row[-2] for row in rows(shut, ONE, customers, self.WHAT)[3:]] == ["PENDING"]

    def test_callbacks_take_no_place_in_the_waiting_room_and_no_line(self, rows):
        """One place, two lines: a1 waits on the phone, a2 is offered nothing as there is no place for him."""
        queues = {"a": Queue(room=1, lines=0, callback=Callback(50, 0.5, 1.0))}
        takes, stays = self.TAKES, self.LATER
        customers = [LONG, *[Customer("a", t, 10, u=u) for t, u in ((1, takes), (2, takes), (3, stays), (4, takes))]]
        found = rows(queues, ONE, customers, "customer leg start_s outcome", lines=(2,))
        assert found[1:] == [
            (1, 0, None, "CALLBACK"),
            (1, 1, 200, "RESOLVED"),
            (2, 0, None, "CALLBACK"),
            (2, 1, 210, "RESOLVED"),
            (3, 0, 220, "RESOLVED"),
            (4, 0, None, "BLOCKED"),
        ]

    def test_at_closing_callbacks_are_dropped_or_served_like_others(self, rows):
        for drop, outcome in ((True, "DROPPED"), (False, "RESOLVED")):
            queues = {"a": Queue(open=((0, 600),), drop=drop, callback=Callback(50, 0.5, 1.0))}
            desks = {"d": Desk({"a": Serves()}, open=((0, 600),))}
            customers = [Customer("a", 500, 200), Customer("a", 510, 10, u=self.TAKES)]
            assert rows(queues, desks, customers, self.WHAT)[2][7] == outcome

    def test_a_warm_transfer_that_ends_in_a_callback_frees_who_held_it(self, rows):
        """Front hands a0 on to b, whose expert is busy; he accepts a callback, which front may not make.

        Predicted are 100 s over both desks' advisers: 50 s.
        """
        queues = {"a": Queue(), "b": Queue(callback=Callback(40, 0.5, 1.0))}
        desks = {
            "front": Desk({"a": Serves(to={"b": To(warm=True, handover=9)}), "b": Serves()}),
            "expert": Desk({"b": Serves(rank=2)}),
        }
        customers = [Customer("a", 10, 20, u=self.TAKES), Customer("b", 0, 5), Customer("b", 3, 200)]
        what = "origin customer leg entry from_desk desk start_s end_s freed_s outcome"
        assert rows(queues, desks, customers, what)[:3] == [
            (0, 0, 0, "FIRST", -1, 0, 10, 30, 30, "TRANSFERRED"),
            (0, 0, 1, "TRANSFER", 0, -1, None, 30, None, "CALLBACK"),
            (0, 0, 2, "CALLBACK", 0, 1, 203, 223, 223, "RESOLVED"),
        ]
