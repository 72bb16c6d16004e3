"""A plan under stress: what breaks first, and what it costs to hold."""

import json

import numpy as np
import pytest
from planning_centres import one_queue, phone, scenario

from simcenter.errors import ScenarioError
from simcenter.planning import plan
from simcenter.planning.stress import Stress, _crossing, read_stress, stress, stressed


@pytest.fixture(scope="module")
def more() -> Stress:
    return stress(plan(one_queue(), seed=1, replications=40), "volume=+20%, aht=+10%", replications=40)


def test_what_is_said_is_read() -> None:
    assert read_stress("volume=+10%,aht=+5 %") == {"volume": 0.1, "aht": 0.05}
    assert read_stress("patience=-20%") == {"patience": -0.2}
    for wrong in ("volume", "volume=10", "calls=+10%", "volume=+1%,volume=+2%", "aht=-100%"):
        with pytest.raises(ScenarioError, match="stress: must be as in"):
            read_stress(wrong)


def test_a_stressed_scenario_has_more_contacts_that_take_longer() -> None:
    base = one_queue()
    after = stressed(base, {"volume": 0.2, "aht": 0.1, "patience": -0.5})
    np.testing.assert_allclose(after.queues["calls"].volume, 1.2 * np.array(base.queues["calls"].volume))
    assert after.desks["team"].serves["calls"].speed == pytest.approx(1 / 1.1)
    patience = after.queues["calls"].patience
    assert patience is not None
    assert patience.mean_s == pytest.approx(90)
    half = stressed(base, {"volume": 0.2}, 0.5)
    np.testing.assert_allclose(half.queues["calls"].volume, 1.1 * np.array(base.queues["calls"].volume))


def test_much_more_breaks_a_plan_and_holding_costs(more: Stress) -> None:
    assert not more.holds
    assert more.first.startswith("calls: answered within 20 s >= 80 %")
    assert "volume +" in more.first
    assert more.extra_cost > 0
    assert more.replanned.proven
    row = more.targets.iloc[0]
    assert 0 < row["breaks_at"] < 1
    assert row["value"] < row["limit"]


def test_a_little_less_holds_and_saves() -> None:
    made = plan(scenario({"a": phone(400)}, {"x": {"serves": {"a": {}}}}), seed=1, replications=40)
    less = stress(made, {"volume": -0.3}, replications=40)
    assert less.holds
    assert less.first == ""
    assert less.extra_cost < 0
    assert "every target still holds" in less.verdict


def test_what_would_hold_is_in_the_same_blocks_and_progress_goes_on_from_step_to_step() -> None:
    made = plan(one_queue(), seed=1, replications=20, block=3)
    assert made.block == 3
    told: list[tuple[str, float]] = []
    more = stress(made, "volume=+30%", replications=20, progress=lambda message, share: told.append((message, share)))
    assert more.replanned.block == 3
    ends = np.flatnonzero(np.diff(more.replanned.staffing.advisers[:, 0])) + 1
    opens = int(np.argmax(more.replanned.staffing.open[:, 0]))
    assert len(ends)
    inside = ends[more.replanned.staffing.open[ends, 0]]
    assert ((inside - opens) % 3 == 0).all()
    assert all(message.startswith("stress: ") for message, _ in told)
    assert (told[0][1], told[-1]) == (0.0, ("stress: done", 1.0))
    assert any(0.2 < share < 1 for _, share in told)


def test_where_a_margin_crosses_zero() -> None:
    assert _crossing(np.array([1.0, 0.5, -0.5])) == pytest.approx(0.75)
    assert _crossing(np.array([-1.0, -0.5, -0.5])) == 0
    assert np.isnan(_crossing(np.array([1.0, -0.5, 0.1])))


def test_files_hold_the_plan_and_the_stress(more: Stress) -> None:
    frames = more.frames()
    assert next(iter(frames)) == "plan"
    assert {"stress", "stress_hours"} <= set(frames)
    written = json.loads(json.dumps(more.to_json_dict(), allow_nan=False))
    assert written["stress"]["holds"] is False
    assert written["plan"]["proven"]
    assert "under volume +20 %, aht +10 %" in repr(more)


def test_unknown_changes_are_named() -> None:
    with pytest.raises(ScenarioError, match="got 'weather'"):
        stress(plan(one_queue(), replications=20), {"weather": 0.1})
