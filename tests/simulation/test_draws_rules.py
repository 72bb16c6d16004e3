"""Draws for the rules of a real centre: each number by hand from numpy's Philox, and what moves no other number."""

import pickle
from dataclasses import fields, replace
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from simcenter.scenario import Law, Scenario
from simcenter.simulation.compile import compile_network
from simcenter.simulation.draws import Draws, FirstLegs
from simcenter.simulation.laws import pack
from simcenter.simulation.log import Entry
from simcenter.simulation.network import REDIAL, REPEAT, Network
from simcenter.simulation.purposes import Purpose
from tests.oracles import philox

GRID = 2.0**20
HOUR = 3600.0
OF_LEGS = [purpose for purpose in Purpose if purpose < Purpose.BUSYNESS]

QUEUES: dict[str, dict[str, Any]] = {
    "calls": {"channel": "phone", "handle_time": "180 s", "volume": {"per_day": 400}, "patience": "2 min"},
    "letters": {"channel": "email", "handle_time": "5 min", "volume": {"per_day": 50}},
    "visits": {"channel": "face_to_face", "handle_time": "5 min", "volume": {"per_day": 60}, "patience": "9 min"},
}
CLASSES = {"VIP": {"share": 0.1, "patience": "5 min"}, "staff": {"share": 0.2, "patience": "1 min"}}
APPOINTMENTS = {"slots": [0] * 8 + [3, 2, 2] + [0] * 13, "no_show": 0.4, "early": "5 min", "sd": "6 min"}
RULES: dict[str, dict[str, Any]] = {
    "calls": {
        "classes": CLASSES,
        "redial": {"share": 0.5, "after": {"mean": "10 min", "law": "exponential"}},
        "variability": {"interval": 0.3},
    },
    "letters": {"backlog": 7, "repeat": {"share": 0.5, "after": "4 working hours"}},
    "visits": {"appointments": APPOINTMENTS, "equal_rank": "random adviser"},
}


def centre(rules: dict[str, dict[str, Any]], before: bool = False, **top: Any) -> Network:
    """One day from 8 to 18 in hours; with ``before`` another queue and desk come first."""
    more: dict[str, Any] = {"another": QUEUES["calls"] | {"classes": {"VIP": {"share": 0.5}}}} if before else {}
    queues = more | {name: keys | rules.get(name, {}) for name, keys in QUEUES.items()}
    desks: dict[str, Any] = {"one": {"serves": {name: {} for name in queues}, "absence": 0.3}}
    if before:
        desks = {"zero": desks["one"] | {"absence": 0.9}} | desks
    data = {
        "schema": 1,
        "name": "centre",
        "timezone": "Europe/Paris",
        "horizon": {"start": "2026-03-02", "days": 1, "interval": "60 min", "hours": "08:00-18:00"},
        "queues": queues,
        "desks": desks,
    }
    return compile_network(Scenario.from_dict(data | top))


@pytest.fixture(scope="module")
def plain() -> Network:
    return centre({})


@pytest.fixture(scope="module")
def full() -> Network:
    return centre(RULES, variability={"day": 0.4, "shared": 0.6})


def by_hand(name: str, customer: int, leg: int, purpose: int, seed: int = 3, replication: int = 1) -> float:
    return philox.uniform(seed, replication, f"queue\0{name}", customer, leg, purpose)


def grid(seconds: float) -> float:
    return float(np.rint(seconds * GRID) / GRID)


def same_customers(one: FirstLegs, other: FirstLegs, but: tuple[str, ...] = ()) -> None:
    """All numbers of one are those of the other, but for some columns."""
    for field in fields(FirstLegs):
        if field.name not in but:
            np.testing.assert_array_equal(getattr(one, field.name), getattr(other, field.name), err_msg=field.name)


word = st.integers(0, 2**64 - 1)


@given(seed=word, replication=word, customer=word, leg=word, purpose=st.sampled_from(OF_LEGS))
def test_each_purpose_of_a_leg_is_the_number_that_numpy_makes(
    plain: Network, seed: int, replication: int, customer: int, leg: int, purpose: int
) -> None:
    seen = Draws(plain, seed, replication).chance(1, customer, leg, purpose)
    assert seen == by_hand("letters", customer, leg, purpose, seed, replication)


