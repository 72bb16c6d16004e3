"""The schedule: a scenario's parts placed in time: the calendar, opening hours, volumes and given advisers."""

from datetime import date
from zoneinfo import ZoneInfo, available_timezones

from simcenter.scenario.calendar import make_calendar, uneven_day
from simcenter.scenario.collect import Parts
from simcenter.scenario.demand import DemandFiles, read_volume, volume_problems
from simcenter.scenario.desk import DeskForm
from simcenter.scenario.given import advisers_problems, read_advisers, read_slots
from simcenter.scenario.horizon import HorizonForm, read_holidays
from simcenter.scenario.hours import Hours
from simcenter.scenario.parts import Part
from simcenter.scenario.problems import Place, Problems, closest
from simcenter.scenario.queue import QueueForm
from simcenter.scenario.replay import arrivals_problems, counts, read_arrivals
from simcenter.scenario.tables import Files
from simcenter.scenario.units import spoken
from simcenter.scenario.variability import CentreVariability, VariabilityForm


def place_in_time(parts: Parts, problems: Problems) -> None:
    """Check the time zone, read the holidays, and make the calendar if all of it is well formed."""
    if parts.horizon is not None:
        _make_calendar(parts, parts.horizon, problems)
        _check_warm_up(parts, parts.horizon, problems)


def _make_calendar(parts: Parts, horizon: Part[HorizonForm], problems: Problems) -> None:
    top = parts.top
    if horizon.ok("hours") and horizon.form.hours is None:
        problems.add(("horizon", "hours"), "must be given (or opens and closes instead)")
    placed = horizon.ok("start", "days")
    first, days = (horizon.form.start, horizon.form.days) if placed else (date(2000, 1, 1), 1)
    dates, found = read_holidays(horizon.form.holidays, first, days)
    problems.add_all(("horizon", "holidays"), found)
    parts.holidays = dates if placed and not found else None
    zone_known = top is not None and top.ok("timezone") and _zone_known(top.form.timezone, problems)
    if not zone_known or top is None or not horizon.ok("start", "days", "interval"):
        return
    form, zone = horizon.form, top.form.timezone
    uneven = uneven_day(zone, form.start, form.days, form.interval)
    if uneven:
        rule = f"must divide every day, also {uneven[0]}, which has {uneven[1]:g} h as the clocks change"
        problems.add(("horizon", "interval"), rule, ...)
    elif parts.holidays is not None:
        parts.calendar = make_calendar(zone, form.start, form.days, form.interval, parts.holidays)


def _zone_known(zone: str, problems: Problems) -> bool:
    try:
        ZoneInfo(zone)
    except (KeyError, ValueError, OSError):
        zones = sorted(available_timezones())
        near = next((z for z in zones if z.endswith(f"/{zone}")), None) or closest(zone, zones)
        hint = f' (nearest: "{near}")' if near else ""
        problems.add(("timezone",), f'must be a time zone such as "Europe/Paris"{hint}', zone)
        return False
    return True


def _check_warm_up(parts: Parts, horizon: Part[HorizonForm], problems: Problems) -> None:
    """The warm-up is a number of intervals, and leaves some of the horizon."""
    if not horizon.ok("warm_up", "interval"):
        return
    if horizon.form.warm_up % horizon.form.interval:
        rule = f"must be a whole number of intervals of {spoken(horizon.form.interval)}"
        problems.add(("horizon", "warm_up"), rule, ...)
    elif parts.calendar is not None and horizon.form.warm_up >= parts.calendar.end_s:
        hours = f"{parts.calendar.end_s / 3600:g} h"
        problems.add(("horizon", "warm_up"), f"must be shorter than the horizon of {hours}", ...)


