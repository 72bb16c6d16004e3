"""Precision: a run stops as soon as its intervals are narrow enough, and they still cover as often as they say."""

import itertools
import json
import math
from datetime import date
from itertools import pairwise

import numpy as np
import pytest

from simcenter.errors import ScenarioError
from simcenter.experiment import Players, TargetSums, simulate
from simcenter.experiment.blocks import FIRST_STAGE, blocks_of, stages
from simcenter.experiment.confidence import student
from simcenter.experiment.precision import Watch, half_widths, read_precision, watched
from simcenter.measures import compile_promises
from simcenter.measures.targets import criterion
from simcenter.scenario import Scenario
from simcenter.simulation.compile import compile_network
from simcenter.simulation.staffing import Staffing


def centre_of(target=True, **more):
    """A phone line of three hours, some 120 calls."""
    calls = {
        "channel": "phone",
        "volume": {"per_day": 120},
        "handle_time": "3 min",
        "patience": "2 min",
    }
    if target:
        calls["target"] = {"answered": 0.8, "within": "20 s", "asa": "15 s"}
    return Scenario.from_dict(
        {
            "schema": 1,
            "name": "Three hours",
            "timezone": "Europe/Paris",
            "horizon": {
                "start": date(2026, 3, 2),
                "days": 1,
                "interval": "30 min",
                "hours": {"mon-sun": "09:00-12:00"},
            },
            "queues": {"calls": calls},
            "desks": {"front": {"advisers": 3, "serves": {"calls": {}}, **more}},
        }
    )


@pytest.fixture(scope="module")
def centre():
    return centre_of()


def widest(results):
    """Half of the widest interval of the targets, by hand: shares in points, times relative."""
    rows = results.targets
    half = student(0.95, results.replications) * rows["se"]
    return max(half.where(rows["measure"] != "asa_s", half / rows["value"]))


def test_a_run_stops_at_the_first_look_at_which_all_is_narrow_enough(centre):
    results = simulate(centre, precision=0.05, engine="simpy")
    found = results.precision
    assert found.reached
    assert found.half_width == pytest.approx(widest(results), rel=1e-12)
    assert found.half_width <= 0.05
    assert found.widest == "calls, asa_s, 2026-03-02"
    looks = [FIRST_STAGE]
    while looks[-1] < results.replications:
        looks.append(math.ceil(1.25 * looks[-1]))
    assert looks[-1] == results.replications
    assert found.looks == len(looks)
    before = simulate(centre, replications=looks[-2], engine="simpy")
    assert widest(before) > 0.05
    assert "precision 5 % reached" in repr(results)


def test_a_run_that_stopped_is_the_plain_run_of_so_many_replications(centre):
    results = simulate(centre, precision=0.15, engine="simpy", jobs=2)
    plain = simulate(centre, replications=results.replications, engine="simpy")
    one, other = results.to_json_dict(), plain.to_json_dict()
    assert one.pop("precision") == one["provenance"].pop("precision") == results.precision.to_dict()
    assert other.pop("precision") is None
    assert json.dumps(one, allow_nan=False) == json.dumps(other, allow_nan=False)


def test_the_limit_ends_a_run_and_results_say_so(centre):
    told = []
    results = simulate(
        centre, precision=0.001, replications=60, engine="simpy", progress=lambda *counts: told.append(counts)
    )
    assert results.replications == 60
    assert not results.precision.reached
    assert results.precision.looks == 2
    assert str(results.precision).startswith("precision 0.1 % not reached: ±")
    assert json.loads(json.dumps(results.to_json_dict()["precision"]))["at_most"] == 60
    # the next look is what progress is counted to
    assert all(wanted == (50 if done < 50 else 60) for done, wanted in told)


def test_a_limit_below_the_first_look_is_kept(centre):
    assert simulate(centre, precision=0.5, replications=4, engine="simpy").replications == 4


def test_without_targets_each_queue_s_wait_and_abandonment_is_watched():
    results = simulate(centre_of(target=False), precision=0.05, engine="simpy")
    row, t = results.queues.loc["calls"], student(0.95, results.replications)
    widths = [(row["asa_s_high"] - row["asa_s"]) / row["asa_s"], row["abandon_rate_high"] - row["abandon_rate"]]
    assert results.precision.half_width == pytest.approx(max(widths), rel=1e-9)
    assert results.precision.widest == "calls, asa_s"
    assert t > 0
    # a cap on the desk alone is no target of the customers
    capped = centre_of(target=False, max_occupancy=0.9)
    measures = {one.measure for one in watched(capped, meter_of(capped)).criteria}
    assert measures == {"occupancy", "asa_s", "abandon_rate"}


@pytest.mark.parametrize("wrong", [0, 1, -0.1, True, "much", "120%", "1", math.nan])
def test_precision_is_a_share(centre, wrong):
    with pytest.raises(ScenarioError, match="precision: must be a share between 0 and 1"):
        simulate(centre, precision=wrong)


@pytest.mark.parametrize(("given", "share"), [(0.01, 0.01), ("1%", 0.01), (" 2.5 % ", 0.025), ("0.3", 0.3)])
def test_precision_may_be_written_in_percent(given, share):
    assert read_precision(given) == pytest.approx(share)


