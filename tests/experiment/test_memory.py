"""Memory: what a contact needs, and that replications leave nothing behind. Measured in processes of their own."""

import subprocess
import sys
from pathlib import Path

import pytest

pytest.importorskip("resource")  # not on Windows

START = """
import resource, sys
from pathlib import Path
from simcenter.experiment import simulate
from simcenter.experiment.reduction import Tallies
from simcenter.experiment.replicate import Player
from simcenter.measures import compile_promises
from simcenter.scenario import Scenario
from simcenter.simulation.compile import compile_network
from simcenter.simulation.staffing import Staffing
import numpy, scipy.special, simcenter.simulation.compiled_engine, simcenter.simulation.draws

def peak():
    status = Path("/proc/self/status")
    if status.exists():  # on Linux ru_maxrss is at least that of the process that started this one
        return next(1024 * int(line.split()[1]) for line in status.open() if line.startswith("VmHWM"))
    unit = 1 if sys.platform == "darwin" else 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit

def centre(days, per_hour, handed_on):
    names = ("A", "B", "C")
    queue = {"channel": "phone", "volume": [per_hour] * 24, "patience": {"mean": "120 s", "law": "exponential"},
             "handle_time": {"mean": "300 s", "law": "exponential"}, "target": {"answered": 0.8, "within": "20 s"}}
    desks = {name: {"advisers": 5, "serves": {name: {"transfers": {other: handed_on}} if handed_on else {}}}
             for name, other in zip(names, ("B", "C", "A"))}
    serves = {name: {"rank": 2, "priority": 1 + i} for i, name in enumerate(names)}
    desks["all-round"] = {"advisers": 5, "serves": serves}
    horizon = {"start": "2026-03-02", "days": days, "interval": "60 min", "hours": {"mon-sun": "00:00-24:00"}}
    return Scenario.from_dict({"schema": 1, "name": "three types", "timezone": "UTC", "horizon": horizon,
                               "queues": dict.fromkeys(names, queue), "desks": desks}, base=Path())
"""

CONTACT = """
before = peak()
scenario = centre(150, 70, float(sys.argv[1]))
player = Player(compile_network(scenario), compile_promises(scenario), "compiled")
(tally,) = player(range(1), staffing=Staffing.from_scenario(scenario), seed=1, reduction=Tallies()).tallies
contacts = int(tally.journeys["contacts"].sum())
print(contacts, (peak() - before) / contacts)
"""

MANY = """
scenario = centre(1, 70, 0.1)
few, many = map(int, sys.argv[1:])
simulate(scenario, replications=few, keep_legs=0)
before = peak()
simulate(scenario, replications=many, keep_legs=0)
print(peak() - before)
"""


def told(script: str, *words: object) -> list[float]:
    """What a script says, in numbers."""
    done = subprocess.run(
        [sys.executable, "-c", START + script, *map(str, words)],
        capture_output=True, text=True, check=True, cwd=Path(__file__).parents[2],
    )  # fmt: skip
    return [float(word) for word in done.stdout.split()]


@pytest.mark.parametrize("handed_on", [0.0, 0.2])
def test_a_contact_needs_at_most_250_bytes(handed_on):
    """Above the memory after import, three quarters of a million of them: the log, and whatever makes and counts it."""
    contacts, each = told(CONTACT, handed_on)
    assert contacts > 700_000
    assert 100 < each < 250  # less than a log's columns cannot be: then this would measure something else


@pytest.mark.parametrize(("few", "many", "most"), [(40, 1000, 9 * 2**20), (1000, 3000, 5 * 2**20)])
def test_many_replications_need_no_more_than_a_few(few, many, most):
    """But for the histogram of waits, whose parts are put together when they come to 2^16 buckets of 16 bytes: 1 MiB,
    and four times that while it is done. And blocks grow to 38 replications until there are a thousand: their tallies
    of 43 kB, and three times the 16 kB of their histograms, come to 4 MiB. A log is 0.8 MB, so a thousand would be 800.
    """
    (more,) = told(MANY, few, many)
    assert more < most