def test_purposes_are_never_renumbered() -> None:
    """A change here is a change of every result."""
    assert {purpose.name: int(purpose) for purpose in Purpose} == {
        "PATIENCE": 0, "HANDLE": 1, "TRANSFER": 2, "RESOLVED": 3, "EQUAL_RANK": 4, "BALK": 5, "MISROUTED": 6,
        "RETURN": 7, "ARRIVAL": 8, "CLASS": 9, "OWN": 10, "OWN_NUMBER": 11, "RETURN_DELAY": 12, "ACCEPT": 13,
        "REACHED": 14, "SHOW": 15, "PUNCTUAL": 16, "BUSYNESS": 20, "BURST": 24, "SHARED": 28, "ABSENT": 32,
    }  # fmt: skip


# Classes


def test_a_class_is_drawn_by_the_shares_of_the_first_queue(full: Network) -> None:
    draws = Draws(full, 3, 1)
    first = draws.first(0)
    for k, row in enumerate(first.class_row.tolist()):
        u = by_hand("calls", k, 0, Purpose.CLASS)
        assert row == (0 if u < 0.1 else 1 if u < 0.3 else 2)
        assert draws.class_of(0, k, 0) == row
    assert {0, 1, 2} <= set(first.class_row.tolist())


def test_patience_is_that_of_the_class_and_all_else_stays(full: Network, plain: Network) -> None:
    draws = Draws(full, 3, 1)
    without = replace(full, patience=plain.patience, **class_fields(plain))
    first, before = draws.first(0), Draws(without, 3, 1).first(0)
    same_customers(first, before, ("patience_s", "class_row"))
    means_s = np.array([300.0, 60.0, 120.0])[first.class_row]
    for k in range(len(first)):
        expected = grid(-means_s[k] * np.log1p(-by_hand("calls", k, 0, Purpose.PATIENCE)))
        assert abs(first.patience_s[k] - expected) <= 1 / GRID
        assert draws.later(0, k, 0, 0)[0] == first.patience_s[k]


def class_fields(network: Network) -> dict[str, Any]:
    return {field.name: getattr(network, field.name) for field in fields(Network) if field.name.startswith("class_")}


def test_appointments_and_backlogs_have_classes_too() -> None:
    rules = {name: RULES[name] | {"classes": {"VIP": {"share": 0.5}}} for name in ("letters", "visits")}
    draws = Draws(centre(rules), 3, 1)
    for queue, name in ((1, "letters"), (2, "visits")):
        first = draws.first(queue)
        beside = first.customer >= 2**32
        rows = [2 * queue - 1 + (by_hand(name, k, 0, Purpose.CLASS) >= 0.5) for k in first.customer.tolist()]
        assert first.class_row.tolist() == rows
        assert len(set(first.class_row[beside].tolist())) == 2


def test_a_leg_may_be_given_another_class(full: Network) -> None:
    draws = Draws(full, 3, 1)
    as_staff, as_other = draws.later(0, 5, 2, 0, 1), draws.later(0, 5, 2, 0, 2)
    assert as_other[0] == pytest.approx(2 * as_staff[0], abs=2 / GRID)  # means of 120 s and 60 s
    assert as_staff[1:] == as_other[1:]


def test_a_class_goes_with_the_customer_and_is_the_same_when_he_returns() -> None:
    """Two queues know VIPs, but not in equal numbers; a third knows other classes, a fourth none."""
    rules = {
        "calls": {"classes": {"VIP": {"share": 0.1}}},
        "visits": {"classes": {"staff": {"share": 0.4}, "VIP": {"share": 0.5}}},
    }
    network = centre(rules)
    draws = Draws(network, 3, 1)
    calls, letters, visits = 0, 1, 2
    vip_at = {"calls": 0, "visits": 4}
    for k in range(300):
        u = by_hand("calls", k, 0, Purpose.CLASS)
        vip = u < 0.1
        assert draws.class_of(calls, k, calls) == (vip_at["calls"] if vip else 1)
        assert draws.class_of(calls, k, letters) == 2
        # Those known to be no VIPs at home may still be of the staff: they are drawn anew, with the same number.
        drawn = 3 if u < 0.4 else vip_at["visits"] if u < 0.9 else 5
        assert draws.class_of(calls, k, visits) == (vip_at["visits"] if vip else drawn)
        u = by_hand("letters", k, 0, Purpose.CLASS)
        assert draws.class_of(letters, k, calls) == (vip_at["calls"] if u < 0.1 else 1)


