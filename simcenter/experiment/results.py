"""Results: what a number of replications say, with confidence intervals and where they came from."""

import hashlib
import platform
from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import cached_property
from html import escape
from itertools import islice
from sys import maxsize
from typing import TYPE_CHECKING, Any

import numpy as np

from simcenter import __version__
from simcenter.experiment.accumulate import Accumulate
from simcenter.experiment.blocks import blocks_of, contacts_of
from simcenter.experiment.confidence import METHODS
from simcenter.experiment.estimates import Estimates
from simcenter.experiment.frames import (
    ALL,
    ALL_SHOWN,
    day_frame,
    estimates_by_name,
    horizon_frame,
    interval_frame,
    records_by_level,
    row_dicts,
    row_estimates,
    target_frame,
    transfer_frame,
)
from simcenter.experiment.legs import legs_frame
from simcenter.experiment.precision import Precision
from simcenter.experiment.reduction import Logs, Several, SeveralPartial
from simcenter.experiment.targets import SumTargets, TargetTable
from simcenter.measures.histogram import RELATIVE_ERROR
from simcenter.measures.meter import Meter
from simcenter.measures.promises import SHORT_ABANDON_S, compile_promises
from simcenter.measures.tally import Tally
from simcenter.measures.targets import criteria
from simcenter.simulation.attempts import volume_notes
from simcenter.simulation.compile import compile_network
from simcenter.simulation.log import ContactLog
from simcenter.simulation.staffing import Staffing

if TYPE_CHECKING:
    import pandas as pd

    from simcenter.scenario import Scenario

RESULT_SCHEMA = 1


def summing(scenario: "Scenario", logs_before: int = 0) -> Several:
    """The reduction that :meth:`Results.of` takes; the logs of replications below number ``logs_before`` are kept."""
    return Several((Accumulate(), SumTargets(criteria(scenario)), Logs(logs_before)))


