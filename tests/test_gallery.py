"""docs/gallery.md is true: every piece loads, and what its tables say comes out again with other customers."""

import importlib.util
import sys
from pathlib import Path

import numpy as np
import pytest

pytestmark = pytest.mark.slow

SPEC = importlib.util.spec_from_file_location(
    "gallery_tables", Path(__file__).parents[1] / "docs" / "gallery_tables.py"
)
gallery = importlib.util.module_from_spec(SPEC)
sys.modules[SPEC.name] = gallery
SPEC.loader.exec_module(gallery)

PAGE = gallery.PAGE.read_text(encoding="utf-8")
TITLES = [title for title, part in gallery.sections(PAGE).items() if gallery.ASKED.search(part)]
REPLICATIONS, SEED = 50, 1


def table(title):
    """(without, with) by label, as printed; None for an empty cell."""
    rows = {}
    for line in gallery.sections(PAGE)[title].splitlines():
        if line.startswith("| ") and not line.startswith(("| |", "| ---")):
            label, before, after = (cell.strip() for cell in line.strip("|").split("|"))
            rows[label] = tuple(number(cell) if cell else None for cell in (before, after))
    return rows


def number(cell):
    """(value, its last digit), shares from percent."""
    mean, _, _ = cell.rstrip(" %").partition(" ±")
    scale = 0.01 if cell.endswith("%") else 1.0
    return scale * float(mean), scale * 10.0 ** -len(mean.partition(".")[2])


@pytest.mark.parametrize("title", TITLES)
def test_a_section_measures_what_it_says(title):
    """Within four standard errors of both, and what the rule moved on the page it moves the same way here."""
    told = table(title)
    found = gallery.compared(PAGE, title, REPLICATIONS, SEED)
    assert list(told) == list(found)
    both = np.sqrt(1 + REPLICATIONS / gallery.REPLICATIONS)
    for label, cells in found.items():
        for said, seen in zip(told[label], cells, strict=True):
            assert (said is None) == (seen is None), label
            if said is not None:
                assert abs(said[0] - seen[0]) <= 4 * both * seen[1] / 1.96 + said[1], (label, said, seen)
        if told[label][0] is not None:
            moved, moves = (told[label][1][0] - told[label][0][0], cells[1][0] - cells[0][0])
            if abs(moved) > 4 * (cells[0][1] + cells[1][1]) / 1.96:
                assert moved * moves > 0, label


def test_every_section_but_the_last_is_measured():
    sections = [title for title in gallery.sections(PAGE) if title != "The centre"]
    assert [*TITLES, "Precision"] == sections
    assert all(f"#{title.lower().replace(' ', '-').replace(chr(39), '')}" in PAGE for title in sections)
