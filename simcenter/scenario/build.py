"""Building: from the tables of a file to a scenario, or to every problem in them."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Annotated, Any, TypeVar
from zoneinfo import ZoneInfo, available_timezones

from pydantic import BaseModel, ConfigDict, Field

from simcenter.scenario.calendar import MOST_INTERVALS, BoolArray, Calendar, make_calendar, uneven_day
from simcenter.scenario.demand import read_volume
from simcenter.scenario.desk import Desk, DeskForm, Serves, ServesForm, TransferForm
from simcenter.scenario.fields import Line, Whole, name_problem
from simcenter.scenario.given import read_advisers
from simcenter.scenario.horizon import Horizon, HorizonForm, read_holidays
from simcenter.scenario.hours import Hours
from simcenter.scenario.laws import HandleTime
from simcenter.scenario.model import SCHEMA, Scenario
from simcenter.scenario.parts import Context, Part, read_part
from simcenter.scenario.problems import NOTHING, Place, Problems, nearest
from simcenter.scenario.queue import LIVE, Queue, QueueForm
from simcenter.scenario.rules import check_desks, check_queue, check_together
from simcenter.scenario.tables import Files
from simcenter.scenario.target import CentreTargets, Target, resolve_target
from simcenter.scenario.units import seconds_text

F = TypeVar("F", bound=BaseModel)
TABLES = ("horizon", "queues", "desks", "targets")


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
    max_legs: Annotated[int, Whole(1, 100)] = 8


@dataclass(frozen=True)
class DeskPart:
    """A desk's own values, and each queue that it serves with its transfers (None where not well formed)."""

    desk: Part[DeskForm]
    serves: dict[str, Part[ServesForm] | None]
    transfers: dict[str, dict[str, TransferForm | None]]
    """By queue served and destination."""


@dataclass
class Parts:
    """All that is well formed in a file. None: not well formed, so that no rule looks at it."""

    top: Part[TopForm] | None = None
    horizon: Part[HorizonForm] | None = None
    queues: dict[str, Part[QueueForm] | None] = field(default_factory=dict)
    desks: dict[str, DeskPart | None] = field(default_factory=dict)
    targets: CentreTargets | None = None
    holidays: tuple[Any, ...] | None = None
    calendar: Calendar | None = None
    volumes: dict[str, tuple[float, ...]] = field(default_factory=dict)
    advisers: dict[str, tuple[int, ...] | None] = field(default_factory=dict)
    resolved_targets: dict[str, Target | None] = field(default_factory=dict)


def build_scenario(data: dict[str, Any], files: Files) -> Scenario:
    """The scenario that a file's tables describe.

    Raises
    ------
    ScenarioError
        With every problem found.
    """
    problems = Problems()
    parts = _read(data, problems, Context(files))
    if parts.horizon is not None:
        _place_in_time(parts, problems)
    _check(parts, problems)
    if parts.calendar is not None:
        _fill(parts, parts.calendar, problems, files)
    check_together(parts, problems)
    problems.raise_any()
    scenario = _assembled(parts)
    scenario._source = data
    scenario._files = files
    assert parts.calendar is not None
    scenario.__dict__["calendar"] = parts.calendar
    return scenario


def _read(data: Mapping[str, Any], problems: Problems, context: Context) -> Parts:
    parts = Parts(top=read_part(TopForm, data, (), problems, context, apart=TABLES))
    if "horizon" in data:
        parts.horizon = read_part(HorizonForm, data["horizon"], ("horizon",), problems, context)
    else:
        problems.add(("horizon",), "must be given")
    for name, queue in _named(data, "queues", problems).items():
        parts.queues[name] = read_part(QueueForm, queue, ("queues", name), problems, context)
    for name, desk in _named(data, "desks", problems).items():
        parts.desks[name] = _read_desk(desk, ("desks", name), problems, context)
    targets = read_part(CentreTargets, data.get("targets", {}), ("targets",), problems, context)
    parts.targets = targets.form if targets and not targets.broken else None
    return parts


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


