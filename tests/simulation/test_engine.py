"""Every rule of docs/rules.md on a centre small enough to be worked out by hand, for every engine."""

import pytest
from small_centres import END_S, Centre, Customer, Desk, Queue, Serves, To

from simcenter.errors import ScenarioError
from simcenter.simulation.engine import play
from simcenter.simulation.network import CHAT, DEFERRED, LONGEST_IDLE, RANDOM
from simcenter.simulation.staffing import Staffing


@pytest.fixture(params=["compiled", "simpy"])
def engine(request):
    return request.param


@pytest.fixture
def story(engine):
    """Play a centre and tell what happened, by customer."""

    def play_and_tell(queues, desks, customers, **rest):
        centre = Centre(queues, desks, customers, **rest)
        return centre.told(play(centre.network, centre.staffing, centre.draws, engine))

    return play_and_tell


PHONE = {"a": Queue()}
TWO = {"a": Queue(), "b": Queue()}
ONE_DESK = {"d": Desk({"a": Serves()})}


def calls(*rows, queue="a", **rest):
    """Customers of one queue from (at, handle) or (at, handle, patience)."""
    return [Customer(queue, *row, **rest) for row in rows]


class TestExclusive:
    def test_wrap_up_follows_the_talk(self, story):
        told = story({"a": Queue(wrap=0.25)}, ONE_DESK, calls((10, 100)))
        assert told["a0"] == [("a", 10, "d0", 10, 85, 110, "RESOLVED")]
        assert told["duty"] == [("d0", 0, END_S)]

    def test_who_waits_longest_is_next(self, story):
        told = story(PHONE, ONE_DESK, calls((0, 100), (10, 50), (20, 50)))
        assert told["a1"] == [("a", 10, "d0", 100, 150, 150, "RESOLVED")]
        assert told["a2"] == [("a", 20, "d0", 150, 200, 200, "RESOLVED")]

    def test_customer_leaves_before_the_adviser_looks_for_more(self, story):
        told = story({"a": Queue(wrap=0.5)}, ONE_DESK, calls((0, 100), (10, 40)))
        assert told["a1"] == [("a", 10, "d0", 100, 120, 140, "RESOLVED")]

    def test_adviser_idle_longest_takes_it(self, story):
        told = story(PHONE, {"d": Desk({"a": Serves()}, 2)}, calls((10, 10), (30, 10), (31, 10)))
        assert [told[c][0][2] for c in ("a0", "a1", "a2")] == ["d0", "d1", "d0"]

    def test_lowest_number_among_those_idle_equally_long(self, story):
        # both are freed at 29, first the one who has the earlier customer
        told = story(PHONE, {"d": Desk({"a": Serves()}, 2)}, calls((10, 2), (13, 16), (14, 15), (40, 5)))
        assert [told[f"a{k}"][0][2] for k in range(4)] == ["d0", "d1", "d0", "d0"]

    def test_speed_divides_the_handle_time(self, story):
        told = story({"a": Queue(wrap=0.5)}, {"d": Desk({"a": Serves(speed=2.0)})}, calls((0, 100)))
        assert told["a0"] == [("a", 0, "d0", 0, 25, 50, "RESOLVED")]

    def test_resolved_when_the_uniform_is_below_the_share(self, story):
        desks = {"d": Desk({"a": Serves(resolved=0.5)})}
        customers = [Customer("a", 0, 1, resolved=0.499), Customer("a", 9, 1, resolved=0.5)]
        told = story(PHONE, desks, customers)
        assert (told["a0"][0][-1], told["a1"][0][-1]) == ("RESOLVED", "UNRESOLVED")


class TestWaiting:
    def test_patience_ends(self, story):
        told = story(PHONE, ONE_DESK, calls((0, 100), (10, 50, 30)))
        assert told["a1"] == [("a", 10, None, None, 40, None, "ABANDONED")]

    def test_who_left_from_the_middle_of_the_line_is_not_taken(self, story):
        told = story(PHONE, ONE_DESK, calls((0, 100), (10, 50), (20, 50, 30), (30, 50)))
        assert told["a2"][0][-1] == "ABANDONED"
        assert told["a3"] == [("a", 30, "d0", 150, 200, 200, "RESOLVED")]

    def test_an_end_of_service_comes_before_an_end_of_patience(self, story):
        told = story(PHONE, ONE_DESK, calls((0, 100), (40, 50, 60)))
        assert told["a1"] == [("a", 40, "d0", 100, 150, 150, "RESOLVED")]

    def test_an_end_of_service_comes_before_an_arrival(self, story):
        told = story(PHONE, ONE_DESK, calls((0, 100), (50, 20), (100, 20)))
        assert told["a1"][0][3] == 100
        assert told["a2"][0][3] == 120

    def test_without_patience_nobody_waits(self, story):
        told = story(PHONE, ONE_DESK, calls((0, 100), (10, 50, 0)))
        assert told["a1"] == [("a", 10, None, None, 10, None, "ABANDONED")]

    def test_a_full_waiting_room_blocks(self, story):
        told = story({"a": Queue(room=1)}, ONE_DESK, calls((0, 100), (10, 50), (20, 50), (100, 50), (101, 50)))
        assert told["a2"] == [("a", 20, None, None, 20, None, "BLOCKED")]
        assert told["a3"] == [("a", 100, "d0", 150, 200, 200, "RESOLVED")]
        assert told["a4"][0][-1] == "BLOCKED"

    def test_a_place_in_the_waiting_room_is_free_after_an_abandonment(self, story):
        told = story({"a": Queue(room=1)}, ONE_DESK, calls((0, 100), (10, 50, 5), (15, 50)))
        assert told["a2"][0][3] == 100

    def test_no_waiting_room_at_all(self, story):
        told = story({"a": Queue(room=0)}, ONE_DESK, calls((0, 100), (10, 50)))
        assert told["a1"][0][-1] == "BLOCKED"


