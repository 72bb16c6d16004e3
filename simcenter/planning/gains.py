"""Gains: what levers do to a centre with fixed advisers, measured on the same customers, and for how much money."""

from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from simcenter.experiment.compare import Comparison, Series
from simcenter.experiment.compare import compare as paired
from simcenter.experiment.confidence import student
from simcenter.experiment.frames import ALL_SHOWN
from simcenter.planning.centre import FloatArray
from simcenter.planning.levers import Assumptions, Lever, levers_of
from simcenter.simulation.staffing import Staffing

if TYPE_CHECKING:
    from simcenter.scenario import Scenario

BASE = "as it is"
"""The name of the centre without any lever."""
SHARES = {
    "service_level": ("queue", "service_level"),
    "transferred": ("journey", "transferred"),
    "first_contact_resolution": ("journey", "first_contact_resolution"),
}
"""What is measured: the level and the measure; over all queues with such a promise, over all customers."""
METHOD = (
    "simulated: wages (paid hours, overtime included, at each desk's cost per hour), service level, customers handed "
    "on, first-contact resolution; paired differences on the same customers with fixed advisers. Assumed: prices and "
    "what people learn. Gain: contacts more served as promised + handed_on x customers fewer handed on, at the "
    "numbers of contacts and customers of the centre as it is"
)


@dataclass(frozen=True)
class Difference:
    """A paired difference: its ``value``, and (R,) what each replication adds to its error."""

    value: float
    deviations: FloatArray

    def bounds(self, confidence: float) -> tuple[float, float]:
        """The interval by Student's t."""
        runs = len(self.deviations)
        half = student(confidence, runs) * float(self.deviations.std(ddof=1)) / np.sqrt(runs)
        return self.value - half, self.value + half

    def plus(self, other: "Difference", here: float, there: float) -> "Difference":
        """``here`` times this and ``there`` times the other."""
        value = here * self.value + there * other.value
        return Difference(value, here * self.deviations + there * other.deviations)


@dataclass(frozen=True, eq=False, repr=False)
class Levers:
    """Where the next euro buys most: levers tried on the same customers, ranked by their gain for the money.

    Attributes
    ----------
    replications, seed, confidence
        How.
    assumptions : Assumptions
        What was assumed.
    left_out : tuple of str
        What was not tried, and why.
    """

    replications: int
    seed: int
    confidence: float
    assumptions: Assumptions
    left_out: tuple[str, ...]
    _table: pd.DataFrame = field(repr=False)

    @property
    def table(self) -> pd.DataFrame:
        """One row per lever, the best first.

        ``wages`` and its interval: simulated; ``price``: assumed; ``cost``: both, over the horizon. ``service_level``,
        ``transferred``, ``first_contact_resolution``: differences with ``_low`` and ``_high``, NaN where nothing is
        promised or counted. ``gain``: see ``METHOD``; ``gain_per_cost`` and its interval (the cost taken as known):
        NaN where the lever costs nothing; ``sure``: the interval leaves out 0. Sure gains come first, by gain
        per cost (those that cost nothing before all); then the unsure; then sure losses.
        """
        return self._table.copy()

    def to_json_dict(self) -> dict[str, Any]:
        """As plain JSON values; None where unknown."""
        rows = self._table.astype(object).where(self._table.notna(), None).to_dict("records")
        return {
            "replications": self.replications,
            "seed": self.seed,
            "confidence": self.confidence,
            "method": METHOD,
            "assumptions": asdict(self.assumptions),
            "left_out": list(self.left_out),
            "table": rows,
        }

    def __repr__(self) -> str:
        best = "" if self._table.empty else f", best: {self._table['lever'].iloc[0]}"
        return f"Levers({len(self._table)} tried{best})"

    def _repr_html_(self) -> str:
        return str(self._table.to_html(index=False))


def try_levers(
    scenario: "Scenario",
    staffing: Staffing,
    assumptions: Assumptions | None = None,
    *,
    replications: int = 100,
    seed: int = 0,
    confidence: float = 0.95,
    jobs: int = 1,
    engine: str = "auto",
    progress: Callable[[int, int], None] | None = None,
) -> Levers:
    """Try every lever of a centre with these advisers, on the same customers.

    Parameters
    ----------
    scenario : Scenario
    staffing : Staffing
        On the floor in every variant, beside whom the lever itself adds.
    assumptions : Assumptions, optional
    replications, seed, confidence, jobs, engine, progress
        As in :func:`compare`.
    """
    assumed = Assumptions() if assumptions is None else assumptions
    found, left_out = levers_of(scenario, staffing, assumed)
    if not found:
        return Levers(replications, seed, confidence, assumed, tuple(left_out), _ranked([]))
    variants = {BASE: scenario} | {str(i): lever.scenario for i, lever in enumerate(found)}
    each = {BASE: staffing} | {str(i): lever.staffing for i, lever in enumerate(found)}
    comparison = paired(
        variants,
        each,
        replications=replications,
        seed=seed,
        confidence=confidence,
        jobs=jobs,
        engine=engine,
        progress=progress,
    )
    table = _ranked(_rows(comparison, scenario, found, assumed))
    return Levers(replications, seed, confidence, assumed, tuple(left_out), table)


