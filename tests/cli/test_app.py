"""The first screen, the help and the version."""

import subprocess
import sys
from collections.abc import Callable

from typer.testing import Result

import simcenter

Run = Callable[..., Result]
COMMANDS = [
    "check",
    "plan",
    "simulate",
    "compare",
    "frontier",
    "requirement",
    "erlang",
    "measures",
    "scenarios",
    "init",
]


def test_alone_it_says_where_to_begin(run: Run) -> None:
    result = run()
    assert result.exit_code == 0
    assert "simcenter plan first.toml" in result.stdout
    assert result.stderr == ""


def test_help_names_every_command_and_the_exit_codes(run: Run) -> None:
    result = run("--help")
    assert result.exit_code == 0
    assert [name for name in COMMANDS if f" {name} " not in result.stdout] == []
    assert "3 a target cannot be met" in " ".join(result.stdout.split())


def test_every_command_has_help(run: Run) -> None:
    for name in COMMANDS:
        result = run(name, "--help")
        assert result.exit_code == 0, name
        assert f"Usage: simcenter {name}" in result.stdout


def test_version_is_the_package_s(run: Run) -> None:
    assert run("--version").stdout == f"simcenter {simcenter.__version__}\n"


def test_it_runs_as_a_module() -> None:
    done = subprocess.run([sys.executable, "-m", "simcenter", "--version"], capture_output=True, text=True, check=True)
    assert done.stdout == f"simcenter {simcenter.__version__}\n"
    assert done.stderr == ""


def test_what_libraries_print_does_not_end_up_among_results() -> None:
    script = """if True:
        import os
        from simcenter.cli.app import app

        @app.command()
        def noisy():
            os.write(1, b"from a library")
            print("a result")

        app(["noisy"])
    """
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert (done.stdout, done.stderr) == ("a result\n", "from a library")


def test_what_planning_needs_is_not_loaded_to_show_results() -> None:
    script = "import sys, simcenter.report; print('simcenter.planning' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert done.stdout == "False\n"
