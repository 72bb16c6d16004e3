"""Editing: one value of a scenario's tables replaced, the short forms on its way written out."""

import copy
import re
from collections.abc import Mapping
from datetime import date
from typing import Any

from simcenter.errors import ScenarioError
from simcenter.scenario.fields import is_table
from simcenter.scenario.hours import Hours, HoursRule
from simcenter.scenario.problems import Problems, nearest, show

_PART = re.compile(r'\s*(?:"((?:[^"\\]|\\.)*)"|\'([^\']*)\'|([A-Za-z0-9_-]+))\s*(\.|$)')
_SHORT = {"patience": "mean", "handle_time": "mean", "volume_counts": "counts"}


def plain(value: Any) -> Any:
    """A private copy in plain Python: arrays and tuples as lists, numpy's numbers as Python's."""
    if isinstance(value, Mapping):
        return {str(name): plain(inner) for name, inner in value.items()}
    if isinstance(value, str | bytes | date) or value is None:
        return value
    if hasattr(value, "tolist"):
        return plain_numpy(value)
    if isinstance(value, list | tuple):
        return [plain(inner) for inner in value]
    return copy.deepcopy(value)


def plain_numpy(value: Any) -> Any:
    """What a numpy array or number holds, in plain Python."""
    held = value.tolist()
    return plain(held) if isinstance(held, list) else held


def split_path(path: str) -> list[str]:
    """The parts of a key path as TOML writes it.

    Raises
    ------
    ScenarioError
        When it is not one.
    """
    parts, at = [], 0
    while isinstance(path, str) and at < len(path):
        found = _PART.match(path, at)
        if not found:
            break
        double, single, bare, end = found.groups()
        parts.append(re.sub(r"\\(.)", r"\1", double) if double is not None else single if single is not None else bare)
        at = found.end()
        if not end:
            return parts
    raise ScenarioError([f'replace: must have a key path such as "queues.NAME.patience.mean", got {show(path)}'])


def edited(source: Mapping[str, Any], changes: Mapping[str, Any]) -> dict[str, Any]:
    """A copy of a scenario's tables with values replaced, or taken out where the new value is None.

    Raises
    ------
    ScenarioError
        For paths that lead nowhere.
    """
    data: dict[str, Any] = plain(source)
    problems = Problems()
    for path, value in changes.items():
        _set(data, split_path(path), plain(value), problems)
    problems.raise_any()
    return data


def _set(data: dict[str, Any], path: list[str], value: Any, problems: Problems) -> None:
    named = data.get(path[0], {})
    if path[0] in ("queues", "desks") and len(path) > 2 and isinstance(named, Mapping) and path[1] not in named:
        rule = f"must be in the scenario {nearest(path[1], named)}"
        problems.add(tuple(path[:2]), rule, path[1])
        return
    table = data
    for i, part in enumerate(path[:-1]):
        inner = table.get(part)
        if part == "hours" and inner is None and {"opens", "closes"} <= table.keys():
            inner = {name: table.pop(name) for name in ("opens", "closes")}
        if inner is None:
            inner = {}
        elif not is_table(inner) or part == "hours":
            inner = _written_out(part, path[:i], inner)
        if inner is None:
            rule = f"must be a table for {path[i + 1]} to be set in it"
            problems.add(tuple(path[: i + 1]), rule, table[part])
            return
        table[part] = inner
        table = inner
    if value is None:
        table.pop(path[-1], None)
        return
    if path[-1] == "hours":
        table.pop("opens", None)
        table.pop("closes", None)
    table[path[-1]] = value


def _written_out(part: str, before: list[str], value: Any) -> dict[str, Any] | None:
    """The table that a short form stands for; None when there is none."""
    if part in _SHORT and isinstance(value, str):
        return {_SHORT[part]: value}
    if before and before[-1] in ("redial", "repeat") and part == "after" and isinstance(value, str):
        return {"mean": value}
    if before and before[-1] == "transfers" and isinstance(value, int | float):
        return {"share": value}
    if part == "hours":
        try:
            hours: Hours = HoursRule().check(value)
        except ValueError:
            return dict(value) if is_table(value) else None
        return dict(hours.to_dict())
    return None
