"""Simulated days that begin empty, and what was seen in them, to be held against exact expectations."""

from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np

from simcenter.scenario import Scenario
from simcenter.simulation.compile import compile_network
from simcenter.simulation.draws import Draws
from simcenter.simulation.engine import play
from simcenter.simulation.log import ContactLog, Entry, Outcome
from simcenter.simulation.staffing import Staffing

Statistic = Callable[[ContactLog], float]


class Days:
    """Independent days of a centre with constant rates, open from 08:00 for ``hours``.

    ``queues``, ``desks`` and the other tables are as in a scenario file; ``rates`` gives contacts per second by queue,
    one number or one for each hour; so may ``advisers`` of a desk.
    """

    def __init__(
        self,
        queues: dict[str, Any],
        desks: dict[str, Any],
        rates: dict[str, float],
        *,
        days: int,
        hours: int = 8,
        seed: int,
        **tables: Any,
    ) -> None:
        self.open_s, self.close_s = 8 * 3600.0, (8 + hours) * 3600.0
        self.length_s = self.close_s - self.open_s
        for name, rate in rates.items():
            queues[name] = queues[name] | {"volume": self.of_the_day([3600 * r for r in each_hour(rate, hours)])}
        for desk in desks.values():
            if isinstance(desk["advisers"], list):
                desk["advisers"] = self.of_the_day(desk["advisers"])
        opening = {"opens": "08:00", "closes": f"{8 + hours:02}:00"}
        data = {
            "schema": 1,
            "name": "theory",
            "timezone": "UTC",
            "horizon": {"start": date(2026, 3, 2), "days": 1, "interval": "60 min", "hours": opening},
            "queues": queues,
            "desks": desks,
            **tables,
        }
        scenario = Scenario.from_dict(data, base=Path())
        self.network = network = compile_network(scenario)
        staffing = Staffing.from_scenario(scenario)
        self.queue = {name: q for q, name in enumerate(network.queue_names)}
        self.desk = {name: d for d, name in enumerate(network.desk_names)}
        self.logs = [play(network, staffing, Draws(network, seed, day)) for day in range(days)]

    @staticmethod
    def of_the_day(opening: list[Any]) -> list[Any]:
        """A list for the 24 hours of the day from one for the hours open."""
        return [0] * 8 + opening + [0] * (24 - 8 - len(opening))

    def of(self, statistic: Statistic) -> tuple[float, float]:
        """Mean over the days and its standard error."""
        values = np.array([statistic(log) for log in self.logs], dtype=float)
        return float(values.mean()), float(values.std(ddof=1) / np.sqrt(len(values)))

    def ratio(self, above: Statistic, below: Statistic) -> tuple[float, float]:
        """Ratio of the sums over the days and its standard error (delta method)."""
        a, b = (np.array([statistic(log) for log in self.logs], dtype=float) for statistic in (above, below))
        ratio = a.sum() / b.sum()
        return float(ratio), float(np.std(a - ratio * b, ddof=1) / np.sqrt(len(a)) / b.mean())

    def late(self, queue: str, statistic: Callable[[ContactLog, np.ndarray], float], warm_up_s: float) -> Statistic:
        """A statistic of the legs that entered a queue after a warm-up and before closing."""
        first = self.open_s + warm_up_s
        of = self.queue[queue]
        return lambda log: statistic(log, (log.queue == of) & (log.entered_s >= first) & (log.entered_s < self.close_s))

    # What is seen in one day's log. Counts of a queue take the legs that entered it while the centre was open.

    def paid_seconds(self, desk: str) -> Statistic:
        """Seconds of advisers on the floor before closing."""

        def statistic(log: ContactLog) -> float:
            mine = log.duty_desk == self.desk[desk]
            return float(np.sum(np.minimum(log.duty_end_s[mine], self.close_s) - log.duty_start_s[mine]))

        return statistic

    def count(self, queue: str, *outcomes: Outcome) -> Statistic:
        return lambda log: np.sum(
            (log.queue == self.queue[queue]) & (np.isin(log.outcome, outcomes) if outcomes else True)
        )

    def ended(self, queue: str, outcome: Outcome) -> Statistic:
        """Ended so before closing."""
        return lambda log: np.sum(
            (log.queue == self.queue[queue]) & (log.outcome == outcome) & (log.end_s < self.close_s)
        )

    def abandoned(self, queue: str) -> Statistic:
        """Gave up before closing."""
        return self.ended(queue, Outcome.ABANDONED)

    def delayed(self, queue: str) -> Statistic:
        return lambda log: np.sum((log.queue == self.queue[queue]) & (wait_s(log) > 0) & (log.entered_s < self.close_s))

    def entered(self, queue: str, *entries: Entry) -> Statistic:
        """Entered it so (in any way, if none is given)."""
        return lambda log: np.sum(
            (log.queue == self.queue[queue])
            & (log.entered_s < self.close_s)
            & (np.isin(log.entry, entries) if entries else True)
        )

    def in_time(self, queue: str, within_s: float) -> Statistic:
        return lambda log: np.sum((log.queue == self.queue[queue]) & (log.start_s - log.entered_s <= within_s))

    def waiting_seconds(self, queue: str) -> Statistic:
        """Seconds waited in a queue before closing, by all."""
        return lambda log: np.sum(
            np.where(
                log.queue == self.queue[queue],
                np.clip(log.entered_s + wait_s(log), 0, self.close_s) - np.clip(log.entered_s, 0, self.close_s),
                0,
            )
        )

    def busy_seconds(self, desk: str, queue: str | None = None) -> Statistic:
        """Seconds that contacts were in an adviser's hands before closing."""

        def statistic(log: ContactLog) -> float:
            mine = log.desk == self.desk[desk]
            if queue is not None:
                mine &= log.queue == self.queue[queue]
            return float(
                np.sum(np.clip(log.freed_s[mine], 0, self.close_s) - np.clip(log.start_s[mine], 0, self.close_s))
            )

        return statistic


def each_hour(rate: float | list[float], hours: int) -> list[float]:
    return rate if isinstance(rate, list) else [rate] * hours


def wait_s(log: ContactLog) -> np.ndarray:
    return np.where(np.isnan(log.start_s), log.end_s, log.start_s) - log.entered_s


def check(seen: dict[str, tuple[tuple[float, float], float]], errors: float = 4.0, most_error: float = 0.15) -> None:
    """Every (mean, standard error) within so many standard errors of what is expected; all that are not are named."""
    assert all(0 < error < most_error * abs(exact) for (_, error), exact in seen.values()), f"too few days: {seen}"
    far = {
        name: f"{mean:.6g} +- {error:.3g}, expected {exact:.6g}: {(mean - exact) / error:+.1f} standard errors"
        for name, ((mean, error), exact) in seen.items()
        if abs(mean - exact) > errors * error
    }
    assert not far, far
