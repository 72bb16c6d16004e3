"""Delays: how long customers stay away before they come back, by the clock or in the open time of a queue."""

from dataclasses import dataclass
from typing import Annotated, Any

from pydantic import Field

from simcenter.scenario.fields import Duration, Json, ListOf
from simcenter.scenario.laws import Law, LawForm, resolve_law
from simcenter.scenario.parts import Part
from simcenter.scenario.problems import Problem, broken
from simcenter.scenario.tables import Files
from simcenter.scenario.units import read_delay

DELAY_PATTERN = r"^\s*[0-9.]+([eE][+-]?[0-9]+)?\s*((working )?(s|min)|h|working +hours?)\s*$"


class WorkingSeconds(float):
    """Seconds of a queue's open time."""


@dataclass(frozen=True)
class Delay(Duration):
    """A duration in seconds, by the clock or of open time."""

    def check(self, value: Any) -> float:
        """Seconds; `WorkingSeconds` where they are of open time."""
        try:
            seconds, working = read_delay(value)
            seconds = self.bounded(seconds)
        except ValueError as error:
            raise broken(str(error)) from None
        return WorkingSeconds(seconds) if working else seconds

    def schema(self) -> Json:
        """JSON Schema of what may be written."""
        return {"type": "string", "pattern": DELAY_PATTERN, "examples": ["20 min", "4 working hours"]}


class DelayForm(LawForm):
    """The law of a delay as the file writes it: a duration (always the same), or a table."""

    mean: Annotated[float, Delay()] | None = None
    low: Annotated[float, Delay(zero=True)] | None = None
    mode: Annotated[float, Delay(zero=True)] | None = None
    high: Annotated[float, Delay()] | None = None
    means: Annotated[tuple[float, ...], ListOf(Delay(), 2, 100)] | None = None
    values: Annotated[tuple[float, ...], ListOf(Delay(zero=True), 1, 200_000)] | None = Field(
        default=None, description="the durations of an empirical law, in place of a file"
    )


def resolve_delay(part: Part[DelayForm], files: Files) -> tuple[Law | None, bool, list[Problem]]:
    """The law that a form describes (None where it is broken), whether its seconds are of open time, and what is wrong.

    A mean alone is a delay that is always the same.
    """
    law, problems = resolve_law(part, files, bare="deterministic")
    kinds = {isinstance(seconds, WorkingSeconds) for seconds in _times(part) if seconds}
    if len(kinds) > 1:
        problems.append(((), "must have all its times by the clock, or all of them in working time", ...))
        law = None
    return law, True in kinds, problems


def _times(part: Part[DelayForm]) -> list[float]:
    """Every duration of a form that is well formed."""
    single = [getattr(part.form, name) for name in ("mean", "low", "mode", "high") if part.ok(name)]
    several = [getattr(part.form, name) or () for name in ("means", "values") if part.ok(name)]
    return [seconds for seconds in single if seconds is not None] + [one for many in several for one in many]
