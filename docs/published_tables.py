"""Play the models of docs/published.md and fill in their last column: ``python docs/published_tables.py``.

What each row of a table means is said here, as a sum over the log of one replication, or a ratio of two.
"""

import re
import tomllib
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from simcenter.scenario import Scenario
from simcenter.simulation.compile import compile_network
from simcenter.simulation.draws import Draws
from simcenter.simulation.engine import play
from simcenter.simulation.log import ContactLog, Entry, Outcome
from simcenter.simulation.staffing import Staffing

PAGE = Path(__file__).with_name("published.md")
SECTION = re.compile(r"^## (.+?)\n(.*?)(?=^## |\Z)", re.MULTILINE | re.DOTALL)
PIECE = re.compile(r"```toml\n(.*?)```", re.DOTALL)
ROW = re.compile(r"^\| (.+?) \| ([\d.]+)( %)?(?: min| s)? \(([\d.]+) to ([\d.]+)\) \|(.*)\|$", re.MULTILINE)
Z = {"90": 1.644854, "95": 1.959964}
REPLICATIONS = 1000
WEEK_S = 5 * 9 * 3600.0
"""Five days from 8 to 17 o'clock."""

Sum = Callable[[ContactLog], float]


@dataclass(frozen=True)
class Printed:
    """A row of a table: what was printed, and the standard error that its interval and its last digit leave."""

    label: str
    mean: float
    error: float
    percent: bool


def printed(part: str) -> list[Printed]:
    """The rows of a section's table."""
    z = Z[re.search(r"(\d+) % interval", part)[1]]
    rows = []
    for label, mean, percent, low, high, _ in ROW.findall(part):
        step = 10.0 ** -len(mean.partition(".")[2])
        half = (float(high) - float(low)) / 2
        rows.append(Printed(label, float(mean), float(np.hypot(half / z, step / np.sqrt(12))), bool(percent)))
    return rows


def queue(number: int, *outcomes: Outcome) -> Sum:
    """Legs of a queue that ended in one of these ways; all if none is given."""
    return lambda log: float(np.sum((log.queue == number) & (np.isin(log.outcome, outcomes) if outcomes else True)))


def served(log: ContactLog) -> np.ndarray:
    """Which legs were."""
    return log.adviser >= 0


def waits(log: ContactLog) -> np.ndarray:
    """Seconds each leg waited."""
    return np.where(served(log), log.start_s, log.end_s) - log.entered_s


def in_time(number: int, within_s: float) -> Sum:
    """Served legs of a queue that waited less."""
    return lambda log: float(np.sum((log.queue == number) & served(log) & (waits(log) < within_s)))


def busy(desk: int, of_queue: int | None = None) -> Sum:
    """Seconds of a desk's advisers with contacts."""
    return lambda log: float(
        np.sum((log.freed_s - log.start_s)[(log.desk == desk) & (True if of_queue is None else log.queue == of_queue)])
    )


def paid(desk: int) -> Sum:
    """Seconds of a desk's advisers on the floor."""
    return lambda log: float(np.sum((log.duty_end_s - log.duty_start_s)[log.duty_desk == desk]))


def there(desk: int, advisers: int) -> Sum:
    """Seconds of so many advisers from 8 to 17 o'clock on five days, and of those who finish a call after that."""

    def seconds(log: ContactLog) -> float:
        mine = log.desk == desk
        close_s = log.start_s[mine] // 86400 * 86400 + 17 * 3600
        return advisers * WEEK_S + float(np.sum(np.maximum(log.freed_s[mine] - close_s, 0)))

    return seconds


def always(value: float) -> Sum:
    """A number that is the same each time."""
    return lambda _: value


ONE = always(1.0)


def in_time_together(log: ContactLog) -> float:
    """English callers served who waited less than a minute in all their attempts together."""
    mine = log.origin == 0
    _, who = np.unique(log.customer[mine], return_inverse=True)
    together = np.bincount(who, weights=waits(log)[mine])
    return float(np.sum(served(log)[mine] & (together[who] < 60)))


def within_20(log: ContactLog) -> float:
    """Answered, given up or gone within 20 s."""
    return float(np.sum(waits(log) < 20))


def late_abandons(log: ContactLog) -> float:
    """Served, or given up after 20 s."""
    return float(np.sum(served(log) | (waits(log) >= 20)))