class TestOpeningAndClosing:
    def test_a_closed_queue_turns_away(self, story):
        queues = {"a": Queue(open=((600, 1200),))}
        told = story(queues, ONE_DESK, calls((599, 1), (600, 1), (1199, 10), (1200, 1)))
        assert told["a0"] == [("a", 599, None, None, 599, None, "TURNED_AWAY")]
        assert [told[c][0][-1] for c in ("a1", "a2", "a3")] == ["RESOLVED", "RESOLVED", "TURNED_AWAY"]

    def test_those_waiting_at_closing_are_served_out(self, story):
        told = story({"a": Queue(open=((0, 600),))}, ONE_DESK, calls((500, 200), (550, 100)))
        assert told["a1"] == [("a", 550, "d0", 700, 800, 800, "RESOLVED")]

    def test_those_waiting_at_closing_are_dropped(self, story):
        told = story({"a": Queue(open=((0, 600),), drop=True)}, ONE_DESK, calls((500, 200), (550, 100)))
        assert told["a0"][0][-1] == "RESOLVED"
        assert told["a1"] == [("a", 550, None, None, 600, None, "DROPPED")]

    def test_all_are_dropped_before_anybody_who_was_held_for_them_looks_for_more(self, story):
        # front holds a0 for b; it would take b0, which came later, were it freed before b0 is dropped too
        queues = {"a": Queue(), "b": Queue(open=((0, 600),), drop=True)}
        desks = {
            "front": Desk({"a": Serves(to={"b": To(warm=True)}), "b": Serves()}),
            "expert": Desk({"b": Serves()}, 0),
        }
        told = story(queues, desks, [*calls((0, 100), (50, 10)), *calls((110, 10), queue="b")])
        assert told["a0"] == [
            ("a", 0, "front0", 0, 100, 600, "TRANSFERRED"),
            ("b", 100, None, None, 600, None, "DROPPED"),
        ]
        assert told["b0"] == [("b", 110, None, None, 600, None, "DROPPED")]
        assert told["a1"] == [("a", 50, "front0", 600, 610, 610, "UNRESOLVED_CLOSED")]

    def test_deferred_work_waits_for_the_opening(self, story):
        queues = {"a": Queue(DEFERRED, open=((600, 1200), (1800, 2400)))}
        told = story(queues, ONE_DESK, calls((10, 500), (20, 300), (30, 100)))
        assert told["a0"] == [("a", 10, "d0", 600, 1100, 1100, "RESOLVED")]
        assert told["a1"] == [("a", 20, "d0", 1100, 1400, 1400, "RESOLVED")]
        assert told["a2"] == [("a", 30, "d0", 1800, 1900, 1900, "RESOLVED")]

    def test_deferred_work_ignores_patience(self, story):
        told = story({"a": Queue(DEFERRED)}, ONE_DESK, calls((0, 100), (10, 50, 30)))
        assert told["a1"][0][3] == 100

    def test_at_a_deferred_opening_desks_fill_up_by_rank(self, story):
        queues = {"a": Queue(DEFERRED, open=((600, END_S),))}
        desks = {"second": Desk({"a": Serves(rank=2)}), "first": Desk({"a": Serves(rank=1)})}
        told = story(queues, desks, calls((10, 50), (20, 50)))
        assert (told["a0"][0][2], told["a1"][0][2]) == ("first0", "second0")


