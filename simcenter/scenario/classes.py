"""Classes: customers of one queue who are served differently, as written and resolved."""

from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict

from simcenter.scenario.fields import AnyDuration, ClassPriority, Duration, OrShort, Share
from simcenter.scenario.laws import Law, LawForm
from simcenter.scenario.target import Target, TargetForm
from simcenter.scenario.units import seconds_text


class CustomerClass(BaseModel):
    """A class of a queue's customers.

    ``share`` of the queue's customers; ``priority`` among those whom a desk may take next, lowest first (1 for
    customers of no class); ``credit_s`` waiting time that they are given on entering; ``patience`` None: nobody
    leaves; ``target`` None: none of its own.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", arbitrary_types_allowed=True)

    share: float
    priority: int = 1
    credit_s: float = 0.0
    patience: Law | None = None
    target: Target | None = None

    def to_dict(self) -> dict[str, Any]:
        """As the file writes it, every value explicit."""
        written: dict[str, Any] = {
            "share": self.share,
            "priority": self.priority,
            "credit": seconds_text(self.credit_s),
        }
        if self.patience is not None:
            written["patience"] = self.patience.to_dict()
        if self.target is not None:
            written["target"] = self.target.to_dict()
        return written


class ClassForm(BaseModel):
    """A class as the file writes it; its patience and its target are read by themselves."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    share: Share
    priority: ClassPriority = 1
    credit: AnyDuration = 0.0
    patience: Annotated[LawForm, OrShort(Duration())] | None = None
    target: TargetForm | None = None
