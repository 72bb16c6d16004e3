"""Every error leaves the command line as words on stderr and an exit code, in one place."""

import errno
import re
from collections.abc import Callable
from pathlib import Path

import pytest
from typer.testing import Result

from simcenter.errors import ScenarioError, SimcenterError, UnattainableError

Run = Callable[..., Result]


@pytest.fixture
def raising(monkeypatch: pytest.MonkeyPatch) -> Callable[[BaseException], None]:
    """Let reading a scenario raise."""

    def arrange(error: BaseException) -> None:
        def fail(place: object) -> Path:
            raise error

        monkeypatch.setattr("simcenter.scenario.ready.find_scenario", fail)

    return arrange


@pytest.mark.parametrize(
    ("error", "code", "words"),
    [
        (ScenarioError(["a: b, got 1"]), 2, "simcenter: 1 problem found:\n  a: b, got 1\n"),
        (
            ScenarioError(["a: b, got 1", "c: d, got 2"]),
            2,
            "simcenter: 2 problems found:\n  a: b, got 1\n  c: d, got 2\n",
        ),
        (SimcenterError("plan.pdf: ends in none of .csv"), 2, "simcenter: plan.pdf: ends in none of .csv\n"),
        (UnattainableError("100 % cannot be met"), 3, "simcenter: 100 % cannot be met\n"),
        (FileNotFoundError(errno.ENOENT, "No such file or directory", "x.csv"), 2, "simcenter: x.csv: No such file"),
        (PermissionError(errno.EACCES, "Permission denied", "x.csv"), 1, "simcenter: x.csv: Permission denied\n"),
        (OSError(errno.ENOSPC, "No space left on device"), 1, "simcenter: [Errno 28] No space left on device\n"),
        (MemoryError(), 1, "simcenter: out of memory: fewer replications, or a shorter horizon\n"),
        (KeyboardInterrupt(), 130, "simcenter: interrupted; nothing was written\n"),
        (BrokenPipeError(errno.EPIPE, "Broken pipe"), 141, ""),
        (
            RuntimeError("the clock stopped"),
            1,
            "simcenter: unexpected RuntimeError: the clock stopped\n"
            "A fault of simcenter, not of your input. Run the command again with --debug for the traceback.\n",
        ),
    ],
    ids=lambda value: type(value).__name__ if isinstance(value, BaseException) else "",
)
def test_an_error_becomes_words_and_a_code(
    run: Run, raising: Callable[[BaseException], None], error: BaseException, code: int, words: str
) -> None:
    raising(error)
    result = run("check", "some.toml")
    assert result.exit_code == code
    assert result.stdout == ""
    assert result.stderr.startswith(words)
    assert (result.stderr == "") == (words == "")
    assert "Traceback" not in result.stderr


@pytest.mark.parametrize("words", [("--debug", "check", "some.toml"), ("check", "some.toml", "--debug")])
def test_debug_lets_an_error_through_wherever_it_stands(
    run: Run, raising: Callable[[BaseException], None], words: tuple[str, ...]
) -> None:
    raising(RuntimeError("the clock stopped"))
    assert isinstance(run(*words).exception, RuntimeError)


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("plann", "x.toml"), "No such command 'plann'. Did you mean 'plan'?"),
        (("simulate", "x.toml", "--replications", "0"), "Input should be greater than or equal to 1"),
        (("simulate", "x.toml", "--replications", "many"), "unable to parse string as an integer"),
        (("simulate", "x.toml", "--sed", "1"), "No such option: --sed"),
        (("init",), "Missing argument 'NAME'"),
        (("plan",), "Missing argument 'SCENARIO'"),
        (("check",), "give a scenario, or --schema"),
        (("check", "bank_1999", "--set", "horizon.days"), "is not of the form KEY=VALUE"),
    ],
)
def test_wrong_usage_is_2_and_says_what_is_wrong(run: Run, words: tuple[str, ...], said: str) -> None:
    result = run(*words)
    assert result.exit_code == 2
    assert said in re.sub(r"\s+", " ", result.stderr.replace("│", ""))
    assert "Usage: simcenter" in result.stderr


def test_a_file_that_is_not_there_is_named_with_the_ready_ones(run: Run) -> None:
    result = run("plan", "secnario.toml")
    assert result.exit_code == 2
    assert result.stderr == (
        "simcenter: secnario.toml: no such file, and no ready scenario of that name "
        "(bank_1999, first, home_shopping, insurance)\n"
    )
