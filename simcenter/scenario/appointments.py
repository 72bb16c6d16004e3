"""Appointments: visits at agreed times, beside those who walk in, as written and resolved."""

from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field

from simcenter.scenario.fields import AnyDuration, AsWritten, ClassPriority, Share
from simcenter.scenario.units import seconds_text

MOST_AT_A_TIME = 10_000

SLOTS_SCHEMA = {
    "description": "appointments at the start of each interval: a list of a day or of the horizon",
    "type": "array",
    "items": {"type": "integer", "minimum": 0, "maximum": MOST_AT_A_TIME},
    "minItems": 1,
}


class Appointments(BaseModel):
    """The appointments of a face-to-face queue.

    ``slots`` (T,) appointments at the start of each interval; ``no_show`` share that does not come; the others come
    ``early_s`` before their time on average, with a standard deviation of ``sd_s``; ``priority`` as that of classes
    (1 for those who walk in).
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    slots: tuple[int, ...] = Field(repr=False)
    no_show: float = 0.0
    early_s: float = 0.0
    sd_s: float = 0.0
    priority: int = 0

    def to_dict(self) -> dict[str, Any]:
        """As the file writes it, every value explicit."""
        return {
            "slots": list(self.slots),
            "no_show": self.no_show,
            "early": seconds_text(self.early_s),
            "sd": seconds_text(self.sd_s),
            "priority": self.priority,
        }


class AppointmentsForm(BaseModel):
    """Appointments as the file writes them; their slots are read once the calendar is known."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    slots: Annotated[Any, AsWritten(SLOTS_SCHEMA)]
    no_show: Share = 0.0
    early: AnyDuration = 0.0
    sd: AnyDuration = 0.0
    priority: ClassPriority = 0

    def resolved(self, slots: tuple[int, ...]) -> Appointments:
        """The appointments with every value explicit."""
        return Appointments(slots=slots, no_show=self.no_show, early_s=self.early, sd_s=self.sd, priority=self.priority)
