"""Files: what is written can be read again with the same numbers, by the ending of the name, whole or not at all."""

import json
import os
from dataclasses import dataclass
from datetime import date

import numpy as np
import openpyxl
import pandas as pd
import pytest

from simcenter.errors import SimcenterError
from simcenter.experiment import simulate
from simcenter.report import to_json_dict, write
from simcenter.report.shown import estimate, number
from simcenter.scenario import Scenario
from simcenter.simulation.staffing import Staffing

EVIL = '=HYPERLINK("x")'


@pytest.fixture(scope="module")
def centre():
    """One queue, two desks, one of them named to run as a formula."""
    return Scenario.from_dict(
        {
            "schema": 1,
            "name": "One day",
            "timezone": "Europe/Paris",
            "horizon": {
                "start": date(2026, 3, 2),
                "days": 1,
                "interval": "30 min",
                "hours": {"opens": "09:00", "closes": "11:00"},
            },
            "queues": {
                "cálls": {
                    "channel": "phone",
                    "volume": {"per_day": 40},
                    "handle_time": "4 min",
                    "patience": "3 min",
                    "target": {"answered": 0.8, "within": "20 s"},
                }
            },
            "desks": {
                "front": {"advisers": 2, "serves": {"cálls": {}}},
                EVIL: {"advisers": 2, "serves": {"cálls": {"rank": 2}}},
            },
        }
    )


@pytest.fixture(scope="module")
def results(centre):
    return simulate(centre, replications=4)


def test_json_file_is_the_json_dict(results, tmp_path):
    write(results, tmp_path / "r.json")
    assert json.loads((tmp_path / "r.json").read_text(encoding="utf-8")) == results.to_json_dict()


def test_csv_of_results_holds_every_measure(results, tmp_path):
    write(results, tmp_path / "r.csv")
    frame = pd.read_csv(tmp_path / "r.csv")
    row = frame[(frame["period"] == "horizon") & (frame["name"] == "cálls") & (frame["level"] == "queue")].iloc[0]
    assert row["service_level_low"] == pytest.approx(results.queues.loc["cálls", "service_level_low"], rel=1e-15)
    assert set(frame["level"]) == {"queue", "desk", "journey"}


def test_csv_of_a_staffing_is_the_staffing(centre, tmp_path):
    plain = Staffing.from_scenario(centre)
    write(plain, tmp_path / "s.csv")
    frame = pd.read_csv(tmp_path / "s.csv")
    assert list(frame.columns) == ["interval_start", "desk", "advisers"]
    front = frame[frame["desk"] == "front"]
    assert list(front["interval_start"]) == [f"2026-03-02T{clock}" for clock in ("09:00", "09:30", "10:00", "10:30")]
    assert list(front["advisers"]) == [2] * 4


def test_no_text_of_a_csv_is_a_formula(results, tmp_path):
    """Names and headers that begin like formulas are guarded; numbers below zero are not."""
    frame = pd.DataFrame({"a": ["=1+1", "+x", "-x", "@x", "\tx", "plain", None], "=b": np.arange(-3.0, 4.0)})
    write(frame, tmp_path / "t.csv")
    lines = (tmp_path / "t.csv").read_text(encoding="utf-8").splitlines()
    assert lines[0] == "a,'=b"
    assert [line.split(",")[0] for line in lines[1:]] == ["'=1+1", "'+x", "'-x", "'@x", "'\tx", "plain", ""]
    assert lines[1].endswith(",-3.0")
    write(results, tmp_path / "r.csv")
    assert "'=HYPERLINK" in (tmp_path / "r.csv").read_text(encoding="utf-8")
    assert list(frame.columns) == ["a", "=b"]


def test_workbook_has_all_tables_with_frozen_headers_and_formats(results, tmp_path):
    write(results, tmp_path / "r.xlsx")
    book = openpyxl.load_workbook(tmp_path / "r.xlsx")
    assert book.sheetnames == [*results.frames(), "provenance"]
    sheet = book["queues"]
    assert sheet.freeze_panes == "A2"
    head = {cell.value: cell.column for cell in sheet[1]}
    cell = sheet.cell(2, head["service_level"])
    assert cell.value == pytest.approx(results.queues["service_level"].iloc[0], rel=1e-12)
    assert cell.number_format == "0.0%"
    assert sheet.cell(2, head["asa_s"]).number_format == "#,##0.0"
    assert sheet.cell(2, head["max_wait_s_low"]).value is None
    assert book["targets"].cell(2, [c.value for c in book["targets"][1]].index("limit") + 1).number_format == "0.0%"
    assert all(sheet.column_dimensions["A"].width >= 8 for sheet in book)
    origin = {row[0].value: row[1].value for row in book["provenance"].iter_rows(min_row=2)}
    assert origin["scenario_hash"] == results.provenance["scenario_hash"]
    assert origin["service_level.cálls"] == "sl_offered"


