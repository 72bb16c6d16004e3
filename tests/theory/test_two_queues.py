"""Two queues with patience at one desk, and at two desks of which one is second choice: days against exact chains."""

from math import inf

import pytest
from oracles.chains import overflow_desk, shared_desk
from simulated import Days, check

pytestmark = pytest.mark.slow


def queue(aht_s, patience_s):
    """Calls, or email that never gives up."""
    if patience_s == inf:
        return {"channel": "email", "handle_time": f"{aht_s} s"}
    return {"channel": "phone", "handle_time": f"{aht_s} s", "patience": f"{patience_s} s"}


@pytest.mark.parametrize(
    ("per_minute", "aht_s", "patience_s", "advisers", "days"),
    [
        ((0.8, 1.1), (100.0, 150.0), (120.0, 90.0), 4, 150),
        ((1.5, 0.4), (60.0, 200.0), (30.0, 400.0), 3, 150),
        ((0.3, 0.9), (240.0, 30.0), (300.0, 60.0), 2, 150),
        ((0.9, 0.2), (100.0, 200.0), (150.0, inf), 3, 150),
    ],
)
def test_shared_desk_with_strict_priority(per_minute, aht_s, patience_s, advisers, days):
    rates, services, leaving = ([1 / x for x in per] for per in ([60 / r for r in per_minute], aht_s, patience_s))
    queues = {"second": queue(aht_s[1], patience_s[1]), "first": queue(aht_s[0], patience_s[0])}
    serves = {"second": {"priority": 2}, "first": {"priority": 1}}
    desks = {"team": {"advisers": advisers, "serves": serves}}
    seen = Days(queues, desks, {"first": rates[0], "second": rates[1]}, days=days, seed=51)
    chain = shared_desk(rates, services, leaving, advisers)
    expect = chain.day(seen.length_s)
    numbers = {}
    for i, name in enumerate(("first", "second")):
        numbers |= {
            f"waiting {name}": (seen.of(seen.waiting_seconds(name)), expect(lambda s, i=i: s[2 + i])),
            f"busy with {name}": (seen.of(seen.busy_seconds("team", name)), expect(lambda s, i=i: s[i])),
            f"delayed {name}": (seen.of(seen.delayed(name)), rates[i] * expect(lambda s: s[0] + s[1] == advisers)),
        }
        if leaving[i]:
            gave_up = seen.of(seen.abandoned(name))
            numbers[f"abandoned {name}"] = (gave_up, expect(lambda s, i=i: s[2 + i]) * leaving[i])
    check(numbers)


@pytest.mark.parametrize(
    ("per_minute", "aht_s", "patience_s", "advisers", "days"),
    [
        ((1.6, 0.7), (90.0, 120.0), (100.0, 60.0), (2, 2), 150),
        ((0.9, 1.4), (150.0, 45.0), (60.0, 200.0), (1, 2), 150),
    ],
)
def test_second_choice_desk_helps_out(per_minute, aht_s, patience_s, advisers, days):
    """The helper's own queue comes first for the helper; those it helps go to their own desk when both are free."""
    rates, services, leaving = ([1 / x for x in per] for per in ([60 / r for r in per_minute], aht_s, patience_s))
    queues = {"own": queue(aht_s[1], patience_s[1]), "helped": queue(aht_s[0], patience_s[0])}
    desks = {
        "helper": {"advisers": advisers[1], "serves": {"own": {}, "helped": {"rank": 2}}},
        "main": {"advisers": advisers[0], "serves": {"helped": {}}},
    }
    seen = Days(queues, desks, {"helped": rates[0], "own": rates[1]}, days=days, seed=52)
    chain = overflow_desk(rates, services, leaving, advisers)
    expect = chain.day(seen.length_s)

    def full(s):
        return s[1] + s[2] == advisers[1]

    check(
        {
            "main busy": (seen.of(seen.busy_seconds("main")), expect(lambda s: s[0])),
            "helper busy helping": (seen.of(seen.busy_seconds("helper", "helped")), expect(lambda s: s[1])),
            "helper busy with its own": (seen.of(seen.busy_seconds("helper", "own")), expect(lambda s: s[2])),
            "waiting helped": (seen.of(seen.waiting_seconds("helped")), expect(lambda s: s[3])),
            "waiting own": (seen.of(seen.waiting_seconds("own")), expect(lambda s: s[4])),
            "abandoned helped": (seen.of(seen.abandoned("helped")), expect(lambda s: s[3]) * leaving[0]),
            "abandoned own": (seen.of(seen.abandoned("own")), expect(lambda s: s[4]) * leaving[1]),
            "delayed helped": (
                seen.of(seen.delayed("helped")),
                rates[0] * expect(lambda s: s[0] == advisers[0] and full(s)),
            ),
            "delayed own": (seen.of(seen.delayed("own")), rates[1] * expect(full)),
        }
    )
