"""What only some centres have, as tables on a screen: returns, callbacks, appointments, hand-overs and the like."""

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any

from rich.table import Table
from rich.text import Text

from simcenter.experiment.results import Results
from simcenter.measures.table import measure_named
from simcenter.report.fitting import ruled
from simcenter.report.shown import estimate, number

if TYPE_CHECKING:
    import pandas as pd

MOST_DESKS = 8
"""Desks of a centre whose hand-overs are shown from desk to desk."""

_TABLES: tuple[tuple[str, frozenset[str], tuple[tuple[str, str], ...]], ...] = (
    ("Who came again", frozenset({"redial", "repeat"}), (("redials", "redials"), ("repeats", "repeat contacts"))),
    (
        "Callbacks",
        frozenset({"callback"}),
        (
            ("callbacks", "accepted"),
            ("callbacks_made", "tries"),
            ("called_back", "reached"),
            ("callback_level", "in time"),
            ("callback_wait_s", "wait"),
            ("prediction_bias_s", "wait minus predicted"),
            ("prediction_error_s", "error of the prediction"),
        ),
    ),
    ("Advisers of one's own", frozenset({"own adviser"}), (("continuity", "answered by one's own"),)),
    ("Appointments", frozenset({"appointments"}), (("appointments", "made"), ("no_shows", "not kept"))),
    ("Work put back for live contacts", frozenset({"interruptions"}), (("interrupted", "times"),)),
)
"""Title, the rules of which any must be there, and the measures with their headings."""

_OUTSIDE = (("blocked", "blocked"), ("balked", "balked"), ("turned_away", "turned away"))
"""Why contacts did not come in; with or without rules, so shown where it happened."""

_CAUSES = (
    ("transferred_out", "handed on"),
    ("transfers_misrouted", "misrouted"),
    ("transfers_skill", "skill"),
    ("transfers_overflow", "overflow"),
)


def rule_tables(results: Results) -> list[Table]:
    """A table for each rule that the centre has, with the queues and classes in which it did anything."""
    frame = results.queues
    outside = [pair for pair in _OUTSIDE if (frame[pair[0]] > 0).any()]
    found = [("Not let in", outside)] if outside else []
    for title, rules, columns in _TABLES:
        if rules & results.rules:
            used = [pair for pair in columns if measure_named("queue", pair[0]).rule in results.rules]
            found.append((title, used))
    causes = frame[["transfers_misrouted", "transfers_overflow"]]
    if (causes > 0).any(axis=None):
        found.append(("Why contacts were handed on, of those answered", list(_CAUSES)))
    tables = []
    for title, used in found:
        rows = frame[(frame[[name for name, _ in used]].fillna(0.0) != 0).any(axis=1)]
        if len(rows):
            known = [pair for pair in used if rows[pair[0]].notna().any()]
            tables.append(measure_table(title, rows, "queue", known))
    handed_on = results.transfers
    if len(handed_on) and len(results.desks) <= MOST_DESKS:
        tables.append(_matrix(handed_on, list(results.desks.index)))
    return tables


def _matrix(frame: "pd.DataFrame", desks: Sequence[str]) -> Table:
    """Hand-overs from desk to desk, those to nobody last."""
    places = set(frame["from_desk"]) | set(frame["to_desk"])
    others = [name for name in frame["to_desk"].unique() if name not in desks]
    shown = [name for name in desks if name in places]
    cells = {(row["from_desk"], row["to_desk"]): row["legs"] for row in frame.to_dict("records")}
    table = ruled("Handed on, from desk (row) to desk", ["desk", *shown, *others])
    for desk in shown:
        values = [cells.get((desk, other)) for other in (*shown, *others)]
        if any(value is not None for value in values):
            table.add_row(*texts([desk, *("" if value is None else number(value, "legs") for value in values)]))
    return table


WITH_INTERVAL = ("service_level", "abandon_rate", "asa_s", "occupancy", "called_back", "callback_level", "continuity")
"""Shown with their confidence intervals; a screen is too narrow for all."""


def measure_table(title: str, frame: "pd.DataFrame", level: Any, columns: Iterable[tuple[str, str]]) -> Table:
    """Measures (name, heading) of each row of a frame, in their units."""
    columns = list(columns)
    table = ruled(title, [level, *(heading for _, heading in columns)])
    for place, name in enumerate(frame.index):
        cells = [str(name)]
        for measure, _ in columns:
            values = [float(frame[measure + part].iloc[place]) for part in ("", "_low", "_high")]
            unit = measure_named(level, measure).unit
            wide = measure in WITH_INTERVAL
            cells.append(estimate(values[0], values[1], values[2], unit) if wide else number(values[0], unit))
        table.add_row(*texts(cells))
    return table


def texts(cells: Iterable[str]) -> list[Text]:
    """Texts, so that square brackets in names are no markup."""
    return [Text(cell) for cell in cells]
