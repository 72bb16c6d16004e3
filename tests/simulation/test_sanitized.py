"""At night: the equality suites of engine and tally, checked build, with the compiler's sanitizers; in a copy."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PARTS = ("simcenter", "ext", "scenarios", "tests", "setup.py", "pyproject.toml", "README.md", "LICENSE")


def library(name: str) -> str:
    """A runtime library of the compiler; empty where there is none."""
    if shutil.which("gcc") is None:
        return ""
    found = subprocess.run(["gcc", f"-print-file-name={name}"], capture_output=True, text=True, check=True).stdout
    return found.strip() if Path(found.strip()).is_absolute() else ""


@pytest.mark.nightly
@pytest.mark.skipif(not (library("libasan.so") and library("libubsan.so")), reason="needs gcc and its sanitizers")
def test_sanitizers_find_nothing_in_the_equality_suites(tmp_path):
    for part in PARTS:
        if (ROOT / part).is_dir():
            shutil.copytree(ROOT / part, tmp_path / part, ignore=shutil.ignore_patterns("*.so", "__pycache__"))
        else:
            shutil.copy(ROOT / part, tmp_path)
    build = os.environ | {"SIMCENTER_CHECKED": "1", "SIMCENTER_SANITIZED": "1"}
    subprocess.run([sys.executable, "setup.py", "-q", "build_ext", "--inplace"], cwd=tmp_path, env=build, check=True)
    play = os.environ | {
        "LD_PRELOAD": f"{library('libasan.so')} {library('libubsan.so')}",
        "ASAN_OPTIONS": "detect_leaks=0",  # Python itself keeps memory to its end
        "PYTHONMALLOC": "malloc",
        "PYTHONPATH": str(tmp_path),
    }
    suites = ["tests/simulation/test_equality.py", "tests/measures/test_compiled.py"]
    done = subprocess.run(
        [sys.executable, "-m", "pytest", *suites, "-q", "-x", "-p", "no:cacheprovider"],
        cwd=tmp_path,
        env=play,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout[-5000:] + done.stderr[-5000:]
