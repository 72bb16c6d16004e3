"""A plan under stress on a screen: which targets still hold, and where on the way the others break."""

from rich.table import Table
from rich.text import Text

from simcenter.planning.stress import Stress
from simcenter.report.fitting import ruled
from simcenter.report.shown import UNKNOWN, number


def stress_tables(stress: Stress) -> list[Table | Text]:
    """One row per target, its worst cell under the full stress; then what breaks first and what holding would cost."""
    assured = stress.plan.assurance is not None
    table = ruled("Under stress", ["place", "target", "worst", "value", "breaks at"], texts=3)
    for row in stress.targets.to_dict("records"):
        unit = "s" if row["measure"] == "asa_s" else "share"
        at = UNKNOWN if row["holds"] else f"{100 * row['breaks_at']:.0f} % of it"
        value = number(row["value"], unit) if not assured else f"kept on {number(row['days_kept'], 'share')} of days"
        cells = [row["place"] or "(whole centre)", row["condition"], row["cell"], value, at]
        table.add_row(*(Text(str(cell)) for cell in cells), style="" if row["holds"] else "red")
    verdict = stress.verdict
    return [table, Text(verdict[:1].upper() + verdict[1:])]
