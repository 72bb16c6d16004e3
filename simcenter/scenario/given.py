"""Given advisers: a desk's number of advisers per interval, from a number, a list or a staffing file."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from simcenter.errors import ScenarioError
from simcenter.scenario.appointments import MOST_AT_A_TIME
from simcenter.scenario.calendar import BoolArray, Calendar, IntArray
from simcenter.scenario.clock import gaps, read_times
from simcenter.scenario.demand import item_problems, length_rule, spread
from simcenter.scenario.desk import MOST_ADVISERS
from simcenter.scenario.fields import Whole
from simcenter.scenario.hours import Hours, clock_text
from simcenter.scenario.problems import Problem, Said, abridged, key, nearest, show
from simcenter.scenario.tables import Files, Found, Table, missing_column, number, shorten

if TYPE_CHECKING:
    from simcenter.scenario.model import Scenario

ADVISERS_RULE = 'must be a whole number, a list of them, or a staffing file such as "{}"'
_EXAMPLES = {"advisers": "staffing.csv", "off_phone": "meetings.csv"}
_ONE = Whole(0, MOST_ADVISERS)
_SLOTS = Whole(0, MOST_AT_A_TIME)
_ONE_RULE = f"must be a whole number from 0 to {MOST_ADVISERS:,}"


def read_advisers(
    value: Any, name: str, calendar: Calendar, hours: Hours, files: Files, column: str = "advisers"
) -> tuple[tuple[int, ...] | None, list[Problem]]:
    """The advisers of a desk in each of the T intervals, 0 while it is closed; None when nothing is written.

    ``column`` of a staffing file: ``"advisers"``, or ``"off_phone"``, where what a file leaves out is 0.
    """
    is_open = calendar.open_mask(hours)
    if isinstance(value, str):
        read, found = _of_file(value, name, calendar, is_open, files, column)
        return read, [((), rule, got) for rule, got in found]
    if isinstance(value, list | tuple):
        return read_pattern(value, calendar, hours, _ONE, "the desk")
    problems = advisers_problems(value, files, column)
    if value is None or problems:
        return None, problems
    return tuple(np.where(is_open, value, 0).tolist()), []


def advisers_problems(value: Any, files: Files, column: str = "advisers") -> list[Problem]:
    """What is wrong with given advisers as far as can be said without a calendar."""
    match value:
        case None:
            return []
        case str():
            table, problems = files.table(value)
            found = _missing(table, column) if table is not None else problems
            return [((), rule, got) for rule, got in found]
        case list() | tuple():
            return item_problems(value, _ONE)
        case int() if not isinstance(value, bool):
            return [] if 0 <= value <= MOST_ADVISERS else [((), _ONE_RULE, value)]
    return [((), ADVISERS_RULE.format(_EXAMPLES[column]), value)]


def _missing(table: Table, column: str) -> list[Found]:
    return [missing_column(table, name) for name in ("desk", column) if table.column(name) is None]


def read_pattern(
    value: Sequence[Any], calendar: Calendar, hours: Hours, item: Whole, who: str
) -> tuple[tuple[int, ...] | None, list[Problem]]:
    """Whole numbers in each of the T intervals of a list of a day or of the horizon, 0 while ``who`` is closed."""
    problems = item_problems(value, item)
    values = spread(value, calendar)
    if values is None:
        problems.insert(0, ((), length_rule(calendar), Said(f"{len(value)} values")))
    if values is None or problems:
        return None, problems
    # A list of the horizon must be 0 wherever its place is closed. A list of a day is a pattern: what it says of an
    # interval counts on the days on which the place is open then, and must be 0 if there are none.
    is_open = calendar.open_mask(hours)
    needed = is_open if len(value) == calendar.T else calendar.ever_open(hours)
    wrong = [i for i, number_of in enumerate(value) if number_of and not needed[i]]
    if wrong:
        closed: list[Problem] = [
            ((i,), f"must be 0, as {who} is closed {_at(i, len(value), calendar)}", ...) for i in wrong
        ]
        return None, abridged(closed, "and so on")
    return tuple(np.where(is_open, values, 0).tolist()), []


def read_slots(
    value: Any, calendar: Calendar | None, hours: Hours | None
) -> tuple[tuple[int, ...] | None, list[Problem]]:
    """The appointments of a queue in each of the T intervals; only their form is checked without a calendar."""
    if not isinstance(value, list | tuple):
        return None, [((), "must be a list of whole numbers, one per interval of a day or of the horizon", value)]
    if calendar is None or hours is None:
        return None, item_problems(value, _SLOTS)
    return read_pattern(value, calendar, hours, _SLOTS, "the queue")


def _at(i: int, length: int, calendar: Calendar) -> str:
    """When item i of a list is, in words."""
    if length == calendar.T:
        return f"at {calendar.interval_start[i]}"
    return f"at {clock_text(round(i * calendar.interval_s))} on every day"


def _of_file(
    reference: str, desk: str, calendar: Calendar, is_open: BoolArray, files: Files, column: str
) -> tuple[tuple[int, ...] | None, list[Found]]:
    table, problems = files.table(reference)
    if table is None:
        return None, problems
    read, problems = read_staffing(table, calendar, {desk: is_open}, others=True, column=column)
    return (None, problems) if problems else (tuple(read[desk].tolist()), [])


def read_staffing(
    table: Table, calendar: Calendar, desks: Mapping[str, BoolArray], *, others: bool, column: str = "advisers"
) -> tuple[dict[str, IntArray], list[Found]]:
    """The advisers (T,) of each desk in a table with the columns interval_start, desk and advisers (or off_phone).

    Parameters
    ----------
    table : Table
    calendar : Calendar
    desks : mapping of str to array (T,) of bool
        The desks wanted, and when they are open.
    others : bool
        Whether rows of other desks are allowed (and skipped).
    column : str
        ``"advisers"``: every open interval must have a row. ``"off_phone"``: what is left out is 0.
    """
    times = read_times(table, calendar, ascending=False)
    missing = _missing(table, column)
    if missing:
        return {}, [*times.problems, *missing]
    desk_at, advisers_at = table.column("desk"), table.column(column)
    assert desk_at is not None
    assert advisers_at is not None
    sparse = column == "off_phone"
    read = {desk: np.zeros(calendar.T, dtype=np.int64) for desk in desks}
    given = {desk: np.zeros(calendar.T, dtype=np.bool_) for desk in desks}
    named: set[str] = set()
    bad: list[Found] = []
    for line, row, at in zip(table.lines, table.rows, times.at, strict=True):
        desk = row[desk_at] if desk_at < len(row) else None
        where = f"{table.name} line {line}"
        if isinstance(desk, str) and desk[:1] == "'" and desk not in desks:
            desk = desk[1:]  # written so that a spreadsheet takes it for text
        if not isinstance(desk, str) or desk not in desks:
            if not others:
                bad.append((f"{where}, desk must be a desk of the scenario {nearest(str(desk), desks)}", desk))
            continue
        named.add(desk)
        if at is None:
            continue
        cell = row[advisers_at] if advisers_at < len(row) else None
        value = 0.0 if sparse and cell in (None, "") else number(cell)
        if given[desk][at]:
            bad.append((f"{where} must name each interval of a desk once", Said(f"{row[0]} of {desk} twice")))
        given[desk][at] = True
        if value is None or value != int(value) or not 0 <= value <= MOST_ADVISERS:
            bad.append((f"{where}, {column} {_ONE_RULE}", cell))
        elif value and not desks[desk][at]:
            bad.append((f"{where}, {column} must be 0 while the desk is closed", cell))
        else:
            read[desk][at] = int(value)
    problems = [*times.problems, *shorten(bad)]
    if not problems and sparse:
        problems = [(f"{table.name} must have a row of {key(desk)}", Said("none")) for desk in desks.keys() - named]
    elif not problems:
        for desk, is_open in desks.items():
            problems += gaps(table.name, calendar, is_open & ~given[desk], f"the desk {desk} is open")
    return read, problems


def read_staffing_frame(path: str | Path, scenario: "Scenario") -> dict[str, list[int]]:
    """The advisers of every desk from a staffing file.

    Parameters
    ----------
    path : str or Path
        A CSV (or XLSX) file with the columns ``interval_start`` (local ISO time), ``desk`` and ``advisers``. Rows may
        be left out while a desk is closed, and all rows of a desk whose advisers the scenario gives.
    scenario : Scenario

    Returns
    -------
    dict of str to list of int (T,)
        By desk, in file order; 0 while a desk is closed.

    Raises
    ------
    ScenarioError
        With every problem of the file.
    """
    path = Path(path)
    table, problems = Files(path.parent).table(path.name)
    calendar = scenario.calendar
    read: dict[str, IntArray] = {}
    if table is not None:
        at = table.column("desk")
        named = {row[at] for row in table.rows if at is not None and at < len(row)}
        wanted = {
            name: calendar.open_mask(desk)
            for name, desk in scenario.desks.items()
            if desk.advisers is None or name in named
        }
        read, problems = read_staffing(table, calendar, wanted, others=False)
    if problems:
        raise ScenarioError([f"{path.name}: {_without(rule, path.name)}, got {show(got)}" for rule, got in problems])
    given = {name: desk.advisers for name, desk in scenario.desks.items() if desk.advisers is not None}
    return {name: read[name].tolist() if name in read else list(given[name]) for name in scenario.desks}


def _without(rule: str, name: str) -> str:
    return rule.removeprefix(name).lstrip(", ")