def test_a_class_row_that_does_not_exist_is_refused(full: Network) -> None:
    with pytest.raises(IndexError, match="below 5, got 5"):
        Draws(full, 0, 0).later(0, 0, 0, 0, 5)


# Returns


def test_the_delay_of_a_return(full: Network) -> None:
    draws = Draws(full, 3, 1)
    for customer, leg in ((0, 0), (17, 3), (2**33 + 5, 1)):
        u = by_hand("letters", customer, leg, Purpose.RETURN_DELAY)
        delay_s = draws.return_delay_s(1, customer, leg, REDIAL, 0)
        assert abs(delay_s - grid(-600 * np.log1p(-u))) <= 1 / GRID
        assert delay_s * GRID == int(delay_s * GRID)
        assert draws.return_delay_s(1, customer, leg, REPEAT, 1) == 4 * HOUR
    with pytest.raises(IndexError, match="kind must be 0 or 1, got 2"):
        draws.return_delay_s(0, 0, 0, 2, 0)


# Appointments, backlogs, replay


def test_appointments_by_hand(full: Network) -> None:
    """Seven appointments at 8, 9 and 10: each shows up or not, early by 5 min on average, not before 8."""
    first = Draws(full, 3, 1).first(2)
    rows = {int(customer): k for k, customer in enumerate(first.customer)}
    entries = []
    for j, slot_s in enumerate(np.array([8, 8, 8, 9, 9, 10, 10]) * HOUR):
        customer = 2**32 + j
        k = rows[customer]
        shows = by_hand("visits", customer, 0, Purpose.SHOW) >= 0.4
        late_s = 360 * stats.norm.ppf(by_hand("visits", customer, 0, Purpose.PUNCTUAL)) - 300
        assert first.entry[k] == (Entry.APPOINTMENT if shows else Entry.NO_SHOW)
        expected = max(grid(slot_s + late_s), 8 * HOUR) if shows else slot_s
        assert abs(first.arrival_s[k] - expected) <= 1 / GRID
        assert first.transfer_u[k] == by_hand("visits", customer, 0, Purpose.TRANSFER)
        assert first.equal_rank_u[k] == by_hand("visits", customer, 0, Purpose.EQUAL_RANK)
        entries.append(int(first.entry[k]))
    assert sorted(set(entries)) == [Entry.APPOINTMENT, Entry.NO_SHOW]
    assert np.any((first.arrival_s == 8 * HOUR) & (first.entry == Entry.APPOINTMENT))  # early, and waited at the door


def test_appointments_stay_inside_the_horizon() -> None:
    """One at 23:00, on average two hours late: whoever would come after midnight comes at the last step of the grid."""
    network = centre({"visits": {"appointments": APPOINTMENTS | {"slots": [0] * 8 + [9] + [0] * 15, "no_show": 0.0}}})
    late = replace(network, slot_s=np.full(9, 23 * HOUR), early_s=np.full(3, -2 * HOUR), early_sd_s=np.full(3, 60.0))
    first = Draws(late, 3, 1).first(2)
    assert first.arrival_s[-9:].tolist() == [24 * HOUR - 1 / GRID] * 9


def test_who_comes_beside_the_others_is_put_in_order(full: Network) -> None:
    for queue in (1, 2):
        first = Draws(full, 3, 1).first(queue)
        order = list(zip(first.arrival_s.tolist(), first.customer.tolist(), strict=True))
        assert order == sorted(order)
        walked_in = first.customer[first.entry == Entry.FIRST]
        assert walked_in.tolist() == list(range(len(walked_in)))
        assert len(walked_in) > 30
        for k in (0, 3, len(first) - 1):
            drawn = Draws(full, 3, 1).later(queue, int(first.customer[k]), 0, queue)
            assert (first.patience_s[k], first.base_handle_s[k], first.transfer_u[k], first.resolved_u[k]) == drawn[:4]


