"""Collecting: every table of a file read by itself, and what is well formed in it put together."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field
from pydantic_core import PydanticCustomError

from simcenter.scenario.calendar import Calendar
from simcenter.scenario.classes import ClassForm
from simcenter.scenario.delay import Delay, DelayForm
from simcenter.scenario.desk import DeskForm, ServesForm
from simcenter.scenario.fields import Duration, Line, Number, Rule, Whole, name_problem, said
from simcenter.scenario.horizon import HorizonForm
from simcenter.scenario.laws import HandleTime, HandleTimeForm, Law, LawF, LawForm
from simcenter.scenario.model import LINES, SCHEMA
from simcenter.scenario.parts import Part, read_part
from simcenter.scenario.problems import NOTHING, Place, Problems, dotted
from simcenter.scenario.queue import QueueForm
from simcenter.scenario.returns import ReturnForm
from simcenter.scenario.target import CentreTargets, Target, TargetForm
from simcenter.scenario.transfer import MisroutedForm, TransferForm
from simcenter.scenario.variability import CentreVariability

TABLES = ("horizon", "queues", "desks", "targets", "lines", "variability")
QUEUE_TABLES = ("handle_time", "patience", "target", "redial", "repeat", "misrouted", "classes")


_PLAIN = Duration()


class TopForm(BaseModel):
    """The keys at the top of the file; its tables are read by themselves."""

    model_config = ConfigDict(frozen=True, extra="forbid", arbitrary_types_allowed=True)

    schema_: Annotated[int, Whole(SCHEMA, SCHEMA)] = Field(alias="schema")
    name: Line
    timezone: Line
    horizon: None = None
    queues: None = None
    desks: None = None
    targets: None = None
    lines: None = None
    variability: None = None
    max_legs: Annotated[int, Whole(1, 100)] = 8


@dataclass(frozen=True)
class ReturnPart:
    """Customers who come back, and how long they stay away."""

    form: Part[ReturnForm]
    after: Part[DelayForm] | None


@dataclass(frozen=True)
class ClassPart:
    """A class's own values, its patience and its target."""

    form: Part[ClassForm]
    patience: Part[LawForm] | None
    target: Part[TargetForm] | None


@dataclass(frozen=True)
class QueueTables:
    """The tables of a queue that describe rules of a real centre; None where one is not well formed."""

    returns: dict[str, ReturnPart | None]
    """``"redial"`` and ``"repeat"``, where the file has them."""
    misrouted: dict[str, Part[MisroutedForm] | None]
    classes: dict[str, ClassPart | None]


@dataclass(frozen=True)
class DeskPart:
    """A desk's own values, and each queue that it serves with its transfers (None where not well formed)."""

    desk: Part[DeskForm]
    serves: dict[str, Part[ServesForm] | None]
    transfers: dict[str, dict[str, Part[TransferForm] | None]]
    """By queue served and destination."""
    complete: bool = True
    """Whether it can be said which queues the desk serves."""


@dataclass
class Parts:
    """All that is well formed in a file. None: not well formed, so that no rule looks at it."""

    top: Part[TopForm] | None = None
    horizon: Part[HorizonForm] | None = None
    queues: dict[str, Part[QueueForm] | None] = field(default_factory=dict)
    handle_times: dict[str, Part[HandleTimeForm]] = field(default_factory=dict)
    patiences: dict[str, Part[LawForm]] = field(default_factory=dict)
    queue_targets: dict[str, Part[TargetForm]] = field(default_factory=dict)
    queue_tables: dict[str, QueueTables] = field(default_factory=dict)
    desks: dict[str, DeskPart | None] = field(default_factory=dict)
    targets: CentreTargets | None = None
    lines: dict[str, int] | None = None
    """None: not well formed."""
    variability: CentreVariability | None = None
    holidays: tuple[date, ...] | None = None
    calendar: Calendar | None = None
    volumes: dict[str, tuple[float, ...]] = field(default_factory=dict)
    advisers: dict[str, tuple[int, ...] | None] = field(default_factory=dict)
    off_phone: dict[str, tuple[int, ...] | None] = field(default_factory=dict)
    resolved_handle_times: dict[str, HandleTime] = field(default_factory=dict)
    resolved_patiences: dict[str, Law] = field(default_factory=dict)
    resolved_targets: dict[str, Target] = field(default_factory=dict)
    resolved_rules: dict[str, dict[str, Any]] = field(default_factory=dict)
    """By queue, those values of a `Queue` that describe rules of a real centre."""


def collect(data: Mapping[str, Any], problems: Problems) -> Parts:
    """Read every table of a file by itself.

    Parameters
    ----------
    data : mapping
        What the file holds.
    problems : Problems
        Takes what is wrong.
    """
    parts = Parts(top=read_part(TopForm, data, (), problems, apart=TABLES))
    if "horizon" in data:
        parts.horizon = read_part(HorizonForm, data["horizon"], ("horizon",), problems)
    else:
        problems.add(("horizon",), "must be given")
    for name, queue in _named(data, "queues", problems).items():
        parts.queues[name] = _read_queue(parts, name, queue, problems)
    for name, desk in _named(data, "desks", problems).items():
        parts.desks[name] = _read_desk(desk, ("desks", name), problems)
    targets = read_part(CentreTargets, data.get("targets", {}), ("targets",), problems)
    parts.targets = targets.form if targets and not targets.broken else None
    parts.lines = _read_lines(data.get("lines"), problems)
    variability = read_part(CentreVariability, data.get("variability", {}), ("variability",), problems)
    parts.variability = variability.form if variability and not variability.broken else None
    return parts


