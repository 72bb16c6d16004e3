"""Single rules of docs/rules.md in tiny centres whose rows were worked out by hand; twin and engine give them."""

from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from oracles import twin
from random_centres import no_laws, open_periods

from simcenter.simulation.engine import play
from simcenter.simulation.log import Outcome
from simcenter.simulation.network import CHAT, DEFERRED, EXCLUSIVE, FILE, LONGEST_IDLE, RANDOM, Network
from simcenter.simulation.staffing import Staffing

NEVER = np.inf
NAN = np.nan


class Told:
    """Draws that are told: a list of first legs by queue, and later legs by (origin, customer, leg).

    A leg is (arrival, handle time, patience, transfer uniform, resolved uniform, equal-rank uniform), the last four of
    which may be left out; later legs have no arrival.
    """

    def __init__(self, first: list[list[tuple]], later: dict[tuple[int, int, int], tuple]) -> None:
        self.firsts, self.laters = first, later

    @staticmethod
    def numbers(handle_s, patience_s=NEVER, transfer_u=0.99, resolved_u=0.0, equal_rank_u=0.0) -> tuple[float, ...]:
        return float(patience_s), float(handle_s), float(transfer_u), resolved_u, equal_rank_u

    def first(self, queue: int) -> SimpleNamespace:
        legs = [self.numbers(*leg[1:]) for leg in self.firsts[queue]]
        arrays = np.array(legs, dtype=float).reshape(-1, 5).T.copy()
        names = ("patience_s", "base_handle_s", "transfer_u", "resolved_u", "equal_rank_u")
        arrival_s = np.array([leg[0] for leg in self.firsts[queue]], dtype=float)
        count = len(arrival_s)
        ways = {"customer": np.arange(count), "class_row": np.full(count, queue), "entry": np.zeros(count, dtype=int)}
        return SimpleNamespace(arrival_s=arrival_s, **dict(zip(names, arrays, strict=True)), **ways)

    def later(
        self, origin: int, customer: int, leg: int, queue: int, class_row: int | None = None
    ) -> tuple[float, ...]:
        return self.numbers(*self.laters[origin, customer, leg])


def rows(
    advisers: list[list[int]],
    first: list[list[tuple]],
    *,
    kind: tuple[int, ...] = (EXCLUSIVE,),
    later: dict[tuple[int, int, int], tuple] | None = None,
    transfers: dict[tuple[int, int], list[tuple]] | None = None,
    queue_hours: list[list[bool]] | None = None,
    desk_hours: list[list[bool]] | None = None,
    speeds: tuple[float, ...] = (1.0,),
    **changes: Any,
) -> tuple[list[tuple], list[tuple]]:
    """Play a centre with intervals of 100 s and give (legs, duties), the same from the twin and the engine.

    ``advisers`` by interval and desk. ``transfers`` by (desk, queue): (destination, cumulated share, warm, after,
    hand-over). Everything else as in Network; left out: every desk serves every queue with rank and priority 1.
    A leg is (origin, customer, leg, desk, adviser, start, end, freed, outcome), a duty (desk, adviser, start, end).
    """
    intervals, desks, queues = len(advisers), len(advisers[0]), len(kind)
    route_first, routes = [0], []
    for cell in range(desks * queues):
        routes += (transfers or {}).get(divmod(cell, queues), [])
        route_first.append(len(routes))
    columns = np.array(routes, dtype=float).reshape(-1, 5).T
    chat_speed = np.full((queues, len(speeds)), np.nan)
    chat_speed[[k == CHAT for k in kind]] = speeds
    shape = (desks, queues)
    values: dict[str, Any] = {
        "interval_s": 100.0,
        "end_s": 100.0 * intervals,
        "day_start_s": np.array([0.0, 100.0 * intervals]),
        "max_legs": 8,
        "volume": np.ones((intervals, queues)),
        "drop_at_closing": np.zeros(queues, bool),
        "waiting_room": np.full(queues, -1),
        "wrap_share": np.zeros(queues),
        "equal_rank": np.full(queues, FILE),
        "serves": np.ones(shape, bool),
        "rank": np.ones(shape, int),
        "priority": np.ones(shape, int),
        "after_s": np.zeros(shape),
        "speed": np.ones(shape),
        "resolved": np.ones(shape),
        **{name: np.array(value) if isinstance(value, list) else value for name, value in changes.items()},
    }
    network = Network(
        queue_names=tuple(f"queue {q}" for q in range(queues)),
        desk_names=tuple(f"desk {d}" for d in range(desks)),
        kind=np.array(kind),
        queue_open=open_periods(queue_hours or [[True] * intervals] * queues, 100.0),
        desk_open=open_periods(desk_hours or [[True] * intervals] * desks, 100.0),
        patience=no_laws(queues),
        handle_time=no_laws(queues),
        chat_speed=chat_speed,
        chat_slots=np.array([len(speeds) if k == CHAT else 1 for k in kind]),
        route_first=np.array(route_first),
        route_queue=columns[0].astype(int),
        route_cum=columns[1].copy(),
        route_warm=columns[2].astype(bool),
        route_after_s=columns[3].copy(),
        route_handover_s=columns[4].copy(),
        route_factor=np.ones(len(routes)),
        **values,
    )
    staffing = Staffing(np.array(advisers), network.desk_names, tuple(map(str, range(intervals))), 100.0)
    draws = Told(first, later or {})
    log = play(network, staffing, draws, engine="simpy")
    expected = twin.play(network, staffing.advisers, draws)
    leg_names = ("origin", "customer", "leg", "desk", "adviser", "start_s", "end_s", "freed_s", "outcome")
    both = []
    for names in (leg_names, twin.DUTY_COLUMNS):
        mine = list(zip(*(expected[name] for name in names), strict=True))
        np.testing.assert_array_equal(
            np.array(mine), np.array([getattr(log, name) for name in names]).T, "twin, engine"
        )
        both.append(mine)
    return both[0], both[1]


