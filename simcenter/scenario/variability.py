"""Variability: how far demand strays from its volumes by chance of the day and of the interval."""

from typing import Annotated

from pydantic import BaseModel, ConfigDict

from simcenter.scenario.fields import Number, Share

Cv = Annotated[float, Number(0, 5)]


class Variability(BaseModel):
    """The coefficients of variation of a queue's busyness of the ``day`` and of each ``interval``."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    day: Cv = 0.0
    interval: Cv = 0.0

    def __bool__(self) -> bool:
        return bool(self.day or self.interval)

    def to_dict(self) -> dict[str, float]:
        """As the file writes it, every value explicit."""
        return self.model_dump()


class CentreVariability(Variability):
    """The variability of queues without their own, and how much of a day's busyness they share."""

    shared: Share = 1.0


class VariabilityForm(BaseModel):
    """A queue's variability as the file writes it; what is left out is the centre's."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    day: Cv | None = None
    interval: Cv | None = None

    def resolved(self, centre: Variability) -> Variability:
        """The variability with every value explicit."""
        return Variability(
            day=centre.day if self.day is None else self.day,
            interval=centre.interval if self.interval is None else self.interval,
        )