ABANDONED, BALKED = Outcome.ABANDONED, Outcome.BALKED
ROWS: dict[str, dict[str, tuple[Sum, Sum]]] = {
    "A bilingual centre whose abandoners redial": {
        "English calls, redials included": (queue(0), ONE),
        "English redials": (lambda log: float(np.sum((log.queue == 0) & (log.entry == Entry.REDIAL))), ONE),
        "English served": (lambda log: float(np.sum((log.queue == 0) & served(log))), ONE),
        "English abandoned": (queue(0, ABANDONED), ONE),
        "served within 1 min, all attempts together, over first attempts expected": (in_time_together, always(2500)),
        "occupancy of the English desk": (busy(0), always(7 * WEEK_S)),
        "occupancy of the bilingual desk": (busy(2), always(4 * WEEK_S)),
    },
    "A bank whose specialists are faster": {
        "balance calls blocked": (queue(2, Outcome.BLOCKED), ONE),
        "balance calls abandoned": (queue(2, ABANDONED), ONE),
        "savings answered within 60 s, of all": (in_time(0, 60), queue(0)),
        "checking answered within 90 s, of all": (in_time(1, 90), queue(1)),
        "balance answered within 30 s, of all": (in_time(2, 30), queue(2)),
        "mean time served, savings": (
            lambda log: (busy(0, 0)(log) + busy(1, 0)(log)) / 60,
            lambda log: float(np.sum((log.queue == 0) & served(log))),
        ),
        "mean time served, checking": (
            lambda log: (busy(0, 1)(log) + busy(1, 1)(log)) / 60,
            lambda log: float(np.sum((log.queue == 1) & served(log))),
        ),
        "wait of the served over all that came, balance": (
            lambda log: float(np.sum(waits(log)[(log.queue == 2) & served(log)])) / 60,
            queue(2),
        ),
        "occupancy of the savings desk": (busy(0), there(0, 3)),
        "occupancy of the checking desk": (busy(1), there(1, 4)),
        "savings desk busy with balances": (busy(0, 2), there(0, 3)),
    },
    "A day of thirteen staffings, and no two alike": {
        "calls": (queue(0), ONE),
        "time waited by all, per call expected": (lambda log: float(np.sum(waits(log))), always(1660)),
        "answered, given up or left at once within 20 s, per call expected": (within_20, always(1660)),
        "given up or left at once, per call expected": (queue(0, ABANDONED, BALKED), always(1660)),
    },
    "Three call types on two groups, first in first out": {
        "served": (lambda log: float(np.sum(served(log))), ONE),
        "abandoned": (lambda log: float(np.sum(log.outcome == ABANDONED)), ONE),
        "served within 20 s, of those served or abandoned later": (
            lambda log: float(np.sum(served(log) & (waits(log) < 20))),
            late_abandons,
        ),
        "occupancy of group 1": (busy(0), paid(0)),
        **{
            f"type {kind} within 20 s in period {period}": (in_time(3 * kind + period - 4, 20), ONE)
            for kind, period in ((1, 1), (1, 2), (2, 1), (3, 2), (3, 3))
        },
    },
}


def scenario(part: str) -> Scenario:
    """The file of a section."""
    return Scenario.from_dict(tomllib.loads("".join(PIECE.findall(part))))


def measured(
    part: str, rows: dict[str, tuple[Sum, Sum]], replications: int, seed: int
) -> dict[str, tuple[float, float]]:
    """Each row's value over so many replications, and its standard error."""
    centre = scenario(part)
    network, staffing = compile_network(centre), Staffing.from_scenario(centre)
    seen: dict[str, list[tuple[float, float]]] = {label: [] for label in rows}
    for replication in range(replications):
        log = play(network, staffing, Draws(network, seed, replication))
        for label, (above, below) in rows.items():
            seen[label].append((above(log), below(log)))
    found = {}
    for label, pairs in seen.items():
        above, below = np.array(pairs).T
        ratio = above.sum() / below.sum()
        found[label] = float(ratio), float(np.std(above - ratio * below, ddof=1) / np.sqrt(len(pairs)) / below.mean())
    return found


def page(text: str, replications: int = REPLICATIONS, seed: int = 0) -> str:
    """The page with its last column made anew."""
    for title, part in SECTION.findall(text):
        found = measured(part, ROWS[title], replications, seed)

        def filled(row: re.Match[str], found: dict[str, tuple[float, float]] = found) -> str:
            value, error = found[row[1]]
            digits = len(row[2].partition(".")[2])
            scale, unit = (100, " %") if row[3] else (1, "")
            seen = f"{scale * value:.{digits}f} ± {1.96 * scale * error:.{digits}f}{unit}"
            return f"{row[0][: row[0].rindex('|', 0, -1)]}| {seen} |"

        text = text.replace(part, ROW.sub(filled, part))
    return text


if __name__ == "__main__":
    PAGE.write_text(page(PAGE.read_text(encoding="utf-8")), encoding="utf-8")
