"""Tables fit a screen: no number is cut, no column is lost, whatever the width."""

import pytest
from rich.console import Console

from simcenter.report.fitting import fitted, ruled

NUMBERS = ["96.2 % ±1.0", "1,234,567", "11 min 45 s", "0.0"]


def printed(width: int, keys: int = 1) -> list[str]:
    table = ruled("A title", ["queue", "service level", "offered", "answer time", "none"])
    table.add_row("orders by phone", *NUMBERS)
    console = Console(width=width)
    with console.capture() as capture:
        for part in fitted(table, width, keys):
            part.title = None
            console.print(part)
    return capture.get().splitlines()


@pytest.mark.parametrize("width", [24, 30, 40, 60, 80, 200])
def test_every_number_is_whole_and_no_line_is_too_long(width: int) -> None:
    lines = printed(width)
    text = "\n".join(lines)
    assert all(number in text for number in NUMBERS)
    assert "…" not in text
    assert max(len(line.rstrip()) for line in lines) <= width


def test_a_wide_screen_has_one_table_and_a_narrow_one_repeats_the_key() -> None:
    assert sum("queue" in line for line in printed(200)) == 1
    assert sum("queue" in line for line in printed(24)) == len(NUMBERS)


def test_a_second_key_column_is_repeated_too() -> None:
    assert sum("96.2 % ±1.0" in line for line in printed(40, keys=2)) > 1