def check_hours(parts: Parts, problems: Problems) -> None:
    """Check that hours start and end where intervals do."""
    horizon = parts.horizon
    if horizon is None or not horizon.ok("interval"):
        return
    places: list[tuple[Place, Part[HorizonForm] | Part[QueueForm] | Part[DeskForm] | None]] = [(("horizon",), horizon)]
    places += [(("queues", name), queue) for name, queue in parts.queues.items()]
    places += [(("desks", name), desk.desk if desk else None) for name, desk in parts.desks.items()]
    for place, part in places:
        if part is not None and part.ok("hours") and part.form.hours is not None:
            for rule, got in _off_interval(part.form.hours, horizon.form.interval):
                problems.add((*place, "hours"), rule, got)


def _off_interval(hours: Hours, interval_s: float) -> list[tuple[str, str]]:
    """The rule, for each text of the hours whose ends are not ends of intervals."""
    rule = f"must start and end where intervals of {spoken(interval_s)} do"
    texts = hours.to_dict().values()
    off = (any(end % interval_s for period in periods for end in period) for periods in hours.week)
    return [(rule, text) for text in dict.fromkeys(text for text, is_off in zip(texts, off, strict=True) if is_off)]


def _hours(parts: Parts, part: Part[QueueForm] | Part[DeskForm]) -> Hours | None:
    """The hours of a place, its own or the horizon's; None when they are not well formed or off the intervals."""
    if parts.horizon is None or not part.ok("hours") or (part.form.hours is None and not parts.horizon.ok("hours")):
        return None
    hours = part.form.hours or parts.horizon.form.hours
    if hours is None or not parts.horizon.ok("interval"):
        return None
    return None if _off_interval(hours, parts.horizon.form.interval) else hours


def fill(parts: Parts, problems: Problems, files: Files) -> None:
    """Resolve what needs the calendar: volumes and given advisers."""
    calendar = parts.calendar
    demand = DemandFiles(files, calendar) if calendar else None
    for name, queue in parts.queues.items():
        if queue is None:
            continue
        hours = _hours(parts, queue)
        if calendar is None or demand is None or hours is None:
            found = volume_problems(queue.form.volume, name, files)
        else:
            volume, found = read_volume(queue.form.volume, name, demand, calendar.open_mask(hours))
            if not found:
                parts.volumes[name] = volume
        problems.add_all(("queues", name, "volume"), found)
        _fill_rules(parts, name, queue, hours, problems, files)
    for name, desk in parts.desks.items():
        if desk is None:
            continue
        hours = _hours(parts, desk.desk)
        for column, resolved in (("advisers", parts.advisers), ("off_phone", parts.off_phone)):
            value = getattr(desk.desk.form, column)
            if calendar is None or hours is None:
                found = advisers_problems(value, files, column)
            else:
                numbers, found = read_advisers(value, name, calendar, hours, files, column)
                if not found:
                    resolved[name] = numbers
            problems.add_all(("desks", name, column), found)


def _fill_rules(
    parts: Parts, name: str, queue: Part[QueueForm], hours: Hours | None, problems: Problems, files: Files
) -> None:
    """Resolve arrivals, appointments and variability of a queue."""
    calendar, resolved = parts.calendar, parts.resolved_rules.setdefault(name, {})
    centre = parts.variability or CentreVariability()
    if queue.form.arrivals is not None:
        if calendar is None:
            found = arrivals_problems(queue.form.arrivals, files)
        else:
            resolved["arrivals"], found = read_arrivals(queue.form.arrivals, name, calendar, files)
            if not found:
                parts.volumes[name] = counts(resolved["arrivals"], calendar)
        problems.add_all(("queues", name, "arrivals"), found)
    elif queue.ok("variability"):
        resolved["variability"] = (queue.form.variability or VariabilityForm()).resolved(centre)
    if not queue.ok("appointments") or queue.form.appointments is None:
        return
    slots, found = read_slots(queue.form.appointments.slots, calendar, hours)
    problems.add_all(("queues", name, "appointments", "slots"), found)
    if slots is not None:
        resolved["appointments"] = queue.form.appointments.resolved(slots)