class TestWhoTakesWhat:
    def test_the_lowest_rank_first(self, story):
        desks = {"late": Desk({"a": Serves(rank=2)}), "early": Desk({"a": Serves(rank=1)})}
        told = story(PHONE, desks, calls((0, 100), (10, 100)))
        assert (told["a0"][0][2], told["a1"][0][2]) == ("early0", "late0")

    @pytest.mark.parametrize(
        ("equal_rank", "uniform", "expected"),
        [(0, 0.9, "x0"), (LONGEST_IDLE, 0.0, "y0"), (RANDOM, 0.0, "x0"), (RANDOM, 0.34, "y0"), (RANDOM, 0.99, "z0")],
    )
    def test_of_equal_ranks(self, story, equal_rank, uniform, expected):
        # x0 is idle since 20, z0 since 30, y0 since 0
        desks = {name: Desk({"a": Serves(), name: Serves()}) for name in "xyz"} | {"far": Desk({"a": Serves(rank=2)})}
        queues = {"a": Queue(equal_rank=equal_rank), "x": Queue(), "y": Queue(), "z": Queue()}
        customers = [*calls((10, 10), queue="x"), *calls((10, 20), queue="z"), *calls((40, 5), equal_rank=uniform)]
        assert story(queues, desks, customers)["a0"][0][2] == expected

    def test_longest_idle_is_first_of_all_who_holds_the_least(self, story):
        queues = {"a": Queue(CHAT, speeds=(1.0, 1.0), equal_rank=LONGEST_IDLE), "y": Queue()}
        desks = {"x": Desk({"a": Serves()}), "y": Desk({"a": Serves(), "y": Serves()})}
        told = story(queues, desks, [*calls((0, 900), (30, 10)), *calls((10, 10), queue="y")])
        assert [told[c][0][2] for c in ("a0", "a1")] == ["x0", "y0"]

    def test_priority_before_the_longest_wait(self, story):
        desks = {"d": Desk({"a": Serves(rank=1, priority=2), "b": Serves(rank=1, priority=1)})}
        told = story(TWO, desks, [*calls((0, 100), (10, 50)), *calls((20, 50), queue="b")])
        assert told["b0"][0][3] == 100
        assert told["a1"][0][3] == 150

    def test_the_longest_wait_among_equal_priorities(self, story):
        desks = {"d": Desk({"a": Serves(), "b": Serves()})}
        told = story(TWO, desks, [*calls((0, 100), (20, 50)), *calls((10, 50), queue="b")])
        assert told["b0"][0][3] == 100
        assert told["a1"][0][3] == 150

    def test_overflow_takes_over_at_its_moment(self, story):
        desks = ONE_DESK | {"help": Desk({"a": Serves(rank=2, after=30.0)})}
        told = story(PHONE, desks, calls((0, 100), (10, 50)))
        assert told["a1"] == [("a", 10, "help0", 40, 90, 90, "RESOLVED")]

    def test_an_overflow_desk_busy_at_the_moment_takes_it_when_free(self, story):
        desks = ONE_DESK | {"help": Desk({"a": Serves(rank=2, after=30.0), "b": Serves()})}
        told = story(TWO, desks, [*calls((0, 100), (10, 50), (35, 50)), *calls((0, 55), queue="b")])
        assert told["a1"][0][2:4] == ("help0", 55)
        assert told["a2"][0][2:4] == ("d0", 100)  # had waited 20 s only when help was freed, and help was busy at 65

    def test_who_has_waited_just_long_enough_may_be_taken_by_who_is_freed(self, story):
        desks = {"busy": Desk({"a": Serves()}), "help": Desk({"a": Serves(2, after=30.0), "b": Serves(3)})}
        told = story(TWO, desks, [*calls((0, 900), (10, 50)), *calls((0, 40), (5, 10), queue="b")])
        assert told["a1"][0][2:4] == ("help0", 40)
        assert told["b1"][0][3] == 90

    def test_overflow_desks_of_one_moment_come_by_rank(self, story):
        desks = {"busy": Desk({"a": Serves()})}
        desks |= {name: Desk({"a": Serves(rank, after=30.0)}) for name, rank in (("last", 3), ("next", 2))}
        assert story(PHONE, desks, calls((0, 900), (10, 50)))["a1"][0][2:4] == ("next0", 40)

    def test_patience_ends_before_an_overflow_wait(self, story):
        desks = ONE_DESK | {"help": Desk({"a": Serves(rank=2, after=30.0)})}
        assert story(PHONE, desks, calls((0, 100), (10, 50, 30)))["a1"][0][-1] == "ABANDONED"

    def test_an_adviser_freed_at_the_overflow_moment_comes_first(self, story):
        desks = ONE_DESK | {"help": Desk({"a": Serves(rank=2, after=30.0)})}
        told = story(PHONE, desks, calls((0, 40), (10, 50)))
        assert told["a1"][0][2:4] == ("d0", 40)

    def test_ends_at_one_instant_come_in_the_order_of_queues(self, story):
        queues = {"a": Queue(), "b": Queue(), "c": Queue()}
        desks = {name: Desk({q: Serves(), "c": Serves()}) for name, q in (("of_b", "b"), ("of_a", "a"))}
        told = story(queues, desks, [*calls((0, 100)), *calls((0, 100), queue="b"), *calls((5, 9), (6, 9), queue="c")])
        assert (told["c0"][0][2], told["c1"][0][2]) == ("of_a0", "of_b0")


