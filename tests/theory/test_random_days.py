"""Days that differ: who is absent, how busy it is, what is left from before, who is booked, and history replayed."""

import csv
from heapq import heappop, heappush

import numpy as np
import pytest
from oracles.chains import one_desk
from oracles.days import booked, busyness, present, shared_busyness
from simulated import Days, check

from simcenter.simulation.draws import Draws
from simcenter.simulation.log import Entry, Outcome

pytestmark = pytest.mark.slow


def calls(aht_s, patience_s, **more):
    return {"channel": "phone", "handle_time": f"{aht_s} s", "patience": f"{patience_s} s", **more}


def team(advisers, **more):
    return {"team": {"advisers": advisers, "serves": {"calls": {}}, **more}}


def test_absence_is_a_binomial_mixture_of_erlang_a():
    seen = Days({"calls": calls(150.0, 90.0)}, team(5, absence=0.2), {"calls": 1.8 / 60}, days=250, seed=121)
    days = [(n, chance, one_desk(1.8 / 60, 1 / 150, n, 1 / 90).day(seen.length_s)) for n, chance in present(5, 0.2)]

    def expect(of_state):
        return sum(chance * day(lambda k, n=n: of_state(k, n)) for n, chance, day in days)

    check(
        {
            "paid": (seen.of(seen.paid_seconds("team")), expect(lambda k, n: n)),
            "busy": (seen.of(seen.busy_seconds("team")), expect(min)),
            "abandoned": (seen.of(seen.abandoned("calls")), expect(lambda k, n: max(k - n, 0)) / 90),
            "delayed": (seen.of(seen.delayed("calls")), 1.8 / 60 * expect(lambda k, n: k >= n)),
        }
    )


def test_busyness_is_a_gamma_mixture_of_erlang_a():
    queue = calls(150.0, 90.0, variability={"day": 0.4})
    seen = Days({"calls": queue}, team(5), {"calls": 1.8 / 60}, days=250, seed=122)
    days = [(w, one_desk(1.8 / 60 * x, 1 / 150, 5, 1 / 90, most=100).day(seen.length_s)) for x, w in busyness(0.4, 12)]
    more = [(w, one_desk(1.8 / 60 * x, 1 / 150, 5, 1 / 90, most=100).day(seen.length_s)) for x, w in busyness(0.4, 16)]

    def waiting(k):
        return max(k - 5, 0)

    def expect(of_state, points=more):
        return sum(weight * day(of_state) for weight, day in points)

    assert expect(waiting) == pytest.approx(expect(waiting, days), rel=1e-4)
    check(
        {
            "came": (seen.of(seen.entered("calls")), 1.8 / 60 * seen.length_s),
            "busy": (seen.of(seen.busy_seconds("team")), expect(lambda k: min(k, 5))),
            "abandoned": (seen.of(seen.abandoned("calls")), expect(waiting) / 90),
        }
    )


def counted(queues, days, seed=123, **tables):
    """Contacts by day, queue and hour, from the draws alone."""
    rates = dict.fromkeys(queues, 40 / 3600)
    desks = {"team": {"advisers": 1, "serves": {name: {} for name in queues}}}
    network = Days(queues, desks, rates, days=1, seed=1, **tables).network
    counts = np.zeros((days, len(queues), 8))
    for day in range(days):
        draws = Draws(network, seed, day)
        for queue in range(len(queues)):
            hour = (draws.first(queue).arrival_s / 3600).astype(int) - 8
            counts[day, queue] = np.bincount(hour, minlength=8)
    return counts


def moment(values, expected):
    """Mean of a value per day, within 4 of its standard errors of what is expected."""
    error = values.std(ddof=1) / np.sqrt(len(values))
    assert abs(values.mean() - expected) < 4 * error, (values.mean(), error, expected)
    assert error < 0.25 * max(abs(expected), values.std())


@pytest.mark.parametrize("shared", [0.0, 0.6, 1.0])
def test_daily_counts_have_the_variance_that_is_asked_for(shared):
    """Of a gamma-mixed Poisson number: m + (cv m)^2; what two queues share has no other variance, but a covariance."""
    queues = {name: calls(10.0, 10.0) for name in ("a", "b")}
    daily = counted(queues, 3000, variability={"day": 0.3, "shared": shared}).sum(axis=2) - 320
    for queue in range(2):
        moment(daily[:, queue], 0.0)
        moment(daily[:, queue] ** 2, 320 + (0.3 * 320) ** 2)
    moment(daily[:, 0] * daily[:, 1], 320**2 * shared_busyness(0.3, shared))


def test_hours_vary_by_themselves():
    """Poisson-gamma counts of the hour; no two hours together, nor with the day's factor."""
    queues = {"a": calls(10.0, 10.0, variability={"day": 0, "interval": 0.5})}
    hourly = counted(queues, 1500)[:, 0] - 40
    moment((hourly**2).mean(axis=1), 40 + (0.5 * 40) ** 2)
    moment(hourly[:, 2] * hourly[:, 3], 0.0)
    both = counted({"a": calls(10.0, 10.0, variability={"day": 0.3, "interval": 0.5})}, 3000)[:, 0] - 40
    moment((both**2).mean(axis=1), 40 + 40**2 * (1.09 * 1.25 - 1))
    moment(both[:, 2] * both[:, 3], (0.3 * 40) ** 2)


