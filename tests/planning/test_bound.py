"""The lower bound on cost is a proof: never above the cost of a staffing that keeps its targets, however odd."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from planning_centres import phone, scenario
from planning_chains import ChainCentre, front_desk, shared_desk
from scipy.linalg import expm
from scipy.stats import lognorm

from simcenter import erlang
from simcenter.experiment.replicate import Players
from simcenter.measures import compile_promises
from simcenter.planning.bound import lower_bound
from simcenter.planning.bound.at_once import lines_above, most_begun
from simcenter.planning.bound.carry import EDGES, Work, most_in_hand
from simcenter.planning.bound.labour import Labour
from simcenter.planning.centre import FloatArray, IntArray, centre_of
from simcenter.planning.criteria import Cells, cells_of, criteria_of
from simcenter.planning.evaluate import Simulator
from simcenter.planning.flows import solve_flows
from simcenter.planning.moves import presence_rows
from simcenter.planning.requirement import closed_form
from simcenter.planning.units import units_of
from simcenter.scenario import Scenario, load_scenario
from simcenter.scenario.ready import find_scenario
from simcenter.simulation.compile import compile_network


def bound_of(one: Scenario, cells: Cells | None = None, block: int = 1) -> float:
    centre = centre_of(one, compile_network(one))
    flows, units = solve_flows(centre), units_of(centre, block)
    cells = cells_of(centre, flows, criteria_of(one)) if cells is None else cells
    return lower_bound(one, centre, cells, units, presence_rows(centre, units, flows.entered))


# ---- never above the optimum -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("make", [shared_desk, front_desk])
@pytest.mark.parametrize("seed", range(10))
def test_it_is_not_above_the_cheapest_staffing_there_is(make: Any, seed: int) -> None:
    """Enumerated with exact chains; nor below a third of it: it says something."""
    one: ChainCentre = make(np.random.default_rng(seed))
    search = one.search()
    found = lower_bound(one.scenario, one.centre, one.cells, search.units, search.presence)
    assert one.cheapest() / 3 < found <= one.cheapest()


@pytest.mark.parametrize("seed", range(10))
def test_it_is_not_above_erlangs_minimum(seed: int) -> None:
    rng = np.random.default_rng(seed)
    volume = [0.0] * 9 + rng.integers(5, 300, 4).astype(float).tolist() + [0.0] * 11
    queue = phone(volume=volume, target={"answered": 0.8, "within": "20 s", "per": "interval"})
    least = sum(erlang.advisers_for(v * 0.05, aht_s=180, target=0.8, within_s=20, patience_s=180) for v in volume[9:13])
    assert 0.6 * least < bound_of(scenario({"a": queue}, {"team": {"serves": {"a": {}}}})) <= least


# ---- never above the cost of a staffing that keeps its targets -------------------------------------------------------


def some_centre(rng: np.random.Generator) -> Scenario:
    """Calls with and without patience, those handed on, chats, emails, by desks that share them, cost differently, open
    and close at different times, and work faster or slower."""
    channel = rng.permutation(["phone", "chat", "email"])[: rng.integers(1, 4)]
    queues: dict[str, Any] = {}
    for name in channel:
        mean = f"{rng.integers(2, 12)} min"
        law: Any = [mean, {"mean": mean, "cv": 1.3}, {"mean": mean, "cv": 0.5}, {"law": "deterministic", "mean": mean}]
        queue: dict[str, Any] = {"channel": str(name), "handle_time": law[rng.integers(4)]}
        queue["volume"] = {"per_day": float(rng.integers(60, 900))}
        if name == "email":
            queue["target"] = {"answered": 0.5, "within": f"{rng.integers(1, 4)} working hours"}
        else:
            queue["target"] = {"answered": 0.5, "within": f"{rng.choice([1, 20, 200])} s", "abandoned": 0.5}
            queue["patience"] = f"{rng.choice([30, 120, 600])} s"
        if name == "chat":
            queue["speed"] = [1.0, 0.8, 0.6]
        if name == "phone" and rng.random() < 0.3:
            queue["redial"] = {"share": 0.5, "after": "10 min"}
        queues[str(name)] = queue
    some = {name: {"speed": float(rng.choice([0.8, 1.0, 1.25]))} for name in queues}
    desks: dict[str, Any] = {
        "one": {"cost_per_hour": 1.0, "serves": some},
        "two": {"cost_per_hour": float(rng.choice([0.5, 1.0, 2.0])), "serves": {name: {"rank": 2} for name in queues}},
    }
    if rng.random() < 0.5:
        first = next(iter(queues))
        target = {"answered": 0.5, "within": "60 s", "abandoned": 0.5}
        queues["hard"] = {"channel": "phone", "handle_time": "6 min", "patience": "3 min", "target": target}
        moved: Any = [0.3, {"share": 0.3, "after": "30 s", "kind": "warm", "handover": "20 s"}][rng.integers(2)]
        desks["one"]["serves"][first]["transfers"] = {"hard": moved}
        desks["two"]["serves"]["hard"] = {}
    if rng.random() < 0.3:
        desks["one"]["hours"] = "09:00-12:00"
    targets = {"transferred": 0.5} if "hard" in queues else None
    return scenario(queues, desks, targets, interval=str(rng.choice(["15 min", "30 min", "60 min"])))


def odd_staffing(one: Scenario, rng: np.random.Generator) -> IntArray:
    """Advisers up and down from interval to interval: many leave with a contact in hand."""
    centre = centre_of(one, compile_network(one))
    high, low = rng.integers(2, 9), rng.integers(1, 3)
    pattern = np.where(rng.random(centre.desk_open.shape) < rng.choice([0.3, 0.5, 0.9]), high, low)
    return np.where(centre.desk_open, pattern, 0).astype(np.int64)


def kept(one: Scenario, advisers: IntArray) -> Cells:
    """The cells of a scenario with their limits moved to what these advisers do, four standard errors to spare."""
    network = compile_network(one)
    centre = centre_of(one, network)
    cells = cells_of(centre, solve_flows(centre), criteria_of(one))
    with Players(network, compile_promises(one), jobs=1, engine="auto") as players:
        sample = Simulator(players, cells, closed_form(one).staffing, 1)(advisers, range(60))
    error = 4 * sample.deviation / np.sqrt(60) * 60 / np.maximum(sample.den, 1e-9)
    limits = [one.limit for one in cells.criteria]
    for c, k in enumerate(cells.criterion):
        spare = cells.sign[c] * error[c]
        limits[k] = float(np.nan_to_num(sample.value[c] - spare, nan=limits[k]))
    return replace(cells, criteria=tuple(replace(a, limit=b) for a, b in zip(cells.criteria, limits, strict=True)))


def cost_and_bound(seed: int) -> tuple[float, float]:
    rng = np.random.default_rng(seed)
    one = some_centre(rng)
    advisers = odd_staffing(one, rng)
    centre = centre_of(one, compile_network(one))
    return centre.total_cost(advisers), bound_of(one, kept(one, advisers))


@pytest.mark.parametrize("seed", [*range(12), *(pytest.param(n, marks=pytest.mark.slow) for n in range(12, 40))])
def test_no_staffing_is_cheaper_than_the_bound_for_what_it_does(seed: int) -> None:
    """Any staffing keeps targets that are what it reaches, so the bound for these must not be above its cost."""
    cost, bound = cost_and_bound(seed)
    assert bound <= cost


@pytest.mark.slow
@pytest.mark.parametrize("name", ["bank_1999", "first", "home_shopping", "insurance"])
def test_the_ready_scenarios_closed_form_is_not_cheaper_than_the_bound_for_what_it_does(name: str) -> None:
    """With callbacks, balking, interrupted work, redials, misrouted calls, a waiting room and given times."""
    one = load_scenario(find_scenario(name))
    advisers = closed_form(one).staffing.advisers
    cost = centre_of(one, compile_network(one)).total_cost(advisers)
    assert 0.1 * cost < bound_of(one, kept(one, advisers)) <= cost


# ---- where nobody is ever idle it is near the cost -------------------------------------------------------------------


def never_idle(pattern: Sequence[int], law: Any, interval: str) -> tuple[Scenario, IntArray]:
    """625 calls of 2 minutes an hour for a handful of advisers; who is not answered within a minute or so leaves."""
    queue = {"channel": "phone", "handle_time": law, "patience": "1 min", "volume": {"per_day": 2500}}
    target = {"target": {"abandoned": 0.5}}
    one = scenario({"a": queue | target}, {"team": {"serves": {"a": {}}}}, interval=interval)
    desk_open = centre_of(one, compile_network(one)).desk_open
    advisers = np.zeros(desk_open.shape, dtype=np.int64)
    advisers[desk_open] = np.resize(pattern, int(desk_open.sum()))
    return one, advisers


@pytest.mark.parametrize("pattern", [[6], [8, 1]])
@pytest.mark.parametrize("law", ["2 min", {"mean": "2 min", "cv": 1.5}, {"law": "deterministic", "mean": "2 min"}])
@pytest.mark.parametrize("interval", ["15 min", "60 min"])
def test_where_nobody_is_ever_idle_it_is_a_little_below_the_cost(pattern: list[int], law: Any, interval: str) -> None:
    """Below by the work that is left when advisers leave and at closing, at most: a call in hand in each interval, 2 of
    15 minutes or more where calls are of very different length; by the sampling error; and by calls not answered."""
    one, advisers = never_idle(pattern, law, interval)
    cost = advisers.sum() * {"15 min": 0.25, "60 min": 1.0}[interval]
    assert 0.75 * cost < bound_of(one, kept(one, advisers)) <= cost


def test_counting_a_quarter_too_much_work_would_be_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    """Break it on purpose."""
    one, advisers = never_idle([6], "2 min", "60 min")
    right = Labour.least_s
    monkeypatch.setattr(Labour, "least_s", lambda self, d, q: tuple(1.25 * s for s in right(self, d, q)))
    assert bound_of(one, kept(one, advisers)) > advisers.sum()


def test_ten_erlangs_of_which_nearly_all_are_to_be_answered_need_ten_advisers() -> None:
    """200 calls of 3 minutes an hour, one number for four hours: 40 adviser hours, but for 1 % who may leave, what each
    adviser has in hand at closing (3 minutes, in steps of 20 s), and the calls that still wait then, up to 12.5."""
    queue = phone(800, target={"abandoned": 0.01}, handle_time={"law": "deterministic", "mean": "3 min"})
    found = bound_of(scenario({"a": queue}, {"team": {"serves": {"a": {}}}}), block=4)
    assert 0.99 * 40 - 10 * (180 + 20) / 3600 - 12.5 * 0.05 <= found <= 40


def test_emails_need_the_time_they_take() -> None:
    """400 emails of 6 minutes come evenly over the day; 95 % of those before the last tenth of the opening time are
    answered: 95 % of who came until 12:00 (the last whole hour before it), at least so much."""
    queue = {"channel": "email", "handle_time": {"law": "deterministic", "mean": "6 min"}, "volume": {"per_day": 400}}
    one = scenario({"a": queue}, {"team": {"serves": {"a": {}}}})
    volume = centre_of(one, compile_network(one)).volume[:12, 0].sum()
    # who leaves when an interval ends finishes what he has in hand: 66 minutes of work in each hour
    assert 0.95 * volume * 0.1 * 60 / 66.5 <= bound_of(one, block=1) <= 0.95 * volume * 0.1


# ---- its parts -------------------------------------------------------------------------------------------------------

MEAN_S = 240.0
EXPONENTIAL = Work.of(-MEAN_S * np.log1p(-EDGES), MEAN_S, 1.0)


def test_what_is_in_hand_of_exponential_work_is_its_mean_whatever_one_does() -> None:
    over = np.array([0.0, 240.0, 480.0])
    found = most_in_hand([EXPONENTIAL], 1800.0, over)
    expected = MEAN_S * np.exp(-over / MEAN_S)
    # an upper bound in steps of 10 s: a little above
    assert (found >= expected).all()
    assert (found <= 1.05 * expected + 5).all()


@pytest.mark.parametrize("cv", [0.5, 1.3])
def test_no_way_to_take_contacts_leaves_more_in_hand(cv: float) -> None:
    """Policies: work without pause until some time before the end, then wait, and take a last one just before."""
    sigma = np.sqrt(np.log1p(cv * cv))
    law = lognorm(sigma, scale=MEAN_S * np.exp(-sigma * sigma / 2))
    bound = most_in_hand([Work.of(law.ppf(EDGES), MEAN_S, 1.0)], 1800.0, np.zeros(1))[0]
    rng = np.random.default_rng(1)
    for pause_from in (0.0, 900.0, 1500.0, 1700.0, 1790.0):
        clock, runs = np.zeros(20_000), np.arange(20_000)
        while len(runs):
            clock[runs] += law.rvs(len(runs), random_state=rng)
            runs = runs[clock[runs] < pause_from]
        # who is idle then takes one at the very end
        left = np.where(clock < 1800, law.rvs(20_000, random_state=rng), clock - 1800)
        assert left.mean() <= bound + 4 * left.std() / np.sqrt(20_000)


def chain_begun(rate: float, advisers: int, interval_s: float, patience_s: float) -> float:
    """Calls answered in an interval that begins empty, first come first served, with exponential times: exact."""
    room = 60
    size = advisers + room + 1
    step = np.zeros((size + 1, size + 1))
    for k in range(size):
        if k < size - 1:
            step[k, k + 1] += rate
        gone = max(k - advisers, 0) / patience_s
        served = min(k, advisers) / MEAN_S
        if k:
            step[k, k - 1] += gone + served
        begun = (rate if k < advisers else 0.0) + (served if k > advisers else 0.0)
        step[k, size] += begun
        step[k, k] -= step[k].sum() - begun
    return float(expm(step * interval_s)[0, size])


@pytest.mark.parametrize("patience_s", [60.0, 600.0])
@pytest.mark.parametrize("erlangs", [0.5, 4.0, 12.0])
def test_so_many_advisers_answer_no_more(patience_s: float, erlangs: float) -> None:
    rate = erlangs / MEAN_S
    edges = np.append(np.arange(1, 64) / 64, 1 - 1e-12)
    waits = np.append(-patience_s * np.log1p(-edges[:-1]), np.inf)
    bound = most_begun(rate, MEAN_S, waits, 1800.0)
    exact = np.array([chain_begun(rate, n, 1800.0, patience_s) for n in range(len(bound))])
    assert (exact <= bound + 1e-9).all()
    assert (np.diff(bound) >= -1e-9).all()


def test_without_waiting_it_is_the_loss_system_from_empty() -> None:
    """Exactly, by the chain of the number busy."""
    rate = 4 / MEAN_S
    bound = most_begun(rate, MEAN_S, np.zeros(1), 1800.0)
    for n in (0, 1, 3, 6):
        step = np.zeros((n + 2, n + 2))
        for k in range(n + 1):
            if k < n:
                step[k, k + 1] += rate
                step[k, n + 1] += rate
            if k:
                step[k, k - 1] += k / MEAN_S
            step[k, k] -= rate * (k < n) + k / MEAN_S
        assert bound[n] == pytest.approx(expm(step * 1800.0)[0, n + 1], rel=1e-9)


def test_lines_bound_values_from_above_and_touch_their_hull() -> None:
    values: FloatArray = np.array([0.0, 1.0, 3.0, 3.5, 5.0, 5.0])
    lines = lines_above(values)
    heights = np.array([[at_none + slope * n for n in range(6)] for at_none, slope in lines])
    assert (heights.min(axis=0) >= values - 1e-12).all()
    assert heights.min(axis=0)[[0, 2, 4, 5]] == pytest.approx([0.0, 3.0, 5.0, 5.0])


@pytest.mark.parametrize("law", ["4 min", {"mean": "4 min", "cv": 1.2}, {"mean": "4 min", "cv": 0.5}])
def test_work_is_no_shorter_than_its_exponential_time(law: Any) -> None:
    one = scenario({"a": phone(100, handle_time=law)}, {"team": {"serves": {"a": {}}}})
    network = compile_network(one)
    found = Labour(network, centre_of(one, network)).exponential_s(0)
    times = np.geomspace(1, 36000, 500)
    cv = 1.0 if isinstance(law, str) else law["cv"]
    sigma = np.sqrt(np.log1p(cv * cv))
    longer = lognorm(sigma, scale=MEAN_S * np.exp(-sigma * sigma / 2)).sf(times)
    longer = np.exp(-times / MEAN_S) if isinstance(law, str) else longer
    assert (np.exp(-times / found) <= longer + 1e-12).all()
    assert 0.3 * MEAN_S < found <= MEAN_S
