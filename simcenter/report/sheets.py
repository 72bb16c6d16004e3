"""Sheets: tables as an XLSX workbook that a planner can read at once: frozen headers, formats by unit, widths."""

import math
import re
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from simcenter.errors import SimcenterError
from simcenter.measures.table import MEASURES

if TYPE_CHECKING:
    import pandas as pd

MOST_ROWS = 1_048_575
"""Rows that a sheet holds below its header."""

_NO_DATE = datetime(2000, 1, 1)
"""Given as the date of making: the same results give the same file, whenever written."""

_FORMATS = {"share": "0.0%", "s": "#,##0.0", "h": "#,##0.00"}
_WIDEST = 40
_UNITS = {measure.name: measure.unit for measure in MEASURES}
_SHARES = {"limit", "value", "low", "high", "se", "bound"}
_LOCAL_TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d")


def write_sheets(tables: "Mapping[str, pd.DataFrame]", provenance: Mapping[str, Any], path: Path) -> None:
    """Write tables as the sheets of a workbook, and where they came from as the last sheet.

    Texts are written as texts, never as formulas or links.
    """
    import pandas as pd
    import xlsxwriter

    for name, frame in tables.items():
        if len(frame) > MOST_ROWS:
            raise SimcenterError(f"{name}: {len(frame):,} rows are more than a sheet holds; write a .csv file instead")
    tables = dict(tables)
    if provenance:
        rows = [(key, str(value)) for key, value in _flat(provenance)]
        tables["provenance"] = pd.DataFrame(rows, columns=["what", "value"])
    options = {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    with xlsxwriter.Workbook(str(path), options) as book:
        book.set_properties({"created": _NO_DATE})
        formats = {unit: book.add_format({"num_format": text}) for unit, text in _FORMATS.items()}
        formats["number"] = book.add_format({"num_format": "#,##0.###"})
        formats["date"] = book.add_format({"num_format": "yyyy-mm-dd hh:mm:ss"})
        formats["head"] = book.add_format({"bold": True, "bottom": 1, "text_wrap": True, "valign": "top"})
        for name, frame in tables.items():
            _write_sheet(book.add_worksheet(_sheet_name(name)), frame, formats)


def _write_sheet(sheet: Any, frame: "pd.DataFrame", formats: Mapping[str, Any]) -> None:
    """One table: a bold header that stays in view, a filter, and each column in its unit's format."""
    shares = "asa_s" not in set(frame["measure"]) if "measure" in frame else False
    for place, name in enumerate(map(str, frame.columns)):
        values = frame.iloc[:, place]
        unit = _unit(name, shares)
        cells = _times([_cell(value) for value in values]) if name == "interval_start" else [_cell(v) for v in values]
        sheet.write_string(0, place, name, formats["head"])
        for row, value in enumerate(cells, start=1):
            if isinstance(value, bool):
                sheet.write_boolean(row, place, value)
            elif isinstance(value, int | float):
                sheet.write_number(row, place, value, formats.get(unit, formats["number"]))
            elif isinstance(value, str):
                sheet.write_string(row, place, value)
            elif value is not None:
                sheet.write_datetime(row, place, value, formats["date"])
        widest = max((len(value) for value in cells if isinstance(value, str)), default=8)
        sheet.set_column(place, place, min(max(widest + 1, len(name) * 0.9, 9), _WIDEST))
    sheet.freeze_panes(1, 0)
    if len(frame.columns):
        sheet.autofilter(0, 0, max(len(frame), 1), len(frame.columns) - 1)


def _unit(name: str, shares: bool) -> str:
    base = re.sub(r"_(low|high|at_least|together)$", "", name)
    if base == "days_kept":
        return "share"
    if shares and base in _SHARES:
        return "share"
    return _UNITS.get(base, "s" if base.endswith("_s") else "number")


def _cell(value: Any) -> Any:
    """A cell as XlsxWriter takes it; None stays empty. Local times lose their zone, which Excel does not know."""
    import pandas as pd

    if value is None or value is pd.NA or value is pd.NaT:
        return None
    if isinstance(value, pd.Timestamp):
        return value.tz_localize(None).to_pydatetime()
    if hasattr(value, "item"):
        value = value.item()
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    return value if isinstance(value, bool | int | str) else str(value)


def _times(cells: list[Any]) -> list[Any]:
    """Local times as times that Excel can group and filter, unless one of them needs its offset to be told apart."""
    if all(isinstance(cell, str) and _LOCAL_TIME.fullmatch(cell) for cell in cells):
        return [datetime.fromisoformat(cell) for cell in cells]
    return cells


def _flat(values: Mapping[str, Any], before: str = "") -> list[tuple[str, Any]]:
    """Nested mappings as one list of dotted names and values."""
    found: list[tuple[str, Any]] = []
    for name, value in values.items():
        if isinstance(value, Mapping):
            found += _flat(value, f"{before}{name}.")
        else:
            found.append((f"{before}{name}", value))
    return found


def _sheet_name(name: str) -> str:
    """A name that Excel allows."""
    return re.sub(r"[\[\]:*?/\\]", "_", name)[:31] or "table"
