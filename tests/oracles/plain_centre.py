"""A call centre of several kinds of calls and groups of advisers, in plain Python with random numbers of its own.

Written from the descriptions of published models, to be the second opinion where their printed results are rounded or
few. One day: arrivals are Poisson, with a rate and a number of advisers for each hour; who is busy when his group
shrinks finishes his call first. After the last hour nobody comes, and who still waits is served or sent away.
"""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from heapq import heappop, heappush
from itertools import count
from random import Random

Time = Callable[[Random], float]


@dataclass(frozen=True)
class Kind:
    """Calls of one kind. Rates are per hour, times in seconds."""

    rates: list[float]
    service: Time
    patience: Time
    groups: list[int]
    """Those who can take it, in order of preference."""
    any_adviser: bool = False
    """Any free adviser of those groups is as likely."""
    balking: float = 0.0
    redial: tuple[float, float] = (0.0, 0.0)
    """Share of those who give up, and seconds after which they call again."""
    same_patience: bool = False
    """Who calls again is as patient as before."""


@dataclass(frozen=True)
class Group:
    """Advisers who can do the same. ``first`` has the kinds in tiers: within one the longest waiting comes first."""

    advisers: list[int]
    first: list[list[int]]
    faster: dict[int, float]
    """Factor on the service time, by kind."""


class Day:
    """One day: ``seen`` counts (what, kind) and sums (what, kind or group)."""

    def __init__(
        self,
        kinds: list[Kind],
        groups: list[Group],
        rng: Random,
        *,
        within_s: list[float],
        lines: int | None = None,
        factor: float = 1.0,
        drop: bool = False,
    ) -> None:
        self.kinds, self.groups, self.rng, self.lines, self.drop = kinds, groups, rng, lines, drop
        self.within_s = within_s
        self.hours = len(kinds[0].rates)
        self.events: list[tuple[float, int, Callable[..., None], tuple]] = []
        self.order = count()
        self.busy = [0] * len(groups)
        self.number = [group.advisers[0] for group in groups]
        self.waiting: list[tuple[float, int, int, float]] = []  # since, call, kind, patience
        self.held = 0
        self.seen: Counter[tuple[str, int]] = Counter()
        self.now = 0.0
        self.closed = False
        for kind, calls in enumerate(kinds):
            for hour, rate in enumerate(calls.rates):
                at = 3600.0 * hour
                while rate > 0 and (at := at + rng.expovariate(rate * factor / 3600)) < 3600.0 * (hour + 1):
                    self.later(at, self.comes, kind, None)
        for hour in range(1, self.hours + 1):
            self.later(3600.0 * hour, self.hour_begins, hour)
        while self.events:
            self.now, _, happens, about = heappop(self.events)
            happens(*about)

    def later(self, at: float, happens: Callable[..., None], *about: object) -> None:
        heappush(self.events, (at, next(self.order), happens, about))

    def add(self, what: str, whose: int, amount: float = 1) -> None:
        self.seen[what, whose] += amount

    def comes(self, kind: int, patience: float | None) -> None:
        """A call, or one who calls again."""
        calls = self.kinds[kind]
        self.add("came", kind)
        if self.closed and self.drop:
            self.add("sent away", kind)
        elif self.lines is not None and self.held == self.lines:
            self.add("blocked", kind)
        elif (group := self.free_group(calls)) is not None:
            self.held += 1
            self.serve(kind, group, 0.0)
        elif calls.balking and self.rng.random() < calls.balking:
            self.add("balked", kind)
        else:
            self.held += 1
            patience = calls.patience(self.rng) if patience is None else patience
            call = next(self.order)
            self.waiting.append((self.now, call, kind, patience))
            self.later(self.now + patience, self.gives_up, call)

    def free_group(self, calls: Kind) -> int | None:
        free = [(g, self.number[g] - self.busy[g]) for g in calls.groups if self.number[g] > self.busy[g]]
        if not free:
            return None
        if not calls.any_adviser:
            return free[0][0]
        return self.rng.choices([g for g, _ in free], [n for _, n in free])[0]

    def serve(self, kind: int, group: int, wait: float) -> None:
        self.busy[group] += 1
        service = self.kinds[kind].service(self.rng) * self.groups[group].faster.get(kind, 1.0)
        self.add("served", kind)
        self.add("in time", kind, wait < self.within_s[kind])
        self.add("in time of hour", 100 * kind + int((self.now - wait) // 3600), wait < self.within_s[kind])
        self.add("waited", kind, wait)
        self.add("busy seconds", group, service)
        self.later(self.now + service, self.ends, group)

    def ends(self, group: int) -> None:
        self.busy[group] -= 1
        self.held -= 1
        self.next_for(group)

    def next_for(self, group: int) -> None:
        while self.busy[group] < self.number[group]:
            for tier in self.groups[group].first:
                line = [call for call in self.waiting if call[2] in tier]
                if line:
                    since, _, kind, _ = taken = line[0]
                    self.waiting.remove(taken)
                    self.serve(kind, group, self.now - since)
                    break
            else:
                return

    def gives_up(self, call: int) -> None:
        for waits in self.waiting:
            if waits[1] == call:
                self.waiting.remove(waits)
                since, _, kind, patience = waits
                self.held -= 1
                self.add("gave up", kind)
                self.add("gave up in time", kind, self.now - since < self.within_s[kind])
                self.add("waited", kind, self.now - since)
                share, after = self.kinds[kind].redial
                if share and self.rng.random() < share:
                    again = patience if self.kinds[kind].same_patience else None
                    self.add("calls again", kind)
                    self.later(self.now + after, self.comes, kind, again)
                return

    def hour_begins(self, hour: int) -> None:
        if hour < self.hours:
            self.number = [group.advisers[hour] for group in self.groups]
        else:
            self.closed = True
            if self.drop:
                for _, _, kind, _ in self.waiting:
                    self.add("sent away", kind)
                self.held -= len(self.waiting)
                self.waiting.clear()
        for group in range(len(self.groups)):
            self.next_for(group)