FRONT_AND_EXPERT = {"front": Desk({"a": Serves(to={"b": To()})}), "expert": Desk({"b": Serves()})}


def front_and_expert(**transfer):
    return FRONT_AND_EXPERT | {"front": Desk({"a": Serves(to={"b": To(**transfer)})})}


class TestTransfers:
    def test_cold(self, story):
        told = story({"a": Queue(wrap=0.5), "b": Queue()}, FRONT_AND_EXPERT, calls((0, (100, 40))))
        assert told["a0"] == [
            ("a", 0, "front0", 0, 100, 100, "TRANSFERRED"),
            ("b", 100, "expert0", 100, 140, 140, "RESOLVED"),
        ]

    def test_after_is_not_divided_by_speed_and_the_factor_is_on_the_next_leg(self, story):
        desks = {
            "front": Desk({"a": Serves(speed=2.0, to={"b": To(after=60.0, factor=0.5)})}),
            "expert": Desk({"b": Serves(speed=2.0)}),
        }
        told = story(TWO, desks, calls((0, 100)))
        assert told["a0"] == [
            ("a", 0, "front0", 0, 60, 60, "TRANSFERRED"),
            ("b", 60, "expert0", 60, 85, 85, "RESOLVED"),
        ]

    def test_warm_holds_until_the_answer_and_the_hand_over(self, story):
        told = story(
            TWO,
            front_and_expert(warm=True, handover=30.0, after=60.0),
            [*calls((0, (100, 50)), (10, 20), transfer=0.5), *calls((0, 200), queue="b")],
        )
        assert told["a0"] == [
            ("a", 0, "front0", 0, 60, 230, "TRANSFERRED"),
            ("b", 60, "expert0", 200, 250, 250, "RESOLVED"),
        ]
        assert told["a1"][0] == ("a", 10, "front0", 230, 290, 320, "TRANSFERRED")

    def test_warm_answered_at_once(self, story):
        told = story(TWO, front_and_expert(warm=True, handover=30.0), calls((0, (100, 10))))
        assert told["a0"] == [
            ("a", 0, "front0", 0, 100, 130, "TRANSFERRED"),
            ("b", 100, "expert0", 100, 110, 110, "RESOLVED"),
        ]

    def test_warm_is_over_when_the_customer_gives_up(self, story):
        customers = [*calls((0, 100, (9, 25)), (10, 20)), *calls((0, 900), queue="b")]
        told = story(TWO, front_and_expert(warm=True, handover=30.0), customers)
        assert told["a0"][0] == ("a", 0, "front0", 0, 100, 125, "TRANSFERRED")
        assert told["a0"][1] == ("b", 100, None, None, 125, None, "ABANDONED")
        assert told["a1"][0][3] == 125

    def test_warm_is_over_when_the_customer_is_blocked(self, story):
        queues = {"a": Queue(), "b": Queue(room=0)}
        customers = [*calls((0, 100), (10, 20)), *calls((0, 900), queue="b")]
        told = story(queues, front_and_expert(warm=True, handover=30.0), customers)
        assert told["a0"][0][5] == 100
        assert told["a0"][1][-1] == "BLOCKED"
        assert told["a1"][0][3] == 100

    def test_into_a_closed_queue_none_is_made(self, story):
        told = story({"a": Queue(), "b": Queue(open=((0, 50),))}, FRONT_AND_EXPERT, calls((0, 100)))
        assert told["a0"] == [("a", 0, "front0", 0, 100, 100, "UNRESOLVED_CLOSED")]

    def test_into_closed_deferred_work_it_is(self, story):
        queues = {"a": Queue(), "b": Queue(DEFERRED, open=((600, 1200),))}
        told = story(queues, FRONT_AND_EXPERT, calls((0, (100, 50))))
        assert told["a0"][1] == ("b", 100, "expert0", 600, 650, 650, "RESOLVED")

    def test_the_limit_on_legs(self, story):
        told = story({"a": Queue(), "b": Queue(open=((0, 50),))}, FRONT_AND_EXPERT, calls((0, 100)), max_legs=1)
        assert told["a0"] == [("a", 0, "front0", 0, 100, 100, "UNRESOLVED_LIMIT")]

    @pytest.mark.parametrize(
        ("uniform", "queue"), [(0.0, "b"), (0.2499, "b"), (0.25, "c"), (0.7499, "c"), (0.75, None), (0.99, None)]
    )
    def test_destinations_are_cumulated_in_the_order_of_the_file(self, story, uniform, queue):
        queues = {"a": Queue(), "b": Queue(), "c": Queue()}
        desks = {
            "front": Desk({"a": Serves(to={"b": To(0.25), "c": To(0.5)})}),
            "rest": Desk({"b": Serves(), "c": Serves()}),
        }
        legs = story(queues, desks, calls((0, 10), transfer=uniform))["a0"]
        assert [leg[0] for leg in legs] == (["a", queue] if queue else ["a"])

    def test_a_desk_does_not_take_back_what_it_handed_on(self, story):
        desks = {
            "front": Desk({"a": Serves(to={"b": To()}), "b": Serves()}, 2),
            "expert": Desk({"b": Serves(rank=2)}),
        }
        told = story(TWO, desks, [*calls((0, 100)), *calls((90, 100), (91, 100), (95, 10), queue="b")])
        assert told["b0"][0][2] == "front1"
        assert told["b1"][0][2] == "expert0"
        assert told["b2"][0][2:4] == ("front0", 100)
        assert told["a0"][1] == ("b", 100, "expert0", 191, 291, 291, "RESOLVED")

    @pytest.mark.parametrize("after", [0.0, 30.0])
    def test_not_even_when_idle_nor_by_overflow(self, story, after):
        desks = {
            "front": Desk({"a": Serves(to={"b": To()}), "b": Serves(after=after)}, 2),
            "expert": Desk({"b": Serves(rank=2)}),
        }
        told = story(TWO, desks, [*calls((0, 100)), *calls((0, 500), queue="a", transfer=0.5)])
        assert told["a0"][1] == ("b", 100, "expert0", 100, 200, 200, "RESOLVED")
        assert told["a1"][1] == ("b", 500, "expert0", 500, 1000, 1000, "RESOLVED")
        told = story(TWO, desks, [*calls((50, 100)), *calls((0, 10), (1, 10), (2, 400), queue="b")])
        assert told["a0"][1][2] == "expert0"

    def test_many_legs_at_one_instant(self, story):
        desks = {"x": Desk({"a": Serves(to={"b": To()})}), "y": Desk({"b": Serves(to={"a": To()})})}
        legs = story(TWO, desks, calls((5, 0)), max_legs=5000)["a0"]
        assert len(legs) == 5000
        assert {leg[4] for leg in legs} == {5}
        assert legs[-1][-1] == "UNRESOLVED_LIMIT"


