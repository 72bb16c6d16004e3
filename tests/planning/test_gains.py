"""Gains: what levers do, measured on the same customers."""

import numpy as np
import pandas as pd
import pytest
from planning_centres import front_and_experts, one_queue

import simcenter as sc
from simcenter.planning.gains import Levers, try_levers
from simcenter.planning.levers import Assumptions, levers_of
from simcenter.simulation.staffing import Staffing

CENTRE = front_and_experts()
STAFFING = Staffing.constant(CENTRE, {"front": 3, "experts": 2})


@pytest.fixture(scope="module")
def tried() -> Levers:
    return try_levers(CENTRE, STAFFING, Assumptions(handed_on=2.0), replications=60, seed=3)


def row(tried: Levers, what: str) -> pd.Series:
    return tried.table.set_index("lever").loc[what]


def test_every_kind_that_the_centre_allows_is_tried(tried: Levers) -> None:
    assert set(tried.table["kind"]) == {
        "specialist", "generalist", "cross-training", "better menu", "longer first call",
    }  # fmt: skip
    assert tried.left_out == ()


def test_an_adviser_more_is_measured_against_the_same_customers(tried: Levers) -> None:
    """Held against two plain simulations."""
    (lever,) = [one for one in levers_of(CENTRE, STAFFING, Assumptions())[0] if one.what == "one more at experts"]
    found = row(tried, "one more at experts")
    first, second = (sc.simulate(CENTRE, one, replications=60, seed=3) for one in (STAFFING, lever.staffing))
    change = second.journeys["transferred"].iloc[-1] - first.journeys["transferred"].iloc[-1]
    assert found["transferred"] == pytest.approx(change, abs=1e-12)
    queues = [one.queues for one in (first, second)]
    levels = [float(np.average(one["service_level"], weights=one["answered"] + one["abandoned"])) for one in queues]
    assert found["service_level"] == pytest.approx(levels[1] - levels[0], abs=2e-3)
    wages = [
        sum(desk.cost_per_hour * one.desks.loc[name, "paid_hours"] for name, desk in CENTRE.desks.items())
        for one in (first, second)
    ]
    assert found["wages"] == pytest.approx(wages[1] - wages[0])
    assert found["cost"] == found["wages"] + found["price"]


def test_the_gain_counts_contacts_and_customers(tried: Levers) -> None:
    first = sc.simulate(CENTRE, STAFFING, replications=60, seed=3)
    offered = float((first.queues["answered"] + first.queues["abandoned"]).sum())
    answered = float(first.journeys["contacts"].iloc[-1] * (1 - first.journeys["lost"].iloc[-1]))
    for _, one in tried.table.iterrows():
        expected = one["service_level"] * offered - 2.0 * one["transferred"] * answered
        assert one["gain"] == pytest.approx(expected, rel=0.01, abs=0.05)
        assert one["gain_low"] < one["gain"] < one["gain_high"]


def test_half_the_shares_halve_about_who_is_handed_on(tried: Levers) -> None:
    base = float(sc.simulate(CENTRE, STAFFING, replications=60, seed=3).journeys["transferred"].iloc[-1])
    menu, longer = row(tried, "50 % fewer contacts handed on"), row(tried, "10 % longer for calls")
    assert menu["transferred"] == pytest.approx(-0.5 * base, rel=0.1)
    assert -0.5 * base < longer["transferred_high"] < 0
    assert menu["sure"]


def test_sure_gains_come_first_by_their_gain_for_the_money(tried: Levers) -> None:
    table = tried.table
    assert table["rank"].tolist() == list(range(1, len(table) + 1))
    sure = table[table["sure"] & (table["gain"] > 0)]
    assert len(sure) >= 3
    assert sure.index.tolist() == list(range(len(sure)))
    paid = sure["gain_per_cost"].dropna()
    assert (np.diff(paid) <= 0).all()
    assert paid.tolist() == pytest.approx((sure["gain"] / sure["cost"])[paid.index].tolist())


def test_intervals_of_paired_differences_are_narrower_than_of_two_samples(tried: Levers) -> None:
    one = sc.simulate(CENTRE, STAFFING, replications=60, seed=3).journeys.iloc[-1]
    found = row(tried, "one more at front")
    width = found["transferred_high"] - found["transferred_low"]
    assert 0 < width < one["transferred_high"] - one["transferred_low"]


def test_a_training_in_what_was_handed_on_spares_every_hand_over(tried: Levers) -> None:
    base = float(sc.simulate(CENTRE, STAFFING, replications=60, seed=3).journeys["transferred"].iloc[-1])
    assert row(tried, "front also serves hard")["transferred"] == pytest.approx(-base)


def test_a_centre_of_one_queue_has_extra_advisers_only() -> None:
    centre = one_queue()
    tried = try_levers(centre, Staffing.constant(centre, 3), replications=20)
    assert tried.table["kind"].tolist() == ["specialist"]
    assert tried.table["service_level_low"].iloc[0] > 0
    assert tried.table["transferred"].iloc[0] == 0
