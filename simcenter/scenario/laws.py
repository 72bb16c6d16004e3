"""Laws: how a duration varies around its mean. The short forms resolved, and every moment checked."""

import math
from collections.abc import Callable
from typing import Annotated, Any, TypeVar

from pydantic import BaseModel, ConfigDict, Field

from simcenter.scenario.fields import AnyDuration, Duration, Line, ListOf, Number, PositiveDuration, Whole, Word
from simcenter.scenario.parts import Part
from simcenter.scenario.problems import NOTHING, Problem
from simcenter.scenario.tables import Files
from simcenter.scenario.units import plain_number, seconds_text, spoken

LAWS = (
    "exponential",
    "lognormal",
    "gamma",
    "erlang",
    "weibull",
    "deterministic",
    "uniform",
    "triangular",
    "hyperexponential",
    "empirical",
)

OWN_KEYS = {
    "erlang": ("stages",),
    "weibull": ("shape",),
    "uniform": ("low", "high"),
    "triangular": ("low", "mode", "high"),
    "hyperexponential": ("means", "shares"),
}
"""The keys that a law needs besides its mean (exponential, lognormal, gamma, erlang, weibull, deterministic)."""

_ALL_OWN = ("stages", "shape", "low", "mode", "high", "means", "shares", "file", "values")
_NEEDS_MEAN = ("exponential", "lognormal", "gamma", "erlang", "weibull", "deterministic")
_CLOSE = 1e-6


class Law(BaseModel):
    """The law of a duration: its name, moments and parameters, all in seconds.

    ``cv`` is the coefficient of variation (standard deviation / mean), computed for every law. Parameters that the
    law does not have are None: ``stages`` (erlang), ``shape`` (weibull), ``low_s``, ``high_s`` (uniform, triangular),
    ``mode_s`` (triangular), ``means_s``, ``shares`` (hyperexponential), ``values_s`` (empirical, ascending).
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    law: str
    mean_s: float
    cv: float
    stages: int | None = None
    shape: float | None = None
    low_s: float | None = None
    mode_s: float | None = None
    high_s: float | None = None
    means_s: tuple[float, ...] | None = None
    shares: tuple[float, ...] | None = None
    values_s: tuple[float, ...] | None = None

    def to_dict(self, unit: str = " s") -> dict[str, Any]:
        """As the file writes it, every value explicit, times in a unit that is a second long."""
        written: dict[str, Any] = {"law": self.law, "mean": plain_number(self.mean_s) + unit, "cv": self.cv}
        for name in ("stages", "shape"):
            if getattr(self, name) is not None:
                written[name] = getattr(self, name)
        for name in ("low", "mode", "high"):
            if getattr(self, f"{name}_s") is not None:
                written[name] = plain_number(getattr(self, f"{name}_s")) + unit
        if self.means_s is not None and self.shares is not None:
            written["means"] = [plain_number(mean) + unit for mean in self.means_s]
            written["shares"] = list(self.shares)
        if self.values_s is not None:
            written["values"] = [plain_number(value) + unit for value in self.values_s]
        return written


class LawForm(BaseModel):
    """A law as the file writes it: a duration (its mean), or a table."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    law: Annotated[str, Word(LAWS)] | None = None
    mean: PositiveDuration | None = None
    cv: Annotated[float, Number(0, 100)] | None = None
    stages: Annotated[int, Whole(1, 1000)] | None = None
    shape: Annotated[float, Number(0.1, 100)] | None = None
    low: AnyDuration | None = None
    mode: AnyDuration | None = None
    high: PositiveDuration | None = None
    means: Annotated[tuple[float, ...], ListOf(Duration(), 2, 100)] | None = None
    shares: Annotated[tuple[float, ...], ListOf(Number(0, 1, above=True), 2, 100)] | None = None
    file: Line | None = None
    values: Annotated[tuple[float, ...], ListOf(Duration(zero=True), 1, 200_000)] | None = Field(
        default=None, description="the durations of an empirical law, in place of a file"
    )


class HandleTimeForm(LawForm):
    """A handle time as the file writes it: a law, with its mean part after the customer has left."""

    wrap_up: AnyDuration = 0.0


