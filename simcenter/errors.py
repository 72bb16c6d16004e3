"""The errors simcenter raises on purpose: each is one clear message for a user, never a bug report."""

from collections.abc import Sequence


class SimcenterError(Exception):
    """Something the user can mend: bad input, or a file that cannot be read or written."""


class ScenarioError(SimcenterError, ValueError):
    """A scenario, demand or staffing file that breaks rules.

    Parameters
    ----------
    problems : sequence of str
        Every problem found, each as ``key path: rule, got value``.
    """

    def __init__(self, problems: Sequence[str]) -> None:
        self.problems = tuple(problems)
        super().__init__("\n".join(self.problems))

    def __reduce__(self) -> tuple[type["ScenarioError"], tuple[tuple[str, ...]]]:
        return type(self), (self.problems,)


class UnattainableError(SimcenterError, ValueError):
    """A limit that no number of advisers, lines or erlangs can meet."""


class ArgumentError(SimcenterError, ValueError):
    """An argument of a function that is not what the function takes: names the argument, where, the value, the rule."""
