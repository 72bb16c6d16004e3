"""Staffing: numbers checked with desk and interval named, tables there and back, hours, and who to schedule."""

from fractions import Fraction
from math import ceil

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from simcenter.errors import ScenarioError
from simcenter.scenario import Scenario, read_staffing_frame
from simcenter.simulation.staffing import Staffing, scheduled

LABELS = ("2026-03-02T08:00", "2026-03-02T08:30", "2026-03-02T09:00")


def centre(days: int = 1, start: str = "2026-03-02", **desks: dict[str, object]) -> Scenario:
    """Half hours of days that open from 08:00 to 09:30 only; two desks, back from 08:30."""
    back = {"hours": "08:30-09:30", "shrinkage": 0.3}
    known = {"front": {}, "back": back}
    return Scenario.from_dict(
        {
            "schema": 1,
            "name": "small",
            "timezone": "Europe/Paris",
            "horizon": {"start": start, "days": days, "interval": "30 min", "hours": "08:00-09:30"},
            "queues": {"calls": {"channel": "phone", "handle_time": "3 min", "volume": {"per_day": 10}}},
            "desks": {name: keys | desks.get(name, {}) | {"serves": {"calls": {}}} for name, keys in known.items()},
        }
    )


def problems(caught: pytest.ExceptionInfo[ScenarioError]) -> list[str]:
    return list(caught.value.problems)


def test_a_number_that_is_not_allowed_is_told_with_its_desk_and_interval() -> None:
    table = [[1, 2.5], [-1, 3], [100_001, np.nan]]
    with pytest.raises(ScenarioError) as caught:
        Staffing(np.array(table), ("front", "night shift"), LABELS, 1800.0)
    rule = "must be a whole number from 0 to 100,000"
    assert problems(caught) == [
        f'desks."night shift".advisers at 2026-03-02T08:00: {rule}, got 2.5',
        f"desks.front.advisers at 2026-03-02T08:30: {rule}, got -1",
        f"desks.front.advisers at 2026-03-02T09:00: {rule}, got 100001",
        f'desks."night shift".advisers at 2026-03-02T09:00: {rule}, got nan',
    ]


def test_many_problems_are_abridged() -> None:
    with pytest.raises(ScenarioError) as caught:
        Staffing(np.full((48, 1), -1), ("front",), tuple(map(str, range(48))), 1800.0)
    assert len(problems(caught)) == 21
    assert problems(caught)[-1] == "and 28 more"


def test_a_table_of_another_shape_is_refused() -> None:
    with pytest.raises(ScenarioError, match=r"shape \(intervals, desks\) \(3, 2\), got \(2, 3\)"):
        Staffing(np.zeros((2, 3)), ("front", "back"), LABELS, 1800.0)
    with pytest.raises(ScenarioError, match=r"open: must have the shape"):
        Staffing(np.zeros((3, 2)), ("front", "back"), LABELS, 1800.0, np.ones(3, dtype=bool))
    with pytest.raises(ScenarioError, match="must be numbers, got"):
        Staffing(np.full((3, 2), "2"), ("front", "back"), LABELS, 1800.0)


def test_nobody_is_put_where_the_desk_is_closed() -> None:
    with pytest.raises(ScenarioError) as caught:
        Staffing(np.ones((3, 1)), ("front",), LABELS, 1800.0, np.array([[False], [True], [True]]))
    assert problems(caught) == [
        "desks.front.advisers at 2026-03-02T08:00: must be 0 while the desk is closed, got 1",
    ]


def test_a_staffing_keeps_its_own_numbers() -> None:
    table = np.ones((3, 1), dtype=np.int64)
    staffing = Staffing(table, ("front",), LABELS, 1800.0)
    table[0, 0] = 9
    assert staffing.advisers[0, 0] == 1
    with pytest.raises(ValueError, match="read-only"):
        staffing.advisers[0, 0] = 2


def test_constant_fills_open_intervals_only() -> None:
    staffing = Staffing.constant(centre(), 4)
    assert staffing.advisers.shape == (48, 2)
    assert staffing.advisers[15:20].tolist() == [[0, 0], [4, 0], [4, 4], [4, 4], [0, 0]]
    assert Staffing.constant(centre(), {"front": 4, "back": 4}).equals(staffing)