def _read_desk(data: object, place: Place, problems: Problems, context: Context) -> DeskPart | None:
    desk = read_part(DeskForm, data, place, problems, context, apart=("serves",))
    if desk is None:
        return None
    assert isinstance(data, Mapping)
    serves = data.get("serves")
    if not isinstance(serves, Mapping) or not serves:
        rule = "must name at least one queue that the desk serves"
        problems.add((*place, "serves"), rule, serves if "serves" in data else NOTHING)
        return DeskPart(desk, {}, {})
    read: dict[str, Part[ServesForm] | None] = {}
    transfers: dict[str, dict[str, TransferForm | None]] = {}
    for queue, value in serves.items():
        below = (*place, "serves", queue)
        read[queue] = read_part(ServesForm, value, below, problems, context, apart=("transfers",))
        found = value.get("transfers", {}) if isinstance(value, Mapping) else {}
        if not isinstance(found, Mapping):
            problems.add((*below, "transfers"), "must be a table of destinations and their shares", found)
            found = {}
        transfers[queue] = {
            other: _read_transfer(share, (*below, "transfers", other), problems, context)
            for other, share in found.items()
        }
    return DeskPart(desk, read, transfers)


def _read_transfer(value: object, place: Place, problems: Problems, context: Context) -> TransferForm | None:
    if not isinstance(value, Mapping):
        value = {"share": value}
        inner = Problems()
        part = read_part(TransferForm, value, place, inner, context)
        # The bare share has no key of its own.
        problems.lines += [line.replace(".share:", ":", 1) for line in inner.lines if line not in problems.lines]
    else:
        part = read_part(TransferForm, value, place, problems, context)
    return part.form if part and not part.broken else None


def _place_in_time(parts: Parts, problems: Problems) -> None:
    """Check the time zone, read the holidays, and make the calendar if all of it is well formed."""
    horizon, top = parts.horizon, parts.top
    assert horizon is not None
    if horizon.ok("hours") and horizon.form.hours is None:
        problems.add(("horizon", "hours"), "must be given (or opens and closes instead)")
    if horizon.ok("start", "days", "holidays"):
        dates, found = read_holidays(horizon.form.holidays, horizon.form.start, horizon.form.days)
        problems.add_all(("horizon", "holidays"), found, horizon.form.holidays)
        parts.holidays = None if found else dates
    zone_known = top is not None and top.ok("timezone") and _zone_known(top.form.timezone, problems)
    if not zone_known or top is None or not horizon.ok("start", "days", "interval"):
        return
    form, zone = horizon.form, top.form.timezone
    uneven = uneven_day(zone, form.start, form.days, form.interval)
    if uneven:
        rule = f"must divide every day, also {uneven[0]}, which has {uneven[1]:g} h as the clocks change"
        problems.add(("horizon", "interval"), rule, seconds_text(form.interval))
    elif form.days * 86400 / form.interval > MOST_INTERVALS:
        problems.add(("horizon", "interval"), f"must give at most {MOST_INTERVALS:,} intervals", seconds_text(form.interval))
    elif parts.holidays is not None:
        parts.calendar = make_calendar(zone, form.start, form.days, form.interval, parts.holidays)


def _zone_known(zone: str, problems: Problems) -> bool:
    try:
        ZoneInfo(zone)
    except (KeyError, ValueError, OSError):
        rule = f'must be a time zone such as "Europe/Paris" {nearest(zone, sorted(available_timezones()))}'
        problems.add(("timezone",), rule if "(nearest" in rule else rule[: rule.rindex(" (")], zone)
        return False
    return True


def _check(parts: Parts, problems: Problems) -> None:
    """The rules within a queue or a desk, and those about hours and intervals."""
    horizon = parts.horizon
    interval_s = horizon.form.interval if horizon and horizon.ok("interval") else None
    places = [("horizon", None, horizon)] + [("queues", name, part) for name, part in parts.queues.items()]
    places += [("desks", name, part.desk if part else None) for name, part in parts.desks.items()]
    for table, name, part in places:
        if part is None or not part.ok("hours") or part.form.hours is None or interval_s is None:
            continue
        for rule, got in _off_interval(part.form.hours, interval_s):
            problems.add((table, "hours") if name is None else (table, name, "hours"), rule, got)
    for name, queue in parts.queues.items():
        if queue is not None:
            check_queue(queue, ("queues", name), problems)
            if queue.ok("target", "channel"):
                target = queue.form.target
                parts.resolved_targets[name] = None
                if target is not None:
                    resolved, found = resolve_target(target, queue.form.channel in LIVE)
                    problems.add_all(("queues", name, "target"), found)
                    parts.resolved_targets[name] = resolved
    check_desks(parts, problems)


