"""Explanations on a screen: the parts of the adviser hours, desk by desk, and what asks for them."""

from rich.table import Table
from rich.text import Text

from simcenter.planning.explain import PARTS, SHRINKAGE, Explained
from simcenter.report.fitting import ruled
from simcenter.report.shown import number

_OTHERS = {"advisers": "advisers on the floor", "shrinkage": SHRINKAGE, "scheduled": "on the rota"}


def explained_tables(explained: Explained) -> list[Table | Text]:
    """What the hours of each desk are made of, and in how many intervals which target asks for them."""
    totals = explained.totals
    desks = [str(name) for name in totals.columns[1:]]
    hours = ruled("Why so many: adviser hours by part", ["part", *desks])
    for row in totals.to_dict("records"):
        words = PARTS.get(str(row["part"])) or _OTHERS[str(row["part"])]
        cells = [Text(words), *(Text(number(row[desk], "h")) for desk in desks)]
        hours.add_row(*cells, style="bold" if row["part"] in ("advisers", "scheduled") else None)
    reasons = ruled("What asks for them", ["desk", "target or rule", "intervals"], texts=2)
    for row in explained.reasons.to_dict("records"):
        reasons.add_row(Text(str(row["desk"])), Text(str(row["binds"])), Text(str(row["intervals"])))
    return [hours, reasons]