def test_no_cell_of_a_workbook_is_a_formula(results, tmp_path):
    write(results, tmp_path / "r.xlsx")
    book = openpyxl.load_workbook(tmp_path / "r.xlsx")
    cells = [cell for sheet in book for row in sheet.iter_rows() for cell in row]
    assert any(cell.value == EVIL for cell in cells)
    assert all(cell.data_type != "f" for cell in cells)


def test_the_same_results_make_the_same_workbook(results, tmp_path):
    write(results, tmp_path / "one.xlsx")
    write(results, tmp_path / "two.xlsx")
    assert (tmp_path / "one.xlsx").read_bytes() == (tmp_path / "two.xlsx").read_bytes()


def test_legs_keep_their_local_times(results, tmp_path):
    for ending in ("csv", "xlsx", "json"):
        write(results.legs, tmp_path / f"legs.{ending}")
    moment = results.legs["entered_local"].iloc[0]
    text = pd.read_csv(tmp_path / "legs.csv")["entered_local"].iloc[0]
    assert text.startswith("2026-03-02T09:0")
    assert abs(pd.Timestamp(text) - moment) < pd.Timedelta("1ms")
    sheet = openpyxl.load_workbook(tmp_path / "legs.xlsx")["table"]
    column = [cell.value for cell in sheet[1]].index("entered_local") + 1
    assert abs(pd.Timestamp(sheet.cell(2, column).value) - moment.tz_localize(None)) < pd.Timedelta("2ms")
    assert json.loads((tmp_path / "legs.json").read_text())[0]["entered_local"] == text


def test_staffing_as_json(centre):
    written = to_json_dict(Staffing.from_scenario(centre))
    assert written["result_schema"] == 1
    assert written["staffing"]["advisers"] == [2] * 8


@dataclass
class Anything:
    """Whatever has tables and a JSON form can be written."""

    def frames(self):
        return {"first:one": pd.DataFrame({"x": [1]}), "second": pd.DataFrame({"y": [2]})}

    def to_json_dict(self):
        return {"result_schema": 1, "x": 1}


def test_anything_reportable_can_be_written(tmp_path):
    for ending in ("csv", "xlsx", "json"):
        write(Anything(), tmp_path / f"a.{ending}")
    assert (tmp_path / "a.csv").read_text() == "x\n1\n"
    assert openpyxl.load_workbook(tmp_path / "a.xlsx").sheetnames == ["first_one", "second"]
    assert json.loads((tmp_path / "a.json").read_text()) == {"result_schema": 1, "x": 1}


@pytest.mark.parametrize("name", ["r.txt", "r", "r.xls"])
def test_unknown_ending_is_one_clear_error(results, tmp_path, name):
    with pytest.raises(SimcenterError, match=r"must end in \.csv, \.xlsx, \.json, got "):
        write(results, tmp_path / name)
    assert not list(tmp_path.iterdir())


def test_a_place_that_cannot_be_written_is_one_clear_error(results, tmp_path):
    with pytest.raises(SimcenterError, match="cannot be written"):
        write(results, tmp_path / "missing" / "r.csv")


@dataclass
class Broken(Anything):
    def frames(self):
        raise RuntimeError("half way")

    def to_json_dict(self):
        return {"good": 1, "bad": float("nan")}


@pytest.mark.parametrize("ending", ["csv", "xlsx", "json"])
def test_a_failure_leaves_the_old_file_and_nothing_else(tmp_path, ending):
    target = tmp_path / f"r.{ending}"
    target.write_text("old")
    with pytest.raises((RuntimeError, ValueError)):
        write(Broken(), target)
    assert target.read_text() == "old"
    assert [path.name for path in tmp_path.iterdir()] == [target.name]


def test_a_file_has_the_mode_of_any_new_file(results, tmp_path):
    write(results, tmp_path / "r.csv")
    (tmp_path / "plain").write_text("")
    assert os.stat(tmp_path / "r.csv").st_mode == os.stat(tmp_path / "plain").st_mode


@pytest.mark.parametrize(
    ("value", "unit", "text"),
    [
        (0.8113, "share", "81.1 %"),
        (float("nan"), "share", "–"),
        (12.34, "s", "12.3 s"),
        (99.96, "s", "1 min 40 s"),
        (245, "s", "4 min 05 s"),
        (3599.6, "s", "1 h 00 min"),
        (12000, "s", "3 h 20 min"),
        (12345.6, "legs", "12,346"),
        (2.25, "advisers", "2.2"),
    ],
)
def test_numbers_are_shown_as_planners_read_them(value, unit, text):
    assert number(value, unit) == text


def test_intervals_are_shown_by_their_half_width():
    assert estimate(0.813, 0.809, 0.817, "share") == "81.3 % ±0.4"
    assert estimate(0.813, float("nan"), float("nan"), "share") == "81.3 %"
