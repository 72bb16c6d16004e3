"""The scenario: what the planner wrote, every default filled in and every rule checked. Names, not indexes."""

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from functools import cached_property
from html import escape
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, PrivateAttr

from simcenter.errors import ScenarioError
from simcenter.scenario.calendar import Calendar, make_calendar
from simcenter.scenario.desk import Desk, DeskForm
from simcenter.scenario.fields import Line, Whole
from simcenter.scenario.horizon import Horizon, HorizonForm
from simcenter.scenario.problems import show
from simcenter.scenario.queue import Queue, QueueForm
from simcenter.scenario.tables import Files
from simcenter.scenario.target import CentreTargets
from simcenter.scenario.units import spoken
from simcenter.scenario.variability import CentreVariability

SCHEMA = 1

LINES = Whole(1, 1_000_000)


class Scenario(BaseModel):
    """A contact centre as its planner described it.

    Made by `load_scenario` or `Scenario.from_dict`, never by hand. Two scenarios are equal when all their resolved
    values are.

    Attributes
    ----------
    name, timezone : str
    horizon : Horizon
    queues : dict of str to Queue
        In file order.
    desks : dict of str to Desk
        In file order.
    targets : CentreTargets
    max_legs : int
        Legs in one attempt.
    lines : dict of str to int
        Telephone lines by the name of their group.
    variability : CentreVariability
    """

    model_config = ConfigDict(frozen=True, extra="forbid", arbitrary_types_allowed=True)

    name: str
    timezone: str
    horizon: Horizon
    queues: dict[str, Queue]
    desks: dict[str, Desk]
    targets: CentreTargets
    max_legs: int
    lines: dict[str, int] = Field(default_factory=dict)
    variability: CentreVariability = CentreVariability()
    _source: dict[str, Any] = PrivateAttr(default_factory=dict)
    _files: Files = PrivateAttr(default_factory=lambda: Files(Path()))

    @classmethod
    def from_dict(cls, data: Mapping[str, Any], base: str | Path = ".") -> "Scenario":
        """A scenario from what a scenario file would hold.

        Parameters
        ----------
        data : mapping
            Keys and values of the file.
        base : str or Path
            The folder of the files that it names.

        Raises
        ------
        ScenarioError
            With every problem found.
        """
        from simcenter.scenario.build import build_scenario
        from simcenter.scenario.edit import plain

        if not isinstance(data, Mapping):
            raise ScenarioError([f"scenario: must be a table of keys and values, got {show(data)}"])
        return build_scenario(plain(data), Files(Path(base)))

    def replace(self, key: str | Mapping[str, Any], value: Any = None) -> "Scenario":
        """Another scenario, with one value (or several at once) changed and everything checked again.

        Parameters
        ----------
        key : str or mapping
            A key path as in the file, such as ``"queues.x.patience.mean"``; or several with their values.
            Short forms on the way (``patience = "3 min"``) are written out.
        value : object
            As the file would have it; None takes the key out.

        Raises
        ------
        ScenarioError
            With every problem found.
        """
        from simcenter.scenario.build import build_scenario
        from simcenter.scenario.edit import edited

        changes = dict(key) if isinstance(key, Mapping) else {key: value}
        return build_scenario(edited(self._source, changes), self._files)

    def to_dict(self) -> dict[str, Any]:
        """The resolved scenario: plain data for JSON, every value explicit, and itself a valid scenario.

        Rules of a real centre that are off are left out.
        """
        written: dict[str, Any] = {
            "schema": SCHEMA,
            "name": self.name,
            "timezone": self.timezone,
            "max_legs": self.max_legs,
            "horizon": self.horizon.to_dict(),
            "queues": {name: queue.to_dict() for name, queue in self.queues.items()},
            "desks": {name: desk.to_dict() for name, desk in self.desks.items()},
            "targets": self.targets.to_dict(),
        }
        if self.lines:
            written["lines"] = dict(self.lines)
        if self.variability != CentreVariability():
            written["variability"] = self.variability.to_dict()
            for name, queue in self.queues.items():
                if queue.arrivals is None:  # replayed ones do not vary
                    written["queues"][name]["variability"] = queue.variability.to_dict()
        return written

    @cached_property
    def hash(self) -> str:
        """SHA-256 of the resolved scenario, in hexadecimal."""
        text = json.dumps(self.to_dict(), separators=(",", ":"), allow_nan=False)
        return hashlib.sha256(text.encode()).hexdigest()

    @cached_property
    def calendar(self) -> Calendar:
        """The intervals of the horizon, and when each place is open."""
        h = self.horizon
        return make_calendar(self.timezone, h.start, h.days, h.interval_s, h.holidays)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Scenario) and self.hash == other.hash

    def __hash__(self) -> int:
        return hash(self.hash)

    def __repr__(self) -> str:
        size = {"queue": len(self.queues), "desk": len(self.desks), "day": self.horizon.days}
        counts = ", ".join(f"{count} {what}{'s'[: count != 1]}" for what, count in size.items())
        return f"Scenario({self.name!r}: {counts} from {self.horizon.start})"

    __str__ = __repr__

    def _repr_html_(self) -> str:
        queues = [
            (name, queue.channel, f"{sum(queue.volume):,.0f}", spoken(round(queue.handle_time.law.mean_s, 1)))
            for name, queue in self.queues.items()
        ]
        desks = [
            (name, ", ".join(desk.serves), "to be planned" if desk.advisers is None else "given")
            for name, desk in self.desks.items()
        ]
        return (
            f"<b>{escape(self.name)}</b>: {self.horizon.days} days from {self.horizon.start}, {escape(self.timezone)}"
            + _html_table(("queue", "channel", "contacts", "mean handle time"), queues)
            + _html_table(("desk", "serves", "advisers"), desks)
        )


def _html_table(header: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    lines = ["".join(f"<td>{escape(cell)}</td>" for cell in row) for row in rows]
    head = "".join(f"<th>{cell}</th>" for cell in header)
    return "<table>" + "".join(f"<tr>{line}</tr>" for line in [head, *lines]) + "</table>"


class ScenarioForm(BaseModel):
    """A scenario as the file writes it."""

    model_config = ConfigDict(frozen=True, extra="forbid", arbitrary_types_allowed=True)

    schema_: Annotated[Literal[1], Whole(SCHEMA, SCHEMA)] = Field(alias="schema")
    name: Line
    timezone: Line
    horizon: HorizonForm
    queues: dict[str, QueueForm]
    desks: dict[str, DeskForm]
    targets: CentreTargets = CentreTargets()
    max_legs: Annotated[int, Whole(1, 100)] = 8
    lines: dict[str, Annotated[int, LINES]] = Field(default_factory=dict)
    variability: CentreVariability = CentreVariability()


def check_scenario(value: object) -> None:
    """Raise ScenarioError unless the value is a Scenario: what library functions ask of their first argument."""
    if not isinstance(value, Scenario):
        raise ScenarioError([f"scenario: must be a Scenario (load_scenario reads one from a file), got {show(value)}"])
