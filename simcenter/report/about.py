"""What is known before anything is simulated: a scenario in a few words, and the table of measures."""

from typing import TYPE_CHECKING

from simcenter.measures.table import LETTERS, MEASURES, SOURCES
from simcenter.simulation.attempts import first_attempts

if TYPE_CHECKING:
    from rich.console import Console

    from simcenter.scenario import Scenario

HEADINGS = {"queue": "queues (legs)", "desk": "desks (advisers)", "journey": "journeys (customers)"}


def measure_rows() -> list[dict[str, str]]:
    """The table of measures as plain rows: level, name, unit, formula, source."""
    return [
        {
            "level": measure.level,
            "name": measure.name,
            "unit": measure.unit,
            "formula": measure.formula,
            "source": measure.source,
        }
        for measure in MEASURES
    ]


def show_measures(console: "Console") -> None:
    """Print the table of measures."""
    from rich import box
    from rich.table import Table

    for level, heading in HEADINGS.items():
        table = Table(title=heading, title_justify="left", title_style="bold", box=box.SIMPLE_HEAD)
        for column in ("name", "unit", "formula", "source"):
            table.add_column(column, no_wrap=column == "name")
        for measure in MEASURES:
            if measure.level == level:
                table.add_row(measure.name, measure.unit, measure.formula, measure.source)
        console.print(table)
    console.print(LETTERS, markup=False)


def measures_markdown() -> str:
    """The table of measures in Markdown, as docs/measures.md holds it."""
    lines = [f"{LETTERS}."]
    for level, heading in HEADINGS.items():
        lines += ["", f"### {heading[0].upper()}{heading[1:]}", "| name | unit | formula | source |"]
        lines.append("| --- | --- | --- | --- |")
        lines += [
            f"| `{measure.name}` | {measure.unit} | {measure.formula} | {measure.source} |"
            for measure in MEASURES
            if measure.level == level
        ]
    return "\n".join([*lines, "", *SOURCES]) + "\n"


def describe(scenario: "Scenario") -> str:
    """A scenario in a few lines: what was read, and that it is right."""
    calendar = scenario.calendar
    queues, desks = scenario.queues, scenario.desks
    volume = sum(sum(queue.volume) for queue in queues.values())
    days = f"{len(calendar.dates)} day{'s' if len(calendar.dates) > 1 else ''} from {calendar.dates[0]}"
    lines = [
        f"{scenario.name}: {days}, intervals of {calendar.interval_s / 60:g} min, {calendar.timezone}",
        f"queues: {', '.join(f'{name} ({queue.channel})' for name, queue in queues.items())}",
        f"desks: {', '.join(f'{name} ({_advisers(desk.advisers)})' for name, desk in desks.items())}",
        f"volume: {volume:,.6g} contacts expected in all",
        *_beside_volume(scenario),
        "no mistakes found",
    ]
    return "\n".join(lines)


def _beside_volume(scenario: "Scenario") -> list[str]:
    """Who comes besides the volumes, and how much of a volume that counts all attempts are first ones."""
    appointments = sum(sum(queue.appointments.slots) for queue in scenario.queues.values() if queue.appointments)
    backlog = sum(queue.backlog for queue in scenario.queues.values())
    lines = [f"besides: {appointments:,} appointments"] if appointments else []
    lines += [f"besides: {backlog:,} contacts waiting at the start"] if backlog else []
    first = first_attempts(scenario)
    return lines + [
        f"first attempts: {100 * first[name]:.4g} % of the volume of {name}, which counts all attempts"
        for name, queue in scenario.queues.items()
        if queue.volume_counts.counts == "all attempts"
    ]


def _advisers(given: object) -> str:
    return "to be planned" if given is None else "advisers given"
