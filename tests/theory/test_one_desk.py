"""One queue, one desk: simulated days against the exact chain, and long runs against published values."""

import numpy as np
import pytest
from oracles.chains import answered_within, one_desk
from simulated import Days, check

from simcenter.simulation.log import Outcome

pytestmark = pytest.mark.slow


def one_queue(rate, aht_s, advisers, *, days, seed, hours=8, **queue):
    queues = {"calls": {"channel": "phone", "handle_time": f"{aht_s} s", **queue}}
    desks = {"team": {"advisers": advisers, "serves": {"calls": {}}}}
    return Days(queues, desks, {"calls": rate}, days=days, seed=seed, hours=hours)


@pytest.mark.parametrize(
    ("rate", "aht_s", "patience_s", "advisers", "room", "days"),
    [
        (4.2 / 60, 120.0, None, 12, None, 60),
        (4.2 / 60, 120.0, 60.0, 8, None, 100),
        (100 / 3600, 300.0, 120.0, 8, None, 200),
        (1 / 60, 150.0, 200.0, 3, 2, 100),
        (2 / 60, 100.0, None, 3, 4, 100),
        (0.5 / 60, 90.0, None, 1, 1, 150),
        (1 / 60, 40.0, 30.0, 1, 0, 60),
    ],
)
def test_a_day_from_empty(rate, aht_s, patience_s, advisers, room, days):
    queue = {} if patience_s is None else {"patience": f"{patience_s} s"}
    queue |= {} if room is None else {"waiting_room": room}
    seen = one_queue(rate, aht_s, advisers, days=days, seed=11, **queue)
    giving_up = 0.0 if patience_s is None else 1 / patience_s
    chain = one_desk(rate, 1 / aht_s, advisers, giving_up, room)
    expect = chain.day(seen.length_s)
    most = len(chain.states) - advisers
    late = answered_within(1 / aht_s, advisers, giving_up, 20.0, most)
    places = most - 1 if room is not None else most  # a full room takes nobody
    numbers = {
        "entered": (seen.of(seen.entered("calls")), rate * seen.length_s),
        "busy": (seen.of(seen.busy_seconds("team")), expect(lambda k: min(k, advisers))),
        "in time": (
            seen.of(seen.in_time("calls", 20.0)),
            rate * expect(lambda k: 1 if k < advisers else late[k - advisers] if k < advisers + places else 0),
        ),
    }
    if room != 0:
        numbers["waiting"] = (seen.of(seen.waiting_seconds("calls")), expect(lambda k: max(k - advisers, 0)))
        numbers["delayed"] = (
            seen.of(seen.delayed("calls")),
            rate * expect(lambda k: advisers <= k < advisers + places),
        )
        if patience_s is not None:
            numbers["abandoned"] = (
                seen.of(seen.abandoned("calls")),
                expect(lambda k: max(k - advisers, 0)) * giving_up,
            )
    if room is not None:
        numbers["blocked"] = (
            seen.of(seen.count("calls", Outcome.BLOCKED)),
            rate * expect(lambda k: k == advisers + room),
        )
    check(numbers)


ANSWERED = (Outcome.RESOLVED,)
Z = 1.959964


def combined(seen, published, low, high):
    """A seen value and a published one with its 95 % interval: the seen value with the error of both."""
    value, error = seen
    return (value, float(np.hypot(error, (high - low) / 2 / Z))), published


def rounded(seen, published, step):
    """A published value without an interval: the error of its 1,000 days, and of rounding to a step."""
    value, error = seen
    return (value, float(np.hypot(error * np.sqrt(1 + DAYS / 1000), step / np.sqrt(12)))), published


DAYS = 250


@pytest.fixture(scope="module")
def s1():
    return one_queue(4.2 / 60, 120.0, 12, days=DAYS, seed=21)


@pytest.fixture(scope="module")
def s2():
    return one_queue(4.2 / 60, 120.0, 12, days=DAYS, seed=22, patience="1 min")