def _off_interval(hours: Hours, interval_s: float) -> list[tuple[str, str]]:
    """The rule, for each text of the hours whose ends are not ends of intervals."""
    found = {}
    for day, periods in enumerate(hours.week):
        if any(end % interval_s for period in periods for end in period):
            found.setdefault(list(hours.to_dict().values())[day], None)
    return [(f"must start and end where intervals of {seconds_text(interval_s)} do", text) for text in found]


def _open(parts: Parts, calendar: Calendar, part: Part[QueueForm] | Part[DeskForm]) -> BoolArray | None:
    """When a place is open; None when that is not known."""
    assert parts.horizon is not None
    if not part.ok("hours") or (part.form.hours is None and not parts.horizon.ok("hours")):
        return None
    hours = part.form.hours or parts.horizon.form.hours
    if hours is None or _off_interval(hours, calendar.interval_s):
        return None
    return calendar.open_mask(hours)


def _fill(parts: Parts, calendar: Calendar, problems: Problems, files: Files) -> None:
    """Resolve what needs the calendar: volumes and given advisers."""
    for name, queue in parts.queues.items():
        is_open = _open(parts, calendar, queue) if queue else None
        if queue is not None and queue.ok("volume") and is_open is not None:
            volume, found = read_volume(queue.form.volume, name, calendar, is_open, files)
            problems.add_all(("queues", name, "volume"), found, queue.form.volume)
            if not found:
                parts.volumes[name] = volume
    for name, desk in parts.desks.items():
        is_open = _open(parts, calendar, desk.desk) if desk else None
        if desk is not None and desk.desk.ok("advisers") and is_open is not None:
            advisers, found = read_advisers(desk.desk.form.advisers, name, calendar, is_open, files)
            problems.add_all(("desks", name, "advisers"), found, desk.desk.form.advisers)
            if not found:
                parts.advisers[name] = advisers


def _assembled(parts: Parts) -> Scenario:
    """The scenario of parts without any problem."""
    assert parts.top is not None
    assert parts.horizon is not None
    assert parts.targets is not None
    assert parts.horizon.form.hours is not None
    top, horizon = parts.top.form, parts.horizon.form
    hours = parts.horizon.form.hours
    return Scenario(
        name=top.name,
        timezone=top.timezone,
        horizon=Horizon(
            start=horizon.start,
            days=horizon.days,
            interval_s=horizon.interval,
            hours=hours,
            holidays=parts.holidays or (),
        ),
        queues={name: _queue(parts, name, part.form, hours) for name, part in parts.queues.items() if part},
        desks={name: _desk(parts, name, part, hours) for name, part in parts.desks.items() if part},
        targets=parts.targets,
        max_legs=top.max_legs,
    )


def _queue(parts: Parts, name: str, form: QueueForm, hours: Hours) -> Queue:
    return Queue(
        channel=form.channel,
        volume=parts.volumes[name],
        handle_time=HandleTime(law=form.handle_time.resolved(), wrap_up_s=form.handle_time.wrap_up),
        patience=form.patience.resolved() if form.patience else None,
        waiting_room=form.waiting_room,
        closing=form.closing or "serve",
        speed=form.speed or (),
        equal_rank=form.equal_rank,
        hours=form.hours or hours,
        target=parts.resolved_targets[name],
    )


def _desk(parts: Parts, name: str, part: DeskPart, hours: Hours) -> Desk:
    form = part.desk.form
    serves = {}
    for queue, served in part.serves.items():
        assert served is not None
        s = served.form
        serves[queue] = Serves(
            rank=s.rank,
            priority=s.priority if s.priority is not None else s.rank,
            after_s=s.after,
            speed=s.speed,
            resolved=s.resolved,
            transfers={to: t.resolved() for to, t in part.transfers[queue].items() if t},
        )
    return Desk(
        advisers=parts.advisers[name],
        min_advisers=form.min_advisers,
        max_advisers=form.max_advisers,
        max_occupancy=form.max_occupancy,
        shrinkage=form.shrinkage,
        cost_per_hour=form.cost_per_hour,
        hours=form.hours or hours,
        serves=serves,
    )
