"""Own advisers: customers who wait for an adviser of their own, as written and resolved."""

from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict

from simcenter.scenario.fields import AnyDuration, NameOf, Share, Whole
from simcenter.scenario.units import seconds_text


class OwnAdviser(BaseModel):
    """A share of a queue's customers has an adviser of their own: one of the first ``of`` of a ``desk``.

    They wait for that person up to ``wait_s``, then for anybody.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    share: float
    desk: str
    of: int
    wait_s: float

    def to_dict(self) -> dict[str, Any]:
        """As the file writes it, every value explicit."""
        return {"share": self.share, "desk": self.desk, "of": self.of, "wait": seconds_text(self.wait_s)}


class OwnAdviserForm(BaseModel):
    """Own advisers as the file writes them."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    share: Share
    desk: Annotated[str, NameOf(what="a desk")]
    of: Annotated[int, Whole(1, 100_000)]
    wait: AnyDuration

    def resolved(self) -> OwnAdviser:
        """Own advisers with every value explicit."""
        return OwnAdviser(share=self.share, desk=self.desk, of=self.of, wait_s=self.wait)
