"""Building: from the tables of a file to a scenario, or to every problem in them."""

from typing import Any

from simcenter.scenario.collect import DeskPart, Parts, collect
from simcenter.scenario.cycles import check_cycles
from simcenter.scenario.desk import Desk, Serves
from simcenter.scenario.horizon import Horizon
from simcenter.scenario.hours import Hours
from simcenter.scenario.model import Scenario
from simcenter.scenario.problems import Problems
from simcenter.scenario.queue import Queue, QueueForm
from simcenter.scenario.queue_rules import check_queue_rules
from simcenter.scenario.rules import check_desks, check_queues, check_together
from simcenter.scenario.schedule import check_hours, fill, place_in_time
from simcenter.scenario.tables import Files
from simcenter.scenario.transfer_rules import check_misrouted
from simcenter.scenario.variability import CentreVariability


def build_scenario(data: dict[str, Any], files: Files) -> Scenario:
    """The scenario that a file's tables describe.

    Raises
    ------
    ScenarioError
        With every problem found.
    """
    problems = Problems(data)
    parts = collect(data, problems)
    place_in_time(parts, problems)
    check_hours(parts, problems)
    check_queues(parts, problems, files)
    check_queue_rules(parts, problems, files)
    check_desks(parts, problems)
    check_misrouted(parts, problems)
    check_cycles(parts, problems)
    fill(parts, problems, files)
    check_together(parts, problems)
    problems.raise_any()
    scenario = _assembled(parts)
    scenario._source = data
    scenario._files = files
    assert parts.calendar is not None
    scenario.__dict__["calendar"] = parts.calendar
    return scenario


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
            warm_up_s=horizon.warm_up,
        ),
        queues={name: _queue(parts, name, part.form, hours) for name, part in parts.queues.items() if part},
        desks={name: _desk(parts, name, part, hours) for name, part in parts.desks.items() if part},
        targets=parts.targets,
        max_legs=top.max_legs,
        lines=parts.lines or {},
        variability=parts.variability or CentreVariability(),
    )


def _queue(parts: Parts, name: str, form: QueueForm, hours: Hours) -> Queue:
    return Queue(
        channel=form.channel,
        volume=parts.volumes[name],
        handle_time=parts.resolved_handle_times[name],
        patience=parts.resolved_patiences.get(name),
        waiting_room=form.waiting_room,
        closing=form.closing or "serve",
        speed=form.speed or (),
        equal_rank=form.equal_rank,
        hours=form.hours or hours,
        target=parts.resolved_targets.get(name),
        misrouted={to: part.form.resolved() for to, part in parts.queue_tables[name].misrouted.items() if part},
        **parts.resolved_rules[name],
    )


def _desk(parts: Parts, name: str, part: DeskPart, hours: Hours) -> Desk:
    form = part.desk.form
    assert parts.calendar is not None
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
            transfers={to: t.form.resolved() for to, t in part.transfers[queue].items() if t},
            min_idle=s.min_idle or 0,
            interruptible=s.interruptible or False,
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
        discipline=form.discipline,
        absence=form.absence,
        off_phone=parts.off_phone[name] or (0,) * parts.calendar.T,
    )
