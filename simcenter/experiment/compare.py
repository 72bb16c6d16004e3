"""Compare: variants of a centre on the same customers, and by how much each measure differs."""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from simcenter.errors import ScenarioError
from simcenter.experiment.confidence import student
from simcenter.experiment.frames import ALL_SHOWN
from simcenter.experiment.replicate import Players, Progress
from simcenter.experiment.results import RESULT_SCHEMA
from simcenter.experiment.rows import LEVELS, Rows
from simcenter.experiment.simulate import staffing_for
from simcenter.measures import Meter, Tally, compile_promises
from simcenter.measures.table import PERCENTS, Level, Measure, measure_named, measures_of
from simcenter.scenario import check_scenario
from simcenter.simulation.compile import compile_network
from simcenter.simulation.engine import check_engine
from simcenter.simulation.log import ContactLog
from simcenter.simulation.staffing import Staffing

if TYPE_CHECKING:
    import pandas as pd

    from simcenter.scenario import Scenario

FloatArray = npt.NDArray[np.float64]
Key = tuple[Level, str, str]
"""Level, place and measure."""
DUST = 1e-12

METHOD = (
    "paired by replication, as all variants have the same customers: differences of means, of ratios of sums (delta "
    "method), and of the mean of each replication's percentile; Student t, each interval by itself"
)


@dataclass(frozen=True)
class Series:
    """One measure at one place, replication by replication: (R,) numerators and denominators; ``unit``."""

    unit: str
    numerator: FloatArray
    denominator: FloatArray

    def __add__(self, other: "Series") -> "Series":
        return Series(self.unit, self.numerator + other.numerator, self.denominator + other.denominator)

    @property
    def value(self) -> float:
        """The ratio of the sums; NaN where nothing was counted."""
        total = float(self.denominator.sum())
        return float(self.numerator.sum()) / total if total else float("nan")

    @property
    def deviations(self) -> FloatArray:
        """(R,) what each replication adds to the error of the value (delta method); their mean is 0."""
        mean = float(self.denominator.mean())
        return np.asarray((self.numerator - self.value * self.denominator) / mean)


@dataclass(frozen=True, eq=False, repr=False)
class Comparison:
    """Variants of a centre, measured on the same customers; the first is what the others are compared with.

    Attributes
    ----------
    names : tuple of str
        Of the variants, in order.
    replications, seed, confidence
        How.
    """

    names: tuple[str, ...]
    replications: int
    seed: int
    confidence: float
    _series: tuple[dict[Key, Series], ...] = field(repr=False)

    @property
    def table(self) -> "pd.DataFrame":
        """One row per variant after the first, level, place and measure.

        Columns ``variant, level, place, measure, unit, base, value, difference, low, high, differs``: ``base`` is the
        first variant's value, ``low`` and ``high`` bound the difference, ``differs`` says that they leave out 0. NaN
        where a variant has no such place, or nothing was counted.
        """
        import pandas as pd

        base = self._series[0]
        rows = [
            (name, *key, series.unit, *self._row(base.get(key), series))
            for name, variant in zip(self.names[1:], self._series[1:], strict=True)
            for key, series in variant.items()
        ]
        columns = ["variant", "level", "place", "measure", "unit", "base", "value", "difference", "low", "high"]
        frame = pd.DataFrame(rows, columns=columns)
        frame["differs"] = (frame["low"] > 0) | (frame["high"] < 0)
        return frame

    def _row(self, base: Series | None, other: Series) -> tuple[float, float, float, float, float]:
        nothing = float("nan")
        if base is None:
            return nothing, other.value, nothing, nothing, nothing
        difference = other.value - base.value
        if np.isnan(difference):
            return base.value, other.value, nothing, nothing, nothing
        apart = other.deviations - base.deviations
        error = float(apart.std(ddof=1)) / np.sqrt(self.replications) if self.replications > 1 else nothing
        half = student(self.confidence, self.replications) * (0.0 if error < DUST else error)
        return base.value, other.value, difference, difference - half, difference + half

    def pooled(self, level: Level, measure: str, places: Collection[str]) -> tuple[Series | None, ...]:
        """A measure of several places taken together, one series per variant: numerators and denominators summed.

        None for a variant in which none of the places has the measure.
        """
        found = []
        for variant in self._series:
            parts = [variant[level, place, measure] for place in places if (level, place, measure) in variant]
            found.append(sum(parts[1:], parts[0]) if parts else None)
        return tuple(found)

    @property
    def provenance(self) -> dict[str, Any]:
        """How the comparison was made."""
        return {
            "variants": list(self.names),
            "replications": self.replications,
            "seed": self.seed,
            "confidence": self.confidence,
            "method": METHOD,
        }

    def frames(self) -> "dict[str, pd.DataFrame]":
        """The table, as files have it."""
        return {"comparison": self.table}

    def to_json_dict(self) -> dict[str, Any]:
        """As plain JSON values; None where unknown."""
        table = self.table.astype(object).where(self.table.notna(), None)
        return {"result_schema": RESULT_SCHEMA, **self.provenance, "comparison": table.to_dict("records")}

    def __repr__(self) -> str:
        return f"Comparison({' | '.join(self.names)}: {self.replications} replications, seed {self.seed})"

    def _repr_html_(self) -> str:
        table = self.table
        return str(table[table["differs"]].to_html(index=False))


