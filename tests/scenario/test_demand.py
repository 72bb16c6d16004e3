"""Volumes: lists by the clock on the wall, a day's total spread, and demand files."""

import math
from datetime import datetime, timedelta

import openpyxl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from simcenter.errors import ScenarioError
from simcenter.scenario import Scenario
from simcenter.scenario.demand import _divided


def volume(data, base="."):
    return Scenario.from_dict(data, base).queues["calls"].volume


def problems(data, base="."):
    with pytest.raises(ScenarioError) as caught:
        Scenario.from_dict(data, base)
    return caught.value.problems


def csv_rows(days=(2, 3), value=lambda day, hour: day + hour / 10):
    return [f"2026-03-{d:02d}T{h:02d}:00,{value(d, h)}" for d in days for h in range(8, 12)]


def write_csv(folder, rows, header="interval_start,calls"):
    (folder / "demand.csv").write_text("\n".join([header, *rows]) + "\n", encoding="utf-8")


@pytest.fixture
def with_file(small):
    small["queues"]["calls"]["volume"] = "demand.csv"
    return small


def test_a_list_of_a_day_follows_the_clock_on_the_wall(small):
    small["horizon"] |= {"start": "2026-03-28", "hours": "00:00-24:00"}
    small["queues"]["calls"]["volume"] = list(range(24))
    assert volume(small) == (*range(24), 0, 1, *range(3, 24))
    small["horizon"] |= {"start": "2026-10-24"}
    assert volume(small) == (*range(24), 0, 1, 2, *range(2, 24))


def test_a_day_total_lands_in_open_intervals_only_and_on_open_days_only(small):
    small["horizon"] |= {"days": 7, "hours": {"mon-fri": "08:00-10:00, 11:00-12:00"}, "holidays": ["2026-03-03"]}
    got = volume(small)
    assert [math.fsum(got[d * 24 : d * 24 + 24]) for d in range(7)] == pytest.approx([40, 0, 40, 40, 40, 0, 0])
    assert got[8:12] == pytest.approx((40 / 3, 40 / 3, 0, 40 / 3))


def test_a_shape_divides_the_opening_time_evenly_breaks_left_out(small):
    small["horizon"] |= {"hours": "08:00-10:00, 14:00-16:00"}
    small["queues"]["calls"]["volume"] = {"per_day": 40, "shape": [1, 3]}
    got = volume(small)
    assert got[8:10] == (5, 5)
    assert got[14:16] == (15, 15)


@given(st.lists(st.floats(0, 100), min_size=1, max_size=30).filter(lambda w: sum(w) > 0.1), st.integers(1, 60))
def test_dividing_keeps_the_total_and_the_share_up_to_any_common_boundary(weights, n):
    shares = _divided(weights, n)
    assert math.fsum(shares) == pytest.approx(1)
    half_weights, half_shares = len(weights) // 2, n // 2
    if len(weights) % 2 == 0 and n % 2 == 0:
        assert math.fsum(shares[:half_shares]) == pytest.approx(sum(weights[:half_weights]) / sum(weights), abs=1e-9)


def test_a_file_gives_its_rows_and_zero_where_it_has_none(with_file, tmp_path):
    rows = ["2026-03-01T08:00,99", *csv_rows(), "2026-03-09T08:00,99"]
    write_csv(tmp_path, rows)
    got = volume(with_file, tmp_path)
    assert got[8:12] == (2.8, 2.9, 3.0, 3.1)
    assert sum(got[:8]) == sum(got[12:32]) == 0


def test_a_row_while_closed_counts(with_file, tmp_path):
    write_csv(tmp_path, ["2026-03-02T03:00,7", *csv_rows()])
    assert volume(with_file, tmp_path)[3] == 7


def test_empty_cells_and_missing_rows_are_allowed_while_closed(with_file, tmp_path):
    write_csv(tmp_path, ["2026-03-02T03:00,", *csv_rows()])
    assert volume(with_file, tmp_path)[3] == 0


def test_offsets_of_the_place_are_understood(with_file, tmp_path):
    write_csv(tmp_path, [row.replace(":00,", ":00+01:00,") for row in csv_rows()])
    assert volume(with_file, tmp_path)[8] == 2.8


def test_an_excel_file_may_hold_text_or_times(with_file, tmp_path):
    book = openpyxl.Workbook()
    book.active.append(["interval_start", "note", "calls"])
    for row in csv_rows():
        time, value = row.split(",")
        book.active.append([datetime.fromisoformat(time) - timedelta(microseconds=40), "x", float(value)])
    book.save(tmp_path / "demand.xlsx")
    with_file["queues"]["calls"]["volume"] = "demand.xlsx"
    assert volume(with_file, tmp_path)[8:12] == (2.8, 2.9, 3.0, 3.1)


@pytest.mark.parametrize("cell", ["", "x", "-1", "nan", "inf", "1e9", "1 000", "1_0", "0x1", "1.2.3", "12 %", "٣"])
def test_a_cell_that_is_no_volume_is_refused_with_its_line(with_file, tmp_path, cell):
    write_csv(tmp_path, csv_rows(value=lambda day, hour: cell if (day, hour) == (3, 9) else 1))
    (line,) = problems(with_file, tmp_path)
    assert line.startswith('queues.calls.volume: demand.csv line 7, column "calls" must')


def test_every_problem_of_a_file_is_told_and_many_of_a_kind_are_counted(with_file, tmp_path):
    rows = csv_rows(value=lambda day, hour: "x")
    rows = [*rows, "2026-03-03T11:30,1", "yesterday,1"]
    rows += [f"2026-04-{day:02d}T08:00,1" for day in range(30, 0, -1)]
    write_csv(tmp_path, rows)
    lines = problems(with_file, tmp_path)
    assert sum("must be a number" in line for line in lines) == 8
    assert sum("must be the start of an interval" in line for line in lines) == 1
    assert sum("must be later than the row before" in line for line in lines) == 8
    assert lines[10].endswith("and so on, got 21 more problems like these")


def test_problems_of_times_are_told_once_for_all_queues_of_a_file(with_file, tmp_path):
    with_file["queues"]["sales"] = dict(with_file["queues"]["calls"])
    with_file["desks"]["front"]["serves"]["sales"] = {}
    write_csv(tmp_path, [f"{row},-1" for row in csv_rows()] + ["tomorrow,1,1"], "interval_start,calls,sales")
    lines = problems(with_file, tmp_path)
    assert sum("interval_start" in line for line in lines) == 1
    assert sum(line.startswith("queues.sales.volume") for line in lines) == 8


def test_a_year_at_15_minutes_from_csv_loads_within_3_seconds(with_file, tmp_path):
    """35,040 rows for two queues; the bound is ten times what it takes here."""
    start = datetime(2026, 1, 1)
    with_file["horizon"] |= {"start": "2026-01-01", "days": 365, "interval": "15 min", "hours": "00:00-24:00"}
    with_file["timezone"] = "UTC"
    with_file["queues"]["sales"] = dict(with_file["queues"]["calls"])
    with_file["desks"]["front"]["serves"]["sales"] = {}
    rows = [f"{(start + timedelta(minutes=15 * i)).isoformat()[:16]},{i % 7},{i % 5}.5" for i in range(35040)]
    write_csv(tmp_path, rows, "interval_start,calls,sales")
    before = datetime.now()
    scenario = Scenario.from_dict(with_file, tmp_path)
    assert (datetime.now() - before).total_seconds() < 3
    assert sum(scenario.queues["calls"].volume) == sum(i % 7 for i in range(35040))
