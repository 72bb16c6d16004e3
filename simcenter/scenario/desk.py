"""Desks: a group of like advisers, what it serves and where it hands contacts on, as written and resolved."""

from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from simcenter.scenario.fields import AnyDuration, AsWritten, Factor, Number, OrShort, Share, Whole, Word, YesNo
from simcenter.scenario.hours import Hours, HoursRule
from simcenter.scenario.transfer import Transfer, TransferForm
from simcenter.scenario.units import seconds_text

MOST_ADVISERS = 100_000

Discipline = Literal["priority", "relative wait"]
Rank = Annotated[int, Whole(1, 1000)]
Advisers = Annotated[int, Whole(0, MOST_ADVISERS)]

ADVISERS_SCHEMA = {
    "description": "advisers: a number, a list (of a day or of the horizon), or a staffing file",
    "anyOf": [
        {"type": "integer", "minimum": 0, "maximum": MOST_ADVISERS},
        {"type": "array", "items": {"type": "integer", "minimum": 0, "maximum": MOST_ADVISERS}, "minItems": 1},
        {"type": "string", "pattern": r"\.([cC][sS][vV]|[xX][lL][sS][xX])$"},
    ],
}


class Serves(BaseModel):
    """How a desk serves one queue.

    ``rank`` orders the desks of a queue, ``priority`` the queues of a desk; ``after_s`` overflow: how long a contact
    must have waited; ``speed`` the handle time is divided by it; ``resolved`` share of the contacts not handed on;
    ``min_idle`` deferred work is taken only while at least so many of the desk's advisers are idle, the one who takes
    it included; ``interruptible`` deferred work gives way to live contacts.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    rank: int = 1
    priority: int = 1
    after_s: float = 0.0
    speed: float = 1.0
    resolved: float = 1.0
    transfers: dict[str, Transfer] = Field(default_factory=dict)
    min_idle: int = 0
    interruptible: bool = False

    def to_dict(self) -> dict[str, Any]:
        """As the file writes it, every value explicit."""
        written: dict[str, Any] = {"rank": self.rank, "priority": self.priority, "after": seconds_text(self.after_s)}
        written |= {"speed": self.speed, "resolved": self.resolved}
        if self.transfers:
            written["transfers"] = {queue: transfer.to_dict() for queue, transfer in self.transfers.items()}
        if self.min_idle:
            written["min_idle"] = self.min_idle
        if self.interruptible:
            written["interruptible"] = True
        return written


class ServesForm(BaseModel):
    """How a desk serves one queue, as the file writes it."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    rank: Rank = 1
    priority: Rank | None = None
    after: AnyDuration = 0.0
    speed: Factor = 1.0
    resolved: Share = 1.0
    min_idle: Advisers | None = None
    interruptible: Annotated[bool, YesNo()] | None = None
    transfers: dict[str, Annotated[TransferForm, OrShort(Number(0, 1))]] = Field(default_factory=dict)


class Desk(BaseModel):
    """A desk, every value resolved.

    ``advisers`` (T,) on the floor where they are given, None where they are to be planned; ``max_advisers`` None: no
    bound; ``cost_per_hour`` of a paid hour; ``shrinkage`` paid time away from the desk; ``discipline`` how a free
    adviser chooses; ``absence`` share of the advisers who do not come on a day; ``off_phone`` (T,) of the advisers in
    breaks and meetings.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", arbitrary_types_allowed=True)

    advisers: tuple[int, ...] | None = Field(repr=False)
    min_advisers: int
    max_advisers: int | None
    max_occupancy: float
    shrinkage: float
    cost_per_hour: float
    hours: Hours
    serves: dict[str, Serves]
    discipline: Discipline = "priority"
    absence: float = 0.0
    off_phone: tuple[int, ...] = Field(repr=False)

    def to_dict(self) -> dict[str, Any]:
        """As the file writes it, every value explicit."""
        written: dict[str, Any] = {} if self.advisers is None else {"advisers": list(self.advisers)}
        written["min_advisers"] = self.min_advisers
        if self.max_advisers is not None:
            written["max_advisers"] = self.max_advisers
        written |= {
            "max_occupancy": self.max_occupancy,
            "shrinkage": self.shrinkage,
            "cost_per_hour": self.cost_per_hour,
        }
        written["hours"] = self.hours.to_dict()
        written["serves"] = {queue: serves.to_dict() for queue, serves in self.serves.items()}
        if self.discipline != "priority":
            written["discipline"] = self.discipline
        if self.absence:
            written["absence"] = self.absence
        if any(self.off_phone):
            written["off_phone"] = list(self.off_phone)
        return written


class DeskForm(BaseModel):
    """A desk as the file writes it."""

    model_config = ConfigDict(frozen=True, extra="forbid", arbitrary_types_allowed=True)

    advisers: Annotated[Any, AsWritten(ADVISERS_SCHEMA)] = None
    min_advisers: Advisers = 0
    max_advisers: Advisers | None = None
    max_occupancy: Annotated[float, Number(0, 1, above=True)] = 1.0
    shrinkage: Annotated[float, Number(0, 0.95)] = 0.0
    cost_per_hour: Annotated[float, Number(0, 1_000_000)] = 1.0
    hours: Annotated[Hours, HoursRule()] | None = None
    opens: Annotated[Any, AsWritten({"type": "string"})] = None
    closes: Annotated[Any, AsWritten({"type": "string"})] = None
    serves: dict[str, ServesForm] = Field(default_factory=dict)
    discipline: Annotated[Discipline, Word(("priority", "relative wait"))] = "priority"
    absence: Annotated[float, Number(0, 0.95)] = 0.0
    off_phone: Annotated[Any, AsWritten(ADVISERS_SCHEMA)] = None
