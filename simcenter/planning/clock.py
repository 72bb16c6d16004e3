"""The clock of one plan: time, progress, and what need not be played twice."""

import time
from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np

from simcenter.planning.centre import BoolArray, IntArray
from simcenter.planning.evaluate import Evaluate
from simcenter.planning.sample import Sample
from simcenter.planning.search import OutOfTimeError

Progress = Callable[[str, float], None]
"""Called with one line of text and the fraction done, 0 to 1."""

STEADY = 10
"""Replications after which their pace is known: the first ones start processes."""
REMEMBERED = 64
"""Samples kept."""


@dataclass
class Clock:
    """Time and progress of one plan."""

    limit_s: float | None
    progress: Progress
    expected: int = 1
    """Replications that a plan is expected to take."""
    started_s: float = field(default_factory=time.monotonic)
    played: int = 0
    reserve: int = 0
    """Replications that must still be possible when the search ends."""
    searching: bool = True

    def tick(self, played: int) -> None:
        """After some replications."""
        self.played += played
        if self.limit_s is None or not self.searching or self.played < STEADY:
            return
        if self.left_s() < min(self.reserve * self.pace_s(), 0.5 * self.limit_s):
            raise OutOfTimeError

    def pace_s(self) -> float:
        """Seconds per replication so far."""
        return (time.monotonic() - self.started_s) / max(self.played, 1)

    def left_s(self) -> float:
        """Seconds until the limit."""
        return np.inf if self.limit_s is None else self.limit_s - (time.monotonic() - self.started_s)

    def say(self, message: str) -> None:
        """Report progress, and about how long the rest will take; at least, once it takes longer than expected."""
        share = min(self.played / max(self.expected, 1), 0.99)
        to_play = max(self.expected - self.played, self.reserve)
        left_s, limit_s = to_play * self.pace_s(), self.left_s()
        late = self.played + self.reserve > self.expected and left_s < limit_s
        about = f", {'at least' if late else 'about'} {time_spoken(min(left_s, limit_s))} left"
        self.progress(message + about if self.played >= STEADY and to_play else message, share)


def time_spoken(seconds: float) -> str:
    """Seconds as a person would say them."""
    return f"{max(seconds, 1):.0f} s" if seconds < 90 else f"{seconds / 60:.0f} min"


class Memo:
    """An evaluate that remembers its last answers, so that a known staffing is not simulated again."""

    def __init__(self, evaluate: Evaluate, keep: BoolArray) -> None:
        self._evaluate = evaluate
        self._keep = keep
        self._known: dict[tuple[bytes, range], Sample] = {}

    def __call__(self, advisers: IntArray, replications: range) -> Sample:
        """The sample of a staffing (T, D) on these replications."""
        key = (advisers.tobytes(), replications)
        if key not in self._known:
            self.learn(self._evaluate(advisers, replications))
        return self._known[key]

    def learn(self, sample: Sample) -> None:
        """Remember a sample of all cells."""
        if len(self._known) >= REMEMBERED:
            self._known.pop(next(iter(self._known)))
        self._known[sample.advisers.tobytes(), sample.replications] = sample.only(self._keep)