@pytest.fixture(scope="module")
def s3():
    return one_queue(4.2 / 60, 120.0, 12, days=DAYS, seed=23, waiting_room=5)


def occupancy(days, advisers=12):
    mean, error = days.of(days.busy_seconds("team"))
    return mean / (advisers * days.length_s), error / (advisers * days.length_s)


def answered_wait_minutes(log):
    return np.nansum(log.start_s - log.entered_s) / 60


def answered(log):
    return np.sum(~np.isnan(log.start_s))


def test_s1_published_day_of_twelve_advisers(s1):
    check(
        {
            "service level": combined(s1.ratio(s1.in_time("calls", 20.0), s1.entered("calls")), 0.902, 0.900, 0.904),
            "ASA, min": combined(s1.ratio(answered_wait_minutes, answered), 0.099, 0.097, 0.102),
            "occupancy": combined(occupancy(s1), 0.695, 0.694, 0.697),
        }
    )


def test_s2_published_day_with_patience(s2):
    def early(log):
        """Gave up within the 20 s."""
        return np.sum((log.outcome == Outcome.ABANDONED) & (log.end_s - log.entered_s <= 20.0))

    in_time = s2.in_time("calls", 20.0)
    check(
        {
            "abandoned a day": combined(s2.of(s2.abandoned("calls")), 58.61, 57.66, 59.56),
            "in time of answered": rounded(s2.ratio(in_time, answered), 0.975, 0.001),
            "in time of offered less early abandons": rounded(
                s2.ratio(in_time, lambda log: s2.entered("calls")(log) - early(log)), 0.968, 0.001
            ),
            "ASA of answered, min": rounded(s2.ratio(answered_wait_minutes, answered), 0.024, 0.001),
            "occupancy": rounded(occupancy(s2), 0.675, 0.001),
        }
    )


def test_s3_published_day_with_five_places_to_wait(s3):
    check(
        {
            "blocked a day": combined(s3.of(s3.count("calls", Outcome.BLOCKED)), 18.66, 18.05, 19.27),
            "occupancy": rounded(occupancy(s3), 0.689, 0.001),
        }
    )


@pytest.mark.parametrize(("rate", "service"), [(1.0, 2.0), (3.0, 4.0)])
def test_s11_mean_wait_of_one_adviser(rate, service):
    """Units of a minute; rho / (service - rate) in the long run, the first hours cut off."""
    days = one_queue(rate / 60, 60 / service, 1, days=60, seed=31, hours=12)

    def late(log):
        return log.entered_s >= days.open_s + 2 * 3600

    seen = days.ratio(lambda log: np.sum((log.start_s - log.entered_s)[late(log)]) / 60, lambda log: np.sum(late(log)))
    check({"mean wait, min": (seen, rate / service / (service - rate))})


def test_k9_erlang_a_in_the_long_run():
    """Published values of the long run; an hour of warm-up is cut off."""
    days = one_queue(100 / 3600, 300.0, 8, days=80, seed=41, hours=12, patience="120 s")

    def late(log):
        return log.entered_s >= days.open_s + 3600

    def count(of):
        return lambda log: np.sum(of(log)[late(log)])

    def wait(log):
        return np.where(np.isnan(log.start_s), log.end_s, log.start_s) - log.entered_s

    everyone = count(lambda log: np.ones(len(log)))
    was_answered = count(lambda log: ~np.isnan(log.start_s))
    check(
        {
            "delayed": (days.ratio(count(lambda log: wait(log) > 0), everyone), 0.486213869373938),
            "abandoned": (days.ratio(count(lambda log: np.isnan(log.start_s)), everyone), 0.187274455500603),
            "mean wait": (days.ratio(count(wait), everyone), 22.4729346601),
            "ASA": (
                days.ratio(count(lambda log: np.nan_to_num(log.start_s - log.entered_s)), was_answered),
                18.1750487687,
            ),
            "in 20 s": (days.ratio(count(lambda log: log.start_s - log.entered_s <= 20.0), everyone), 0.599377920744),
        }
    )
