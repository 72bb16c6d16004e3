"""A front desk that hands a share on to experts, cold and warm: days against exact chains, and Burke's rule."""

import numpy as np
import pytest
from oracles.chains import front_and_experts, one_desk
from simulated import Days, check

from simcenter.simulation.log import Outcome

pytestmark = pytest.mark.slow


def front_desk(per_minute, aht_s, patience_s, advisers, share, warm, days, hours=8):
    queues = {
        name: {"channel": "phone", "handle_time": f"{aht} s"} | ({"patience": f"{patience} s"} if patience else {})
        for name, aht, patience in zip(("calls", "hard"), aht_s, patience_s, strict=True)
    }
    transfer = {"hard": {"share": share, "kind": "warm" if warm else "cold"}}
    desks = {
        "front": {"advisers": advisers[0], "serves": {"calls": {"transfers": transfer, "resolved": 0.75}}},
        "experts": {"advisers": advisers[1], "serves": {"hard": {}}},
    }
    return Days(queues, desks, {"calls": per_minute / 60}, days=days, seed=61, hours=hours)


@pytest.mark.parametrize("warm", [False, True])
@pytest.mark.parametrize(
    ("per_minute", "aht_s", "patience_s", "advisers", "share", "days"),
    [
        (2.0, (100.0, 200.0), (120.0, 150.0), (4, 3), 0.45, 80),
        (1.2, (60.0, 150.0), (45.0, 300.0), (2, 1), 0.3, 100),
    ],
)
def test_front_and_experts(per_minute, aht_s, patience_s, advisers, share, warm, days):
    seen = front_desk(per_minute, aht_s, patience_s, advisers, share, warm, days)
    services, leaving = ([1 / x for x in per] for per in (aht_s, patience_s))
    chain = front_and_experts(per_minute / 60, services, leaving, advisers, share, warm)
    expect = chain.day(seen.length_s)

    def held(s):
        return max(s[1] - advisers[1], 0) if warm else 0

    def talking(s):
        return min(s[0], advisers[0] - held(s))

    def waiting(s):
        return s[0] - talking(s)

    def at_experts(s):
        return min(s[1], advisers[1])

    ended = expect(talking) * services[0]

    def ended_as(outcome):
        return lambda log: np.sum((log.queue == 0) & (log.outcome == outcome) & (log.end_s <= seen.close_s))

    check(
        {
            "front busy": (seen.of(seen.busy_seconds("front")), expect(lambda s: talking(s) + held(s))),
            "experts busy": (seen.of(seen.busy_seconds("experts")), expect(at_experts)),
            "waiting at the front": (seen.of(seen.waiting_seconds("calls")), expect(waiting)),
            "waiting for experts": (seen.of(seen.waiting_seconds("hard")), expect(lambda s: s[1] - at_experts(s))),
            "abandoned at the front": (seen.of(seen.abandoned("calls")), expect(waiting) * leaving[0]),
            "abandoned at the experts": (
                seen.of(seen.abandoned("hard")),
                expect(lambda s: s[1] - at_experts(s)) * leaving[1],
            ),
            "transferred": (seen.of(ended_as(Outcome.TRANSFERRED)), share * ended),
            "resolved at the front": (seen.of(ended_as(Outcome.RESOLVED)), 0.75 * (1 - share) * ended),
            "delayed at the front": (
                seen.of(seen.delayed("calls")),
                per_minute / 60 * expect(lambda s: talking(s) + held(s) == advisers[0]),
            ),
            "delayed at the experts": (
                seen.of(seen.delayed("hard")),
                share * services[0] * expect(lambda s: talking(s) * (s[1] >= advisers[1])),
            ),
        }
    )


@pytest.mark.parametrize(
    ("per_minute", "aht_s", "advisers"), [(2.0, (100.0, 120.0), (5, 6)), (0.8, (60.0, 120.0), (1, 3))]
)
def test_burke_the_second_desk_is_erlang_c_again(per_minute, aht_s, advisers):
    """Everybody is handed on; in the long run each desk waits as if it were alone. Two hours of warm-up are cut off."""
    seen = front_desk(per_minute, aht_s, (None, None), advisers, 1.0, False, 80, hours=12)
    check(waits_alone(seen, 0, "calls", per_minute / 60, aht_s[0], advisers[0]))
    check(waits_alone(seen, 1, "hard", per_minute / 60, aht_s[1], advisers[1]))


def waits_alone(seen, queue, name, rate, aht_s, advisers):
    """Waits after two hours of warm-up, next to those of a desk alone in the long run."""

    def late(log):
        return (log.queue == queue) & (log.entered_s >= seen.open_s + 7200) & (log.entered_s < seen.close_s)

    def waits(log):
        return (log.start_s - log.entered_s)[late(log)]

    alone = one_desk(rate, 1 / aht_s, advisers)
    return {
        f"{name}: delayed": (
            seen.ratio(lambda log: np.sum(waits(log) > 0), lambda log: np.sum(late(log))),
            alone.long_run(lambda k: k >= advisers),
        ),
        f"{name}: mean wait": (
            seen.ratio(lambda log: np.sum(waits(log)), lambda log: np.sum(late(log))),
            alone.long_run(lambda k: max(k - advisers, 0)) / rate,
        ),
    }
