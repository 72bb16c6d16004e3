import pytest

from simcenter.errors import ScenarioError
from simcenter.scenario import Scenario, read_staffing_frame


def rows(desk, days=(2, 3), advisers=lambda hour: hour % 4):
    return [f"2026-03-{d:02d}T{h:02d}:00,{desk},{advisers(h)}" for d in days for h in range(8, 12)]


def write(folder, lines, header="interval_start,desk,advisers"):
    path = folder / "staffing.csv"
    path.write_text("\n".join([header, *lines]) + "\n", encoding="utf-8")
    return path


@pytest.fixture
def scenario(two_desks):
    return Scenario.from_dict(two_desks)


def test_a_number_counts_while_the_desk_is_open(scenario):
    assert scenario.desks["experts"].advisers == ((0,) * 8 + (2,) * 4 + (0,) * 12) * 2


def test_a_list_of_a_day_is_a_pattern_for_the_open_days(small):
    small["horizon"] |= {"days": 7, "hours": {"mon-fri": "08:00-12:00", "sat": "09:00-10:00"}}
    small["desks"]["front"]["advisers"] = [0] * 8 + [1, 2, 3, 4] + [0] * 12
    days = Scenario.from_dict(small).desks["front"].advisers
    assert [sum(days[d * 24 : d * 24 + 24]) for d in range(7)] == [10] * 5 + [2, 0]


def test_a_pattern_may_name_an_hour_that_the_clocks_skip(small):
    small["horizon"] |= {"start": "2026-03-29", "days": 1, "hours": "00:00-04:00"}
    small["desks"]["front"]["advisers"] = [1, 2, 3, 4] + [0] * 20
    assert Scenario.from_dict(small).desks["front"].advisers == (1, 2, 4) + (0,) * 20


def test_a_list_of_the_horizon_must_be_0_while_closed(small):
    small["desks"]["front"]["advisers"] = ([0] * 8 + [1, 2, 3, 4] + [0] * 12) * 2
    small["horizon"]["holidays"] = ["2026-03-03"]
    with pytest.raises(ScenarioError, match="item 33 must be 0, as the desk is closed at 2026-03-03T08:00, got 1"):
        Scenario.from_dict(small)


def test_how_many_more_there_are_is_said_last(small):
    small["desks"]["front"]["advisers"] = [1] * 24
    with pytest.raises(ScenarioError) as caught:
        Scenario.from_dict(small)
    lines = str(caught.value).splitlines()
    assert len(lines) == 11
    assert "item 1 must be 0" in lines[0]
    assert lines[-1].endswith("and so on, got 10 more like these")


def test_a_staffing_file_gives_every_desk_in_any_order_of_rows(scenario, tmp_path):
    path = write(tmp_path, rows("front") + rows("experts"))
    read = read_staffing_frame(path, scenario)
    assert list(read) == ["front", "experts"]
    assert read["front"] == ([0] * 8 + [0, 1, 2, 3] + [0] * 12) * 2
    assert read == read_staffing_frame(write(tmp_path, sorted(rows("front") + rows("experts"))), scenario)


def test_a_desk_with_given_advisers_may_be_left_out_of_the_file(scenario, tmp_path):
    read = read_staffing_frame(write(tmp_path, rows("front")), scenario)
    assert read["experts"] == list(scenario.desks["experts"].advisers)


NO_ROW = "must have a row for every interval in which the desk front is open, got none for"


@pytest.mark.parametrize(
    ("lines", "message"),
    [
        (rows("front")[1:], f"{NO_ROW} 2026-03-02T08:00"),
        (rows("experts"), f"{NO_ROW} 2026-03-02T08:00, 2026-03-02T09:00, 2026-03-02T10:00 and 5 more"),
        (
            [*rows("front"), *rows("frnt")[:1]],
            'line 10, desk must be a desk of the scenario (nearest: front), got "frnt"',
        ),
        (
            [*rows("front"), "2026-03-02T20:00,front,1"],
            'line 10, advisers must be 0 while the desk is closed, got "1"',
        ),
        (
            [*rows("front")[:-1], "2026-03-03T11:00,front,-1"],
            'line 9, advisers must be a whole number from 0 to 100,000, got "-1"',
        ),
        (
            [*rows("front"), rows("front")[0]],
            "line 10 must name each interval of a desk once, got 2026-03-02T08:00 of front twice",
        ),
        (
            [*rows("front"), "2026-03-02T08:07,front,1"],
            'line 10, interval_start must be the start of an interval of 60 min, got "2026-03-02T08:07"',
        ),
    ],
)
def test_what_is_wrong_with_a_staffing_file_is_told(scenario, tmp_path, lines, message):
    with pytest.raises(ScenarioError) as caught:
        read_staffing_frame(write(tmp_path, lines), scenario)
    assert caught.value.problems == (f"staffing.csv: {message}",)


def test_a_staffing_file_that_is_not_there_is_told(scenario, tmp_path):
    with pytest.raises(ScenarioError, match=r"^none.csv: must be a file that exists"):
        read_staffing_frame(tmp_path / "none.csv", scenario)


def test_a_name_that_a_spreadsheet_would_take_for_a_formula_is_read(small, tmp_path):
    small["desks"]["-x"] = small["desks"].pop("front")
    scenario = Scenario.from_dict(small)
    assert max(read_staffing_frame(write(tmp_path, rows("'-x")), scenario)["-x"]) == 3