def compare(
    variants: "Mapping[str, Scenario]",
    staffing: "Staffing | Mapping[str, Any] | pd.DataFrame | None" = None,
    *,
    replications: int = 100,
    seed: int = 0,
    engine: str = "auto",
    jobs: int = 1,
    confidence: float = 0.95,
    progress: Progress | None = None,
) -> Comparison:
    """Play variants of a centre with the same customers and compare every measure with the first variant's.

    Parameters
    ----------
    variants : mapping of str to Scenario
        Two or more, over the same days and intervals, by name; the first is the base.
    staffing : optional
        As in :func:`simulate`, one for all variants; or a mapping of the variants' names to one each. Left out: those
        that the scenarios give.
    replications, seed, engine, jobs, confidence, progress
        As in :func:`simulate`.

    Returns
    -------
    Comparison

    Raises
    ------
    ScenarioError
        For fewer than two variants, or such as are not over the same intervals.
    """
    _check(variants, replications, seed, confidence)
    check_engine(engine)
    each = isinstance(staffing, Mapping) and set(staffing) == set(variants)
    given = {
        name: _staffing_of(name, scenario, staffing[name] if each and isinstance(staffing, Mapping) else staffing)
        for name, scenario in variants.items()
    }  # all of them before the first is played: what is wrong with the last is said at once
    series: list[dict[Key, Series]] = []
    for name, scenario in variants.items():
        with Players(compile_network(scenario), compile_promises(scenario), jobs=jobs, engine=engine) as players:
            told = _told(progress, len(series) * int(replications), len(variants) * int(replications))
            sums = players.reduce(
                _SumHorizon(), given[name], seed=int(seed), replications=range(int(replications)), done=told
            )
        series.append(sums.series())
    return Comparison(tuple(variants), int(replications), int(seed), confidence, tuple(series))


def _check(variants: "Mapping[str, Scenario]", replications: int, seed: int, confidence: float) -> None:
    problems = []
    for name, value, least in (("replications", replications, 2), ("seed", seed, 0)):
        if isinstance(value, bool) or not isinstance(value, int | np.integer) or value < least:
            problems.append(f"{name}: must be a whole number from {least}, got {value!r}")
    if not 0 < confidence < 1:
        problems.append(f"confidence: must be between 0 and 1, got {confidence!r}")
    if not isinstance(variants, Mapping) or len(variants) < 2:
        raise ScenarioError([*problems, "variants: must be a mapping of two or more names to scenarios"])
    for scenario in variants.values():
        check_scenario(scenario)
    times = {name: scenario.calendar.interval_start for name, scenario in variants.items()}
    first = next(iter(times))
    problems += [
        f"variants: {name} must be over the same days and intervals as {first}"
        for name, starts in times.items()
        if tuple(starts) != tuple(times[first])
    ]
    if problems:
        raise ScenarioError(problems)


