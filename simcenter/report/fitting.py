"""Fitting tables to a screen: numbers are never cut; what does not fit beside goes below."""

from rich import box
from rich.cells import cell_len
from rich.table import Column, Table
from rich.text import Text

PADDING = 3
"""What the screen needs between two columns of a table; its two edges take one less together."""


def ruled(title: str, columns: list[str], texts: int = 1) -> Table:
    """An empty table with its title and headings; the first ``texts`` columns hold words, the others numbers."""
    table = Table(title=Text(title, style="bold"), box=box.SIMPLE_HEAD, pad_edge=False)
    for place, column in enumerate(columns):
        table.add_column(Text(column), justify="left" if place < texts else "right")
    return table


def fitted(table: Table, width: int, keys: int = 1) -> list[Table]:
    """The table, or parts of it one below the other, none wider than ``width`` if it can be helped.

    Words may be broken at spaces into several lines, numbers may not. Every part has the first ``keys`` columns.
    """
    needs = [_need(column) for column in table.columns]
    head = sum(needs[:keys]) + PADDING * keys
    groups: list[list[int]] = []
    used = width + 1
    for place in range(keys, len(needs)):
        if used + needs[place] + PADDING - 1 > width:
            groups.append([])
            used = head
        groups[-1].append(place)
        used += needs[place] + PADDING
    whole = [max([cell_len(str(text)) for text in (column.header, *column.cells)]) for column in table.columns]
    tight = sum(whole) + PADDING * len(whole) - 1 > width
    return [_part(table, [*range(keys), *group], needs, tight) for group in groups]


def _part(table: Table, places: list[int], needs: list[int], tight: bool) -> Table:
    part = Table(box=table.box, pad_edge=table.pad_edge, title=table.title)
    for place in places:
        column = table.columns[place]
        # rich shrinks columns of no fixed width first: only those of words, whose lines can be broken
        fixed = needs[place] if tight and column.justify == "right" else None
        part.add_column(column.header, justify=column.justify, width=fixed)
    cells = [list(table.columns[place].cells) for place in places]
    for row, line in zip(table.rows, zip(*cells, strict=True), strict=True):
        part.add_row(*line, style=row.style)
    return part


def _need(column: Column) -> int:
    """The least width: of words the longest, of numbers the longest whole."""
    heading = max((cell_len(word) for word in str(column.header).split()), default=0)
    texts = [str(cell) for cell in column.cells]
    parts = [word for text in texts for word in text.split()] if column.justify == "left" else texts
    return max([heading, *(cell_len(part) for part in parts)])