def test_one_replication_has_no_precision(centre):
    with pytest.raises(ScenarioError, match="replications: must be 2 or more with precision"):
        simulate(centre, precision=0.1, replications=1)


def meter_of(scenario):
    return Players(compile_network(scenario), compile_promises(scenario)).meter


def watch_all(watch, draw):
    """Let a watch see one replication after the other, until it has seen enough: how many those were at each look."""
    seen, looks = 0, []
    while True:
        sums = TargetSums(watch.cells)
        for _ in range(watch.next_look - seen):
            sums.add(draw())
        looks.append(watch.next_look)
        if watch.enough(sums, watch.next_look - seen):
            return looks
        seen = looks[-1]


def covered(centre, pool, wanted, runs, seed):
    """How often the final interval of a run covers the truth, per target; replications per run.

    The truth is known exactly: every run draws its replications at random from one pool of tallies, so it is the ratio
    of the pool's sums.
    """
    cells = watched(centre, meter_of(centre))
    sums = [cells.sums(tally) for tally in pool]
    truth = sum(n for n, _ in sums) / sum(d for _, d in sums)
    rng = np.random.default_rng(seed)
    hits, sizes = np.zeros(len(cells)), []
    for _ in range(runs):
        watch = Watch(cells, wanted, 10_000, 0.95, centre.calendar)
        watch_all(watch, lambda: pool[rng.integers(len(pool))])
        table = watch.sums.table()
        assert watch.found.reached
        assert half_widths(table, 0.95).max() <= wanted
        hits += np.abs(table.value - truth) <= student(0.95, table.replications) * table.se
        sizes.append(table.replications)
    return hits / runs, np.array(sizes)


def pool_of(centre, replications):
    staffing = Staffing.from_scenario(centre)
    with Players(compile_network(centre), compile_promises(centre), engine="simpy") as players:
        return list(players.play(staffing, seed=5, replications=range(replications)))


LOST = 0.015
"""Coverage that the rule may cost, as docs/measures.md states it."""


def test_intervals_of_stopped_runs_cover_nearly_as_often_as_they_say(centre):
    share, sizes = covered(centre, pool_of(centre, 300), 0.08, 200, 1)
    assert (share >= 0.95 - LOST - 4 * math.sqrt(0.95 * 0.05 / 200)).all()
    assert len(set(sizes.tolist())) > 2


@pytest.mark.nightly
@pytest.mark.parametrize("wanted", [0.12, 0.08, 0.05, 0.035])
def test_coverage_of_the_rule_is_what_the_docs_say(centre, wanted):
    """The figures there are of 4,000 runs each."""
    runs = 1000
    share, sizes = covered(centre, pool_of(centre, 3000), wanted, runs, 2)
    print(f"\nprecision {wanted}: coverage {share.round(4)}, replications {sizes.mean():.0f}")
    assert (share >= 0.95 - LOST - 4 * math.sqrt(0.95 * 0.05 / runs)).all()
    assert (share <= 0.95 + 4 * math.sqrt(0.95 * 0.05 / runs)).all()


class Skewed:
    """One watched mean of exponential numbers of mean 1: as skewed as replications can well be."""

    criteria = (criterion("queue", "calls", 0, "abandon_rate", "horizon", 1.0, False, ""),)
    criterion = cell = np.zeros(1, dtype=np.int64)

    def __len__(self):
        return 1

    def judged(self, values):
        ones = np.ones((len(values), 1))
        return np.stack([np.array(values)[:, None], ones, ones, 0 * ones])


@pytest.mark.nightly
@pytest.mark.parametrize("needed", [60, 100, 200])
def test_skewed_replications_lose_no_more_than_the_docs_say(centre, needed):
    """The half-width wanted is what ``needed`` replications have."""
    rng, runs, hits = np.random.default_rng(needed), 2000, 0
    for _ in range(runs):
        watch = Watch(Skewed(), 1.96 / math.sqrt(needed), 10_000, 0.95, centre.calendar)
        watch_all(watch, rng.standard_exponential)
        table = watch.sums.table()
        hits += abs(table.value[0] - 1) <= student(0.95, table.replications) * table.se[0]
    print(f"\nexponential, {needed} replications needed: coverage {hits / runs:.4f}")
    assert hits / runs >= 0.92 - 4 * math.sqrt(0.92 * 0.08 / runs)


def test_looks_grow(centre):
    """No more than a quarter of the replications are played in vain."""
    watch = Watch(watched(centre, meter_of(centre)), 1e-9, 1000, 0.95, centre.calendar)
    pool = itertools.cycle(pool_of(centre, 2))
    looks = watch_all(watch, lambda: next(pool))
    assert [looks[0], looks[-1]] == [FIRST_STAGE, 1000]
    assert all(a < b <= 1.25 * a + 1 for a, b in pairwise(looks))


def test_there_is_a_cut_between_blocks_wherever_a_look_is_due():
    """Whatever the centre: so a run looks at the same numbers of replications with any blocks."""
    due = list(itertools.takewhile(lambda stage: stage < 10_000, stages()))
    for contacts in (0.0, 20.0, 313.0, 5_719.0, 1e6):
        cuts = {block.stop for block in blocks_of(range(7, 10_007), contacts)}
        assert cuts >= {7 + stage for stage in due}
