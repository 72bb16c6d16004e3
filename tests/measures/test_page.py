"""docs/measures.md is what the table of measures says today."""

import importlib.util
from pathlib import Path

DOCS = Path(__file__).parents[2] / "docs"


def test_the_page_of_measures_is_current():
    spec = importlib.util.spec_from_file_location("measures_table", DOCS / "measures_table.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    text = (DOCS / "measures.md").read_text(encoding="utf-8")
    assert module.page(text) == text, "run: python docs/measures_table.py"