def equal(seen: list[tuple], expected: list[tuple]) -> None:
    np.testing.assert_array_equal(np.array(seen, dtype=float), np.array(expected, dtype=float))


R, T, A, W, X, B = (
    Outcome.RESOLVED, Outcome.TRANSFERRED, Outcome.ABANDONED, Outcome.WAITING, Outcome.DROPPED, Outcome.BLOCKED,
)  # fmt: skip


def test_at_one_instant_service_ends_then_patience_then_somebody_arrives():
    """At 60 the call ends: the one who waits is taken though its patience ends too, and the newcomer waits."""
    legs, duties = rows([[1]], [[(0, 60), (10, 5, 50), (60, 5)]])
    equal(legs, [(0, 0, 0, 0, 0, 0, 60, 60, R), (0, 1, 0, 0, 0, 60, 65, 65, R), (0, 2, 0, 0, 0, 65, 70, 70, R)])
    equal(duties, [(0, 0, 0, 100)])


def test_patience_ends_before_an_overflow_wait():
    """The only desk may take callers after 20 s; the second is willing to wait 21 s."""
    legs, _ = rows([[1]], [[(10, 5, 20), (11, 5, 21)]], after_s=[[20.0]])
    equal(legs, [(0, 0, 0, -1, -1, NAN, 30, NAN, A), (0, 1, 0, 0, 0, 31, 36, 36, R)])


def test_overflow_desk_takes_over_the_moment_the_wait_is_over():
    legs, _ = rows([[1, 1]], [[(0, 60), (10, 5), (20, 9)]], after_s=[[0.0], [30.0]])
    equal(legs, [(0, 0, 0, 0, 0, 0, 60, 60, R), (0, 1, 0, 1, 0, 40, 45, 45, R), (0, 2, 0, 1, 0, 50, 59, 59, R)])


def test_the_adviser_idle_longest_then_the_lowest_number():
    """Number 0 was busy until 20, so number 1 (idle since 0) is next, then number 0 (since 20), not 1 (since 35)."""
    legs, _ = rows([[2]], [[(0, 20), (30, 5), (40, 5)]])
    assert [leg[4] for leg in legs] == [0, 1, 0]


@pytest.mark.parametrize(("rule", "desk"), [(FILE, 0), (LONGEST_IDLE, 1), (RANDOM, 1)])
def test_desks_of_equal_rank(rule, desk):
    """Desk 0 was busy until 20; the second caller's uniform .5 picks number 1 of two."""
    legs, _ = rows([[1, 1]], [[(0, 20), (30, 5, NEVER, 0.99, 0.0, 0.5)]], equal_rank=[rule])
    assert [leg[3] for leg in legs] == [0, desk]


