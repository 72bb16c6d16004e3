"""Transfers: contacts handed on to another queue, as written and resolved."""

from dataclasses import dataclass
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from simcenter.scenario.fields import AnyDuration, ClassPriority, Duration, Factor, Json, Rule, Share, Word
from simcenter.scenario.problems import broken
from simcenter.scenario.units import DURATION_RULE, read_duration, seconds_text

IfBusy = Literal["wait", "keep", "disconnect"]


class Transfer(BaseModel):
    """A share of the contacts handed on to another queue.

    ``after_s`` time spent before handing on (None: the full handle time); ``handover_s`` how long a warm hand-over
    holds the first adviser after the answer; ``handle`` factor on the next leg's handle time; ``identify_s`` what a
    cold hand-over costs the next adviser; ``if_busy`` what happens when nobody there is free; ``priority`` of the
    contact there (None: its class's); its credit of waiting time: ``credit_s``, or what it has waited so far where
    ``credit_waited``; ``shares`` in place of ``share`` for some of the queue's classes.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    share: float
    kind: Literal["cold", "warm"] = "cold"
    after_s: float | None = None
    handover_s: float = 0.0
    handle: float = 1.0
    identify_s: float = 0.0
    if_busy: IfBusy = "wait"
    priority: int | None = None
    credit_s: float = 0.0
    credit_waited: bool = False
    shares: dict[str, float] = Field(default_factory=dict)

    def to_dict(self) -> dict[str, Any]:
        """As the file writes it, every value explicit but those of rules that are off."""
        written: dict[str, Any] = {"share": self.share, "kind": self.kind}
        if self.after_s is not None:
            written["after"] = seconds_text(self.after_s)
        if self.kind == "warm":
            written["handover"] = seconds_text(self.handover_s)
        written["handle"] = self.handle
        if self.identify_s:
            written["identify"] = seconds_text(self.identify_s)
        if self.if_busy != "wait":
            written["if_busy"] = self.if_busy
        if self.priority is not None:
            written["priority"] = self.priority
        if self.credit_waited:
            written["credit"] = "waited"
        elif self.credit_s:
            written["credit"] = seconds_text(self.credit_s)
        if self.shares:
            written["shares"] = dict(self.shares)
        return written


@dataclass(frozen=True)
class Credit(Rule):
    """Waiting time that a contact is given: a duration, or what it has waited so far."""

    def check(self, value: Any) -> float | str:
        """Seconds, or ``"waited"``."""
        if value == "waited":
            return "waited"
        try:
            return Duration(zero=True).bounded(read_duration(value))
        except ValueError as error:
            raise broken(f'{error}, or "waited"' if str(error) == DURATION_RULE else str(error)) from None

    def schema(self) -> Json:
        """JSON Schema of what may be written."""
        return {"anyOf": [Duration().schema(), {"type": "string", "enum": ["waited"]}]}


class HandOnForm(BaseModel):
    """How a share of the contacts is handed on, as the file writes it in full."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    share: Share
    kind: Annotated[Literal["cold", "warm"], Word(("cold", "warm"))] = "cold"
    after: AnyDuration | None = None
    handover: AnyDuration | None = None
    handle: Factor = 1.0
    identify: AnyDuration | None = None
    if_busy: Annotated[IfBusy, Word(("wait", "keep", "disconnect"))] = "wait"
    priority: ClassPriority | None = None
    credit: Annotated[float | str, Credit()] | None = None

    def resolved(self) -> Transfer:
        """The transfer with every value explicit."""
        return Transfer(
            share=self.share,
            kind=self.kind,
            after_s=self.after,
            handover_s=self.handover or 0.0,
            handle=self.handle,
            identify_s=self.identify or 0.0,
            if_busy=self.if_busy,
            priority=self.priority,
            credit_s=self.credit if isinstance(self.credit, float) else 0.0,
            credit_waited=self.credit == "waited",
            shares=self._shares(),
        )

    def _shares(self) -> dict[str, float]:
        return {}


class TransferForm(HandOnForm):
    """A transfer as the file writes it in full."""

    shares: dict[str, Share] | None = None

    def _shares(self) -> dict[str, float]:
        return dict(self.shares or {})


class MisroutedForm(HandOnForm):
    """A share of a queue's contacts that belongs to another queue, as the file writes it."""

    model_config = ConfigDict(frozen=True, extra="forbid", json_schema_extra={"required": ["share", "after"]})
