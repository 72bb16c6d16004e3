"""Staffing: advisers on the floor, per interval and desk. The decision that everything else serves.

The scenario's modules are imported where they are used: they are slow to load, and workers never need them.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from numbers import Real
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from simcenter.errors import ScenarioError

if TYPE_CHECKING:
    import pandas as pd

    from simcenter.scenario import Scenario
    from simcenter.scenario.tables import Cell, Table

IntArray = npt.NDArray[np.int64]
BoolArray = npt.NDArray[np.bool_]

MOST_PROBLEMS = 20


@dataclass(frozen=True, eq=False, repr=False)
class Staffing:
    """Advisers on the floor (required, not scheduled).

    Parameters
    ----------
    advisers : array (T, D)
        Whole numbers, 0 where a desk is closed.
    desks : tuple of str
        D names in file order.
    interval_start : tuple of str
        (T,) local ISO times, with their offset where the local time is ambiguous.
    interval_s : float
        Length of an interval, seconds.
    open : array (T, D) of bool, optional
        Where each desk is open; left out: always.

    Raises
    ------
    ScenarioError
        Names each desk and interval whose number is not allowed.
    """

    advisers: IntArray
    desks: tuple[str, ...]
    interval_start: tuple[str, ...]
    interval_s: float
    open: BoolArray = None  # type: ignore[assignment]

    def __post_init__(self) -> None:
        from simcenter.scenario.desk import MOST_ADVISERS

        given = np.asarray(self.advisers)
        shape = (len(self.interval_start), len(self.desks))
        if given.shape != shape:
            raise ScenarioError([f"advisers: must have the shape (intervals, desks) {shape}, got {given.shape}"])
        if given.dtype.kind not in "iuf":
            raise ScenarioError([f"advisers: must be numbers, got {given.dtype}"])
        is_open = np.ones(shape, dtype=np.bool_) if self.open is None else np.array(self.open, dtype=np.bool_)
        if is_open.shape != shape:
            raise ScenarioError([f"open: must have the shape (intervals, desks) {shape}, got {is_open.shape}"])
        # Written so that NaN is refused too.
        allowed = (given >= 0) & (given <= MOST_ADVISERS) & (given == np.rint(given))
        whole = f"must be a whole number from 0 to {MOST_ADVISERS:,}"
        problems = [self._problem(t, d, whole, given[t, d]) for t, d in np.argwhere(~allowed)]
        closed = allowed & ~is_open & (given != 0)
        problems += [
            self._problem(t, d, "must be 0 while the desk is closed", given[t, d]) for t, d in np.argwhere(closed)
        ]
        if problems:
            raise ScenarioError(abridged(problems))
        advisers = given.astype(np.int64)
        for name, array in (("advisers", advisers), ("open", is_open)):
            array.flags.writeable = False
            object.__setattr__(self, name, array)

    def _problem(self, t: int, d: int, rule: str, value: Any) -> str:
        return f"{_key(self.desks[d])} at {self.interval_start[t]}: {rule}, got {value:.15g}"

    @classmethod
    def from_scenario(cls, scenario: Scenario, advisers: Mapping[str, int | Sequence[int]] | None = None) -> Staffing:
        """Take the advisers that the scenario gives, and for its other desks those of a mapping.

        Parameters
        ----------
        scenario : Scenario
        advisers : mapping of str to int or sequence of int, optional
            Desk name to advisers, which replace those in the file: one number for every open interval, or (T,).

        Raises
        ------
        ScenarioError
            Names every desk that has no advisers, or is unknown.
        """
        given: dict[str, int | Sequence[int]] = {
            name: desk.advisers for name, desk in scenario.desks.items() if desk.advisers is not None
        }
        empty = cls._empty(scenario)
        given |= dict(advisers or {})
        problems = [_unknown(name, empty.desks) for name in given if name not in empty.desks]
        problems += [
            f"{_key(name)}: must be given to simulate, got nothing (let `plan` find them, or give a staffing)"
            for name in scenario.desks
            if name not in given
        ]
        if problems:
            raise ScenarioError(problems)
        return empty.with_advisers(given)

    @classmethod
    def constant(cls, scenario: Scenario, advisers: int | Mapping[str, int]) -> Staffing:
        """Put the same number of advisers on the floor in every open interval.

        Parameters
        ----------
        scenario : Scenario
        advisers : int or mapping of str to int
            For every desk, or by desk name; desks not named keep the file's.
        """
        if not isinstance(advisers, Mapping):
            advisers = dict.fromkeys(scenario.desks, advisers)
        return cls.from_scenario(scenario, advisers)

    @classmethod
    def _empty(cls, scenario: Scenario) -> Staffing:
        calendar = scenario.calendar
        is_open = np.array([calendar.open_mask(desk) for desk in scenario.desks.values()], dtype=np.bool_)
        is_open = is_open.reshape(len(scenario.desks), calendar.T).T
        return cls(
            np.zeros(is_open.shape, dtype=np.int64),
            tuple(scenario.desks),
            tuple(calendar.interval_start),
            float(calendar.interval_s),
            is_open,
        )

    @classmethod
    def from_frame(cls, frame: pd.DataFrame, scenario: Scenario) -> Staffing:
        """Read a table with one row per interval and desk.

        Parameters
        ----------
        frame : DataFrame
            Columns ``interval_start`` (local ISO times or datetimes), ``desk``, ``advisers``, in any order; others are
            left alone. Every open interval of every desk must be there once, unless the scenario gives the
            advisers of a desk that is not in the table at all. Rows of closed intervals must say 0.
        scenario : Scenario

        Raises
        ------
        ScenarioError
            Every problem found (of many of a kind the first ones).
        """
        import pandas as pd

        from simcenter.scenario import check_scenario
        from simcenter.scenario.given import read_staffing
        from simcenter.scenario.problems import show

        check_scenario(scenario)
        if not isinstance(frame, pd.DataFrame):
            raise ScenarioError([f"frame: must be a DataFrame, got {show(frame)}"])
        empty = cls._empty(scenario)
        wanted = {desk: empty.open[:, d] for d, desk in enumerate(empty.desks)}
        given = {name: desk.advisers for name, desk in scenario.desks.items() if desk.advisers is not None}
        if "desk" in frame.columns:
            named = set(frame["desk"])
            wanted = {desk: is_open for desk, is_open in wanted.items() if desk in named or desk not in given}
        read, problems = read_staffing(_table(frame), scenario.calendar, wanted, others=False)
        if problems:
            raise ScenarioError([f"{rule}, got {show(got)}" for rule, got in problems])
        return empty.with_advisers({**given, **{desk: advisers.tolist() for desk, advisers in read.items()}})

    def to_frame(self) -> pd.DataFrame:
        """Give a table with one row per desk and interval in which it is open.

        Returns
        -------
        DataFrame
            Columns ``interval_start``, ``desk``, ``advisers``; sorted by interval, then desk in file order.
        """
        import pandas as pd

        t, d = np.nonzero(self.open)
        labels, desks = np.array(self.interval_start, dtype=object), np.array(self.desks, dtype=object)
        return pd.DataFrame({"interval_start": labels[t], "desk": desks[d], "advisers": self.advisers[t, d]})

    def with_advisers(self, advisers: npt.ArrayLike | Mapping[str, int | Sequence[int]]) -> Staffing:
        """Give another staffing of the same desks and intervals.

        Parameters
        ----------
        advisers : array_like (T, D), or mapping of str to int or sequence of int
            All advisers; or those of the desks named, the rest as they are: one number for every open interval,
            or (T,).
        """
        if isinstance(advisers, Mapping):
            advisers = self._replaced(advisers)
        return Staffing(np.asarray(advisers), self.desks, self.interval_start, self.interval_s, self.open)

    def _replaced(self, changes: Mapping[str, int | Sequence[int]]) -> npt.NDArray[Any]:
        from simcenter.scenario.problems import show

        place = {desk: d for d, desk in enumerate(self.desks)}
        problems = []
        table = self.advisers.astype(np.float64)
        for desk, change in changes.items():
            values = np.asarray(change)
            if desk not in place:
                problems.append(_unknown(desk, self.desks))
            elif values.dtype.kind not in "iuf" or values.shape not in ((), (len(table),)):
                rule = f"must be one number or one for each of the {len(table)} intervals"
                problems.append(f"{_key(desk)}: {rule}, got {show(change)}")
            else:
                table[:, place[desk]] = values if values.ndim else np.where(self.open[:, place[desk]], values, 0)
        if problems:
            raise ScenarioError(problems)
        return table

    def hours(self) -> dict[str, float]:
        """Adviser hours on the floor, by desk."""
        return dict(zip(self.desks, (self.advisers.sum(axis=0) * (self.interval_s / 3600)).tolist(), strict=True))

    def total_hours(self) -> float:
        """Adviser hours on the floor, of all desks."""
        return float(self.advisers.sum()) * self.interval_s / 3600

    def scheduled(self, scenario: Scenario) -> IntArray:
        """Advisers to schedule so that these are on the floor: (T, D), by each desk's shrinkage."""
        return scheduled(self.advisers, [scenario.desks[desk].shrinkage for desk in self.desks])

    def equals(self, other: Staffing) -> bool:
        """Whether both put the same advisers on the same floor."""
        return (
            (self.desks, self.interval_start, self.interval_s) == (other.desks, other.interval_start, other.interval_s)
            and np.array_equal(self.advisers, other.advisers)
            and np.array_equal(self.open, other.open)
        )

    def __repr__(self) -> str:
        size = {"desk": len(self.desks), "interval": len(self.interval_start), "hour": self.total_hours()}
        counts = ", ".join(f"{count:g} {what}{'s'[: count != 1]}" for what, count in size.items())
        return f"Staffing({counts})"

    def _repr_html_(self) -> str:
        frame = self.to_frame().pivot(index="interval_start", columns="desk", values="advisers")
        return str(frame[list(self.desks)].to_html())


