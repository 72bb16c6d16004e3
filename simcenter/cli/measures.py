"""``simcenter measures``: what is measured, and how."""

from typing import Annotated

import typer

from simcenter.cli.screen import console, print_json


def measures(as_json: Annotated[bool, typer.Option("--json", help="Print the table as JSON.")] = False) -> None:
    """List every measure: its name, unit, formula and source."""
    from simcenter.report import measure_rows, show_measures

    if as_json:
        print_json(measure_rows())
    else:
        show_measures(console())
