"""Targets: what a queue or the whole centre promises, as written and resolved."""

from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict

from simcenter.scenario.fields import APromise, Share, Word
from simcenter.scenario.parts import Part
from simcenter.scenario.problems import NOTHING, Problem
from simcenter.scenario.units import Promise

Per = Literal["interval", "day", "horizon"]
DEFINITIONS = ("sl_offered", "sl_answered", "sl_excl_early_abandons", "sl_abandons_met", "sl_short_abandons_met")
APer = Annotated[Per, Word(("interval", "day", "horizon"))]

_VALUES = ("answered", "within", "abandoned", "asa", "wait_p90", "resolved", "callback_within", "called_back")
_LIMITS = ("answered", "abandoned", "asa", "wait_p90", "resolved", "callback_within")
_TIMES = ("within", "asa", "wait_p90", "callback_within")
CALLED_BACK = 0.9
"""The share of the callbacks in time, where a target names only the time."""


class Target(BaseModel):
    """The limits of one queue; None where there is none. Shares are 0..1.

    ``answered`` of the contacts within ``within`` at least, by the service level ``definition``; ``abandoned`` at
    most; ``asa`` and ``wait_p90`` at most; ``resolved`` at least; ``called_back`` of the accepted callbacks reached
    within ``callback_within`` at least; each in every cell of ``per``.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", arbitrary_types_allowed=True)

    answered: float | None = None
    within: Promise | None = None
    abandoned: float | None = None
    asa: Promise | None = None
    wait_p90: Promise | None = None
    resolved: float | None = None
    callback_within: Promise | None = None
    called_back: float | None = None
    per: Per = "day"
    definition: str = "sl_offered"

    def to_dict(self) -> dict[str, Any]:
        """As the file writes it, every value explicit."""
        written: dict[str, Any] = {}
        for name in _VALUES:
            value = getattr(self, name)
            if value is not None:
                written[name] = str(value) if isinstance(value, Promise) else value
        written["per"] = self.per
        if self.answered is not None:
            written["definition"] = self.definition
        return written


class TargetForm(BaseModel):
    """The target of a queue as the file writes it."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    answered: Share | None = None
    within: APromise | None = None
    abandoned: Share | None = None
    asa: APromise | None = None
    wait_p90: APromise | None = None
    resolved: Share | None = None
    callback_within: APromise | None = None
    called_back: Share | None = None
    per: APer = "day"
    definition: Annotated[str, Word(DEFINITIONS)] | None = None


class CentreTargets(BaseModel):
    """Caps on the customers of the whole centre: shares handed on at least once, and twice or more; None: no cap."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    transferred: Share | None = None
    bounced: Share | None = None
    per: APer = "day"

    def to_dict(self) -> dict[str, Any]:
        """As the file writes it, every value explicit."""
        return {name: value for name, value in self.model_dump().items() if value is not None}


def resolve_target(part: Part[TargetForm], live: bool, callback: bool) -> tuple[Target | None, list[Problem]]:
    """A queue's target in the units of its channel (None where it is broken), and what does not fit together.

    ``callback``: whether the queue offers one.
    """
    problems = _loose_ends(part)
    if not callback:
        rule = "must be left out, as the queue offers no callback"
        problems += [((name,), rule, ...) for name in ("callback_within", "called_back") if part.given(name)]
    promises: dict[str, Promise | None] = {}
    for name in _TIMES:
        promise: Promise | None = getattr(part.form, name) if part.ok(name) else None
        if promise is not None and live and promise.unit != "s":
            problems.append(((name,), "must be a plain time (s, min or h) for a live channel", ...))
        elif promise is not None and not live and promise.unit == "s":
            promise = Promise(promise.amount, "working s")
        elif promise is not None and promise.unit == "working days" and name != "within":
            problems.append(((name,), "must be a time or working hours, as working days differ in length", ...))
        promises[name] = promise
    if part.given("abandoned") and not live:
        problems.append((("abandoned",), "must be left out, as nobody abandons a deferred channel", ...))
    if part.broken:
        return None, problems
    form = part.form
    target = Target(
        answered=form.answered,
        abandoned=form.abandoned,
        resolved=form.resolved,
        per=form.per,
        definition=form.definition or "sl_offered",
        called_back=CALLED_BACK if form.callback_within and form.called_back is None else form.called_back,
        **promises,
    )
    return target, problems


def _loose_ends(part: Part[TargetForm]) -> list[Problem]:
    """What is missing in a target."""
    problems: list[Problem] = []
    answered, within = part.given("answered"), part.given("within")
    if not part.broken and not any(part.given(name) for name in (*_LIMITS, "within", "called_back")):
        problems.append(((), f"must name at least one limit ({', '.join(_LIMITS)})", NOTHING))
    if answered and not within:
        problems.append((("within",), "must be given, as answered needs its time", NOTHING))
    if within and not answered:
        problems.append((("answered",), "must be given, as within is the time of answered", NOTHING))
    if part.given("called_back") and not part.given("callback_within"):
        problems.append((("callback_within",), "must be given, as called_back needs its time", NOTHING))
    if part.given("definition") and not answered and not within:
        problems.append((("definition",), "must be left out, as it defines answered, which is not given", ...))
    return problems