def test_a_backlog_is_worked_off():
    """Email that waits at the opening, and email that comes: the chain from so many present."""
    queues = {"calls": {"channel": "email", "handle_time": "300 s", "backlog": 60}}
    seen = Days(queues, team(4), {"calls": 0.5 / 60}, days=60, seed=124)
    chain = one_desk(0.5 / 60, 1 / 300, 4)
    start = np.array([float(k == 60) for k in chain.states])
    spent, _ = chain.follow(seen.length_s, start)

    def waiting(log):
        until = np.where(np.isnan(log.start_s), log.end_s, log.start_s)
        return np.sum(np.clip(until, 0, seen.close_s) - np.clip(log.entered_s, seen.open_s, seen.close_s))

    assert all(np.sum(log.entry == Entry.BACKLOG) == 60 for log in seen.logs)
    check(
        {
            "waiting": (seen.of(waiting), float(spent @ chain.values(lambda k: max(k - 4, 0)))),
            "busy": (seen.of(seen.busy_seconds("team")), float(spent @ chain.values(lambda k: min(k, 4)))),
        }
    )


@pytest.mark.parametrize(("each_hour", "no_show", "walk_ins"), [(6, 0.0, 0), (5, 0.25, 6)])
def test_appointments_beside_walk_ins(each_hour, no_show, walk_ins):
    """Some at each full hour, punctual and first in line, some never come: between two hours a Markov chain."""
    queue = {"channel": "face_to_face", "handle_time": "600 s", "patience": "900 s"}
    queue["appointments"] = {"slots": [0] * 8 + [each_hour] * 8 + [0] * 8, "no_show": no_show, "priority": 0}
    if walk_ins == 0:
        del queue["patience"]
    seen = Days({"calls": queue}, team(2), {"calls": walk_ins / 3600}, days=150, seed=125)
    slots = [3600.0 * hour for hour in range(8) for _ in range(each_hour)]
    expect = booked(walk_ins / 3600, 1 / 600, 1 / 900 if walk_ins else 0.0, 2, slots, 1 - no_show, seen.length_s)

    def waited(*entries):
        return lambda log: seen.waiting_seconds("calls")(part(log, np.isin(log.entry, entries)))

    numbers = {
        "busy": (seen.of(seen.busy_seconds("team")), expect(lambda s: s[0])),
        "booked waiting": (seen.of(waited(Entry.APPOINTMENT)), expect(lambda s: s[1])),
    }
    if walk_ins:
        numbers["walk-ins waiting"] = (seen.of(waited(Entry.FIRST)), expect(lambda s: s[2]))
        numbers["gone"] = (seen.of(seen.abandoned("calls")), expect(lambda s: s[1] + s[2]) / 900)
        numbers["no-shows"] = (seen.of(seen.count("calls", Outcome.NO_SHOW)), len(slots) * no_show)
    else:
        assert all(np.sum(log.outcome == Outcome.NO_SHOW) == 0 for log in seen.logs)
    check(numbers)


def part(log, rows):
    """Some rows of a log, as far as waiting seconds look at them."""

    class Rows:
        queue, entered_s, start_s, end_s = (getattr(log, c)[rows] for c in ("queue", "entered_s", "start_s", "end_s"))

    return Rows


def test_punctuality_is_normal_around_its_mean():
    queue = {"channel": "face_to_face", "handle_time": "60 s"}
    queue["appointments"] = {"slots": [0] * 10 + [4] * 4 + [0] * 10, "early": "5 min", "sd": "6 min"}
    network = Days({"calls": queue}, team(1), {"calls": 0.0}, days=1, seed=1).network
    slots = np.array([3600.0 * hour for hour in (10, 11, 12, 13) for _ in range(4)])
    early = []
    for day in range(400):
        legs = Draws(network, 126, day).first(0)
        early.append(legs.arrival_s[np.argsort(legs.customer)] - slots)
    early = np.concatenate(early)
    moment(early, -300.0)
    moment((early + 300) ** 2, 360.0**2)


def test_replayed_history_waits_as_kiefer_and_wolfowitz_say(tmp_path):
    """Times and handle times from a file: each waits for the least of the advisers' remaining work, exactly."""
    rng = np.random.default_rng(127)
    at = np.sort(rng.integers(8 * 3600, 16 * 3600, 300))
    handle = rng.integers(20, 600, 300)
    path = tmp_path / "calls.csv"
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow(["arrival", "handle_s"])
        clock = [f"2026-03-02T{t // 3600:02}:{t % 3600 // 60:02}:{t % 60:02}" for t in at.tolist()]
        writer.writerows(zip(clock, handle.tolist(), strict=True))
    queue = {"channel": "phone", "handle_time": "300 s", "arrivals": str(path)}
    seen = Days({"calls": queue}, team(3), {}, days=2, seed=128)
    free = [8 * 3600.0] * 3
    waits = []
    for t, work in zip(at.tolist(), handle.tolist(), strict=True):
        begin = max(t, heappop(free))
        waits.append(begin - t)
        heappush(free, begin + work)
    for log in seen.logs:
        assert np.array_equal(np.sort(log.entered_s), at)
        assert np.array_equal(log.start_s - log.entered_s, waits)
    assert max(waits) > 60


def test_off_phone_is_as_many_advisers_fewer():
    scheduled, away = [5, 6, 6, 7, 7, 6, 5, 5], [1, 0, 3, 2, 2, 0, 0, 1]
    there = [n - m for n, m in zip(scheduled, away, strict=True)]
    queues = {"calls": calls(150.0, 90.0)}
    off = [0] * 8 + away + [0] * 8
    less = Days(dict(queues), team(scheduled, off_phone=off), {"calls": 1.8 / 60}, days=3, seed=129)
    same = Days(dict(queues), team(there), {"calls": 1.8 / 60}, days=3, seed=129)
    assert all(a.equals(b) for a, b in zip(less.logs, same.logs, strict=True))