CHATS = {"a": Queue(CHAT, speeds=(1.0, 0.5))}


class TestChat:
    def test_speeds(self, story):
        # a0 has 50 left at 50, when a1 comes; each goes on at half speed; a1 ends at 110, and a0 has 20 left
        told = story(CHATS, ONE_DESK, calls((0, 100), (50, 30)))
        assert told["a0"] == [("a", 0, "d0", 0, 130, 130, "RESOLVED")]
        assert told["a1"] == [("a", 50, "d0", 50, 110, 110, "RESOLVED")]

    def test_no_more_than_the_slots(self, story):
        told = story(CHATS, ONE_DESK, calls((0, 100), (0, 30), (10, 20)))
        assert told["a1"][0][4] == 60
        assert told["a2"] == [("a", 10, "d0", 60, 100, 100, "RESOLVED")]
        assert told["a0"][0][4] == 150  # 30 done at 60, 20 more at 100

    def test_wrap_up_keeps_its_slot(self, story):
        told = story({"a": Queue(CHAT, speeds=(1.0, 0.5), wrap=0.5)}, ONE_DESK, calls((0, 100), (60, 40)))
        assert told["a0"] == [("a", 0, "d0", 0, 50, 140, "RESOLVED")]
        assert told["a1"] == [("a", 60, "d0", 60, 100, 140, "RESOLVED")]

    def test_the_least_loaded_then_longest_since_the_number_changed(self, story):
        told = story(CHATS, {"d": Desk({"a": Serves()}, 2)}, calls((0, 500), (10, 500), (20, 500), (30, 500)))
        assert [told[f"a{k}"][0][2] for k in range(4)] == ["d0", "d1", "d0", "d1"]

    def test_an_end_makes_the_adviser_the_last_of_his_number(self, story):
        # d0 has its second chat from 2 to 10, d1 from 3 to 8
        queues = {"a": Queue(CHAT, speeds=(1.0, 1.0))}
        customers = calls((0, 500), (1, 500), (2, 8), (3, 5), (20, 500))
        told = story(queues, {"d": Desk({"a": Serves()}, 2)}, customers)
        assert [told[f"a{k}"][0][2] for k in range(5)] == ["d0", "d1", "d0", "d1", "d1"]

    def test_rounding_up_on_the_grid(self, story):
        told = story({"a": Queue(CHAT, speeds=(0.75,))}, ONE_DESK, calls((0, 1)))
        assert told["a0"][0][4] == 1398102 * 2.0**-20  # 4/3 s is 1398101.33 steps

    def test_no_work_is_left_below_nothing(self, story):
        # 10 steps of work take 12 at this speed, in which round(10.8) = 11 would be done
        step = 2.0**-20
        told = story({"a": Queue(CHAT, speeds=(0.9, 0.9))}, ONE_DESK, calls((0, 10 * step), (0, 10 * step)))
        assert [told[c][0][4] for c in ("a0", "a1")] == [12 * step, 12 * step]

    def test_chats_and_calls_are_never_held_together(self, story):
        queues = CHATS | {"b": Queue()}
        desks = {"d": Desk({"a": Serves(priority=2), "b": Serves(priority=1)})}
        told = story(queues, desks, [*calls((0, 100), (120, 10)), *calls((10, 50), queue="b")])
        assert told["b0"][0][3] == 100
        assert told["a1"][0][3] == 150

    def test_a_chat_goes_to_who_has_chats_while_a_call_waits(self, story):
        queues = CHATS | {"b": Queue()}
        desks = {"d": Desk({"a": Serves(priority=2), "b": Serves(priority=1)})}
        told = story(queues, desks, [*calls((0, 100), (20, 40)), *calls((10, 50), queue="b")])
        assert told["a1"][0][3] == 20
        assert told["b0"][0][3] == 140

    def test_a_chat_held_in_a_warm_transfer_counts_but_has_no_work(self, story):
        queues = {"a": CHATS["a"], "b": Queue()}
        desks = {
            "front": Desk({"a": Serves(to={"b": To(0.5, warm=True, handover=10.0)})}),
            "expert": Desk({"b": Serves()}),
        }
        customers = [
            Customer("a", 0, (50, 10), transfer=0.1),
            Customer("a", 60, 100, transfer=0.9),
            Customer("a", 70, 10, transfer=0.9),
            Customer("b", 0, 90),
        ]
        told = story(queues, desks, customers)
        assert told["a0"][0] == ("a", 0, "front0", 0, 50, 100, "TRANSFERRED")
        # a1: 20 done at 100 at half speed (a0 is held until then), and so a2 takes the slot at 100: 20 s at half speed
        assert told["a2"][0] == ("a", 70, "front0", 100, 120, 120, "RESOLVED")
        assert told["a1"][0] == ("a", 60, "front0", 60, 190, 190, "RESOLVED")

    def test_a_long_waiting_line_fills_all_slots(self, story):
        told = story(
            CHATS, {"d": Desk({"a": Serves()}, (0, 2, 2, 2, 2, 2))}, calls((1, 9), (2, 9), (3, 9), (4, 9), (5, 9))
        )
        assert [told[f"a{k}"][0][2:4] for k in range(4)] == [("d0", 600), ("d1", 600), ("d0", 600), ("d1", 600)]
        assert told["a4"][0][3] == 618


