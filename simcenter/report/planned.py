"""What planning has made, on a screen: plans, explanations, frontiers, steps of assurance, stress."""

from typing import TYPE_CHECKING, Any

from rich.table import Table
from rich.text import Text

from simcenter.planning.assurances import Assurances
from simcenter.planning.explain import Explained
from simcenter.planning.frontier import Frontier
from simcenter.planning.stress import Stress
from simcenter.report.assurances import assurance_tables, kept_table
from simcenter.report.explained import explained_tables
from simcenter.report.fitting import ruled
from simcenter.report.frontier import frontier_tables
from simcenter.report.hold import stress_tables
from simcenter.report.rule_tables import texts
from simcenter.report.shown import number
from simcenter.report.tables import parts_of, results_tables, staffing_tables

if TYPE_CHECKING:
    import pandas as pd


def planned_parts(result: Any) -> list[Table | Text]:
    """The tables and lines of a Plan, Explained, Frontier, Assurances or Stress, in their order."""
    if isinstance(result, Explained):
        return [*parts_of(result.what), *explained_tables(result)]
    if isinstance(result, Frontier):
        return frontier_tables(result)
    if isinstance(result, Assurances):
        return assurance_tables(result)
    if isinstance(result, Stress):
        return [*_plan_parts(result.plan), *stress_tables(result)]
    return _plan_parts(result)


def _plan_parts(plan: Any) -> list[Table | Text]:
    """A plan: its staffing, what it costs, the proof on fresh replications, and what it could not meet."""
    verdict = str(plan.verdict)
    return [
        *staffing_tables(plan.staffing),
        _plan_desks(plan.desks),
        *results_tables(plan.results),
        *([] if plan.assurance is None else [kept_table(plan.targets, plan.assurance, plan.confidence)]),
        Text(verdict[:1].upper() + verdict[1:], style="green" if plan.proven else "red"),
        *(Text(f"not met: {finding}", style="red") for finding in plan.unmet),
        *(Text(line) for line in plan.notes),
    ]


def _plan_desks(frame: "pd.DataFrame") -> Table:
    """What the plan takes, desk by desk, beside the closed form it began with."""
    columns = {
        "adviser_hours": "adviser hours",
        "scheduled_hours": "scheduled hours",
        "cost": "cost",
        "requirement_hours": "closed form, hours",
    }
    table = ruled("Plan", ["desk", *columns.values()])
    for row in frame.to_dict("records"):
        table.add_row(*texts([row["desk"], *(number(row[name], "h") for name in columns)]))
    return table
