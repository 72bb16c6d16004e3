"""Returns: customers who come back, and what the volumes of a file count, as written and resolved."""

from typing import Any, Literal

from pydantic import BaseModel, ConfigDict

from simcenter.scenario.laws import Law

Counts = Literal["first attempts", "all attempts"]


class Return(BaseModel):
    """Customers who come back after a leg: redials (it was not answered) or repeats (it settled nothing).

    ``share`` of them; ``after`` how long they stay away, in seconds by the clock or, where ``working``, of the open
    time of the queue ``to`` that they come to; ``at_most`` attempts in all, the first included.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    share: float
    after: Law
    working: bool = False
    at_most: int = 10
    to: str

    def to_dict(self) -> dict[str, Any]:
        """As the file writes it, every value explicit."""
        after = self.after.to_dict(" working s" if self.working else " s")
        return {"share": self.share, "after": after, "at_most": self.at_most, "to": self.to}


class VolumeCounts(BaseModel):
    """What a queue's volumes count: first attempts, or all of them as an ACD does, redials and repeats included.

    ``abandoned`` the share of the counted that were not answered, None where it is not needed.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    counts: Counts = "first attempts"
    abandoned: float | None = None

    def to_dict(self) -> dict[str, Any]:
        """As the file writes it, every value explicit."""
        written: dict[str, Any] = {"counts": self.counts}
        if self.abandoned is not None:
            written["abandoned"] = self.abandoned
        return written
