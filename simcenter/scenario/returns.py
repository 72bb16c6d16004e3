"""Returns: customers who come back, and what the volumes of a file count, as written and resolved."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict
from pydantic_core import PydanticCustomError

from simcenter.scenario.delay import Delay, DelayForm
from simcenter.scenario.fields import Json, NameOf, Number, OrShort, Rule, Share, Whole, Word, said
from simcenter.scenario.laws import Law
from simcenter.scenario.problems import NOTHING, Problem, nearest, several

Counts = Literal["first attempts", "all attempts"]


class Return(BaseModel):
    """Customers who come back after a leg: redials (it was not answered) or repeats (it settled nothing).

    ``share`` of them; ``after`` how long they stay away, in seconds by the clock or, where ``working``, of the open
    time of the queue ``to`` that they come to; ``at_most`` attempts in all, the first included; ``same_patience``
    whether they have the patience of the time before.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    share: float
    after: Law
    working: bool = False
    at_most: int = 10
    to: str
    same_patience: bool = False

    def to_dict(self) -> dict[str, Any]:
        """As the file writes it, every value explicit."""
        after = self.after.to_dict(" working s" if self.working else " s")
        written = {"share": self.share, "after": after, "at_most": self.at_most, "to": self.to}
        return written | ({"patience": "same"} if self.same_patience else {})


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


class ReturnForm(BaseModel):
    """Customers who come back, as the file writes it; the law of ``after`` is read by itself."""

    model_config = ConfigDict(frozen=True, extra="forbid", json_schema_extra={"required": ["share", "after"]})

    share: Share
    after: Annotated[DelayForm, OrShort(Delay())] | None = None
    at_most: Annotated[int, Whole(1, 100)] = 10
    to: Annotated[str, NameOf(what="a queue")] | None = None
    patience: Annotated[str, Word(("new", "same"))] | None = None


_COUNTS = Word(("first attempts", "all attempts"))
_ABANDONED = Number(0, 1, below=True)


@dataclass(frozen=True)
class CountsRule(Rule):
    """What volumes count: a word, or a table with the share abandoned too."""

    def check(self, value: Any) -> VolumeCounts:
        """The counts."""
        if not isinstance(value, Mapping):
            return VolumeCounts(counts=_COUNTS.check(value))
        keys = ("counts", "abandoned")
        problems: list[Problem] = [
            ((str(name),), f"must be a known key {nearest(str(name), keys)}", value[name])
            for name in value
            if name not in keys
        ]
        read: dict[str, Any] = {}
        for name, rule in (("counts", _COUNTS), ("abandoned", _ABANDONED)):
            if value.get(name) is not None:
                try:
                    read[name] = rule.check(value[name])
                except PydanticCustomError as error:
                    problems += [((name, *place), text, got) for place, text, got in said(error)]
        if value.get("counts") is None:
            problems.append((("counts",), "must be given", NOTHING))
        if problems:
            raise several(problems)
        return VolumeCounts(**read)

    def schema(self) -> Json:
        """JSON Schema of what may be written."""
        table = {
            "type": "object",
            "properties": {"counts": _COUNTS.schema(), "abandoned": _ABANDONED.schema()},
            "required": ["counts"],
            "additionalProperties": False,
        }
        return {"anyOf": [_COUNTS.schema(), table]}