def test_given_desks_come_from_the_scenario_and_others_from_the_caller() -> None:
    scenario = centre(front={"advisers": 3})
    staffing = Staffing.from_scenario(scenario, {"back": 2})
    assert staffing.advisers[16:19].tolist() == [[3, 0], [3, 2], [3, 2]]
    column = [0] * 17 + [5, 6] + [0] * 29
    assert Staffing.from_scenario(scenario, {"back": column}).advisers[:, 1].tolist() == column
    assert Staffing.constant(scenario, {"back": 2}).equals(staffing)


def test_every_desk_without_advisers_is_named() -> None:
    with pytest.raises(ScenarioError) as caught:
        Staffing.from_scenario(centre())
    ending = "advisers: must be given to simulate, got nothing (let `plan` find them, or give a staffing)"
    assert problems(caught) == [f"desks.front.{ending}", f"desks.back.{ending}"]


def test_with_advisers_changes_some_desks_and_leaves_the_original() -> None:
    before = Staffing.constant(centre(), 4)
    after = before.with_advisers({"back": 7})
    assert after.hours() == {"front": 6.0, "back": 7.0}
    assert before.hours() == {"front": 6.0, "back": 4.0}
    assert after.with_advisers(before.advisers).equals(before)
    assert not after.equals(before)


def test_with_advisers_says_what_does_not_fit() -> None:
    with pytest.raises(ScenarioError) as caught:
        Staffing.constant(centre(), 4).with_advisers({"bakc": 7, "front": [1, 2]})
    assert problems(caught) == [
        "desks.bakc: must be a desk of the scenario (nearest: back)",
        "desks.front.advisers: must be one number or one for each of the 48 intervals, got [1, 2]",
    ]


def test_hours_count_advisers_times_time() -> None:
    staffing = Staffing.constant(centre(), {"front": 4, "back": 3})
    assert staffing.hours() == {"front": 6.0, "back": 3.0}
    assert staffing.total_hours() == 9.0
    assert repr(staffing) == "Staffing(2 desks, 48 intervals, 9 hours)"


def test_a_table_lists_open_intervals_by_time_then_desk() -> None:
    frame = Staffing.constant(centre(), {"front": 4, "back": 3}).to_frame()
    assert list(frame.columns) == ["interval_start", "desk", "advisers"]
    assert frame.values.tolist() == [
        ["2026-03-02T08:00", "front", 4],
        ["2026-03-02T08:30", "front", 4],
        ["2026-03-02T08:30", "back", 3],
        ["2026-03-02T09:00", "front", 4],
        ["2026-03-02T09:00", "back", 3],
    ]


@given(data=st.data(), start=st.sampled_from(["2026-03-02", "2026-03-28", "2026-10-24"]))
def test_there_and_back_by_frame_gives_the_same_staffing(data: st.DataObject, start: str) -> None:
    """Also over clock changes, and with rows and columns in another order."""
    scenario = centre(2, start)
    zero = Staffing.constant(scenario, 0)
    size = int(zero.open.sum())
    numbers = data.draw(st.lists(st.integers(0, 99), min_size=size, max_size=size))
    table = zero.advisers.copy()
    table[zero.open] = numbers
    staffing = zero.with_advisers(table)
    frame = staffing.to_frame()
    assert Staffing.from_frame(frame, scenario).equals(staffing)
    shuffled = frame.sample(frac=1, random_state=len(frame))[["desk", "advisers", "interval_start"]]
    assert Staffing.from_frame(shuffled, scenario).equals(staffing)


def test_a_csv_file_gives_the_same_staffing_as_its_frame(tmp_path: pytest.TempPathFactory) -> None:
    scenario = centre()
    staffing = Staffing.constant(scenario, {"front": 4, "back": 3})
    path = tmp_path / "staffing.csv"  # type: ignore[operator]
    staffing.to_frame().to_csv(path, index=False)
    assert Staffing.from_frame(pd.read_csv(path), scenario).equals(staffing)
    assert Staffing.from_scenario(scenario, read_staffing_frame(path, scenario)).equals(staffing)