def _rows(
    comparison: Comparison, scenario: "Scenario", levers: list[Lever], assumed: Assumptions
) -> list[dict[str, Any]]:
    promised = [name for name, queue in scenario.queues.items() if queue.target is not None and queue.target.within]
    places = {"queue": promised, "journey": [ALL_SHOWN]}
    shares = {
        name: comparison.pooled(level, measure, places[level])  # type: ignore[arg-type]
        for name, (level, measure) in SHARES.items()
    }
    pay = _pay(comparison, scenario, levers)
    rows = []
    for place, lever in enumerate(levers, start=1):
        wages = Difference(float((pay[place] - pay[0]).mean()), pay[place] - pay[0] - (pay[place] - pay[0]).mean())
        low, high = wages.bounds(comparison.confidence)
        row: dict[str, Any] = {"kind": lever.kind, "lever": lever.what, "wages": wages.value}
        row |= {"wages_low": low, "wages_high": high, "price": lever.price, "cost": wages.value + lever.price}
        gain = Difference(0.0, np.zeros(comparison.replications))
        for name, series in shares.items():
            difference = _difference(series[0], series[place])
            bounds = (np.nan, np.nan) if difference is None else difference.bounds(comparison.confidence)
            value = np.nan if difference is None else difference.value
            row |= {name: value, f"{name}_low": bounds[0], f"{name}_high": bounds[1]}
            worth = {"service_level": 1.0, "transferred": -assumed.handed_on}.get(name, 0.0)
            if difference is not None and series[0] is not None and worth:
                gain = gain.plus(difference, 1.0, worth * float(series[0].denominator.mean()))
        low, high = gain.bounds(comparison.confidence)
        row |= {"gain": gain.value, "gain_low": low, "gain_high": high, "assumed": lever.assumed}
        rows.append(row)
    return rows


def _difference(base: Series | None, other: Series | None) -> Difference | None:
    """Of two ratios; None where one of them says nothing."""
    if base is None or other is None or not base.denominator.any() or not other.denominator.any():
        return None
    return Difference(other.value - base.value, other.deviations - base.deviations)


def _pay(comparison: Comparison, scenario: "Scenario", levers: list[Lever]) -> list[FloatArray]:
    """(R,) wages of each variant over the horizon: paid hours, overtime included."""
    found = []
    for place, variant in enumerate([scenario, *(lever.scenario for lever in levers)]):
        total: FloatArray = np.zeros(comparison.replications)
        for name, desk in variant.desks.items():
            hours = comparison.pooled("desk", "paid_hours", [name])[place]
            if hours is not None:
                total = total + desk.cost_per_hour * hours.numerator
        found.append(total)
    return found


def _ranked(rows: list[dict[str, Any]]) -> pd.DataFrame:
    """The rows, best first, with gain per cost and rank."""
    measures = [f"{name}{end}" for name in SHARES for end in ("", "_low", "_high")]
    columns = ["kind", "lever", "wages", "wages_low", "wages_high", "price", "cost", *measures]
    frame = pd.DataFrame(rows, columns=[*columns, "gain", "gain_low", "gain_high", "assumed"])
    cost, gain = frame["cost"].to_numpy(float), frame["gain"].to_numpy(float)
    ends = {end: frame[f"gain{end}"].to_numpy(float) for end in ("", "_low", "_high")}
    per_cost, *bounds = (
        np.divide(one, cost, out=np.full(len(cost), np.nan), where=cost > 1e-9) for one in ends.values()
    )
    sure = (ends["_low"] > 0) | (ends["_high"] < 0)
    frame["gain_per_cost"], frame["gain_per_cost_low"], frame["gain_per_cost_high"] = per_cost, *bounds
    frame["sure"] = sure
    frame["assumed"] = frame.pop("assumed")
    group = np.where(sure & (gain > 0), 0, np.where(sure, 2, 1))
    free = np.select([gain > 0, gain < 0], [np.inf, -np.inf], 0.0)
    worth = np.where(np.isnan(per_cost), free, per_cost)
    order = sorted(range(len(frame)), key=lambda i: (group[i], -worth[i], i))
    frame = frame.iloc[order].reset_index(drop=True)
    frame.insert(0, "rank", np.arange(1, len(frame) + 1))
    return frame
