"""Rows: tallies as arrays, and the sums that measures are made of."""

import math
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from simcenter import _moments
from simcenter.measures.meter import Meter
from simcenter.measures.rules import Rule
from simcenter.measures.table import Level, Measure, measures_of
from simcenter.measures.tally import Tally

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int64]

SPANS = ("horizon", "day", "interval")
"""What a row of a result covers."""
LEVELS: tuple[Level, ...] = ("queue", "desk", "journey")

MOST_KEPT = 32
"""Tallies dealt with at once: most of what a small one costs is the calls, not the numbers."""
MOST_CELLS = 1 << 13
"""Numbers in them, of each measure: more than the processor has at hand take twice as long."""


def at_once(meter: Meter) -> int:
    """How many tallies of a meter are best dealt with at once."""
    places = len(meter.places.names) + meter.network.desk_count
    return max(1, min(MOST_KEPT, MOST_CELLS // (meter.intervals * places)))


class Rows:
    """The tallies of one meter as arrays (fields, rows, places), per level; what rows and places there are.

    Rows of intervals: T + 1 for queues and journeys (the last: after the horizon), T + days for desks (the last ones:
    after closing, by day). Journeys have one more place than there are queues: all of them.
    """

    def __init__(self, meter: Meter) -> None:
        self.meter = meter
        self.fields = {level: _fields(level, meter.rules) for level in LEVELS}
        """Per level, the names of the counts and sums that its measures are made of, in the order of ``read``."""
        self.open_s: FloatArray = np.where(meter.desk_open, meter.network.interval_s, 0.0)
        """(T, D) seconds of each measured interval inside the desk's hours."""
        self._first: IntArray = np.searchsorted(meter.interval_day, np.arange(meter.days))
        self.terms = {level: Terms(level, meter.rules, self.fields[level]) for level in LEVELS}

    def shape(self, level: Level, span: str) -> tuple[int, int]:
        """Rows and places."""
        meter = self.meter
        network = meter.network
        places = {"queue": len(meter.places.names), "desk": network.desk_count, "journey": network.queue_count + 1}[
            level
        ]
        after = meter.days if level == "desk" else 1
        return {"horizon": 1, "day": meter.days, "interval": meter.intervals + after}[span], places

    def read(self, tallies: Sequence[Tally], level: Level) -> FloatArray:
        """The fields of a level by interval: (fields, replications, rows, places)."""
        if level == "desk":
            return self._desks(tallies)
        sums = [tally.queues if level == "queue" else tally.journeys for tally in tallies]
        values = np.array([[one[name] for one in sums] for name in self.fields[level]], dtype=np.float64)
        if level == "queue":
            return values
        whole: FloatArray = np.einsum("...p->...", values)  # np.sum is slow over many short rows
        return np.concatenate([values, whole[..., None]], axis=-1)

    def _desks(self, tallies: Sequence[Tally]) -> FloatArray:
        """Seconds and answers inside the hours, then outside them by day.

        ``open_paid_s`` is what is paid inside the hours, ``open_s`` the length of those hours.
        """
        names = [name for name in self.fields["desk"] if name in tallies[0].desks]
        values = np.array([[tally.desks[name] for tally in tallies] for name in names], dtype=np.float64)
        inside = np.where(self.open_s > 0, values[..., :-1, :], 0.0)
        values[..., :-1, :] -= inside
        outside = np.add.reduceat(values, self._first, axis=-2)
        fields = dict(zip(names, np.concatenate([inside, outside], axis=-2), strict=True))
        nothing = np.zeros((len(tallies), self.meter.days, self.open_s.shape[1]))
        open_s = np.broadcast_to(self.open_s, (len(tallies), *self.open_s.shape))
        fields["open_s"] = np.concatenate([open_s, nothing], axis=-2)
        fields["open_paid_s"] = np.concatenate([inside[names.index("paid_s")], nothing], axis=-2)
        return np.array([fields[name] for name in self.fields["desk"]])

    def spanned(self, values: FloatArray, level: Level, span: str) -> FloatArray:
        """(..., rows, places) by interval as sums over each day, or over the horizon."""
        if span == "interval":
            return values
        if span == "horizon":
            by_day = self.spanned(values, level, "day")
            return np.asarray(np.einsum("...rp->...p", by_day))[..., None, :]
        if level != "desk":
            return np.asarray(np.add.reduceat(values, self._first, axis=-2))
        inside, outside = values[..., : self.meter.intervals, :], values[..., self.meter.intervals :, :]
        return np.asarray(np.add.reduceat(inside, self._first, axis=-2) + outside)

    def opened(self, span: str) -> npt.NDArray[np.bool_]:
        """Whether each desk is open at all in each row (rows, D); never after closing."""
        nothing = np.zeros((self.meter.days, self.open_s.shape[1]))
        return self.spanned(np.concatenate([self.open_s, nothing]), "desk", span) > 0


class Terms:
    """The measures of a level that are means or ratios of sums, means first, as terms (field, factor)."""

    def __init__(self, level: Level, rules: frozenset[Rule], fields: Sequence[str]) -> None:
        self.measures = _summed(level, rules)
        self.means = sum(m.kind == "mean" for m in self.measures)
        place = {name: field for field, name in enumerate(fields)}
        self._numerators = SumsOfTerms([[(place[name], f) for name, f in m.numerator.items()] for m in self.measures])
        ratios = self.measures[self.means :]
        self._denominators = SumsOfTerms([[(place[name], f) for name, f in m.denominator.items()] for m in ratios])

    def sums(self, fields: FloatArray) -> tuple[FloatArray, FloatArray]:
        """Numerators (measures, ...), and the denominators of the ratios (ratios, ...), given the fields first."""
        return self._numerators.of(fields), self._denominators.of(fields)


class SumsOfTerms:
    """Sums of terms (field, factor), one after the other."""

    def __init__(self, parts: list[list[tuple[int, float]]]) -> None:
        terms = [term for part in parts for term in part]
        self._first = np.cumsum([0, *map(len, parts)], dtype=np.int64)
        self._field = np.array([field for field, _ in terms], dtype=np.int64)
        self._factor = np.array([factor for _, factor in terms], dtype=np.float64)

    def of(self, fields: FloatArray) -> FloatArray:
        """The sums (sums, ...), given the fields (fields, ...)."""
        out: FloatArray = np.empty((len(self._first) - 1, *fields.shape[1:]))
        cells = math.prod(fields.shape[1:])
        flat = out.reshape(len(out), cells)
        _moments.combine(fields.reshape(len(fields), cells), self._first, self._field, self._factor, flat)
        return out


def _summed(level: Level, rules: frozenset[Rule]) -> list[Measure]:
    """The measures of a level that can happen at all: means of sums, then ratios of sums."""
    own = [m for m in measures_of(level) if m.name != "service_level" and m.rule in rules]
    return [m for m in own if m.kind == "mean"] + [m for m in own if m.kind == "ratio"]


def _fields(level: Level, rules: frozenset[Rule]) -> list[str]:
    """The names of all counts and sums that the measures of a level are made of."""
    names = [name for measure in _summed(level, rules) for name in (*measure.numerator, *measure.denominator)]
    return list(dict.fromkeys(names))
