"""The frontier: proven plans from a strict demand to a loose one."""

import json
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from planning_centres import front_and_experts, one_queue, phone, scenario
from rich.console import Console

import simcenter as sc
from simcenter import report
from simcenter.errors import ScenarioError
from simcenter.planning.asked import Asked
from simcenter.planning.frontier import Frontier, Point, Watch, _point, _points, frontier
from simcenter.planning.job import Options
from simcenter.report.plots import write_plot


@pytest.fixture(scope="module")
def transfers() -> Frontier:
    return frontier(front_and_experts(cap=0.12), transfers=[0.06, 0.18, None], levers=True, replications=60, seed=2)


def test_a_looser_cap_never_costs_more_and_each_is_kept(transfers: Frontier) -> None:
    table = transfers.table
    assert table["proven"].all()
    assert table["transfer_cap"].iloc[:3].tolist() == [0.06, 0.12, 0.18]
    assert np.isnan(table["transfer_cap"].iloc[3])
    assert (np.diff(table["cost"]) <= 0).all()
    assert table["cost"].iloc[0] > table["cost"].iloc[-1]
    assert (table["transferred"].iloc[:3] <= table["transfer_cap"].iloc[:3]).all()


def test_what_the_file_asks_is_one_point_and_the_others_are_measured_from_it(transfers: Frontier) -> None:
    table = transfers.table
    assert table["own"].tolist() == [False, True, False, False]
    assert transfers.own.asked.scenario == front_and_experts(cap=0.12)
    assert table["extra_cost"].iloc[1] == 0
    assert table["extra_cost"].tolist() == [cost - table["cost"].iloc[1] for cost in table["cost"]]


def test_a_plan_taken_from_a_stricter_point_is_that_plan(transfers: Frontier) -> None:
    for number, point in enumerate(transfers.points, start=1):
        assert point.planned_for <= number
        made_for = transfers.points[point.planned_for - 1]
        assert made_for.plan is point.plan
        assert made_for.asked.covers(point.asked)


def test_the_same_seed_gives_the_same_frontier_in_whatever_order_it_is_asked() -> None:
    options = {"levers": False, "replications": 20, "seed": 2}
    one = frontier(one_queue(), answered=[0.9, 0.7], **options)
    two = frontier(one_queue(), answered=[0.7, 0.9], jobs=2, **options)
    assert one.table.equals(two.table)
    assert one.levers is None


def test_more_answered_in_time_costs_no_less() -> None:
    made = frontier(one_queue(), answered=[0.7, "+0.1"], levers=False, replications=40)
    table = made.table
    assert table["asked_level"].tolist() == pytest.approx([0.9, 0.8, 0.7])
    assert table["answered"].tolist() == ["+10 points", "as in the file", "70 %"]
    assert (np.diff(table["cost"]) <= 0).all()
    assert (np.diff(table["service_level"]) < 0).all()
    assert made.queue_table["asked"].tolist() == pytest.approx([0.9, 0.8, 0.7])
    assert (made.queue_table["service_level"] > made.queue_table["asked"]).all()


def test_both_give_every_pair_and_none_is_dearer_than_a_stricter_one() -> None:
    made = frontier(
        front_and_experts(cap=0.15), transfers=[None], answered=[0.6], queues=["calls"], levers=False, replications=20
    )
    assert len(made.points) == 4
    for one in made.points:
        for other in made.points:
            if other.asked.covers(one.asked) and other.plan.proven:
                assert one.plan.cost <= other.plan.cost
                assert one.plan.proven


def test_a_cap_that_cannot_be_kept_is_a_point_that_is_not_proven() -> None:
    desks = {"only": {"serves": {"calls": {"transfers": {"hard": 0.3}}}}, "experts": {"serves": {"hard": {}}}}
    centre = scenario({"calls": phone(160), "hard": phone()}, desks)
    table = frontier(centre, transfers=[0.1], levers=False, replications=20).table
    assert table["proven"].tolist() == [False, True]
    assert "at best 30.0 %" in table["unmet"].iloc[0]
    assert table["planned_for"].tolist() == [1, 2]


def test_the_time_is_shared_between_points_and_levers() -> None:
    watch = Watch(4, 100.0, 0.2, None)
    # whoever has no stricter plan to begin at again has all of its part
    assert watch.clock(1).limit_s == pytest.approx(20.0, abs=0.1)
    assert watch.clock(4, 1, 2).limit_s == pytest.approx(40.0, abs=0.1)
    assert watch.clock(4, 2, 2).limit_s == pytest.approx(80.0, abs=0.1)
    assert Watch(4, None, 0.2, None).clock(1).limit_s is None


def test_progress_is_of_the_whole_and_says_how_long_the_whole_will_take() -> None:
    told: list[tuple[str, float]] = []
    watch = Watch(4, None, 0.2, lambda *line: told.append(line))
    clock = watch.clock(3, 1, 2)
    clock.expected, clock.played = 10, 5
    clock.say("half")
    watch.clock(3, 2, 2).progress("half", 0.5)
    watch.levers(5, 10)
    assert [share for _, share in told] == pytest.approx([0.45, 0.55, 0.9])
    assert [text for text, _ in told] == [
        "point 3 of 4: half, about 1 s left",
        "point 3 of 4: half, about 1 s left",
        "levers: replication 5 of 10, about 1 s left",
    ]


def test_a_short_time_limit_still_gives_every_point() -> None:
    made = frontier(front_and_experts(cap=0.12), transfers=[None], levers=False, replications=10, time_limit=1.0)
    assert len(made.points) == 2


