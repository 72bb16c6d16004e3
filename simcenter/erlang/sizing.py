"""A pool sized and measured, as plain rows: what ``simcenter erlang`` shows. No pandas, so that it starts at once."""

import csv
import math
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from simcenter.erlang import family, formulas, waits
from simcenter.erlang.arguments import (
    DURATION,
    LIMIT,
    LINES,
    LOAD,
    PATIENCE,
    SHARE,
    SHARE_ABOVE_0,
    SHARE_BELOW_1,
    VOLUME,
    WHOLE_ADVISERS,
    WITHIN,
    Rule,
    gather,
)
from simcenter.erlang.staffing import advisers_for, load_for
from simcenter.errors import ArgumentError

FloatArray = npt.NDArray[np.float64]

AROUND = 3
"""The table goes from this many advisers less to as many more."""

DEFAULTS: Mapping[str, float] = {
    "interval_s": 1800.0,
    "target": 0.8,
    "within_s": 20.0,
    "patience_s": math.inf,
    "lines": math.inf,
    "shrinkage": 0.0,
    "max_occupancy": 1.0,
    "max_abandonment": 1.0,
    "max_asa_s": math.inf,
}
LIMITS = ("target", "within_s", "max_occupancy", "max_abandonment", "max_asa_s")
GIVEN = Rule("a whole number from 0 to 100,000, or nothing", lambda x: np.isnan(x) | WHOLE_ADVISERS.holds(x), 0, 0)
RULES: Mapping[str, Rule] = {
    "volume": VOLUME,
    "aht_s": DURATION,
    "interval_s": DURATION,
    "target": SHARE,
    "within_s": WITHIN,
    "patience_s": PATIENCE,
    "lines": LINES,
    "shrinkage": SHARE_BELOW_1,
    "max_occupancy": SHARE_ABOVE_0,
    "max_abandonment": SHARE,
    "max_asa_s": LIMIT,
    "advisers": GIVEN,
}
INPUTS = tuple(RULES)


def size(**inputs: Any) -> list[dict[str, Any]]:
    """One row per pool: its load, advisers, scheduled advisers and every measure.

    Parameters
    ----------
    **inputs
        ``volume`` and ``aht_s``, and any of ``interval_s`` (1800), ``target`` (0.8), ``within_s`` (20), ``patience_s``,
        ``lines`` (served and waiting together), ``shrinkage``, ``max_occupancy``, ``max_abandonment``, ``max_asa_s``:
        numbers or arrays of one shape. ``advisers``: given instead of sought; NaN in rows where they are sought.

    Returns
    -------
    list of dict
        Seconds, shares and erlangs; None where a value does not exist or is infinite.

    Raises
    ------
    ArgumentError, UnattainableError
        As `simcenter.erlang.advisers_for`.
    """
    unknown = [name for name in inputs if name not in INPUTS]
    if unknown:
        raise ArgumentError(f"{unknown[0]}: not known; known are {', '.join(INPUTS)}")
    for name in ("volume", "aht_s"):
        if name not in inputs:
            raise ArgumentError(f"{name}: must be given")
    values = {**DEFAULTS, "advisers": math.nan, **inputs}
    call = gather({name: (value, RULES[name]) for name, value in values.items()})
    columns = {
        name: np.atleast_1d(np.broadcast_to(value, call.shape)).ravel()
        for name, value in zip(values, call.values, strict=True)
    }
    load = formulas.offered_load(columns["volume"], columns["aht_s"], interval_s=columns["interval_s"])
    gather({"load": (load[0] if call.shape == () else load, LOAD)})
    columns["load"] = load
    given = ~np.isnan(columns["advisers"])
    rows = 0 if call.shape == () else slice(None)  # of one pool plain numbers, so that errors name no row
    limits: dict[str, Any] = {name: columns[name][rows] for name in ("aht_s", "patience_s", "lines", *LIMITS)}
    sought = advisers_for(np.where(given, 0.0, load)[rows], **limits)  # no load needs nobody: rows keep their places
    advisers = np.where(given, columns["advisers"], sought)
    return measured(columns, advisers)


