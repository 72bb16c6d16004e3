"""Arrivals from files: local times to a fraction of a second, also where the clocks change."""

import math
import time
from datetime import datetime

import openpyxl
import pytest

from simcenter.errors import ScenarioError
from simcenter.scenario import Scenario

HEADER = "arrival,handle_s,queue\n"


@pytest.fixture
def replay(small, tmp_path):
    """Read the text of a file as the arrivals of the queue of calls."""

    def read(text, reference="calls.csv", **horizon):
        (tmp_path / "calls.csv").write_bytes(text if isinstance(text, bytes) else text.encode())
        small["horizon"] |= horizon
        small["queues"]["calls"].pop("volume", None)
        small["queues"]["calls"]["arrivals"] = reference
        return Scenario.from_dict(small, tmp_path).queues["calls"]

    return read


def problems(call):
    with pytest.raises(ScenarioError) as caught:
        call()
    return [line.removeprefix("queues.calls.arrivals: calls.csv ") for line in caught.value.problems]


def test_rows_of_the_queue_within_the_horizon_count_in_the_order_of_time(replay):
    queue = replay(
        HEADER + "2026-03-03T08:00:00.5,60,calls\n2026-03-02 00:00,,calls\n2026-03-02T00:00:00,7,calls\n"
        "2026-03-01T23:59:59.999,1,calls\n2026-03-04T00:00,1,calls\n2026-03-02T09:00,1,web\n"
    )
    assert queue.arrivals.at_s == (0.0, 0.0, 115200.5)
    assert math.isnan(queue.arrivals.handle_s[0])
    assert queue.arrivals.handle_s[1:] == (7.0, 60.0)
    assert (sum(queue.volume), queue.volume[0], queue.volume[32]) == (3, 2, 1)


def test_those_of_one_instant_stay_in_the_order_of_the_file(replay):
    queue = replay("arrival,handle_s\n" + "".join(f"2026-03-02T{9 - i % 2:02d}:00,{i}\n" for i in range(100)))
    assert queue.arrivals.handle_s == (*range(1, 100, 2), *range(0, 100, 2))


def test_another_name_and_a_file_without_names(replay):
    assert replay(HEADER + "2026-03-02T08:00,5,Orders (EN)\n", "calls.csv#Orders (EN)").arrivals.at_s == (28800.0,)
    assert replay("arrival\n2026-03-02T08:00\n").arrivals.handle_s is None


def test_local_time_on_the_day_on_which_the_clocks_go_back(replay):
    text = "arrival\n2026-10-25T01:59:59.5\n2026-10-25T02:30+02:00\n2026-10-25T02:30+01:00\n2026-10-25T03:00:00.25\n"
    assert replay(text, start="2026-10-25").arrivals.at_s == (7199.5, 9000.0, 12600.0, 14400.25)
    assert problems(lambda: replay("arrival\n2026-10-25T02:30:01\n")) == [
        'line 2, arrival must have its offset, as Europe/Paris has this local time twice, got "2026-10-25T02:30:01"'
    ]


def test_local_time_on_the_day_on_which_the_clocks_go_forward(replay):
    text = "arrival\n2026-03-29T01:59:59\n2026-03-29T03:00\n2026-03-29T03:00+02:00\n"
    assert replay(text, start="2026-03-29").arrivals.at_s == (7199.0, 7200.0, 7200.0)
    assert "must be a local time that exists" in problems(lambda: replay("arrival\n2026-03-29T02:30\n"))[0]


def test_every_fault_is_told_with_its_line_and_many_are_cut_short(replay):
    rows = "2026-03-02T08:00,-1,calls\n8 o'clock,1,calls\n\n,1,calls\n2026-03-02T08:00,1 min,calls\nwrong,x,web\n"
    assert [line.split(" must")[0] for line in problems(lambda: replay(HEADER + rows))] == [
        "line 2, handle_s",
        "line 3, arrival",
        "line 5, arrival",
        "line 6, handle_s",
    ]
    many = problems(lambda: replay("arrival\n" + "soon\n" * 25))
    assert (len(many), many[-1]) == (11, "queues.calls.arrivals: and so on, got 15 more problems like these")


NO_TIMES = ["2026-03-02", "2026-03-02T8:00", "2026-03-02T24:00", "2026-02-30T08:00", "02/03/2026 08:00", "nan", "٢٠٢٦"]


@pytest.mark.parametrize("cell", NO_TIMES)
def test_what_is_no_local_time_is_refused(replay, cell):
    assert "must be a local time such as" in problems(lambda: replay(f"arrival\n{cell}\n"))[0]


def test_a_byte_order_mark_and_windows_lines_do_not_matter(replay):
    assert replay(b"\xef\xbb\xbfarrival,handle_s\r\n2026-03-02T08:00,5\r\n").arrivals.handle_s == (5.0,)


def test_a_workbook_keeps_milliseconds(small, tmp_path):
    book = openpyxl.Workbook()
    for row in (["arrival", "queue"], [datetime(2026, 3, 2, 8, 0, 7, 250_000), 7], ["2026-03-02T08:00:08", "7"]):
        book.active.append(row)
    book.save(tmp_path / "calls.xlsx")
    small["queues"]["calls"] = {"channel": "phone", "handle_time": "4 min", "arrivals": "calls.xlsx#7"}
    assert Scenario.from_dict(small, tmp_path).queues["calls"].arrivals.at_s == (28807.25, 28808.0)


def test_two_hundred_thousand_rows_are_read_in_seconds(replay):
    times = [f"2026-03-0{2 + i % 2}T{i % 24:02d}:{i % 60:02d}:{i % 59:02d}.{i % 1000:03d}" for i in range(200_000)]
    rows = [f"{at},{i % 400}.5,calls" for i, at in enumerate(times)]
    text = HEADER + "\n".join(rows)
    start = time.process_time()
    assert len(replay(text).arrivals.at_s) == 200_000
    assert time.process_time() - start < 5


@pytest.mark.parametrize(
    ("written", "place"),
    [
        ({"at": [1, 2], "handle": [None, 5]}, None),
        ({"at": [1, 1.0]}, None),
        ({"at": [2, 1]}, "at"),
        ({"at": [172800]}, "at"),
        ({"at": [True]}, "at"),
        ({"at": ["08:00"]}, "at"),
        ({"at": "1"}, "at"),
        ({"at": [1], "handle": "1"}, "handle"),
        ({"at": [1], "handle": [-1]}, "handle"),
        ({"at": [1], "handle": [1, 2]}, "handle"),
    ],
)
def test_arrivals_in_seconds(small, written, place):
    small["queues"]["calls"] = {"channel": "phone", "handle_time": "4 min", "arrivals": written}
    if place is None:
        assert Scenario.from_dict(small).queues["calls"].arrivals.at_s == tuple(written["at"])
    else:
        with pytest.raises(ScenarioError, match=f"queues.calls.arrivals.{place}: "):
            Scenario.from_dict(small)