class TestStaffing:
    def test_idle_advisers_leave_first_the_highest_number_first(self, story):
        told = story(PHONE, {"d": Desk({"a": Serves()}, (3, 1, 1, 1, 1, 1))}, calls((590, 100)))
        assert told["duty"] == [("d0", 0, END_S), ("d1", 0, 600), ("d2", 0, 600)]

    def test_no_more_of_the_idle_than_are_too_many(self, story):
        told = story(PHONE, {"d": Desk({"a": Serves()}, (3, 2, 2, 2, 2, 2))}, [])
        assert told["duty"] == [("d0", 0, END_S), ("d1", 0, END_S), ("d2", 0, 600)]

    def test_then_the_first_to_finish_leaves_and_nobody_takes_anything_new_before(self, story):
        desks = {"d": Desk({"a": Serves()}, (3, 1, 1, 1, 1, 1))}
        told = story(PHONE, desks, calls((590, 120), (590, 60), (620, 50)))
        assert told["duty"] == [("d0", 0, END_S), ("d1", 0, 650), ("d2", 0, 600)]
        assert told["a2"][0][2:4] == ("d0", 710)

    def test_chat_advisers_fill_up_when_the_last_of_those_to_leave_has_left(self, story):
        desks = {"d": Desk({"a": Serves()}, (2, 1, 1, 1, 1, 1))}
        told = story(CHATS, desks, calls((500, 200), (500, 150), (620, 50)))
        assert told["duty"] == [("d0", 0, END_S), ("d1", 0, 650)]
        assert told["a2"][0][2:4] == ("d0", 650)

    def test_a_chat_that_ends_meanwhile_leaves_a_slot_for_then(self, story):
        queues = {"a": Queue(CHAT, speeds=(1.0, 1.0))}
        desks = {"d": Desk({"a": Serves()}, (2, 1, 1, 1, 1, 1))}
        told = story(queues, desks, calls((500, 900), (510, 190), (520, 130), (620, 50)))
        assert told["a2"][0][2:5] == ("d0", 520, 650)
        assert told["duty"] == [("d0", 0, END_S), ("d1", 0, 700)]
        assert told["a3"][0][2:4] == ("d0", 700)

    def test_those_to_leave_are_kept_before_newcomers_come(self, story):
        desks = {"d": Desk({"a": Serves()}, (2, 1, 3, 3, 3, 3))}
        told = story(PHONE, desks, calls((0, 1500), (0, 1500)))
        assert told["duty"] == [("d0", 0, END_S), ("d1", 0, END_S), ("d2", 1200, END_S)]

    def test_newcomers_take_the_lowest_free_number(self, story):
        desks = {"d": Desk({"a": Serves()}, (2, 1, 2, 2, 2, 2))}
        told = story(PHONE, desks, calls((0, 650), (0, 900)))
        assert told["duty"] == [("d0", 0, 650), ("d1", 0, END_S), ("d0", 1200, END_S)]

    def test_newcomers_take_what_waits(self, story):
        told = story(PHONE, {"d": Desk({"a": Serves()}, (0, 1, 1, 1, 1, 1))}, calls((10, 50)))
        assert told["a0"] == [("a", 10, "d0", 600, 650, 650, "RESOLVED")]

    def test_staffing_changes_before_services_end(self, story):
        told = story(PHONE, {"d": Desk({"a": Serves()}, (1, 0, 0, 1, 1, 1))}, calls((500, 100), (550, 50)))
        assert told["duty"] == [("d0", 0, 600), ("d0", 1800, END_S)]
        assert told["a1"][0][3] == 1800

    def test_a_desk_without_advisers(self, story):
        told = story(PHONE, {"d": Desk({"a": Serves()}, 0)}, calls((10, 50, 20), (3599, 50)))
        assert told["a0"][0][-1] == "ABANDONED"
        assert told["a1"] == [("a", 3599, None, None, END_S, None, "WAITING")]
        assert told["duty"] == []

    def test_nobody_comes(self, story):
        assert story(PHONE, ONE_DESK, []) == {"duty": [("d0", 0, END_S)]}


