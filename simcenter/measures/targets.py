"""Criteria: every target of a scenario as a limit on a ratio of sums, so that cells and replications simply add up."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from simcenter.measures.places import class_places
from simcenter.measures.table import Level, measure_named
from simcenter.measures.tally import Sums, Tally

if TYPE_CHECKING:
    from simcenter.scenario import Promise, Scenario
    from simcenter.scenario.target import Target

FloatArray = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Criterion:
    """One target: the ratio of two sums over a cell must be at least, or at most, ``limit``.

    ``place``: queue, "queue/class" or desk, "" for the whole centre; ``index``: its number in the tally's columns, -1
    for all of them; ``measure``: its name in the table of measures; ``per``: "interval", "day" or "horizon";
    ``condition``: in words. A limit on the 90th percentile of waits reads: at least 0.90 of the answered waited no
    longer than that.
    """

    level: Level
    place: str
    index: int
    measure: str
    per: str
    limit: float
    at_least: bool
    condition: str
    definition: str
    numerator: Mapping[str, float]
    denominator: Mapping[str, float]


def criteria(scenario: "Scenario") -> tuple[Criterion, ...]:
    """All K targets of a scenario: of queues, then of classes in file order, of the centre, and occupancy of desks."""
    found: list[Criterion] = []
    for index, (name, queue) in enumerate(scenario.queues.items()):
        found += _of_place(index, name, queue.target)
    for index, (name, label) in enumerate(class_places(scenario), start=len(scenario.queues)):
        one = scenario.queues[name].classes.get(label)
        found += _of_place(index, f"{name}/{label}", None if one is None else one.target)
    caps = scenario.targets
    for measure, limit in (("transferred", caps.transferred), ("bounced", caps.bounced)):
        if limit is not None:
            condition = f"{measure} <= {_percent(limit)}"
            found.append(criterion("journey", "", -1, measure, caps.per, limit, False, condition))
    for index, (name, desk) in enumerate(scenario.desks.items()):
        if desk.max_occupancy < 1:
            condition = f"occupancy <= {_percent(desk.max_occupancy)}"
            found.append(criterion("desk", name, index, "occupancy", "day", desk.max_occupancy, False, condition))
    return tuple(found)


def _of_place(index: int, name: str, target: "Target | None") -> list[Criterion]:
    """The targets of a queue or a class, place number ``index``."""
    if target is None:
        return []
    found: list[Criterion] = []

    def add(measure: str, limit: float, at_least: bool, condition: str, definition: str = "") -> None:
        """One more criterion of the queue."""
        found.append(criterion("queue", name, index, measure, target.per, limit, at_least, condition, definition))

    if target.answered is not None and target.within is not None:
        condition = f"answered within {_spoken(target.within)} >= {_percent(target.answered)}"
        add("service_level", target.answered, True, f"{condition} ({target.definition})", target.definition)
    if target.abandoned is not None:
        add("abandon_rate", target.abandoned, False, f"abandoned <= {_percent(target.abandoned)}")
    if target.asa is not None:
        add("asa_s", target.asa.amount, False, f"mean wait of the answered <= {_spoken(target.asa)}")
    if target.wait_p90 is not None:
        add("wait_p90_s", 0.90, True, f"wait of the answered <= {_spoken(target.wait_p90)} for 90 %")
    if target.resolved is not None:
        add("resolved", target.resolved, True, f"resolved, of the answered >= {_percent(target.resolved)}")
    if target.callback_within is not None and target.called_back is not None:
        condition = f"called back within {_spoken(target.callback_within)} >= {_percent(target.called_back)}"
        add("callback_level", target.called_back, True, condition)
    return found


def criterion(
    level: Level,
    place: str,
    index: int,
    measure: str,
    per: str,
    limit: float,
    at_least: bool,
    condition: str,
    definition: str = "",
) -> Criterion:
    """A limit on a measure by its name in the table; see :class:`Criterion` for the rest."""
    if measure == "wait_p90_s":
        parts: tuple[Mapping[str, float], Mapping[str, float]] = ({"within_p90": 1.0}, {"answered": 1.0})
    else:
        source = measure_named(level, definition or measure)
        parts = (source.numerator, source.denominator)
    return Criterion(level, place, index, measure, per, limit, at_least, condition, definition, *parts)


class CriterionSums:
    """Numerators and denominators of K criteria. What they are made of is looked up once, for many tallies.

    Parameters
    ----------
    criteria : sequence of Criterion
    """

    def __init__(self, criteria: Sequence[Criterion]) -> None:
        place: dict[tuple[Level, str, int], int] = {}
        self._criteria = len(criteria)
        self._terms: list[tuple[int, int, int, float]] = []
        """0 for the numerator or 1, criterion, field, factor; as they are summed."""
        for column, one in enumerate(criteria):
            for part, terms in enumerate((one.numerator, one.denominator)):
                for name, factor in terms.items():
                    field = place.setdefault((one.level, name, one.index), len(place))
                    self._terms.append((part, column, field, factor))
        self._fields = tuple(place)

    def of(self, tallies: Sequence[Tally]) -> tuple[FloatArray, FloatArray]:
        """Numerators and denominators (R, T + 1, K) of R tallies, by interval; the last row is after the horizon.

        Legs count in the interval in which they entered the queue, customers in that of their first arrival, adviser
        seconds where they fall. A criterion holds over a set of intervals and replications if the ratio of the sums
        over the set keeps its limit.
        """
        rows = len(next(iter(tallies[0].queues.values())))
        fields: FloatArray = np.empty((len(self._fields), len(tallies), rows))
        for number, tally in enumerate(tallies):
            levels: dict[str, Sums] = {"queue": tally.queues, "desk": tally.desks, "journey": tally.journeys}
            for out, (level, name, index) in zip(fields, self._fields, strict=True):
                values = levels[level][name]
                out[number] = values.sum(axis=1) if index < 0 else values[:, index]
        sums: FloatArray = np.zeros((2, self._criteria, len(tallies), rows))
        for part, column, field, factor in self._terms:
            sums[part, column] += fields[field] if factor == 1.0 else factor * fields[field]
        numerator, denominator = sums.transpose(0, 2, 3, 1)
        return numerator, denominator


def criterion_sums(tally: Tally, criteria: Sequence[Criterion]) -> tuple[FloatArray, FloatArray]:
    """Numerators and denominators (T + 1, K) of one tally: see :meth:`CriterionSums.of`."""
    numerator, denominator = CriterionSums(criteria).of([tally])
    return numerator[0], denominator[0]


UNDECIDED = {"service_level": "undecided", "callback_level": "callback_undecided"}
"""What each level leaves out: legs whose promise was not yet due."""


def _percent(share: float) -> str:
    return f"{100 * share:.6g} %"


def _spoken(promise: "Promise") -> str:
    """A promise in the unit a planner would use."""
    from simcenter.scenario.units import spoken  # slow to load with its package, and workers never need it

    if promise.unit == "working s" and promise.amount % 3600 == 0:
        return f"{promise.amount / 3600:g} working hours"
    return str(promise) if promise.unit != "s" else spoken(promise.amount)
