"""Files: a result written as CSV, XLSX, JSON or a plot, by the ending of the name; whole or not at all."""

import contextlib
import json
import os
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any, Protocol, runtime_checkable

import pandas as pd

from simcenter.errors import SimcenterError
from simcenter.scenario import Scenario
from simcenter.simulation.staffing import Staffing

RESULT_SCHEMA = 1

FORMULA_SIGNS = ("=", "+", "-", "@", "\t", "\r")
"""A spreadsheet takes a text that begins so for a formula."""


@runtime_checkable
class Reportable(Protocol):
    """What can be written: Results, a Plan."""

    def frames(self) -> "dict[str, pd.DataFrame]":
        """Its tables by name; the first is what a CSV file holds."""
        ...

    def to_json_dict(self) -> dict[str, Any]:
        """The same as JSON has it, with ``result_schema``; None where a number is unknown."""
        ...


def write(result: "Reportable | Staffing | pd.DataFrame | Scenario", path: str | os.PathLike[str]) -> None:
    """Write a result to a file: CSV, XLSX or JSON by the ending of its name.

    The file is written under another name beside it first, then renamed: whatever happens, there is no half of it.
    A CSV holds one table: a staffing (which can be read again), every measure of results, or the table given; an XLSX
    holds all tables, one a sheet. A frontier can be drawn: .svg or .png, by matplotlib (the extra ``plots``).

    Parameters
    ----------
    result : Results, Plan, Staffing, DataFrame or Scenario
        A scenario goes into .json only: the resolved form, which ``load_scenario`` reads.
    path : str or path
        Ends in .csv, .xlsx or .json; for a frontier also .svg or .png.

    Raises
    ------
    SimcenterError
        For another ending, a place that cannot be written, or a table too long for a sheet.
    """
    target = Path(path)
    if not isinstance(result, Staffing | Reportable | Scenario | pd.DataFrame):
        raise SimcenterError(f"result: must be Results, Plan, Staffing, DataFrame or Scenario, got {result!r:.80}")
    if isinstance(result, Scenario) and target.suffix.lower() != ".json":
        raise SimcenterError(f"{target}: must end in .json for a scenario, got {target.suffix or 'no ending'!r}")
    save = _WAYS.get(target.suffix.lower())
    if save is None:
        raise SimcenterError(f"{target}: must end in {', '.join(_TABLES)}, got {target.suffix or 'no ending'!r}")
    try:
        handle, name = tempfile.mkstemp(suffix=target.suffix, prefix=f".{target.stem[:40]}-", dir=target.parent)
        os.close(handle)
    except OSError as error:
        raise SimcenterError(f"{target}: cannot be written ({error.strerror})") from error
    try:
        save(result, Path(name))
        # The temporary file is private; the result is to have the mode of any new file.
        mask = os.umask(0)
        os.umask(mask)
        os.chmod(name, 0o666 & ~mask)
        os.replace(name, target)
    except BaseException as error:
        with contextlib.suppress(OSError):
            os.unlink(name)
        if isinstance(error, OSError):
            raise SimcenterError(f"{target}: cannot be written ({error.strerror})") from error
        raise


def to_json_dict(result: "Reportable | Staffing") -> dict[str, Any]:
    """A result as JSON has it: ``result_schema`` 1, stable order, never NaN."""
    if isinstance(result, Staffing):
        frame = result.to_frame()
        columns = {str(name): frame[name].tolist() for name in frame.columns}
        return {"result_schema": RESULT_SCHEMA, "staffing": columns}
    return result.to_json_dict()


def tables_of(result: "Reportable | Staffing | pd.DataFrame") -> "dict[str, pd.DataFrame]":
    """All tables of a result by name."""
    if isinstance(result, Staffing):
        return {"staffing": result.to_frame()}
    if isinstance(result, Reportable):
        return result.frames()
    return {"table": result}


def guarded(frame: "pd.DataFrame") -> "pd.DataFrame":
    """The frame with an apostrophe before each text that a spreadsheet would run as a formula; times as local ISO."""
    columns = {}
    for name, column in _with_iso_times(frame).items():
        if isinstance(column.dtype, pd.CategoricalDtype) or not pd.api.types.is_any_real_numeric_dtype(column.dtype):
            column = column.astype(object).map(_guarded_text)
        columns[_guarded_text(name)] = column
    return pd.DataFrame(columns)


def _with_iso_times(frame: "pd.DataFrame") -> "pd.DataFrame":
    """The frame with zoned times as local ISO texts."""

    def iso(moment: "pd.Timestamp") -> str:
        """A moment as JSON has it."""
        return moment.isoformat(timespec="milliseconds")

    zoned = [name for name in frame.columns if isinstance(frame[name].dtype, pd.DatetimeTZDtype)]
    return frame.assign(**{str(name): frame[name].astype(object).map(iso, na_action="ignore") for name in zoned})


def _guarded_text(value: Any) -> Any:
    return "'" + value if isinstance(value, str) and value.startswith(FORMULA_SIGNS) else value


def _write_csv(result: Any, path: Path) -> None:
    whole = getattr(result, "whole_table", None)
    frame = whole() if whole is not None else next(iter(tables_of(result).values()))
    guarded(frame).to_csv(path, index=False, encoding="utf-8", lineterminator="\n")


def _write_json(result: Any, path: Path) -> None:
    with open(path, "w", encoding="utf-8", newline="\n") as file:
        if isinstance(result, Scenario):
            json.dump(result.to_dict(), file, indent=1, ensure_ascii=False, allow_nan=False)
        elif isinstance(result, Staffing | Reportable):
            json.dump(to_json_dict(result), file, indent=1, ensure_ascii=False, allow_nan=False)
        else:
            file.write(rows_as_json(result))
        file.write("\n")


def rows_as_json(frame: "pd.DataFrame") -> str:
    """A frame as a JSON list of rows, times as local ISO."""
    text = _with_iso_times(frame).to_json(orient="records", double_precision=15, force_ascii=False, indent=1)
    return str(text)


def _write_xlsx(result: Any, path: Path) -> None:
    from simcenter.report.sheets import write_sheets

    write_sheets(tables_of(result), getattr(result, "provenance", {}), path)


def _write_plot(result: Any, path: Path) -> None:
    from simcenter.report.plots import write_plot

    write_plot(result, path)


_TABLES: dict[str, Callable[[Any, Path], None]] = {".csv": _write_csv, ".xlsx": _write_xlsx, ".json": _write_json}
_WAYS = {**_TABLES, ".svg": _write_plot, ".png": _write_plot}