LawF = TypeVar("LawF", bound=LawForm)


class HandleTime(BaseModel):
    """How long a contact takes an adviser: its law, and the mean part of it after the customer has left."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    law: Law
    wrap_up_s: float = 0.0

    def to_dict(self) -> dict[str, Any]:
        """As the file writes it, every value explicit."""
        return {**self.law.to_dict(), "wrap_up": seconds_text(self.wrap_up_s)}


def resolve_law(part: Part[LawF], files: Files, bare: str = "exponential") -> tuple[Law | None, list[Problem]]:
    """The law that a form describes (None where it is broken), and what does not fit together.

    ``bare`` is the law of a mean alone.
    """
    if not part.ok("law"):
        return None, []
    name = part.form.law or ("lognormal" if part.given("cv") else bare)
    problems = _wrong_keys(part, name)
    if problems or part.broken:
        return None, problems
    return _RESOLVERS[name](part.form, name, files)


def resolve_handle_time(part: Part[HandleTimeForm], files: Files) -> tuple[HandleTime | None, list[Problem]]:
    """The handle time that a form describes (None where it is broken), and what does not fit together."""
    law, problems = resolve_law(part, files)
    if law is None or not part.ok("wrap_up"):
        return None, problems
    if part.form.wrap_up >= law.mean_s:
        rule = f"must be shorter than the mean handle time ({spoken(law.mean_s)}), which contains it"
        return None, [*problems, (("wrap_up",), rule, ...)]
    return HandleTime(law=law, wrap_up_s=part.form.wrap_up), problems


def _wrong_keys(part: Part[LawF], name: str) -> list[Problem]:
    """The keys that a law lacks, and those that it does not have."""
    own = ("file", "values") if name == "empirical" else OWN_KEYS.get(name, ())
    problems: list[Problem] = []
    if name == "empirical":
        if part.given("file") == part.given("values"):
            got = ... if part.given("file") else NOTHING
            problems.append((("file",), "must be given for the empirical law (or values instead, not both)", got))
    else:
        needed = [own_key for own_key in own if not part.given(own_key)]
        problems += [((own_key,), f"must be given for the {name} law", NOTHING) for own_key in needed]
    if name in _NEEDS_MEAN and not part.given("mean"):
        problems.append((("mean",), "must be given", NOTHING))
    if name in ("lognormal", "gamma"):
        if not part.given("cv"):
            problems.append((("cv",), f"must be given for the {name} law", NOTHING))
        elif part.ok("cv") and part.form.cv is not None and part.form.cv < 0.001:
            problems.append((("cv",), f"must be a number from 0.001 to 100 for the {name} law", ...))
    for other in _ALL_OWN:
        if other not in own and part.given(other):
            problems.append(((other,), f"must be left out, as the {name} law has no such key", ...))
    return problems


def _agreeing(form: LawForm, name: str, mean_s: float, cv: float, **own: Any) -> tuple[Law | None, list[Problem]]:
    """The law, if mean and cv agree with it where they are given as well."""
    problems: list[Problem] = []
    if form.mean is not None and not math.isclose(form.mean, mean_s, rel_tol=_CLOSE):
        rule = f"must be left out or equal the mean of this {name} law ({spoken(mean_s)})"
        problems.append((("mean",), rule, ...))
    if form.cv is not None and not math.isclose(form.cv, cv, rel_tol=_CLOSE):
        rule = f"must be left out or equal the cv of this {name} law ({cv:.6g})"
        problems.append((("cv",), rule, ...))
    if problems:
        return None, problems
    return Law(law=name, mean_s=mean_s, cv=cv, **own), []


def _of_mean(form: LawForm, name: str, files: Files) -> tuple[Law | None, list[Problem]]:
    assert form.mean is not None
    cv = {"exponential": 1.0, "deterministic": 0.0}.get(name)
    if cv is None:
        assert form.cv is not None
        cv = form.cv
    return _agreeing(form, name, form.mean, cv)


def _erlang(form: LawForm, name: str, files: Files) -> tuple[Law | None, list[Problem]]:
    assert form.mean is not None
    assert form.stages is not None
    return _agreeing(form, name, form.mean, 1 / math.sqrt(form.stages), stages=form.stages)


def _weibull(form: LawForm, name: str, files: Files) -> tuple[Law | None, list[Problem]]:
    assert form.mean is not None
    assert form.shape is not None
    ratio = math.exp(math.lgamma(1 + 2 / form.shape) - 2 * math.lgamma(1 + 1 / form.shape))
    return _agreeing(form, name, form.mean, math.sqrt(max(0.0, ratio - 1)), shape=form.shape)


def _uniform(form: LawForm, name: str, files: Files) -> tuple[Law | None, list[Problem]]:
    assert form.low is not None
    assert form.high is not None
    if not form.low < form.high:
        return None, [(("high",), f"must be longer than low ({spoken(form.low)})", ...)]
    mean_s = (form.low + form.high) / 2
    return _agreeing(
        form, name, mean_s, (form.high - form.low) / math.sqrt(12) / mean_s, low_s=form.low, high_s=form.high
    )


def _triangular(form: LawForm, name: str, files: Files) -> tuple[Law | None, list[Problem]]:
    assert form.low is not None
    assert form.mode is not None
    assert form.high is not None
    low, mode, high = form.low, form.mode, form.high
    if not low < high:
        return None, [(("high",), f"must be longer than low ({spoken(low)})", ...)]
    if not low <= mode <= high:
        rule = f"must lie between low ({spoken(low)}) and high ({spoken(high)})"
        return None, [(("mode",), rule, ...)]
    mean_s = (low + mode + high) / 3
    # (a-b)^2 + (b-c)^2 + (c-a)^2 over 36: the variance without cancellation.
    variance = ((mode - low) ** 2 + (high - mode) ** 2 + (high - low) ** 2) / 36
    return _agreeing(form, name, mean_s, math.sqrt(variance) / mean_s, low_s=low, mode_s=mode, high_s=high)


def _hyperexponential(form: LawForm, name: str, files: Files) -> tuple[Law | None, list[Problem]]:
    assert form.means is not None
    assert form.shares is not None
    if len(form.shares) != len(form.means):
        return None, [(("shares",), f"must be as many as means ({len(form.means)})", ...)]
    if not math.isclose(math.fsum(form.shares), 1, abs_tol=1e-9):
        return None, [(("shares",), f"must sum to 1 (they sum to {math.fsum(form.shares):.10g})", ...)]
    mean_s = math.fsum(p * m for p, m in zip(form.shares, form.means, strict=True))
    # Var = mean^2 + 2 Var(means): never below an exponential's.
    spread = math.fsum(p * (m - mean_s) ** 2 for p, m in zip(form.shares, form.means, strict=True))
    cv = math.sqrt(1 + 2 * spread / mean_s**2)
    return _agreeing(form, name, mean_s, cv, means_s=form.means, shares=form.shares)


def _empirical(form: LawForm, name: str, files: Files) -> tuple[Law | None, list[Problem]]:
    values = form.values
    if form.file is not None:
        read, problems = files.durations(form.file)
        if problems:
            return None, [(("file",), rule, got) for rule, got in problems]
        values = tuple(read)
    assert values is not None
    ordered = tuple(sorted(values))
    mean_s = math.fsum(ordered) / len(ordered)
    if mean_s <= 0:
        where = "values" if form.file is None else "file"
        return None, [((where,), "must have a mean longer than 0 s", "0 s")]
    variance = math.fsum((value - mean_s) ** 2 for value in ordered) / len(ordered)
    return _agreeing(form, name, mean_s, math.sqrt(variance) / mean_s, values_s=ordered)


_Resolver = Callable[[LawForm, str, Files], tuple[Law | None, list[Problem]]]
_RESOLVERS: dict[str, _Resolver] = {
    "exponential": _of_mean,
    "lognormal": _of_mean,
    "gamma": _of_mean,
    "deterministic": _of_mean,
    "erlang": _erlang,
    "weibull": _weibull,
    "uniform": _uniform,
    "triangular": _triangular,
    "hyperexponential": _hyperexponential,
    "empirical": _empirical,
}
