"""Queues: a contact type and its waiting line, as written and resolved."""

from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from simcenter.scenario.adviser import OwnAdviser, OwnAdviserForm
from simcenter.scenario.appointments import Appointments, AppointmentsForm
from simcenter.scenario.arrivals import ARRIVALS_SCHEMA, Arrivals
from simcenter.scenario.callback import Callback, CallbackForm
from simcenter.scenario.classes import ClassForm, CustomerClass
from simcenter.scenario.fields import AsWritten, Duration, ListOf, NameOf, Number, OrShort, Share, Whole, Word
from simcenter.scenario.hours import Hours, HoursRule
from simcenter.scenario.laws import HandleTime, HandleTimeForm, Law, LawForm
from simcenter.scenario.returns import CountsRule, Return, ReturnForm, VolumeCounts
from simcenter.scenario.target import Target, TargetForm
from simcenter.scenario.transfer import MisroutedForm, Transfer
from simcenter.scenario.variability import Variability, VariabilityForm

CHANNELS = ("phone", "chat", "face_to_face", "email", "messaging")
LIVE = ("phone", "chat", "face_to_face")
Kind = Literal["exclusive", "chat", "deferred"]
EqualRank = Literal["file", "longest idle", "random", "random adviser"]
EQUAL_RANKS = ("file", "longest idle", "random", "random adviser")
MOST_WAITING = 1_000_000

MOST_PER_INTERVAL = 100_000
MOST_PER_DAY = 1_000_000

VOLUME_SCHEMA = {
    "description": "contacts per interval: a list (of a day or of the horizon), a file, or per_day and shape",
    "anyOf": [
        {"type": "array", "items": {"type": "number", "minimum": 0, "maximum": MOST_PER_INTERVAL}, "minItems": 1},
        {"type": "string", "pattern": r"\.([cC][sS][vV]|[xX][lL][sS][xX])(#.+)?$"},
        {
            "type": "object",
            "properties": {
                "per_day": {"type": "number", "minimum": 0, "maximum": MOST_PER_DAY},
                "shape": {"type": "array", "items": {"type": "number", "minimum": 0}, "minItems": 1},
            },
            "required": ["per_day"],
            "additionalProperties": False,
        },
    ],
}


class Queue(BaseModel):
    """A queue, every value resolved.

    ``volume`` (T,) expected first attempts per interval; ``patience`` None: nobody leaves; ``waiting_room`` None:
    unlimited; ``speed`` of each chat while its adviser holds 1, 2, ... of them, empty for other channels; ``balking``
    share of those who would have to wait and leave instead; ``lines`` name of the group of lines that it shares;
    ``backlog`` contacts that wait when the horizon starts. The rules of a real centre are off by default.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", arbitrary_types_allowed=True)

    channel: str
    volume: tuple[float, ...] = Field(repr=False)
    handle_time: HandleTime
    patience: Law | None
    waiting_room: int | None
    closing: Literal["serve", "drop"]
    speed: tuple[float, ...]
    equal_rank: EqualRank
    hours: Hours
    target: Target | None
    redial: Return | None = None
    repeat: Return | None = None
    volume_counts: VolumeCounts = VolumeCounts()
    balking: float = 0.0
    lines: str | None = None
    misrouted: dict[str, Transfer] = Field(default_factory=dict)
    callback: Callback | None = None
    classes: dict[str, CustomerClass] = Field(default_factory=dict)
    adviser: OwnAdviser | None = None
    appointments: Appointments | None = None
    backlog: int = 0
    arrivals: Arrivals | None = None
    variability: Variability = Variability()

    @property
    def kind(self) -> Kind:
        """Exclusive (one live contact at a time), chat (several) or deferred (a backlog)."""
        return "chat" if self.channel == "chat" else "exclusive" if self.live else "deferred"

    @property
    def live(self) -> bool:
        """Whether the customer waits in person."""
        return self.channel in LIVE

    def to_dict(self) -> dict[str, Any]:
        """As the file writes it, every value explicit."""
        written: dict[str, Any] = {"channel": self.channel}
        if self.arrivals is None:
            written["volume"] = list(self.volume)
        written["handle_time"] = self.handle_time.to_dict()
        if self.patience is not None:
            written["patience"] = self.patience.to_dict()
        if self.waiting_room is not None:
            written["waiting_room"] = self.waiting_room
        if self.live:
            written["closing"] = self.closing
        if self.speed:
            written["speed"] = list(self.speed)
        written["equal_rank"] = self.equal_rank
        written["hours"] = self.hours.to_dict()
        if self.target is not None:
            written["target"] = self.target.to_dict()
        return written | self._rules()

    def _rules(self) -> dict[str, Any]:
        """Those of the rules of a real centre that are on, as the file writes them."""
        written: dict[str, Any] = {}
        for name in ("redial", "repeat", "callback", "adviser", "appointments", "arrivals"):
            rule = getattr(self, name)
            if rule is not None:
                written[name] = rule.to_dict()
        for name in ("balking", "lines", "backlog"):
            if getattr(self, name):
                written[name] = getattr(self, name)
        for name in ("misrouted", "classes"):
            if getattr(self, name):
                written[name] = {key: value.to_dict() for key, value in getattr(self, name).items()}
        if self.volume_counts != VolumeCounts():
            written["volume_counts"] = self.volume_counts.to_dict()
        if self.variability:
            written["variability"] = self.variability.to_dict()
        return written


class QueueForm(BaseModel):
    """A queue as the file writes it; its laws and its target are read by themselves."""

    model_config = ConfigDict(
        frozen=True,
        extra="forbid",
        arbitrary_types_allowed=True,
        json_schema_extra={"required": ["channel", "handle_time"]},
    )

    channel: Annotated[str, Word(CHANNELS)]
    volume: Annotated[Any, AsWritten(VOLUME_SCHEMA)] = None
    handle_time: Annotated[HandleTimeForm, OrShort(Duration())] | None = None
    patience: Annotated[LawForm, OrShort(Duration())] | None = None
    waiting_room: Annotated[int, Whole(0, MOST_WAITING)] | None = None
    closing: Annotated[Literal["serve", "drop"], Word(("serve", "drop"))] | None = None
    speed: Annotated[tuple[float, ...], ListOf(Number(0, 1, above=True), 1, 20)] | None = None
    equal_rank: Annotated[EqualRank, Word(EQUAL_RANKS)] = "file"
    hours: Annotated[Hours, HoursRule()] | None = None
    opens: Annotated[Any, AsWritten({"type": "string"})] = None
    closes: Annotated[Any, AsWritten({"type": "string"})] = None
    target: TargetForm | None = None
    redial: ReturnForm | None = None
    repeat: ReturnForm | None = None
    volume_counts: Annotated[VolumeCounts, CountsRule()] | None = None
    balking: Share | None = None
    lines: Annotated[str, NameOf(what='lines in the table [lines], such as "main"')] | None = None
    misrouted: dict[str, MisroutedForm] | None = None
    callback: CallbackForm | None = None
    classes: dict[str, ClassForm] | None = None
    adviser: OwnAdviserForm | None = None
    appointments: AppointmentsForm | None = None
    backlog: Annotated[int, Whole(0, MOST_WAITING)] | None = None
    arrivals: Annotated[Any, AsWritten(ARRIVALS_SCHEMA)] = None
    variability: VariabilityForm | None = None