def test_files_and_tables_of_a_frontier(transfers: Frontier, tmp_path: Path) -> None:
    written = json.loads(json.dumps(transfers.to_json_dict(), allow_nan=False))
    assert [row["transfer_cap"] for row in written["frontier"]] == [0.06, 0.12, 0.18, None]
    assert written["levers"]["assumptions"]["menu_effect"] == 0.5
    assert len(written["levers"]["table"]) == len(transfers.levers.table)  # type: ignore[union-attr]
    sc.write(transfers, tmp_path / "f.xlsx")
    sc.write(transfers, tmp_path / "f.csv")
    assert (tmp_path / "f.csv").read_text().startswith("point,transfer_cap,answered,asked_level,own,proven,cost")
    console = Console(width=150, record=True)
    report.show(transfers, console)
    text = " ".join(console.export_text().split())
    assert "as the file asks" in text
    assert "Where the next euro buys most" in text
    assert "specialist: one more at experts" in text
    assert "Assumed, not simulated" in text


def test_plots_are_written_by_their_ending_and_always_the_same(transfers: Frontier, tmp_path: Path) -> None:
    sc.write(transfers, tmp_path / "f.png")
    assert (tmp_path / "f.png").read_bytes().startswith(b"\x89PNG")
    for name in ("a.svg", "b.svg"):
        sc.write(transfers, tmp_path / name)
    assert (tmp_path / "a.svg").read_bytes() == (tmp_path / "b.svg").read_bytes()
    assert "<svg" in (tmp_path / "a.svg").read_text()


def test_only_a_frontier_is_drawn(tmp_path: Path) -> None:
    centre = one_queue()
    with pytest.raises(sc.SimcenterError, match="only a frontier can be drawn"):
        sc.write(sc.requirement(centre), tmp_path / "f.svg")
    assert list(tmp_path.iterdir()) == []


def test_a_missing_matplotlib_is_said_with_the_remedy(
    transfers: Frontier, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("simcenter.report.plots.find_spec", lambda name: None)
    with pytest.raises(sc.SimcenterError, match=r"pip install 'simcenter\[plots\]'"):
        write_plot(transfers, tmp_path / "f.svg")


def test_what_is_not_allowed_is_said() -> None:
    for options, words in (
        ({"transfers": [1.5]}, "transfers: must be shares"),
        ({"answered": [80]}, "answered: must be shares"),
        ({"answered": ["nonsense"]}, "answered: must be shares"),
        ({"answered": [0.8], "queues": ["clals"]}, "queues: must be queues of the scenario.*calls"),
        ({"replications": 5}, "replications"),
    ):
        with pytest.raises(ScenarioError, match=words):
            frontier(one_queue(), **options)
    with pytest.raises(ScenarioError, match="got neither"):
        frontier(one_queue(target={"abandoned": 0.05}))
    with pytest.raises(ScenarioError, match="at most 50 points"):
        frontier(one_queue(), answered=[i / 100 for i in range(1, 60)])


@pytest.mark.parametrize(
    ("own", "again", "cost", "planned_for", "searches"),
    [
        ((9, True), None, 9, 2, 1),  # cheaper than the stricter point's plan
        ((10, True), None, 10, 1, 1),  # as cheap: that plan serves better
        ((12, True), (8, True), 8, 2, 2),  # begun again at that plan
        ((12, True), (11, True), 10, 1, 2),
        ((7, False), (6, False), 10, 1, 2),  # a cheap plan without proof is none
    ],
)
def test_a_point_is_never_dearer_than_a_stricter_one(
    monkeypatch: pytest.MonkeyPatch,
    own: tuple[int, bool],
    again: tuple[int, bool] | None,
    cost: int,
    planned_for: int,
    searches: int,
) -> None:
    def made(cost: int, proven: bool) -> Any:
        return SimpleNamespace(cost=cost, proven=proven, staffing=SimpleNamespace(advisers=f"of {cost}"))

    starts: list[object] = []

    def searched(*_: object, start: Any = None, **__: object) -> Any:
        starts.append(None if start is None else start.staffing.advisers)
        return made(*(own if start is None else again or (0, False)))

    monkeypatch.setattr("simcenter.planning.frontier.planned", searched)
    strict, loose = (Asked(cap, None, False, one_queue(), (cap,)) for cap in (0.1, 0.2))
    before = [Point(strict, made(10, True), 1)]
    point = _point(2, loose, before, Options(400), Watch(2, None, 0.0, None), 1, "auto")
    assert (point.plan.cost, point.planned_for) == (cost, planned_for)
    assert starts == [None, "of 10"][:searches]


@pytest.mark.parametrize(
    ("again", "costs", "planned_for"),
    [
        ((8, True), [8, 8], [1, 2]),  # as cheap as the looser one, begun at it
        ((7, True), [7, 7], [1, 1]),  # even cheaper: for both
        ((8, False), [10, 8], [1, 2]),  # not proven: as it was
    ],
)
def test_a_point_that_a_looser_ones_plan_seems_to_beat_is_tried_again(
    monkeypatch: pytest.MonkeyPatch, again: tuple[int, bool], costs: list[int], planned_for: list[int]
) -> None:
    found = iter([(10, True), (8, True), again])

    def searched(*_: object, **__: object) -> Any:
        cost, proven = next(found)
        return SimpleNamespace(cost=cost, proven=proven)

    monkeypatch.setattr("simcenter.planning.frontier.planned", searched)
    monkeypatch.setattr("simcenter.planning.frontier._seems_kept", lambda plan, asked: True)
    asked = [Asked(cap, None, False, one_queue(), (cap,)) for cap in (0.1, 0.2)]
    points = _points(asked, Options(400), Watch(2, None, 0.0, None), 1, "auto")
    assert [point.plan.cost for point in points] == costs
    assert [point.planned_for for point in points] == planned_for
