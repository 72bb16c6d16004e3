"""Write the table of measures into docs/measures.md: ``python docs/measures_table.py``."""

from pathlib import Path

from simcenter.report.about import measures_markdown

PAGE = Path(__file__).with_name("measures.md")
MARK = "<!-- written by docs/measures_table.py -->\n"


def page(text: str) -> str:
    """The page with everything after the mark made anew."""
    return text[: text.index(MARK) + len(MARK)] + measures_markdown()


if __name__ == "__main__":
    PAGE.write_text(page(PAGE.read_text(encoding="utf-8")), encoding="utf-8")
