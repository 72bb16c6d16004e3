"""Who comes for the first time: appointments, backlog and replayed arrivals as volume."""

import numpy as np
import pytest
from planning_centres import phone, scenario

from simcenter.planning import closed_form
from simcenter.planning.demand import first_contacts
from simcenter.scenario import Scenario
from simcenter.simulation.compile import compile_network

SHOP = {"channel": "face_to_face", "handle_time": "10 min", "target": {"answered": 0.8, "within": "5 min"}}


def counts(one: Scenario) -> np.ndarray:
    return first_contacts(compile_network(one))


def shop(**appointments: object) -> Scenario:
    slots = [0] * 24
    slots[9], slots[11] = 4, 10
    queue = SHOP | {"appointments": {"slots": slots, **appointments}}
    return scenario({"shop": queue}, {"desk": {"serves": {"shop": {}}}})


def test_appointments_count_at_their_slot_without_those_who_do_not_show() -> None:
    np.testing.assert_allclose(counts(shop(no_show=0.2))[9:13, 0], [3.2, 0, 8, 0])


def test_who_is_early_counts_before_the_slot_but_never_before_the_opening() -> None:
    """Punctual to a second, 20 minutes early: the ten of 11:00 come at 10:40, the four of 9:00 wait at the door."""
    np.testing.assert_allclose(counts(shop(early="20 min", sd="0 s"))[9:13, 0], [4, 10, 0, 0])


def test_half_of_those_who_come_about_their_time_come_before_it() -> None:
    np.testing.assert_allclose(counts(shop(early="0 s", sd="5 min"))[9:13, 0], [4, 5, 5, 0])


def test_appointments_need_advisers_beside_those_who_walk_in() -> None:
    walk_in = scenario({"shop": SHOP | {"volume": {"per_day": 40}}}, {"desk": {"serves": {"shop": {}}}})
    both = walk_in.replace("queues.shop.appointments", {"slots": [0] * 11 + [12] + [0] * 12})
    more = closed_form(both, method="sipp").load - closed_form(walk_in, method="sipp").load
    assert more.sum() == pytest.approx(12 * 600 / 3600)


def test_the_backlog_of_the_start_is_work_of_the_first_opening() -> None:
    mail = {"channel": "email", "volume": {"per_day": 24}, "handle_time": "6 min"}
    without = scenario({"mail": mail}, {"x": {"serves": {"mail": {}}}})
    backlog = without.replace("queues.mail.backlog", 80)
    work = [closed_form(one).flows.work_s.sum() / 3600 for one in (without, backlog)]
    assert work[1] - work[0] == pytest.approx(8.0)
    assert closed_form(backlog).exact[9:13, 0].min() > closed_form(without).exact[9:13, 0].max()


def test_replayed_handle_times_count_where_the_history_has_them() -> None:
    queue = phone(arrivals={"at": [9 * 3600 + 60.0, 10 * 3600.0], "handle": [600.0, None]})
    form = closed_form(scenario({"a": queue}, {"x": {"serves": {"a": {}}}}))
    assert form.flows.work_s.sum() == pytest.approx(600 + 180)


def test_replayed_arrivals_are_counted_per_interval() -> None:
    queue = phone(arrivals={"at": [9 * 3600 + 5.0, 9 * 3600 + 1800.0, 11 * 3600.0]})
    np.testing.assert_allclose(counts(scenario({"a": queue}, {"x": {"serves": {"a": {}}}}))[9:13, 0], [2, 0, 1, 0])