def test_a_backlog_is_there_from_the_start(full: Network, plain: Network) -> None:
    first = Draws(full, 3, 1).first(1)
    assert first.arrival_s[:7].tolist() == [0.0] * 7
    assert first.customer[:7].tolist() == list(range(2**33, 2**33 + 7))
    assert first.entry.tolist() == [Entry.BACKLOG] * 7 + [Entry.FIRST] * (len(first) - 7)
    without = replace(full, backlog=plain.backlog)
    np.testing.assert_array_equal(first.base_handle_s[7:], Draws(without, 3, 1).first(1).base_handle_s)


def test_appointments_and_backlogs_are_no_part_of_a_busy_day(full: Network) -> None:
    quiet = replace(full, volume=np.zeros_like(full.volume))
    assert [len(Draws(quiet, 3, 1).first(q)) for q in range(3)] == [0, 7, 7]


def test_replayed_arrivals_come_as_they_came(full: Network) -> None:
    at_s, handle_s = [8 * HOUR, 8 * HOUR, 9.5 * HOUR, 24 * HOUR - 1 / GRID], [60.0, np.nan, np.nan, 0.0]
    rules = {
        "replayed": np.array([True, False, False]), "replay_first": np.array([0, 4, 4, 4]), "replay_s": np.array(at_s),
        "replay_handle_s": np.array(handle_s),
    }  # fmt: skip
    first, drawn = Draws(replace(full, **rules), 3, 1).first(0), Draws(full, 3, 1).first(0)
    assert first.arrival_s.tolist() == at_s
    assert first.base_handle_s.tolist() == [60.0, drawn.base_handle_s[1], drawn.base_handle_s[2], 0.0]
    np.testing.assert_array_equal(first.patience_s, drawn.patience_s[:4])
    np.testing.assert_array_equal(first.class_row, drawn.class_row[:4])
    assert first.entry.tolist() == [Entry.FIRST] * 4


# Advisers


def test_who_is_absent_by_hand(plain: Network) -> None:
    """Share 0.3, by the desk's name, the adviser's number and the day."""
    present = Draws(plain, 3, 1).present(0, 4, 50)
    expected = [philox.uniform(3, 1, "desk\0one", number, 4, Purpose.ABSENT) >= 0.3 for number in range(50)]
    assert present.tolist() == expected
    assert 0 < sum(expected) < 50


def test_as_many_are_absent_as_the_share_says(plain: Network) -> None:
    """20,000 advisers and days: within 4 standard errors; and a larger share takes those of the smaller one with it."""
    draws = Draws(plain, 3, 1)
    absent = ~np.concatenate([draws.present(0, day, 1000) for day in range(20)])
    assert abs(absent.mean() - 0.3) < 4 * (0.3 * 0.7 / 20_000) ** 0.5
    fewer = ~Draws(replace(plain, absence=np.array([0.1])), 3, 1).present(0, 0, 1000)
    assert np.all(absent[:1000][fewer])


def test_nobody_is_absent_without_the_rule(plain: Network) -> None:
    assert Draws(replace(plain, absence=np.zeros(1)), 3, 1).present(0, 0, 1000).all()
    assert Draws(plain, 3, 1).present(0, 0, 0).shape == (0,)


# What moves no other number


def test_another_queue_and_desk_move_no_number(full: Network) -> None:
    """Whatever is drawn in a centre is the same in a larger one, queues and desks found by their names."""
    larger = centre(RULES, before=True, variability={"day": 0.4, "shared": 0.6})
    one, other = Draws(full, 3, 1), Draws(larger, 3, 1)
    rows = 2  # of the other queue
    for queue in range(3):
        first, again = one.first(queue), other.first(queue + 1)
        same_customers(first, again, ("class_row",))
        np.testing.assert_array_equal(first.class_row + rows, again.class_row)
        assert one.return_delay_s(queue, 9, 1, REPEAT, 1) == other.return_delay_s(queue + 1, 9, 1, REPEAT, 2)
        assert one.later(queue, 9, 1, 0) == other.later(queue + 1, 9, 1, 1)
        assert one.class_of(queue, 9, 0) + rows == other.class_of(queue + 1, 9, 1)
    assert one.present(0, 2, 99).tolist() == other.present(1, 2, 99).tolist()