def test_a_frame_may_hold_datetimes_and_whole_floats_and_further_columns() -> None:
    scenario = centre()
    staffing = Staffing.constant(scenario, 2)
    frame = staffing.to_frame()
    frame["interval_start"] = pd.to_datetime(frame["interval_start"])
    frame["advisers"] = frame["advisers"].astype(float)
    frame["note"] = "as agreed"
    assert Staffing.from_frame(frame, scenario).equals(staffing)


def test_a_desk_that_the_scenario_gives_may_be_left_out_of_the_frame() -> None:
    scenario = centre(front={"advisers": 3})
    frame = Staffing.from_scenario(scenario, {"back": 2}).to_frame()
    only_back = frame[frame["desk"] == "back"]
    assert Staffing.from_frame(only_back, scenario).hours() == {"front": 4.5, "back": 2.0}
    other = frame.assign(advisers=1)
    assert Staffing.from_frame(other, scenario).hours() == {"front": 1.5, "back": 1.0}


@pytest.mark.parametrize(
    ("row", "column", "value", "message"),
    [
        (0, "desk", "frnt", 'staffing line 1, desk must be a desk of the scenario (nearest: front), got "frnt"'),
        (1, "advisers", 2.5, "staffing line 2, advisers must be a whole number from 0 to 100,000, got 2.5"),
        (1, "advisers", -1, "staffing line 2, advisers must be a whole number from 0 to 100,000, got -1.0"),
        (1, "advisers", None, "staffing line 2, advisers must be a whole number from 0 to 100,000, got nothing"),
        (
            4,
            "desk",
            "front",
            "staffing line 5 must name each interval of a desk once, got 2026-03-02T09:00 of front twice",
        ),
    ],
)
def test_what_is_wrong_with_a_frame_is_told_by_row(row: int, column: str, value: object, message: str) -> None:
    scenario = centre()
    frame = Staffing.constant(scenario, 2).to_frame().astype(object)
    frame.loc[row, column] = value
    with pytest.raises(ScenarioError) as caught:
        Staffing.from_frame(frame, scenario)
    assert message in problems(caught)


def test_missing_rows_and_columns_are_told() -> None:
    scenario = centre()
    frame = Staffing.constant(scenario, 2).to_frame()
    with pytest.raises(ScenarioError) as caught:
        Staffing.from_frame(frame.drop(index=2), scenario)
    assert problems(caught) == [
        "staffing must have a row for every interval in which the desk back is open, got none for 2026-03-02T08:30"
    ]
    with pytest.raises(ScenarioError, match='staffing must have a column "advisers"'):
        Staffing.from_frame(frame[["interval_start", "desk"]], scenario)
    with pytest.raises(ScenarioError, match='"interval_start" as its first column'):
        Staffing.from_frame(frame[["desk", "advisers"]], scenario)


def test_the_notebook_shows_desks_side_by_side() -> None:
    html = Staffing.constant(centre(), 4)._repr_html_()
    assert html.index("front") < html.index("back")
    assert html.count("<tr") == 1 + 1 + 3


@pytest.mark.parametrize(
    ("required", "shrinkage", "expected"),
    [(70, 0.3, 100), (35.7, 0.15, 42), (2, 0.8, 10), (0, 0.3, 0), (7, 0, 7), (1, 0.95, 20), (100_000, 0.95, 2_000_000)],
)
def test_scheduled_does_not_round_float_dust_up(required: float, shrinkage: float, expected: int) -> None:
    assert scheduled(required, shrinkage) == expected


@given(required=st.integers(0, 100_000), percent=st.integers(0, 950))
def test_scheduled_is_the_exact_quotient_rounded_up(required: int, percent: int) -> None:
    """Shrinkage in tenths of a percent: exact in fractions."""
    assert scheduled(required, percent / 1000) == ceil(Fraction(required) / (1 - Fraction(percent, 1000)))


def test_scheduled_goes_by_each_desks_shrinkage() -> None:
    staffing = Staffing.constant(centre(), 7)
    assert staffing.scheduled(centre())[16:19].tolist() == [[7, 0], [7, 10], [7, 10]]