EARLY = ((0, 600),)


class TestOvertime:
    def test_all_stay_until_the_last_live_contact_is_done(self, story):
        desks = {"d": Desk({"a": Serves()}, 2, open=EARLY)}
        told = story({"a": Queue(open=EARLY, wrap=0.5)}, desks, calls((500, 200), (550, 400), (590, 100)))
        assert told["a2"] == [("a", 590, "d0", 700, 750, 800, "RESOLVED")]
        assert told["duty"] == [("d0", 0, 950), ("d1", 0, 950)]

    def test_only_contacts_of_closed_queues_are_taken(self, story):
        queues = {"a": Queue(open=EARLY), "b": Queue()}
        desks = {"d": Desk({"a": Serves(), "b": Serves()}, 2, open=EARLY)}
        told = story(queues, desks, [*calls((500, 200)), *calls((610, 10), queue="b")])
        assert told["b0"][0][-1] == "WAITING"
        assert told["duty"] == [("d0", 0, 700), ("d1", 0, 700)]

    def test_a_queue_that_closes_later_is_taken_from_then_on(self, story):
        queues = {"a": Queue(open=EARLY), "b": Queue(open=((0, 1200),))}
        desks = {"d": Desk({"a": Serves(), "b": Serves()}, 2, open=EARLY)}
        told = story(queues, desks, [*calls((500, 1000)), *calls((700, 10), queue="b")])
        assert told["b0"][0][2:4] == ("d1", 1200)
        assert told["duty"] == [("d0", 0, 1500), ("d1", 0, 1500)]

    def test_none_for_contacts_of_an_open_queue(self, story):
        told = story(PHONE, {"d": Desk({"a": Serves()}, 2, open=EARLY)}, calls((500, 200), (590, 50)))
        assert told["duty"] == [("d0", 0, 700), ("d1", 0, 640)]

    def test_none_for_deferred_work(self, story):
        queues = {"a": Queue(DEFERRED, open=EARLY)}
        told = story(queues, {"d": Desk({"a": Serves()}, 2, open=EARLY)}, calls((500, 200), (550, 10), (590, 100)))
        assert told["duty"] == [("d0", 0, 700), ("d1", 0, 690)]

    def test_none_without_advisers_at_the_end(self, story):
        queues = {"a": Queue(open=((0, 1200),))}
        told = story(
            queues, {"d": Desk({"a": Serves()}, (1, 0, 0, 0, 0, 0), open=((0, 1200),))}, calls((500, 900), (550, 1))
        )
        assert told["duty"] == [("d0", 0, 1400)]
        assert told["a1"][0][-1] == "WAITING"

    def test_the_next_opening_ends_it(self, story):
        hours = ((0, 600), (1200, 1800))
        desks = {"d": Desk({"a": Serves()}, (1, 0, 2, 0, 0, 0), open=hours)}
        told = story({"a": Queue(open=hours)}, desks, calls((500, 900), (1250, 10)))
        assert told["duty"] == [("d0", 0, 1800), ("d1", 1200, 1800)]
        assert told["a1"][0][2:4] == ("d1", 1250)

    def test_it_waits_for_an_overflow(self, story):
        desks = {"d": Desk({"a": Serves(after=100.0)}, open=EARLY), "other": Desk({"a": Serves()}, 0)}
        told = story({"a": Queue(open=EARLY)}, desks, calls((550, 10)))
        assert told["a0"][0][2:4] == ("d0", 650)
        assert told["duty"] == [("d0", 0, 660)]

    def test_those_still_to_leave_go_on_leaving(self, story):
        hours = ((0, 1200),)
        desks = {"d": Desk({"a": Serves()}, (2, 1, 0, 0, 0, 0), open=hours)}
        told = story({"a": Queue(open=hours)}, desks, calls((500, 1000), (500, 900), (1100, 100)))
        assert told["duty"] == [("d0", 0, 1600), ("d1", 0, 1400)]
        assert told["a2"][0][2:4] == ("d0", 1500)


