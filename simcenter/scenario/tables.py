"""Tables: CSV and XLSX files as rows of cells, read once and remembered."""

import csv
import io
import math
import re
import warnings
import zipfile
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from pathlib import Path

from simcenter.scenario.problems import MOST_OF_A_KIND, Said
from simcenter.scenario.units import LONGEST_S

Cell = str | float | datetime | None
Found = tuple[str, object]
"""A problem of a file: the rule, and the value."""

LARGEST_BYTES = 200_000_000
# float() also reads "1_000" and digits of other scripts, which no planner means.
_NUMBER = re.compile(r"\s*[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?\s*", re.ASCII)
_ENDINGS = re.compile(r"(?i)(.+?\.(?:csv|xlsx))(?:#(.*))?")


@dataclass(frozen=True)
class Table:
    """A file's header and its rows below; ``lines`` are the line numbers of the rows."""

    name: str
    header: tuple[str, ...]
    rows: Sequence[Sequence[Cell]]
    lines: Sequence[int]

    def column(self, name: str) -> int | None:
        """The index of a column."""
        return self.header.index(name) if name in self.header else None


@dataclass
class Files:
    """The files below a folder, each read at most once."""

    base: Path
    _tables: dict[str, Table | list[Found]] = field(default_factory=dict)

    def table(self, name: str) -> tuple[Table | None, list[Found]]:
        """A file's table, or what is wrong with it."""
        if name not in self._tables:
            self._tables[name] = _read(self.base / name, name)
        held = self._tables[name]
        return (held, []) if isinstance(held, Table) else (None, held)

    def durations(self, reference: str) -> tuple[list[float], list[Found]]:
        """Durations in seconds from the column ``seconds`` (or another) of a file."""
        name, column = split_reference(reference)
        table, problems = self.table(name)
        if table is None:
            return [], problems
        index = table.column(column or "seconds")
        if index is None:
            return [], [missing_column(table, column or "seconds")]
        values = []
        for line, row in zip(table.lines, table.rows, strict=True):
            value = number(row[index] if index < len(row) else None)
            if value is None or not 0 <= value <= LONGEST_S:
                rule = f"{table.name} line {line}: must be a number of seconds from 0 to {LONGEST_S:,.0f}"
                problems = [*problems, (rule, row[index] if index < len(row) else None)]
            else:
                values.append(value)
        if not problems and not values:
            problems = [(f"{table.name} must have at least one row below its header", Said("none"))]
        return values, shorten(problems)


def split_reference(reference: str) -> tuple[str, str | None]:
    """``"file.csv#column"`` as file and column (None when left out)."""
    found = _ENDINGS.fullmatch(reference)
    return (found[1], found[2] or None) if found else (reference, None)


def missing_column(table: Table, column: str) -> Found:
    """The problem of a column that a file does not have."""
    return f'{table.name} must have a column "{column}"', list(table.header)


def number(cell: Cell) -> float | None:
    """A cell as a finite number; None when it is not one."""
    if isinstance(cell, str):
        if not _NUMBER.fullmatch(cell):
            return None
        cell = float(cell)
    return cell if isinstance(cell, float) and math.isfinite(cell) else None


def shorten(problems: list[Found]) -> list[Found]:
    """The first few problems, and how many more there are."""
    if len(problems) <= MOST_OF_A_KIND:
        return problems
    more = Said(f"{len(problems) - MOST_OF_A_KIND} more problems like these")
    return [*problems[:MOST_OF_A_KIND], ("and so on", more)]


def _read(path: Path, name: str) -> Table | list[Found]:
    ending = path.suffix.lower()
    if ending not in (".csv", ".xlsx"):
        return [('must name a file that ends in .csv or .xlsx (with "#column" after it for another column)', name)]
    try:
        if path.is_dir():
            return [("must be a file", Said(f'the folder "{name}"'))]
        if path.stat().st_size > LARGEST_BYTES:
            return [(f"must be a file of at most {LARGEST_BYTES // 10**6} MB", name)]
        content = path.read_bytes()
    except FileNotFoundError:
        return [("must be a file that exists beside the scenario", name)]
    except (OSError, ValueError) as error:
        return [(f"must be a file that can be read ({getattr(error, 'strerror', None) or error})", name)]
    rows = _csv_rows(content, name) if ending == ".csv" else _xlsx_rows(content, name)
    return _table(rows, name) if isinstance(rows, _Rows) else rows


@dataclass
class _Rows:
    cells: list[Sequence[Cell]]
    lines: list[int]


def _csv_rows(content: bytes, name: str) -> _Rows | list[Found]:
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content[: error.start].count(b"\n") + 1
        return [(f"{name} line {line}: must be text in UTF-8", Said(f"the byte 0x{content[error.start]:02x}"))]
    if "\0" in text:
        return [(f"{name} must be text", Said("a zero byte"))]
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    rows = _Rows([], [])
    before = 0
    try:
        for row in reader:
            if row and not (len(row) == 1 and not row[0].strip()):
                rows.cells.append(row)
                rows.lines.append(before + 1)
            before = reader.line_num
    except csv.Error as error:
        return [(f"{name} line {reader.line_num}: must be well-formed CSV", Said(str(error)))]
    return rows


def _xlsx_rows(content: bytes, name: str) -> _Rows | list[Found]:
    import openpyxl

    rows = _Rows([], [])
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # openpyxl warns of styles and extensions that do not matter here
            book = openpyxl.load_workbook(io.BytesIO(content), read_only=True, data_only=True)
            for line, cells in enumerate(book.worksheets[0].iter_rows(values_only=True), start=1):
                row = [_cell(value) for value in cells]
                if any(cell is not None for cell in row):
                    rows.cells.append(row)
                    rows.lines.append(line)
            book.close()
    except (zipfile.BadZipFile, KeyError, ValueError, TypeError, IndexError, OSError, EOFError, SyntaxError):
        return [(f"{name} must be an Excel workbook (.xlsx)", Said("a file that cannot be read as one"))]
    return rows


def _cell(value: object) -> Cell:
    match value:
        case None | "":
            return None
        case bool():
            return str(value).upper()
        case int() | float():
            return float(value)
        case datetime():
            # Excel keeps times as fractions of a day, so a whole second may come back a few microseconds off.
            value += timedelta(microseconds=500)
            return value.replace(microsecond=value.microsecond // 1000 * 1000)
        case date():
            return datetime(value.year, value.month, value.day)
    return str(value)


def _table(rows: _Rows, name: str) -> Table | list[Found]:
    if not rows.cells:
        return [(f"{name} must have a header and rows below it", Said("an empty file"))]
    header = tuple("" if cell is None else str(cell).strip() for cell in rows.cells[0])
    while header and not header[-1]:
        header = header[:-1]
    if len(header) == 1 and (";" in header[0] or "\t" in header[0]):
        mark = "semicolons" if ";" in header[0] else "tabs"
        return [(f"{name} must have commas between its columns", Said(mark))]
    twice = sorted({column for column in header if header.count(column) > 1})
    if twice:
        return [(f"{name} must have each column once", Said(f'"{twice[0]}" twice'))]
    # More cells than columns: a decimal comma, most often. Reading on would take half a number for a whole one.
    longer = [
        (f"{name} line {line} must have at most {len(header)} cells, as many as its header", list(row))
        for line, row in zip(rows.lines[1:], rows.cells[1:], strict=True)
        if any(cell not in (None, "") for cell in row[len(header) :])
    ]
    return shorten(list(longer)) or Table(name, header, rows.cells[1:], rows.lines[1:])
