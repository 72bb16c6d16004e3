"""Chats that slow each other down, given to the least loaded adviser: days against the exact chain."""

import numpy as np
import pytest
from oracles.chains import chat_desk
from simulated import Days, check

pytestmark = pytest.mark.slow


@pytest.mark.parametrize(
    ("per_minute", "aht_s", "speeds", "advisers", "patience_s", "days"),
    [
        (1.2, 200.0, (1.0, 0.85, 0.7), 3, 90.0, 160),
        (2.5, 90.0, (1.0, 0.6), 3, 60.0, 120),
        (0.5, 300.0, (1.0, 0.7, 0.5, 0.3), 2, 120.0, 250),
    ],
)
def test_chats_at_one_desk(per_minute, aht_s, speeds, advisers, patience_s, days):
    chats = {"channel": "chat", "handle_time": f"{aht_s} s", "speed": list(speeds), "patience": f"{patience_s} s"}
    desks = {"team": {"advisers": advisers, "serves": {"chats": {}}}}
    rate, slots = per_minute / 60, len(speeds)
    seen = Days({"chats": chats}, desks, {"chats": rate}, days=days, seed=71)
    chain = chat_desk(rate, 1 / aht_s, speeds, advisers, 1 / patience_s)
    expect = chain.day(seen.length_s)

    def held(s):
        return sum(n * s[n] for n in range(slots + 1))

    busy = np.zeros(days)
    for day, log in enumerate(seen.logs):
        for adviser in range(advisers):
            mine = log.adviser == adviser
            busy[day] += union_s(
                np.clip(log.start_s[mine], 0, seen.close_s), np.clip(log.freed_s[mine], 0, seen.close_s)
            )
    check(
        {
            "chats in hand": (seen.of(seen.busy_seconds("team")), expect(held)),
            "advisers with any": (
                (float(busy.mean()), float(busy.std(ddof=1) / np.sqrt(days))),
                expect(lambda s: advisers - s[0]),
            ),
            "waiting": (seen.of(seen.waiting_seconds("chats")), expect(lambda s: s[-1])),
            "abandoned": (seen.of(seen.abandoned("chats")), expect(lambda s: s[-1]) / patience_s),
            "delayed": (seen.of(seen.delayed("chats")), rate * expect(lambda s: s[slots] == advisers)),
            "ended": (
                seen.of(lambda log: np.sum(log.freed_s <= seen.close_s)),
                expect(lambda s: sum(s[n] * n * speeds[n - 1] for n in range(1, slots + 1))) / aht_s,
            ),
        }
    )


def union_s(starts: np.ndarray, ends: np.ndarray) -> float:
    """Length of the union of intervals."""
    order = np.argsort(starts)
    total, reached = 0.0, -np.inf
    for start, end in zip(starts[order], ends[order], strict=True):
        total += max(0.0, end - max(start, reached))
        reached = max(reached, end)
    return total
