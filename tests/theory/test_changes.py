"""Rates and staffing that change by the hour: days against an exact chain that follows each hour from the last."""

import numpy as np
import pytest
from oracles.chains import changing_desk
from simulated import Days, check

pytestmark = pytest.mark.slow


@pytest.mark.parametrize(
    ("per_minute", "aht_s", "patience_s", "advisers", "days"),
    [
        ([1, 2, 3, 3, 1, 2, 2, 1], 150.0, 120.0, [4, 6, 7, 3, 3, 6, 2, 4], 120),
        ([0.4, 1, 1, 0.3], 600.0, 300.0, [9, 2, 8, 0], 200),
    ],
)
def test_hours_that_differ(per_minute, aht_s, patience_s, advisers, days):
    """When a desk shrinks, the busy leave as they finish and nobody takes anything until the last of them has left."""
    queues = {"calls": {"channel": "phone", "handle_time": f"{aht_s} s", "patience": f"{patience_s} s"}}
    desks = {"team": {"advisers": advisers, "serves": {"calls": {}}}}
    rates = [n / 60 for n in per_minute]
    seen = Days(queues, desks, {"calls": rates}, days=days, hours=len(advisers), seed=81)
    hours = changing_desk(rates, 1 / aht_s, advisers, 1 / patience_s, 3600.0)

    def expect(of_state):
        return sum(hour(of_state) for hour in hours)

    paid = sum(hour(lambda s, n=n: max(s[0], n)) for hour, n in zip(hours, advisers, strict=True))
    delayed = sum(rate * hour(lambda s, n=n: s[0] >= n) for rate, hour, n in zip(rates, hours, advisers, strict=True))
    check(
        {
            "busy": (seen.of(seen.busy_seconds("team")), expect(lambda s: s[0])),
            "paid": (seen.of(seen.paid_seconds("team")), paid),
            "waiting": (seen.of(seen.waiting_seconds("calls")), expect(lambda s: s[1])),
            "abandoned": (seen.of(seen.abandoned("calls")), expect(lambda s: s[1]) / patience_s),
            "delayed": (seen.of(seen.delayed("calls")), delayed),
        }
    )
    for hour in range(len(advisers)):
        begin = seen.open_s + 3600 * hour

        def waiting(log, begin=begin):
            until = np.where(np.isnan(log.start_s), log.end_s, log.start_s)
            return np.sum(np.clip(until, begin, begin + 3600) - np.clip(log.entered_s, begin, begin + 3600))

        check({f"waiting in hour {hour}": (seen.of(waiting), hours[hour](lambda s: s[1]))}, most_error=0.5)