def test_rules_move_no_number_of_those_who_come_without_them(plain: Network, full: Network) -> None:
    """The first customers of every queue have the same needs, whatever is switched on; only times of coming move."""
    for queue in range(3):
        before, after = Draws(plain, 3, 1).first(queue), Draws(full, 3, 1).first(queue)
        numbers = after.customer < 2**32
        count = min(len(before), int(numbers.sum()))
        assert count > 30
        for name in ("base_handle_s", "transfer_u", "resolved_u", "customer"):
            np.testing.assert_array_equal(getattr(before, name)[:count], getattr(after, name)[numbers][:count])


def test_draws_with_rules_survive_pickling(full: Network) -> None:
    draws = Draws(full, 3, 1)
    again = pickle.loads(pickle.dumps(draws))
    for queue in range(3):
        same_customers(draws.first(queue), again.first(queue))
    assert again.return_delay_s(0, 1, 2, REDIAL, 0) == draws.return_delay_s(0, 1, 2, REDIAL, 0)
    assert again.class_of(0, 4, 0) == draws.class_of(0, 4, 0)


# Statistics


def test_punctuality_and_no_shows_in_numbers() -> None:
    """20,000 appointments long after the doors opened: share, mean and standard deviation within 4 standard errors."""
    network = centre({"visits": {"volume": {"per_day": 0}, "appointments": APPOINTMENTS}})
    many = 20_000
    slots = {"slot_first": np.array([0, 0, 0, many]), "slot_s": np.full(many, 43200.0), "slot_open_s": np.zeros(many)}
    first = Draws(replace(network, **slots), 3, 1).first(2)
    shows = first.entry == Entry.APPOINTMENT
    assert abs(shows.mean() - 0.6) < 4 * (0.6 * 0.4 / many) ** 0.5
    early_s = 43200.0 - first.arrival_s[shows]
    count = len(early_s)
    assert abs(early_s.mean() - 300) < 4 * 360 / count**0.5
    assert abs(early_s.std() - 360) < 4 * 360 / (2 * count) ** 0.5
    assert stats.kstest(early_s, stats.norm(300, 360).cdf).pvalue > 1e-4


def test_the_shares_of_classes_in_numbers(full: Network) -> None:
    """Per class within 4 standard errors, over 20 replications."""
    rows = np.concatenate([Draws(full, 3, r).first(0).class_row for r in range(20)])
    for row, share in enumerate((0.1, 0.2, 0.7)):
        assert abs((rows == row).mean() - share) < 4 * (share * (1 - share) / len(rows)) ** 0.5


def test_numbers_of_different_purposes_are_uniform_and_uncorrelated(plain: Network) -> None:
    """All purposes of 4,000 legs: Kolmogorov-Smirnov and every pair, level 1e-6 each."""
    draws = Draws(plain, 2026, 0)
    columns = np.array([[draws.chance(0, k, 1, purpose) for k in range(4000)] for purpose in OF_LEGS])
    assert min(stats.kstest(column, "uniform").pvalue for column in columns) > 1e-6
    pairs = np.corrcoef(columns)[~np.eye(len(columns), dtype=bool)]
    assert np.abs(pairs).max() < stats.norm.isf(0.5e-6) / 4000**0.5


def test_a_later_leg_without_class_uses_the_law_of_its_queue() -> None:
    """Patience of class rows, handle times of queues: the two have different numbers of rows."""
    network = centre(RULES)
    laws = pack([Law(law="deterministic", mean_s=float(row), cv=0.0) for row in range(1, 6)])
    draws = Draws(replace(network, patience=laws), 3, 1)
    assert draws.later(0, 0, 1, 2)[0] == 5.0  # visits: the row after calls' three and letters' one
    assert draws.later(0, 0, 1, 1, 4)[0] == 5.0