def _unknown(desk: str, desks: Sequence[str]) -> str:
    from simcenter.scenario.problems import dotted, nearest

    return f"{dotted(('desks', desk))}: must be a desk of the scenario {nearest(desk, desks)}"


def scheduled(required: npt.ArrayLike, shrinkage: npt.ArrayLike) -> IntArray:
    """Advisers to schedule: required / (1 - shrinkage), rounded up.

    Parameters
    ----------
    required : array_like
        Advisers on the floor, 0 or more.
    shrinkage : array_like
        Share of the paid time away from the floor, 0 to below 1; broadcast against ``required``.

    Returns
    -------
    array of int
        Float dust does not round up: 70 at 30 % are 100, though 70 / 0.7 is a little more in floating point.
    """
    needed = np.asarray(required, dtype=np.float64) / (1 - np.asarray(shrinkage, dtype=np.float64))
    return np.ceil(needed * (1 - 1e-12)).astype(np.int64)


def _key(desk: str) -> str:
    from simcenter.scenario.problems import dotted

    return dotted(("desks", desk, "advisers"))


def abridged(problems: list[str]) -> list[str]:
    """Keep the first problems and the number of the others."""
    if len(problems) <= MOST_PROBLEMS:
        return problems
    return [*problems[:MOST_PROBLEMS], f"and {len(problems) - MOST_PROBLEMS} more"]


def _table(frame: pd.DataFrame) -> Table:
    """Show a frame as the scenario reader shows a file: its time first, numbers as float."""
    from simcenter.scenario.tables import Table

    header = sorted((str(name) for name in frame.columns), key=lambda name: name != "interval_start")
    columns = [[_cell(value) for value in frame[name]] for name in header]
    return Table("staffing", tuple(header), list(zip(*columns, strict=True)), range(1, len(frame) + 1))


def _cell(value: Any) -> Cell:
    return value if isinstance(value, str | datetime) else float(value) if isinstance(value, Real) else None