def _staffing_of(name: str, scenario: "Scenario", given: object) -> Staffing:
    """The staffing of a variant; what is wrong with it is said with its name."""
    try:
        return staffing_for(scenario, given)
    except ScenarioError as error:
        raise ScenarioError([f"{name}: {problem}" for problem in error.problems]) from None


def _told(progress: Progress | None, before: int, wanted: int) -> Callable[[int], None]:
    """What is called with the replications of each block, when so many were done before."""
    done = before

    def told(more: int) -> None:
        """So many replications more are done."""
        nonlocal done
        done += more
        if progress is not None:
            progress(done, wanted)

    return told


class _SumHorizon:
    """The reduction whose partial is :class:`_Sums`."""

    def __init__(self) -> None:
        self._rows: Rows | None = None

    def start(self, meter: Meter, replications: range) -> "_Sums":
        """No replications."""
        if self._rows is None or self._rows.meter is not meter:
            self._rows = Rows(meter)
        return _Sums(self._rows)

    def __reduce__(self) -> tuple[object, ...]:
        return _SumHorizon, ()


class _Sums:
    """The fields of every measure over the horizon, replication by replication."""

    def __init__(self, rows: Rows) -> None:
        self._rows = rows
        self._fields: dict[Level, list[FloatArray]] = {level: [] for level in LEVELS}
        self._percentiles: list[FloatArray] = []

    def merge(self, later: "_Sums") -> None:
        """The replications that come next."""
        for level, kept in self._fields.items():
            kept += later._fields[level]
        self._percentiles += later._percentiles

    def __getstate__(self) -> dict[str, Any]:
        return {name: value for name, value in vars(self).items() if name != "_rows"}

    def add(self, tally: Tally, log: ContactLog | None = None) -> None:
        """The next replication; its log is not needed."""
        for level, kept in self._fields.items():
            kept.append(self._rows.read([tally], level)[:, 0].sum(axis=1))
        self._percentiles.append(tally.percentiles)

    def series(self) -> dict[Key, Series]:
        """Every measure at every place."""
        found: dict[Key, Series] = {}
        meter = self._rows.meter
        names: dict[Level, tuple[str, ...]] = {
            "queue": meter.places.names,
            "desk": meter.network.desk_names,
            "journey": (*meter.network.queue_names, ALL_SHOWN),
        }
        for level, kept in self._fields.items():
            fields = dict(zip(self._rows.fields[level], np.stack(kept, axis=1), strict=True))
            for measure in measures_of(level):
                for place, name in enumerate(names[level]):
                    one = self._one(measure, place, fields)
                    if one is not None:
                        found[level, name, measure.name] = one
        return found

    def _one(self, measure: Measure, place: int, fields: dict[str, FloatArray]) -> Series | None:
        """One measure at one place, None where it says nothing there."""
        promises = self._rows.meter.promises
        if measure.promised and promises.of(measure.promised)[place] is None:
            return None
        if measure.name == "service_level":
            measure = measure_named("queue", promises.definition[place])
        if measure.kind == "percentile":
            waits = np.array([one[PERCENTS.index(measure.percent), place] for one in self._percentiles])
            known = ~np.isnan(waits)
            return Series(measure.unit, np.where(known, waits, 0.0), known.astype(np.float64))
        if measure.kind == "maximum" or not set(measure.numerator) | set(measure.denominator) <= set(fields):
            return None
        numerator, denominator = (
            sum((factor * fields[name][:, place] for name, factor in terms.items()), np.zeros(len(self._percentiles)))
            for terms in (measure.numerator, measure.denominator)
        )
        if measure.kind == "mean":
            denominator = np.ones_like(numerator)
        return Series(measure.unit, numerator, denominator)
