"""Frames: estimates as tables, a column ``m`` with ``m_low`` and ``m_high`` for each measure m."""

from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from simcenter.experiment.estimates import Estimates
from simcenter.experiment.rows import LEVELS
from simcenter.experiment.targets import TargetTable
from simcenter.measures.table import MEASURES, Level, measure_named, measures_of

if TYPE_CHECKING:
    import pandas as pd

    from simcenter.scenario import Calendar

FloatArray = npt.NDArray[np.float64]

ALL = ""
"""The name of the row of journeys that is the whole centre."""

ALL_SHOWN = "(all)"
"""What is written for it in files, where an empty name would look lost."""


NOBODY = "(nobody)"
"""In place of the desk that took who was handed on, where none did."""


def columns(estimates: Estimates, level: Level, span: str, confidence: float) -> dict[str, FloatArray]:
    """Every measure of a level over a span: name, name_low, name_high -> (rows, places), NaN where unknown."""
    found: dict[str, FloatArray] = {}
    for measure in measures_of(level):
        estimate = estimates.estimate(measure, span, confidence)
        if estimate is not None:
            found[measure.name] = estimate.value
            found[f"{measure.name}_low"] = estimate.low
            found[f"{measure.name}_high"] = estimate.high
    return found


def names(estimates: Estimates, level: Level) -> tuple[str, ...]:
    """The places of a level: queues and their classes, desks, or the queues in which journeys begin and all of them."""
    meter = estimates.meter
    if level == "queue":
        return meter.places.names
    return meter.network.desk_names if level == "desk" else (*meter.network.queue_names, ALL)


def horizon_frame(estimates: Estimates, level: Level, confidence: float) -> "pd.DataFrame":
    """One row per place, indexed by its name, over the whole horizon."""
    import pandas as pd

    data = {name: values[0] for name, values in columns(estimates, level, "horizon", confidence).items()}
    index = pd.Index(names(estimates, level), name="desk" if level == "desk" else "queue")
    return pd.DataFrame(data, index=index)


def day_frame(estimates: Estimates, calendar: "Calendar", confidence: float) -> "pd.DataFrame":
    """One row per day and place, on days when anything came or was open."""
    import pandas as pd

    parts = []
    for level in LEVELS:
        places = names(estimates, level)
        data = columns(estimates, level, "day", confidence)
        day, place = np.nonzero(_busy(estimates, level, "day"))
        head = {
            "date": [str(calendar.dates[i]) for i in day],
            "level": level,
            "name": [places[i] for i in place],
        }
        parts.append(pd.DataFrame(head | {name: values[day, place] for name, values in data.items()}))
    return pd.concat(parts, ignore_index=True)


def interval_frame(estimates: Estimates, calendar: "Calendar", confidence: float) -> "pd.DataFrame":
    """One row per interval and place in which anything came or was open.

    ``period`` is "interval"; "after_closing" for what a desk does outside its hours, one row a day with the day's
    date as ``interval_start``; or "after_horizon" for legs that entered a queue after the horizon's end.
    """
    import pandas as pd

    parts = []
    for level in LEVELS:
        places = names(estimates, level)
        data = columns(estimates, level, "interval", confidence)
        later = [str(day) for day in calendar.dates] if level == "desk" else [str(calendar.dates[-1])]
        labels = [*calendar.interval_start, *later]
        row, place = np.nonzero(_busy(estimates, level, "interval"))
        after = "after_closing" if level == "desk" else "after_horizon"
        head = {
            "interval_start": [labels[i] for i in row],
            "period": np.where(row < calendar.T, "interval", after),
            "level": level,
            "name": [places[i] for i in place],
        }
        parts.append(pd.DataFrame(head | {name: values[row, place] for name, values in data.items()}))
    return pd.concat(parts, ignore_index=True)


def _busy(estimates: Estimates, level: Level, span: str) -> npt.NDArray[np.bool_]:
    """Which rows and places have anything to show: something came, or was paid, or a desk was open."""
    what = {"queue": "offered", "desk": "paid_hours", "journey": "contacts"}[level]
    busy = estimates.sums(measure_named(level, what), span) > 0
    if level == "desk":
        for also in ("occupancy", "answered"):
            busy |= estimates.sums(measure_named(level, also), span) > 0
        opened = estimates.rows.opened(span)
        busy |= opened
    return busy


