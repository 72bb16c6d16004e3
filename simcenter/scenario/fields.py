"""Fields: the kinds of value a key may have, each with its rule in plain words and its JSON Schema."""

import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Annotated, Any

from pydantic import GetCoreSchemaHandler, GetJsonSchemaHandler
from pydantic_core import CoreSchema, PydanticCustomError, core_schema

from simcenter.scenario.problems import Problem, abridged, broken, several
from simcenter.scenario.units import LONGEST_S, Promise, read_duration, read_promise

Json = dict[str, Any]
DURATION_PATTERN = r"^\s*[0-9.]+([eE][+-]?[0-9]+)?\s*(s|min|h)\s*$"
PROMISE_PATTERN = r"^\s*[0-9.]+([eE][+-]?[0-9]+)?\s*((working )?(s|min)|h|working +(hour|day)s?)\s*$"


class Rule:
    """What a value must be: checks it, and describes itself to editors. Used as the metadata of an annotation."""

    def check(self, value: Any) -> Any:
        """The value in its Python form; raises with the rule when it breaks it."""
        raise NotImplementedError

    def schema(self) -> Json:
        """JSON Schema of what may be written."""
        raise NotImplementedError

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        return core_schema.no_info_plain_validator_function(self.check)

    def __get_pydantic_json_schema__(self, schema: CoreSchema, handler: GetJsonSchemaHandler) -> Json:
        return self.schema()


@dataclass(frozen=True)
class Number(Rule):
    """A finite number between two limits; ``above`` and ``below`` leave the limits themselves out."""

    low: float
    high: float
    above: bool = False
    below: bool = False

    def rule(self) -> str:
        """The rule in words."""
        if not (self.above or self.below):
            return f"must be a number from {self.low:,.15g} to {self.high:,.15g}"
        low = f"{'above' if self.above else 'of at least'} {self.low:,.15g}"
        return f"must be a number {low} and {'below' if self.below else 'at most'} {self.high:,.15g}"

    def check(self, value: Any) -> float:
        """A float."""
        if isinstance(value, bool) or not isinstance(value, int | float):
            raise broken(self.rule())
        low_ok = value > self.low if self.above else value >= self.low
        if not (low_ok and (value < self.high if self.below else value <= self.high)):
            raise broken(self.rule())
        return float(value) + 0.0

    def schema(self) -> Json:
        """JSON Schema of what may be written."""
        low = "exclusiveMinimum" if self.above else "minimum"
        high = "exclusiveMaximum" if self.below else "maximum"
        return {"type": "number", low: self.low, high: self.high}


@dataclass(frozen=True)
class Whole(Rule):
    """A whole number between two limits."""

    low: int
    high: int

    def check(self, value: Any) -> int:
        """An int."""
        if isinstance(value, bool) or not isinstance(value, int) or not self.low <= value <= self.high:
            one = f"must be {self.low:,}"
            raise broken(one if self.low == self.high else f"must be a whole number from {self.low:,} to {self.high:,}")
        return int(value)

    def schema(self) -> Json:
        """JSON Schema of what may be written."""
        return {"type": "integer", "minimum": self.low, "maximum": self.high}


@dataclass(frozen=True)
class Word(Rule):
    """One of a few words."""

    words: tuple[str, ...]

    def check(self, value: Any) -> str:
        """The word."""
        if not isinstance(value, str) or value not in self.words:
            names = [f'"{word}"' for word in self.words]
            one = "" if len(names) == 2 else "one of "
            raise broken(f"must be {one}{', '.join(names[:-1])} or {names[-1]}")
        return value

    def schema(self) -> Json:
        """JSON Schema of what may be written."""
        return {"type": "string", "enum": list(self.words)}


@dataclass(frozen=True)
class Duration(Rule):
    """A duration in seconds; ``zero`` allows none."""

    zero: bool = False

    def check(self, value: Any) -> float:
        """Seconds."""
        try:
            return self.bounded(read_duration(value))
        except ValueError as error:
            raise broken(str(error)) from None

    def bounded(self, seconds: float) -> float:
        """The seconds, if they are neither too few nor too many."""
        if seconds < 0 or (seconds == 0 and not self.zero):
            raise ValueError("must be 0 s or longer" if self.zero else "must be longer than 0 s")
        if seconds > LONGEST_S:
            raise ValueError("must be at most 366 days")
        return seconds + 0.0

    def schema(self) -> Json:
        """JSON Schema of what may be written."""
        return {"type": "string", "pattern": DURATION_PATTERN, "examples": ["20 s", "4 min", "2 h"]}


@dataclass(frozen=True)
class YesNo(Rule):
    """True or false."""

    def check(self, value: Any) -> bool:
        """The value."""
        if not isinstance(value, bool):
            raise broken("must be true or false")
        return value

    def schema(self) -> Json:
        """JSON Schema of what may be written."""
        return {"type": "boolean"}


