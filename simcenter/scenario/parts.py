"""Parts: reading one table of the file at a time, so that a fault in one value hides no fault in another."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any, Generic, TypeVar, get_args

from pydantic import BaseModel, TypeAdapter, ValidationError
from pydantic_core import PydanticCustomError

from simcenter.scenario.fields import said
from simcenter.scenario.hours import HoursRule
from simcenter.scenario.problems import Place, Problems

F = TypeVar("F", bound=BaseModel)


@dataclass(frozen=True)
class Part(Generic[F]):
    """A form with its well-formed values, and the keys of those that are broken (and must not be looked at)."""

    form: F
    broken: frozenset[str]

    def ok(self, *keys: str) -> bool:
        """Whether none of these keys is broken."""
        return self.broken.isdisjoint(keys)

    def given(self, key: str) -> bool:
        """Whether the file has a value for a key, well formed or not."""
        return key in self.broken or getattr(self.form, key) is not None


def read_part(
    form: type[F], data: object, place: Place, problems: Problems, apart: tuple[str, ...] = ()
) -> Part[F] | None:
    """Read one table; None when it is not a table at all.

    Parameters
    ----------
    form : type
        What may be written there.
    data : object
        What is.
    place : tuple
        Its key path.
    problems : Problems
        Takes what is wrong.
    apart : tuple of str
        Keys whose values are read by themselves.
    """
    if not isinstance(data, Mapping):
        problems.add(place, "must be a table of keys and values", data)
        return None
    data = {str(name): value for name, value in data.items() if name not in apart}
    broken = _fold_short_hours(form, data, place, problems)
    try:
        return Part(form.model_validate(data), broken)
    except ValidationError as error:
        found = problems.add_error(place, error, lambda below: keys_at(form, below))
    values = {}
    for name, field in form.model_fields.items():
        name_in_file = _key(form, name)
        if name_in_file in found:
            continue
        if name_in_file in data:
            values[name] = _reader(form, name).validate_python(data[name_in_file])
        else:
            values[name] = field.get_default(call_default_factory=True)
    return Part(form.model_construct(**values), broken | found)


def keys_at(form: type[BaseModel], below: Place) -> list[str]:
    """The keys that may stand at a place below a form."""
    for part in below:
        inner = None
        for name, field in form.model_fields.items():
            if _key(form, name) == part:
                inner = next((t for t in _types(field.annotation) if issubclass(t, BaseModel)), None)
        if inner is None:
            return []
        form = inner
    return [_key(form, name) for name in form.model_fields]


def _types(annotation: Any) -> list[type]:
    if isinstance(annotation, type):
        return [annotation]
    return [found for part in get_args(annotation) for found in _types(part)]


def _key(form: type[BaseModel], name: str) -> str:
    return form.model_fields[name].alias or name


@cache
def _reader(form: type[BaseModel], name: str) -> TypeAdapter[Any]:
    return TypeAdapter(form.model_fields[name].rebuild_annotation())


def _fold_short_hours(form: type[BaseModel], data: dict[str, Any], place: Place, problems: Problems) -> frozenset[str]:
    """Put ``opens`` and ``closes`` where ``hours`` stand; both forms at once are a problem."""
    if "opens" not in form.model_fields or not {"opens", "closes"} & set(data):
        return frozenset()
    short = {name: data.pop(name) for name in ("opens", "closes") if name in data}
    if "hours" in data:
        problems.add((*place, "hours"), "must be left out, as opens and closes are given", data.pop("hours"))
        return frozenset({"hours"})
    try:
        data["hours"] = HoursRule().check(short)
    except PydanticCustomError as error:
        problems.add_all(place, said(error))
        return frozenset({"hours"})
    return frozenset()