def test_two_chats_share_the_adviser():
    """The first has 30 s left when the second comes; both go on at half speed, and end at 90, the first first."""
    legs, _ = rows([[1]], [[(0, 60), (30, 40), (31, 1)]], kind=(CHAT,), speeds=(1.0, 0.5))
    equal(legs[0], (0, 0, 0, 0, 0, 0, 90, 90, R))
    # at 90 the second has 40 - 60 * .5 = 10 left, and the third is taken at once: 1 s at half speed
    equal(legs[2], (0, 2, 0, 0, 0, 90, 92, 92, R))
    # at 92 it has 10 - 2 * .5 = 9 left, alone now
    equal(legs[1], (0, 1, 0, 0, 0, 30, 101, 101, R))


def test_chats_and_calls_are_never_held_together():
    """The call waits though the adviser has a place for another chat, the chat waits while the call is on."""
    first = [[(0, 50), (55, 5)], [(10, 20)]]
    legs, _ = rows([[1]], first, kind=(CHAT, EXCLUSIVE), speeds=(1.0, 1.0))
    equal(legs, [(0, 0, 0, 0, 0, 0, 50, 50, R), (0, 1, 0, 0, 0, 70, 75, 75, R), (1, 0, 0, 0, 0, 50, 70, 70, R)])


def test_wrap_up_keeps_the_adviser_not_the_customer():
    legs, _ = rows([[1]], [[(0, 40), (1, 40)]], wrap_share=[0.25])
    equal(legs, [(0, 0, 0, 0, 0, 0, 30, 40, R), (0, 1, 0, 0, 0, 40, 70, 80, R)])


@pytest.mark.parametrize(("warm", "freed"), [(0, 20), (1, 65)])
def test_transfer_cold_and_warm(warm, freed):
    """Handed on after 20 s; the expert is busy until 60; a warm hand-over takes 5 s more."""
    legs, _ = rows(
        [[1, 1]],
        [[(0, 45, NEVER, 0.1)], [(0, 60)]],
        kind=(EXCLUSIVE, EXCLUSIVE),
        serves=[[True, False], [False, True]],
        transfers={(0, 0): [(1, 0.5, warm, 20.0, 5.0)]},
        later={(0, 0, 1): (10,)},
    )
    equal(legs[:2], [(0, 0, 0, 0, 0, 0, 20, freed, T), (0, 0, 1, 1, 0, 60, 70, 70, R)])


def test_nobody_takes_back_what_the_same_desk_handed_on():
    """Both desks serve queue 1; desk 0 handed the caller on and stays idle while desk 1 is busy."""
    legs, _ = rows(
        [[1, 1]],
        [[(1, 10, NEVER, 0.1)], [(0, 60)]],
        kind=(EXCLUSIVE, EXCLUSIVE),
        serves=[[True, True], [False, True]],
        rank=[[1, 2], [1, 1]],
        transfers={(0, 0): [(1, 0.5, 0, NAN, 0.0)]},
        later={(0, 0, 1): (10,)},
    )
    equal(legs[1], (0, 0, 1, 1, 0, 60, 70, 70, R))


@pytest.mark.parametrize(("max_legs", "outcome"), [(1, Outcome.UNRESOLVED_LIMIT), (2, Outcome.UNRESOLVED_CLOSED)])
def test_a_transfer_that_cannot_be_made(max_legs, outcome):
    """Queue 1 is closed; with one leg allowed the limit is named, closed or not."""
    legs, _ = rows(
        [[1, 1]],
        [[(0, 10, NEVER, 0.1)], []],
        kind=(EXCLUSIVE, EXCLUSIVE),
        queue_hours=[[True], [False]],
        transfers={(0, 0): [(1, 0.5, 0, NAN, 0.0)]},
        max_legs=max_legs,
    )
    equal(legs, [(0, 0, 0, 0, 0, 0, 10, 10, outcome)])


def test_a_full_waiting_room_blocks():
    legs, _ = rows([[1]], [[(0, 60), (1, 5), (2, 5)]], waiting_room=[1])
    equal(legs[2], (0, 2, 0, -1, -1, NAN, 2, NAN, B))