@dataclass(frozen=True, eq=False, repr=False)
class Results:
    """Measures of a simulated centre; frozen. Every frame is a fresh copy.

    Attributes
    ----------
    scenario : Scenario
    staffing : Staffing
        What was simulated.
    seed, replications, engine, confidence
        How.
    """

    scenario: "Scenario"
    staffing: Staffing
    seed: int
    first_replication: int
    replications: int
    engine: str
    confidence: float
    target_table: TargetTable = field(repr=False)
    """The cells of the targets as plain arrays."""
    _estimates: Estimates = field(repr=False)
    _logs: tuple[tuple[int, ContactLog], ...] = field(repr=False)

    precision: Precision | None = None
    """How narrow the intervals were to be, and whether they are; None: nobody asked."""

    @classmethod
    def of(
        cls,
        scenario: "Scenario",
        staffing: Staffing,
        summed: SeveralPartial,
        *,
        seed: int,
        first_replication: int = 0,
        engine: str = "auto",
        confidence: float = 0.95,
        precision: Precision | None = None,
    ) -> "Results":
        """The results of replications ``first_replication``, ... given what :func:`summing` has made of them."""
        accumulator, targets, logs = summed.parts[:3]
        table = targets.table()
        return cls(
            scenario,
            staffing,
            seed,
            first_replication,
            accumulator.replications,
            engine,
            confidence,
            table,
            Estimates(table.cells.meter, accumulator),
            tuple(logs.kept),
            precision,
        )

    @classmethod
    def from_tallies(
        cls,
        scenario: "Scenario",
        staffing: Staffing,
        tallies: Iterable[tuple[Tally, ContactLog | None] | Tally],
        *,
        seed: int,
        first_replication: int = 0,
        engine: str = "auto",
        confidence: float = 0.95,
        meter: Meter | None = None,
    ) -> "Results":
        """The results of replications ``first_replication``, ... given their tallies in order.

        A tally may come with its log, which is then kept for ``legs``. They are the results that :func:`simulate` has
        of these replications, to the last bit.
        """
        meter = meter or Meter(compile_network(scenario), compile_promises(scenario))
        reduction = summing(scenario, maxsize)
        total, left = reduction.start(meter, range(0)), iter(tallies)
        for block in blocks_of(range(first_replication, maxsize), contacts_of(meter.network)):
            several = list(islice(left, len(block)))
            if not several:
                break
            partial = reduction.start(meter, block)
            for item in several:
                partial.add(*((item, None) if isinstance(item, Tally) else item))
            total.merge(partial)
        return cls.of(
            scenario,
            staffing,
            total,
            seed=seed,
            first_replication=first_replication,
            engine=engine,
            confidence=confidence,
        )

    @property
    def queues(self) -> "pd.DataFrame":
        """Measures of each queue, and class "queue/class", over the horizon: columns m, m_low, m_high; NaN: unknown."""
        return self._queues.copy()

    @property
    def desks(self) -> "pd.DataFrame":
        """Measures of each desk over the horizon."""
        return self._desks.copy()

    @property
    def journeys(self) -> "pd.DataFrame":
        """Measures of customers by the queue of their first attempt; the last row, "", is the whole centre."""
        return self._journeys.copy()

    @property
    def days(self) -> "pd.DataFrame":
        """Measures per day: columns date, level (queue, desk, journey), name, and the measures."""
        return self._days.copy()

    @property
    def intervals(self) -> "pd.DataFrame":
        """Measures per interval: interval_start, period, level, name, and the measures (no percentiles)."""
        return self._intervals.copy()

    @property
    def targets(self) -> "pd.DataFrame":
        """One row per target and cell (interval, day or horizon) about which anything happened.

        ``met``: the value keeps its limit; ``held``: it does so with one-sided confidence; both NA where unknown.
        ``undecided``: legs left out, per replication, because their promise was not yet due.
        """
        return self._targets.copy()

    @property
    def transfers(self) -> "pd.DataFrame":
        """Legs handed on from desk to desk: from_desk, to_desk ("(nobody)": not taken by any), legs, low, high.

        Means of one replication; pairs between which nobody was handed on are left out.
        """
        return self._transfers.copy()

    @property
    def legs(self) -> "pd.DataFrame":
        """The contact log of the replications kept, one row per leg."""
        return self._legs.copy()

    @property
    def met(self) -> bool:
        """Whether no cell of any target is known to miss it."""
        return bool(self.target_table.met.all())

    @property
    def rules(self) -> frozenset[str]:
        """What can happen in this centre, of what only some have: "redial", "callback", ...; see measures/rules.py."""
        return self._estimates.meter.rules

    @property
    def provenance(self) -> dict[str, Any]:
        """Where the numbers came from: enough to make them again, and nothing that would differ then."""
        meter = self._estimates.meter
        volumes = volume_notes(self.scenario)
        return {
            "scenario": self.scenario.name,
            "scenario_hash": self.scenario.hash,
            "staffing_hash": hashlib.sha256(np.ascontiguousarray(self.staffing.advisers).tobytes()).hexdigest(),
            "seed": self.seed,
            "first_replication": self.first_replication,
            "replications": self.replications,
            "engine": self.engine,
            "confidence": self.confidence,
            "intervals_by": dict(METHODS),
            "service_level": dict(zip(meter.places.names, meter.promises.definition, strict=True)),
            "short_abandon_s": SHORT_ABANDON_S,
            "pooled_percentile_relative_error": RELATIVE_ERROR,
            **({"volumes": list(volumes)} if volumes else {}),
            "simcenter": __version__,
            "python": platform.python_version(),
            "numpy": np.__version__,
            **({} if self.precision is None else {"precision": self.precision.to_dict()}),
        }

    def frames(self) -> "dict[str, pd.DataFrame]":
        """Every table by name, names as plain columns; the first is the one that a single CSV file holds."""
        centre = self.journeys.rename(index={ALL: ALL_SHOWN})
        return {
            "intervals": self.intervals,
            "queues": self.queues.reset_index(),
            "desks": self.desks.reset_index(),
            "journeys": centre.reset_index(),
            "transfers": self.transfers,
            "days": self.days,
            "targets": self.targets,
            "staffing": self.staffing.to_frame(),
        }

    def whole_table(self) -> "pd.DataFrame":
        """Every measure of the horizon, the days and the intervals as one table, which a CSV file can hold.

        Column ``period`` says which: "horizon", "day", "interval", "after_closing" or "after_horizon"; ``start`` is
        the first date, the date, or the start of the interval.
        """
        import pandas as pd

        whole = [
            frame.rename_axis("name").reset_index().assign(level=level)
            for level, frame in (("queue", self._queues), ("desk", self._desks), ("journey", self._journeys))
        ]
        parts = [
            pd.concat(whole).assign(period="horizon", start=str(self.scenario.calendar.dates[0])),
            self._days.assign(period="day").rename(columns={"date": "start"}),
            self._intervals.rename(columns={"interval_start": "start"}),
        ]
        table = pd.concat([part.assign(name=part["name"].replace({ALL: ALL_SHOWN})) for part in parts])
        head = ["period", "start", "level", "name"]
        return table[head + [name for name in table.columns if name not in head]].reset_index(drop=True)

    def to_json_dict(self) -> dict[str, Any]:
        """The results as JSON has them: schema 1, stable order, None where a number is unknown, never NaN."""
        return {
            "result_schema": RESULT_SCHEMA,
            "confidence": self.confidence,
            "provenance": self.provenance,
            "queues": estimates_by_name(self._queues, "queue"),
            "desks": estimates_by_name(self._desks, "desk"),
            "journeys": row_estimates(self._journeys, -1, "journey"),
            "journeys_by_queue": estimates_by_name(self._journeys.drop(index=ALL), "journey"),
            "transfers": row_dicts(self._transfers),
            "met": self.met,
            "precision": None if self.precision is None else self.precision.to_dict(),
            "targets": row_dicts(self._targets),
            "days": records_by_level(self._days),
            "intervals": records_by_level(self._intervals),
        }

    def __repr__(self) -> str:
        missed = int((~self.target_table.met).sum())
        cells = int(self.target_table.judged.sum())
        targets = f"{missed} of {cells} target cells missed" if cells else "no targets"
        precision = "" if self.precision is None else f", {self.precision}"
        many = f"{self.replications} replications, seed {self.seed}{precision}"
        return f'<Results "{self.scenario.name}": {many}, {targets}>'

    def _repr_html_(self) -> str:
        shown = ["offered", "service_level", "asa_s", "abandon_rate", "transferred_out"]
        queues = self._queues[shown].to_html(float_format="{:.4g}".format, na_rep="")
        desks = self._desks[["advisers", "paid_hours", "occupancy"]].to_html(float_format="{:.4g}".format, na_rep="")
        return f"<p>{escape(repr(self)[1:-1])}</p>{queues}{desks}"

    @cached_property
    def _queues(self) -> "pd.DataFrame":
        return horizon_frame(self._estimates, "queue", self.confidence)

    @cached_property
    def _desks(self) -> "pd.DataFrame":
        return horizon_frame(self._estimates, "desk", self.confidence)

    @cached_property
    def _journeys(self) -> "pd.DataFrame":
        return horizon_frame(self._estimates, "journey", self.confidence)

    @cached_property
    def _transfers(self) -> "pd.DataFrame":
        return transfer_frame(self._estimates, self.confidence)

    @cached_property
    def _days(self) -> "pd.DataFrame":
        return day_frame(self._estimates, self.scenario.calendar, self.confidence)

    @cached_property
    def _intervals(self) -> "pd.DataFrame":
        return interval_frame(self._estimates, self.scenario.calendar, self.confidence)

    @cached_property
    def _targets(self) -> "pd.DataFrame":
        return target_frame(self.target_table, self.scenario.calendar, self.confidence)

    @cached_property
    def _legs(self) -> "pd.DataFrame":
        return legs_frame(list(self._logs), self._estimates.meter, self.scenario.calendar)
