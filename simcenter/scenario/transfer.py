"""Transfers: contacts handed on to another queue, as written and resolved."""

from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from simcenter.scenario.fields import AnyDuration, Factor, Share, Word
from simcenter.scenario.units import seconds_text

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


class TransferForm(BaseModel):
    """A transfer as the file writes it in full."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    share: Share
    kind: Annotated[Literal["cold", "warm"], Word(("cold", "warm"))] = "cold"
    after: AnyDuration | None = None
    handover: AnyDuration | None = None
    handle: Factor = 1.0

    def resolved(self) -> Transfer:
        """The transfer with every value explicit."""
        return Transfer(
            share=self.share, kind=self.kind, after_s=self.after, handover_s=self.handover or 0.0, handle=self.handle
        )
