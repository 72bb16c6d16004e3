"""Callback: customers who are called back instead of waiting on the line, as written and resolved."""

from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict

from simcenter.scenario.fields import AnyDuration, PositiveDuration, Share, Whole
from simcenter.scenario.units import seconds_text


class Callback(BaseModel):
    """The offer of a callback, made when the predicted wait is longer than ``over_s``.

    ``accepted`` share of those offered it who take it; ``reached`` share of the calls back that are answered;
    ``tries`` calls at most, ``retry_s`` of open time between them, each ringing ``ring_s`` in vain.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    over_s: float
    accepted: float
    reached: float = 1.0
    tries: int = 3
    retry_s: float = 900.0
    ring_s: float = 30.0

    def to_dict(self) -> dict[str, Any]:
        """As the file writes it, every value explicit."""
        return {
            "over": seconds_text(self.over_s),
            "accepted": self.accepted,
            "reached": self.reached,
            "tries": self.tries,
            "retry": seconds_text(self.retry_s),
            "ring": seconds_text(self.ring_s),
        }


class CallbackForm(BaseModel):
    """The offer of a callback as the file writes it."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    over: AnyDuration
    accepted: Share
    reached: Share = 1.0
    tries: Annotated[int, Whole(1, 100)] = 3
    retry: PositiveDuration = 900.0
    ring: AnyDuration = 30.0

    def resolved(self) -> Callback:
        """The offer with every value explicit."""
        return Callback(
            over_s=self.over,
            accepted=self.accepted,
            reached=self.reached,
            tries=self.tries,
            retry_s=self.retry,
            ring_s=self.ring,
        )
