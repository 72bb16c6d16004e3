"""What the compiled engine takes in memory, and what happens when there is none: each in a process of its own."""

import subprocess
import sys
from pathlib import Path

import pytest

BENCHMARKS = Path(__file__).parents[2] / "benchmarks"

SHORT_OF_MEMORY = """
import resource, sys
import bench_scaling as scaling
from simcenter.simulation import compiled_engine
small, large = scaling.long_queue(1000), scaling.long_queue(1_000_000)
expected = compiled_engine.play(*small)
pages = int(open("/proc/self/statm").read().split()[0])
resource.setrlimit(resource.RLIMIT_AS, (pages * resource.getpagesize() + 150_000_000, resource.RLIM_INFINITY))
try:
    compiled_engine.play(*large)
except MemoryError:
    print("no memory", compiled_engine.play(*small).equals(expected))
"""

A_MILLION = """
import bench_scaling as scaling
from simcenter.simulation import compiled_engine

def peak():  # ru_maxrss would be at least that of the process that started this one
    return next(1024 * int(line.split()[1]) for line in open("/proc/self/status") if line.startswith("VmHWM"))

centre = scaling.large_desk(100, 1_000_000)
before = peak()
log = compiled_engine.play(*centre)
print((peak() - before) / len(log))
"""


def run(program: str) -> list[str]:
    done = subprocess.run(
        [sys.executable, "-c", program], cwd=BENCHMARKS, capture_output=True, text=True, check=False, timeout=300
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.split()


linux = pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")


@linux
def test_who_has_no_memory_is_told_so_and_can_go_on():
    assert run(SHORT_OF_MEMORY) == ["no", "memory", "True"]


@linux
def test_a_log_of_a_million_contacts_takes_little():
    """Each contact has 18 columns of 8 bytes; those that are the same in all rows take none, those given are shared."""
    assert float(run(A_MILLION)[0]) < 80