def test_who_has_finished_leaves_first_and_meanwhile_nobody_is_taken():
    """From two to one at 100, both busy: number 1 leaves at 120; the waiting caller is taken when number 0 is freed."""
    legs, duties = rows([[2], [1], [1]], [[(0, 150), (10, 110), (20, 5)]])
    equal(legs[2], (0, 2, 0, 0, 0, 150, 155, 155, R))
    equal(duties, [(0, 0, 0, 300), (0, 1, 0, 120)])


def test_while_some_are_to_leave_a_freed_chat_place_stays_free():
    """From two advisers to one at 100: the places left at 105 and 110 stay free until number 0 has gone at 201."""
    first = [[(0, 105), (0, 110), (1, 200), (2, 300), (3, 10)]]
    legs, duties = rows([[2], [1], [1], [1], [1]], first, kind=(CHAT,), speeds=(1.0, 1.0))
    assert [leg[4] for leg in legs[:4]] == [0, 1, 0, 1]
    equal(legs[4], (0, 4, 0, 0, 1, 201, 211, 211, R))
    equal(duties, [(0, 0, 0, 201), (0, 1, 0, 500)])


def test_those_to_leave_are_kept_before_newcomers_come():
    _, duties = rows([[2], [1], [3]], [[(0, 250), (0, 260)]])
    equal(duties, [(0, 0, 0, 300), (0, 1, 0, 300), (0, 2, 200, 300)])


def test_overtime_serves_who_is_waiting_and_nothing_else():
    """At 100 the phone and the desk close; the callers are served until 140, the email stays where it is."""
    legs, duties = rows(
        [[1], [0]],
        [[(50, 80), (60, 10)], [(20, 5), (70, 5)]],
        kind=(EXCLUSIVE, DEFERRED),
        queue_hours=[[True, False], [True, True]],
        desk_hours=[[True, False]],
    )
    equal(
        legs,
        [
            (0, 0, 0, 0, 0, 50, 130, 130, R),
            (0, 1, 0, 0, 0, 130, 140, 140, R),
            (1, 0, 0, 0, 0, 20, 25, 25, R),
            (1, 1, 0, -1, -1, NAN, 200, NAN, W),
        ],
    )
    equal(duties, [(0, 0, 0, 140)])


def test_email_that_came_at_night_is_begun_when_its_queue_opens():
    legs, _ = rows([[1], [1]], [[(10, 5), (105, 5)]], kind=(DEFERRED,), queue_hours=[[False, True]])
    equal(legs, [(0, 0, 0, 0, 0, 100, 105, 105, R), (0, 1, 0, 0, 0, 105, 110, 110, R)])


def test_dropped_at_closing_frees_who_was_held():
    """Nobody is there to take over: the queue closes at 100, and the first adviser is free for the next caller."""
    legs, _ = rows(
        [[1, 0], [1, 0]],
        [[(0, 10, NEVER, 0.1), (5, 20)], []],
        kind=(EXCLUSIVE, EXCLUSIVE),
        queue_hours=[[True, True], [True, False]],
        serves=[[True, False], [False, True]],
        transfers={(0, 0): [(1, 0.5, 1, NAN, 0.0)]},
        later={(0, 0, 1): (10,)},
        drop_at_closing=[False, True],
    )
    equal(
        legs, [(0, 0, 0, 0, 0, 0, 10, 100, T), (0, 0, 1, -1, -1, NAN, 100, NAN, X), (0, 1, 0, 0, 0, 100, 120, 120, R)]
    )


def test_held_to_the_end_of_the_run():
    """Handed on to a desk where nobody is: the adviser stays until the last event, 130, the customer waits at 100."""
    legs, duties = rows(
        [[1, 0, 1]],
        [[(0, 10, NEVER, 0.1), (20, 110)], []],
        kind=(EXCLUSIVE, EXCLUSIVE),
        serves=[[True, False], [False, True], [True, False]],
        rank=[[1, 1], [1, 1], [2, 1]],
        transfers={(0, 0): [(1, 0.5, 1, NAN, 0.0)]},
        later={(0, 0, 1): (10,)},
    )
    equal(legs, [(0, 0, 0, 0, 0, 0, 10, 130, T), (0, 0, 1, -1, -1, NAN, 100, NAN, W), (0, 1, 0, 2, 0, 20, 130, 130, R)])
    equal(duties, [(0, 0, 0, 130), (2, 0, 0, 130)])