def transfer_frame(estimates: Estimates, confidence: float) -> "pd.DataFrame":
    """One row per pair of desks between which anybody was handed on: mean per replication, low, high."""
    import pandas as pd

    desks = estimates.meter.network.desk_names
    estimate = estimates.handed_on(confidence)
    one, other = np.nonzero(estimate.value > 0)
    return pd.DataFrame(
        {
            "from_desk": [desks[d] for d in one],
            "to_desk": [(*desks, NOBODY)[d] for d in other],
            "legs": estimate.value[one, other],
            "legs_low": estimate.low[one, other],
            "legs_high": estimate.high[one, other],
        }
    )


def target_frame(table: TargetTable, calendar: "Calendar", confidence: float) -> "pd.DataFrame":
    """One row per cell about which anything happened; see ``Results.targets``."""
    import pandas as pd

    cells = table.cells
    rows = np.flatnonzero(table.traffic > 0)
    low, high = table.bounds(confidence)
    criteria = [cells.criteria[cells.criterion[row]] for row in rows]
    labels = {"interval": calendar.interval_start, "day": [str(day) for day in calendar.dates], "horizon": ["horizon"]}
    judged = table.judged[rows]
    known = ~np.isnan(table.se[rows])
    share = np.array([one.measure != "asa_s" for one in criteria], dtype=np.bool_)
    return pd.DataFrame(
        {
            "place": [one.place for one in criteria],
            "level": [one.level for one in criteria],
            "measure": [one.measure for one in criteria],
            "condition": [one.condition for one in criteria],
            "definition": [one.definition for one in criteria],
            "per": [one.per for one in criteria],
            "cell": [labels[one.per][cells.cell[row]] for one, row in zip(criteria, rows, strict=True)],
            "index": cells.cell[rows],
            "at_least": table.at_least[rows],
            "limit": table.limit[rows],
            "value": table.value[rows],
            "low": low[rows],
            "high": np.where(share, np.minimum(high[rows], 1.0), high[rows]),
            "se": table.se[rows],
            "met": _nullable(table.met[rows], judged),
            "held": _nullable(table.held(confidence)[rows], judged & known),
            "undecided": table.undecided[rows] / max(table.replications, 1),
        }
    )


def _nullable(values: npt.NDArray[np.bool_], known: npt.NDArray[np.bool_]) -> "pd.arrays.BooleanArray":
    import pandas as pd

    return pd.arrays.BooleanArray(values.astype(np.bool_), ~known)


def estimates_by_name(frame: "pd.DataFrame", level: Level) -> dict[str, dict[str, dict[str, float | None]]]:
    """A frame's rows as ``{name: {measure: {mean, low, high}}}``; None where unknown."""
    return {str(name): row_estimates(frame, place, level) for place, name in enumerate(frame.index)}


def row_estimates(frame: "pd.DataFrame", place: int, level: Level) -> dict[str, dict[str, float | None]]:
    """Row number ``place`` of a frame as ``{measure: {mean, low, high}}``."""
    return {
        measure.name: {
            part: known(frame[measure.name + suffix].iloc[place])
            for part, suffix in (("mean", ""), ("low", "_low"), ("high", "_high"))
        }
        for measure in measures_of(level)
    }


def known(value: object) -> float | None:
    """A number, or None for NaN and infinity."""
    number = float(value)  # type: ignore[arg-type]
    return number if np.isfinite(number) else None


def records(frame: "pd.DataFrame") -> dict[str, list[object]]:
    """A frame column by column, as JSON has it: NaN, NA and infinity are None."""
    return {str(name): [_plain(value) for value in frame[name]] for name in frame.columns}


def row_dicts(frame: "pd.DataFrame") -> list[dict[str, object]]:
    """A frame row by row, as JSON has it."""
    table = records(frame)
    return [dict(zip(table, row, strict=True)) for row in zip(*table.values(), strict=True)]


def records_by_level(frame: "pd.DataFrame") -> dict[str, dict[str, list[object]]]:
    """A frame of all levels as one table a level, each with its own measures only."""
    found = {}
    for level, key in (("queue", "queues"), ("desk", "desks"), ("journey", "journeys")):
        others = _columns_of(*(other for other in LEVELS if other != level)) - _columns_of(level)
        part = frame[frame["level"] == level]
        found[key] = records(part[[name for name in part.columns if name not in others | {"level"}]])
    return found


def _columns_of(*levels: str) -> set[str]:
    """The columns that the measures of some levels have in frames."""
    return {measure.name + part for measure in MEASURES if measure.level in levels for part in ("", "_low", "_high")}


def _plain(value: object) -> object:
    """A cell as JSON knows it."""
    import pandas as pd

    if value is None or value is pd.NA:
        return None
    if isinstance(value, bool | np.bool_):
        return bool(value)
    if isinstance(value, int | np.integer):
        return int(value)
    if isinstance(value, float | np.floating):
        return known(value)
    return str(value)
