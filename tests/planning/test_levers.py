"""Levers: each a change that is measured."""

import numpy as np
import pytest
from planning_centres import front_and_experts, one_queue

from simcenter.planning import plan
from simcenter.planning.levers import levers


@pytest.fixture(scope="module")
def table() -> object:
    made = plan(front_and_experts(cap=0.1), seed=2, replications=60)
    return levers(made, replications=60)


def test_every_kind_that_the_centre_allows_is_tried(table: object) -> None:
    kinds = table["kind"].tolist()  # type: ignore[index]
    assert sorted(set(kinds)) == [
        "a cross-training",
        "a longer first call",
        "an extra generalist",
        "an extra specialist",
    ]
    assert "front trained for hard, as second choice" in table["lever"].tolist()  # type: ignore[index]


def test_a_longer_first_call_hands_on_a_fifth_fewer(table: object) -> None:
    row = table.set_index("kind").loc["a longer first call"]  # type: ignore[attr-defined]
    assert row["extra_cost"] == 0
    assert row["transferred_high"] < 0
    assert np.isnan(row["spared_per_100"])


def test_an_expert_more_costs_what_it_costs_and_spares_customers_a_hand_over(table: object) -> None:
    row = table.set_index("lever").loc["one adviser more at experts, all day"]  # type: ignore[attr-defined]
    assert row["extra_cost"] == 4 * 3.0
    assert row["transferred_low"] < row["transferred"] < row["transferred_high"]
    assert row["journey_wait_s_high"] < 0
    assert row["spared_per_100"] == pytest.approx(-row["transferred"] * 160 / 12 * 100, rel=0.05)


def test_what_helps_comes_first(table: object) -> None:
    helps = (table["transferred_high"] < 0).to_numpy()  # type: ignore[index]
    assert (np.diff(helps.astype(int)) <= 0).all()


def test_a_centre_without_transfers_has_extra_advisers_only() -> None:
    found = levers(plan(one_queue(), seed=1, replications=20), replications=20)
    assert found["kind"].tolist() == ["an extra specialist"]
    assert found["lost_high"].iloc[0] < 0
