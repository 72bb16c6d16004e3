"""Problems: what is wrong with a scenario, said in the planner's words, each with its place, its rule and the value."""

import difflib
import json
import math
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date, datetime, time
from typing import Any

from pydantic import ValidationError
from pydantic_core import PydanticCustomError

from simcenter.errors import ScenarioError

Place = tuple[str | int, ...]
Problem = tuple[Place, str, Any]

MOST_OF_A_KIND = 10
"""How many problems of one kind a list or a file names one by one."""

_BARE_KEY = re.compile(r"[A-Za-z0-9_-]+")
_LONGEST_VALUE = 80


class Said(str):
    """Text shown as it is after "got", without quotes."""

    __slots__ = ()


NOTHING = Said("nothing")


def key(name: str) -> str:
    """One part of a key path as TOML writes it: quoted unless it is a bare key."""
    return name if _BARE_KEY.fullmatch(name) else json.dumps(name, ensure_ascii=False)


def dotted(place: Place) -> str:
    """The key path of a place; the positions of list items are left to the rule."""
    return ".".join(key(part) for part in place if isinstance(part, str))


def show(value: object) -> str:
    """A value as the file would write it, shortened."""
    if isinstance(value, Said):
        return str(value)
    text = _written(value)
    return text if len(text) <= _LONGEST_VALUE else text[: _LONGEST_VALUE - 3] + "..."


def _written(value: object) -> str:
    match value:
        case None:
            return "nothing"
        case bool():
            return "true" if value else "false"
        case float():
            return "nan" if math.isnan(value) else f"{float(value)!r}"
        case int() if abs(value) >= 10**15:
            return f"{value:.3e}" if abs(value) < 10**300 else "a number of over 300 digits"
        case str():
            return json.dumps(value[: 2 * _LONGEST_VALUE], ensure_ascii=False)
        case datetime() | date() | time():
            return value.isoformat()
        case Mapping():
            inside = ", ".join(f"{key(str(k))} = {_written(v)}" for k, v in list(value.items())[:_LONGEST_VALUE])
            return f"{{ {inside} }}" if inside else "an empty table"
        case list() | tuple():
            return "[" + ", ".join(_written(v) for v in value[:_LONGEST_VALUE]) + "]"
    return str(value)


def closest(name: str, allowed: Iterable[str]) -> str | None:
    """The allowed name that a misspelt one is closest to, if any is close."""
    close = difflib.get_close_matches(name, list(allowed), n=1, cutoff=0.6)
    return close[0] if close else None


def nearest(name: str, allowed: Iterable[str]) -> str:
    """``(nearest: ...)`` for a misspelt name, or the allowed names when none is near."""
    names = list(dict.fromkeys(allowed))
    close = closest(name, names)
    if close is not None:
        return f"(nearest: {key(close)})"
    return f"({', '.join(key(n) for n in names[:12])}{', ...' if len(names) > 12 else ''})" if names else "(none)"


def broken(rule: str) -> PydanticCustomError:
    """The error of a value that breaks a rule."""
    return several([((), rule, ...)])


def several(problems: Sequence[Problem]) -> PydanticCustomError:
    """One error that carries several problems, each at its place below the value."""
    return PydanticCustomError("rules", "breaks a rule", {"problems": list(problems)})


def abridged(problems: Sequence[Problem], kind: str) -> list[Problem]:
    """The first few problems of a kind, and how many more there are."""
    if len(problems) <= MOST_OF_A_KIND:
        return list(problems)
    place = problems[MOST_OF_A_KIND - 1][0]  # the last one shown: said after it
    more = Said(f"{len(problems) - MOST_OF_A_KIND} more like these")
    return [*problems[:MOST_OF_A_KIND], (place, kind, more)]


class Problems:
    """A growing list of problems, each ``key path: rule, got value``.

    Parameters
    ----------
    data : mapping
        What the file holds: ``...`` in place of a value stands for what is written there.
    """

    def __init__(self, data: Mapping[str, Any] | None = None) -> None:
        self._data = data or {}
        self._found: dict[str, Place] = {}

    def __len__(self) -> int:
        return len(self._found)

    @property
    def lines(self) -> list[str]:
        """The problems, in the order in which they were found."""
        return list(self._found)

    def add(self, place: Place, rule: str, value: object = NOTHING) -> None:
        """Add one problem; ``...`` as a value stands for what the file has at its place."""
        if value is ...:
            value = _written_at(place, self._data)
        items = "".join(f"item {part + 1} " for part in place if isinstance(part, int))
        self._found.setdefault(f"{dotted(place)}: {items}{rule}, got {show(value)}", place)

    def add_all(self, place: Place, problems: Iterable[Problem]) -> None:
        """Add problems whose places are below ``place``."""
        for below, rule, got in problems:
            self.add((*place, *below), rule, got)

    def add_error(self, place: Place, error: ValidationError, allowed: Callable[[Place], Iterable[str]]) -> set[str]:
        """Add what pydantic found, in plain words; return the keys directly below ``place`` that are broken.

        ``allowed`` gives the keys that may stand at a place below ``place``.
        """
        keys: set[str] = set()
        for item in error.errors(include_url=False):
            loc = item["loc"]
            inside = [(*loc, *below) for below, _, _ in item["ctx"]["problems"]] if item["type"] == "rules" else [loc]
            keys |= {place_of[0] for place_of in inside if place_of and isinstance(place_of[0], str)}
            self._add_item((*place, *loc), item, allowed(loc[:-1]))
        return keys

    def _add_item(self, place: Place, item: Mapping[str, Any], allowed: Iterable[str]) -> None:
        kind, value = item["type"], item["input"]
        if kind == "rules":
            self.add_all(place, item["ctx"]["problems"])
        elif kind == "missing":
            self.add(place, "must be given")
        elif kind == "extra_forbidden":
            self.add_unknown(place, value, allowed)
        elif kind in ("model_type", "model_attributes_type", "dict_type"):
            self.add(place, "must be a table of keys and values", value)
        else:
            raise AssertionError(f"pydantic error {kind} at {dotted(place)} has no plain words")

    def add_unknown(self, place: Place, value: object, allowed: Iterable[str]) -> None:
        """Add a key that is not known here, with the nearest that is."""
        self.add(place, f"must be a known key {nearest(str(place[-1]), allowed)}", value)

    def raise_any(self) -> None:
        """Raise ScenarioError, in the order of the file, if there is a problem."""
        if self._found:
            raise ScenarioError(sorted(self._found, key=lambda line: _position(self._found[line], self._data)))


def _written_at(place: Place, data: object) -> object:
    """What the file has at a place; the nearest above it where a short form stands for it."""
    for part in place:
        if isinstance(part, str) and isinstance(data, Mapping):
            if part not in data:
                return NOTHING
            data = data[part]
        elif isinstance(part, int) and isinstance(data, list | tuple) and part < len(data):
            data = data[part]
        else:
            return data
    return data


def _position(place: Place, data: object) -> tuple[int, ...]:
    """Where a place stands in the file: what is not there comes behind what is, within its table."""
    position = []
    for part in place:
        if isinstance(part, int):
            position.append(part)
            continue
        keys = list(data) if isinstance(data, Mapping) else []
        position.append(keys.index(part) if part in keys else len(keys))
        data = data[part] if isinstance(data, Mapping) and part in data else None
    return tuple(position)