def measured(columns: Mapping[str, FloatArray], advisers: FloatArray) -> list[dict[str, Any]]:
    """The rows for these advisers. Those beyond the lines have nobody to serve, but are there."""
    load, aht, lines = columns["load"], columns["aht_s"], columns["lines"]
    able = np.minimum(advisers, lines)
    system: dict[str, Any] = {"aht_s": aht, "patience_s": columns["patience_s"], "places": lines - able}
    on_contacts = family.occupancy(load, able, **system)
    rows = {
        "load": load,
        "advisers": advisers,
        "scheduled": np.ceil(advisers / (1 - columns["shrinkage"]) * (1 - 1e-12)),
        "service_level": waits.service_level(load, able, within_s=columns["within_s"], **system),
        "wait_probability": family.wait_probability(load, able, **system),
        "asa_s": family.asa(load, able, **system),
        "mean_wait_s": family.mean_wait(load, able, **system),
        "wait_p90_s": waits.wait_quantile(load, able, q=0.9, of="answered", **system),
        "abandonment": family.abandonment(load, able, **system),
        "blocking": family.blocking(load, able, **system),
        "occupancy": np.where(advisers > 0, on_contacts * able / np.maximum(advisers, 1), on_contacts),
        "queue_length": family.queue_length(load, able, **system),
    }
    whole = ("advisers", "scheduled")
    return [
        {name: _plain(value[i], name in whole) for name, value in rows.items()} for i in range(len(np.atleast_1d(load)))
    ]


def around(advisers: int, **inputs: float) -> list[dict[str, Any]]:
    """The rows from three advisers less to three more, of one pool; ``inputs`` as in `size`."""
    numbers = range(max(0, advisers - AROUND), advisers + AROUND + 1)
    return size(**{**inputs, "advisers": np.array(numbers, dtype=np.float64)})


def carried(advisers: int, **inputs: float) -> dict[str, Any]:
    """The largest load, and contacts per interval, that given advisers carry within the limits."""
    values = {**DEFAULTS, **inputs}
    limits: dict[str, Any] = {name: values[name] for name in ("aht_s", "patience_s", "lines", *LIMITS)}
    load = load_for(advisers, **limits)
    return {"load": _plain(load, False), "volume": _plain(load * values["interval_s"] / values["aht_s"], False)}


def _plain(value: Any, whole: bool) -> Any:
    number = float(value)
    if not math.isfinite(number):
        return None
    return int(number) if whole else number


def read_rows(path: Path, inputs: Mapping[str, float]) -> tuple[list[dict[str, str]], dict[str, FloatArray]]:
    """A CSV of pools: every row as text, and the columns that `size` knows as numbers.

    An empty cell takes the value in ``inputs``, or else the default.

    Raises
    ------
    ArgumentError
        If a cell is not a number, or no column is known.
    """
    with path.open(newline="", encoding="utf-8-sig") as file:
        rows = list(csv.DictReader(file))
    if not rows:
        raise ArgumentError(f"{path}: must have a line of column names and at least one row")
    known = [name for name in rows[0] if name in INPUTS]
    if not known:
        raise ArgumentError(f"{path}: must have columns among {', '.join(INPUTS)}, got {', '.join(map(str, rows[0]))}")
    columns = {name: _column(path, rows, name) for name in known}
    for name, values in columns.items():
        values[np.isnan(values)] = inputs.get(name, DEFAULTS.get(name, math.nan))
    return rows, columns


def _column(path: Path, rows: Sequence[Mapping[str, str]], name: str) -> FloatArray:
    values = np.empty(len(rows))
    for i, row in enumerate(rows):
        text = (row[name] or "").strip()
        try:
            values[i] = float(text) if text else math.nan
        except ValueError:
            raise ArgumentError(f"{path}: {name}[{i}]: must be a number, got {text!r:.80}") from None
    return values