def _read_lines(data: object, problems: Problems) -> dict[str, int] | None:
    """The lines of each group."""
    if data is None:
        return {}
    if not isinstance(data, Mapping):
        problems.add(("lines",), "must be a table of names and their numbers of lines", data)
        return None
    read: dict[str, int] = {}
    for name, value in data.items():
        rule = name_problem(name)
        if rule:
            problems.add(("lines", str(name)), rule, str(name))
        try:
            read[str(name)] = LINES.check(value)
        except PydanticCustomError as error:
            problems.add_all(("lines", str(name)), said(error))
    return read if len(read) == len(data) else None


def _named(data: Mapping[str, Any], table: str, problems: Problems) -> dict[str, Any]:
    """The named tables below ``queues`` or ``desks``."""
    found = data.get(table)
    if not isinstance(found, Mapping) or not found:
        rule = f"must hold at least one table [{table}.NAME]"
        problems.add((table,), rule, found if table in data else NOTHING)
        return {}
    for name in found:
        rule_of_name = name_problem(name)
        if rule_of_name:
            problems.add((table, str(name)), rule_of_name, str(name))
    return dict(found)


def _read_queue(parts: Parts, name: str, data: object, problems: Problems) -> Part[QueueForm] | None:
    place = ("queues", name)
    queue = read_part(QueueForm, data, place, problems, apart=QUEUE_TABLES)
    if not isinstance(data, Mapping):
        return None
    if data.get("handle_time") is None:
        problems.add((*place, "handle_time"), "must be given")
    else:
        handle_time = _read_law(HandleTimeForm, data["handle_time"], (*place, "handle_time"), problems)
        if handle_time:
            parts.handle_times[name] = handle_time
    if data.get("patience") is not None:
        patience = _read_law(LawForm, data["patience"], (*place, "patience"), problems)
        if patience:
            parts.patiences[name] = patience
    if data.get("target") is not None:
        target = read_part(TargetForm, data["target"], (*place, "target"), problems)
        if target:
            parts.queue_targets[name] = target
    parts.queue_tables[name] = QueueTables(
        {
            kind: _read_return(data[kind], (*place, kind), problems)
            for kind in ("redial", "repeat")
            if data.get(kind) is not None
        },
        {
            to: read_part(MisroutedForm, value, (*place, "misrouted", to), problems)
            for to, value in _table_of(data, "misrouted", "destinations", place, problems).items()
        },
        {
            of: _read_class(value, (*place, "classes", of), problems)
            for of, value in _table_of(data, "classes", "classes", place, problems).items()
        },
    )
    return queue


def _table_of(data: Mapping[str, Any], name: str, what: str, place: Place, problems: Problems) -> dict[str, Any]:
    """A table of tables, by their names."""
    found = data.get(name)
    if found is not None and not isinstance(found, Mapping):
        problems.add((*place, name), f"must be a table of {what}", found)
    return {str(inner): value for inner, value in found.items()} if isinstance(found, Mapping) else {}


def _read_return(data: object, place: Place, problems: Problems) -> ReturnPart | None:
    form = read_part(ReturnForm, data, place, problems, apart=("after",))
    if form is None:
        return None
    assert isinstance(data, Mapping)
    if data.get("after") is None:
        problems.add((*place, "after"), "must be given")
        return ReturnPart(form, None)
    return ReturnPart(form, _read_law(DelayForm, data["after"], (*place, "after"), problems, Delay()))


def _read_class(data: object, place: Place, problems: Problems) -> ClassPart | None:
    form = read_part(ClassForm, data, place, problems, apart=("patience", "target"))
    if form is None:
        return None
    assert isinstance(data, Mapping)
    patience = data.get("patience")
    target = data.get("target")
    return ClassPart(
        form,
        None if patience is None else _read_law(LawForm, patience, (*place, "patience"), problems),
        None if target is None else read_part(TargetForm, target, (*place, "target"), problems),
    )


def _read_law(
    form: type[LawF], value: object, place: Place, problems: Problems, short: Rule = _PLAIN
) -> Part[LawF] | None:
    if isinstance(value, Mapping):
        return read_part(form, value, place, problems)
    try:
        short.check(value)
    except PydanticCustomError as error:
        problems.add_all(place, said(error))
        return None
    return Part(form.model_validate({"mean": value}), frozenset())


def _read_desk(data: object, place: Place, problems: Problems) -> DeskPart | None:
    desk = read_part(DeskForm, data, place, problems, apart=("serves",))
    if desk is None:
        return None
    assert isinstance(data, Mapping)
    serves = data.get("serves")
    if not isinstance(serves, Mapping) or not serves:
        rule = f"must hold a table [{dotted((*place, 'serves'))}.QUEUE] for each queue that the desk serves"
        problems.add((*place, "serves"), rule, serves if "serves" in data else NOTHING)
        return DeskPart(desk, {}, {}, complete=False)
    read: dict[str, Part[ServesForm] | None] = {}
    transfers: dict[str, dict[str, Part[TransferForm] | None]] = {}
    for queue, value in serves.items():
        below = (*place, "serves", queue)
        read[queue] = read_part(ServesForm, value, below, problems, apart=("transfers",))
        found = value.get("transfers", {}) if isinstance(value, Mapping) else {}
        if not isinstance(found, Mapping):
            problems.add((*below, "transfers"), "must be a table of destinations and their shares", found)
            found = {}
        transfers[queue] = {
            other: _read_transfer(share, (*below, "transfers", other), problems) for other, share in found.items()
        }
    return DeskPart(desk, read, transfers)


def _read_transfer(value: object, place: Place, problems: Problems) -> Part[TransferForm] | None:
    if isinstance(value, Mapping):
        return read_part(TransferForm, value, place, problems)
    try:
        return Part(TransferForm(share=Number(0, 1).check(value)), frozenset())
    except PydanticCustomError as error:
        problems.add_all(place, said(error))
        return None