class TestTheEnd:
    def test_a_live_queue_closes_with_the_horizon_and_is_served_out(self, story):
        told = story(PHONE, ONE_DESK, calls((3500, 200), (3590, 100)))
        assert told["a1"] == [("a", 3590, "d0", 3700, 3800, 3800, "RESOLVED")]
        assert told["duty"] == [("d0", 0, 3800)]

    def test_deferred_work_left_over_waits(self, story):
        told = story({"a": Queue(DEFERRED)}, ONE_DESK, calls((3500, 200), (3590, 100)))
        assert told["a1"] == [("a", 3590, None, None, END_S, None, "WAITING")]
        assert told["duty"] == [("d0", 0, 3700)]

    def test_who_enters_after_the_horizon_waits_from_then(self, story):
        queues = {"a": Queue(), "b": Queue(DEFERRED)}
        told = story(queues, FRONT_AND_EXPERT, calls((3500, 200)))
        assert told["a0"][1] == ("b", 3700, None, None, 3700, None, "WAITING")

    def test_an_adviser_held_for_nobody_is_freed_at_the_last_event(self, story):
        desks = front_and_expert(warm=True) | {"expert": Desk({"b": Serves()}, 0), "far": Desk({"c": Serves()})}
        queues = {"a": Queue(), "b": Queue(), "c": Queue()}
        told = story(queues, desks, [*calls((0, 100), (10, 20)), *calls((3500, 200), queue="c")])
        assert told["a0"][0] == ("a", 0, "front0", 0, 100, 3700, "TRANSFERRED")
        assert told["a0"][1] == ("b", 100, None, None, END_S, None, "WAITING")
        assert told["a1"] == [("a", 10, None, None, END_S, None, "WAITING")]
        assert told["duty"][0] == ("front0", 0, 3700)

    def test_a_fruitless_overflow_wait_is_an_event_too(self, story):
        desks = front_and_expert(warm=True) | {"expert": Desk({"b": Serves(after=4000.0)}, 0)}
        told = story(TWO, desks, calls((0, 100)))
        assert told["a0"][0] == ("a", 0, "front0", 0, 100, 4100, "TRANSFERRED")

    def test_an_end_of_patience_that_never_came_is_none(self, story):
        desks = front_and_expert(warm=True) | {"expert": Desk({"b": Serves()}, 0), "far": Desk({"c": Serves()})}
        queues = {"a": Queue(), "b": Queue(), "c": Queue()}
        told = story(queues, desks, [*calls((0, 100)), *calls((10, 20), (20, 10, 9000), queue="c")])
        assert told["a0"][0][5] == END_S


def test_an_unknown_engine_is_refused():
    centre = Centre(PHONE, ONE_DESK, [])
    with pytest.raises(ScenarioError, match=r'^engine: must be one of auto, compiled, simpy, got "fast"$'):
        play(centre.network, centre.staffing, centre.draws, engine="fast")


def test_a_staffing_of_another_centre_is_refused():
    centre = Centre(PHONE, ONE_DESK, [])
    other = Staffing([[1], [1]], ("d",), ("0", "1"), 600.0)
    with pytest.raises(ScenarioError, match=r"^staffing: must have 6 intervals and 1 desks, got \(2, 1\)$"):
        play(centre.network, other, centre.draws)


def test_auto_is_the_fastest_engine(story):
    centre = Centre(PHONE, ONE_DESK, calls((0, 100), (10, 50)))
    one, other = (play(centre.network, centre.staffing, centre.draws, engine) for engine in ("auto", "simpy"))
    assert one.equals(other)