@dataclass(frozen=True)
class Promised(Rule):
    """A promise: a duration, or working hours or days."""

    def check(self, value: Any) -> Promise:
        """The promise."""
        try:
            return read_promise(value)
        except ValueError as error:
            raise broken(str(error)) from None

    def schema(self) -> Json:
        """JSON Schema of what may be written."""
        return {"type": "string", "pattern": PROMISE_PATTERN, "examples": ["20 s", "8 working hours", "4 working days"]}


@dataclass(frozen=True)
class Text(Rule):
    """Text of one line that is not empty."""

    longest: int = 200

    def check(self, value: Any) -> str:
        """The text."""
        if not isinstance(value, str) or not value.strip() or len(value) > self.longest or not is_one_line(value):
            raise broken(f"must be text of one line, 1 to {self.longest} characters")
        return value

    def schema(self) -> Json:
        """JSON Schema of what may be written."""
        return {"type": "string", "minLength": 1, "maxLength": self.longest}


@dataclass(frozen=True)
class NameOf(Text):
    """The name of something else in the file; ``what`` says of what."""

    longest: int = 100
    what: str = "a name"

    def check(self, value: Any) -> str:
        """The name."""
        if not isinstance(value, str) or name_problem(value):
            raise broken(f"must be the name of {self.what}")
        return value


@dataclass(frozen=True)
class Day(Rule):
    """A calendar date."""

    def check(self, value: Any) -> date:
        """The date."""
        if isinstance(value, str):
            try:
                value = date.fromisoformat(value) if len(value) == 10 else None
            except ValueError:
                value = None
        if not isinstance(value, date) or isinstance(value, datetime) or not 1970 <= value.year <= 2100:
            raise broken("must be a date from 1970-01-01 to 2100-12-31, such as 2026-03-02")
        return value

    def schema(self) -> Json:
        """JSON Schema of what may be written."""
        return {"type": "string", "format": "date"}


@dataclass(frozen=True)
class ListOf(Rule):
    """A list whose items all follow one rule."""

    item: Rule
    least: int
    most: int

    def check(self, value: Any) -> tuple[Any, ...]:
        """A tuple of the items in their Python form."""
        if not isinstance(value, list | tuple):
            raise broken(f"must be a list of {self.least:,} to {self.most:,} values")
        if not self.least <= len(value) <= self.most:
            raise broken(f"must have {self.least:,} to {self.most:,} values")
        items, problems = [], list[Problem]()
        for i, item in enumerate(value):
            try:
                items.append(self.item.check(item))
            except PydanticCustomError as error:
                problems += [((i, *below), rule, got) for below, rule, got in said(error)]
        if problems:
            raise several(abridged(problems, "and so on"))
        return tuple(items)

    def schema(self) -> Json:
        """JSON Schema of what may be written."""
        return {"type": "array", "items": self.item.schema(), "minItems": self.least, "maxItems": self.most}


@dataclass(frozen=True)
class AsWritten(Rule):
    """A value kept as written, to be read once the calendar is known."""

    described: Json = field(hash=False)

    def check(self, value: Any) -> Any:
        """The value itself."""
        return value

    def schema(self) -> Json:
        """JSON Schema of what may be written."""
        return self.described


@dataclass(frozen=True)
class OrShort:
    """Metadata of a table that has a short form too: tells editors of it."""

    short: Rule

    def __get_pydantic_json_schema__(self, schema: CoreSchema, handler: GetJsonSchemaHandler) -> Json:
        return {"anyOf": [self.short.schema(), handler(schema)]}


def said(error: PydanticCustomError) -> list[Problem]:
    """The problems that an error of this package carries."""
    problems: list[Problem] = (error.context or {})["problems"]
    return problems


def is_one_line(text: str) -> bool:
    """Whether text has neither control characters nor line breaks."""
    return not any(unicodedata.category(c) in ("Cc", "Cs", "Zl", "Zp") for c in text)


def name_problem(name: object) -> str | None:
    """The rule that the name of a queue or desk breaks, if any."""
    if isinstance(name, str) and name and name == name.strip() and len(name) <= 100 and is_one_line(name):
        return None
    return "a name must be text of one line, 1 to 100 characters, without space around it"


def is_table(value: object) -> bool:
    """Whether a value is a TOML table."""
    return isinstance(value, Mapping)


Share = Annotated[float, Number(0, 1)]
Factor = Annotated[float, Number(0.01, 100)]
ClassPriority = Annotated[int, Whole(0, 1000)]
PositiveDuration = Annotated[float, Duration()]
AnyDuration = Annotated[float, Duration(zero=True)]
APromise = Annotated[Promise, Promised()]
ADate = Annotated[date, Day()]
Line = Annotated[str, Text()]
