"""Arrivals: the exact times of a queue's contacts, replayed from history, as resolved."""

import math
from typing import Any

from pydantic import BaseModel, ConfigDict, Field

ARRIVALS_SCHEMA = {
    "description": "arrival times to replay: a file with the column arrival (and handle_s, queue), or seconds",
    "anyOf": [
        {"type": "string", "pattern": r"\.([cC][sS][vV]|[xX][lL][sS][xX])(#.+)?$"},
        {
            "type": "object",
            "properties": {
                "at": {"type": "array", "items": {"type": "number", "minimum": 0}, "minItems": 1},
                "handle": {"type": "array", "items": {"anyOf": [{"type": "number", "minimum": 0}, {"type": "null"}]}},
            },
            "required": ["at"],
            "additionalProperties": False,
        },
    ],
}


class Arrivals(BaseModel):
    """The first attempts of a queue one by one: ``at_s`` seconds since 00:00 of the first day, ascending.

    ``handle_s`` their handle times, NaN for one that is drawn; None: all are drawn.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    at_s: tuple[float, ...] = Field(repr=False)
    handle_s: tuple[float, ...] | None = Field(default=None, repr=False)

    def to_dict(self) -> dict[str, Any]:
        """As the file writes it, every value explicit; null for a handle time that is drawn."""
        written: dict[str, Any] = {"at": list(self.at_s)}
        if self.handle_s is not None:
            written["handle"] = [None if math.isnan(handle) else handle for handle in self.handle_s]
        return written
