"""A reduction for tests, in a module of its own: workers import it by its name."""

from dataclasses import dataclass

from simcenter.errors import ScenarioError


@dataclass(frozen=True)
class Offered:
    """Which replications were added, with how many legs."""

    fails_at: str = ""

    def start(self, meter, replications):
        if self.fails_at == "start":
            raise ScenarioError(["nothing to start with"])
        return OfferedSoFar(list(replications), self.fails_at)


class OfferedSoFar:
    def __init__(self, coming, fails_at):
        self.coming, self.fails_at = coming, fails_at
        self.legs = []

    def add(self, tally, log):
        if self.fails_at == "add" and len(self.legs) == 1:
            raise ZeroDivisionError("the second of a block")
        assert len(log) == tally.queues["offered"].sum()
        self.legs.append((self.coming.pop(0), len(log)))

    def merge(self, later):
        if self.fails_at == "merge":
            raise ZeroDivisionError("merging")
        self.legs += later.legs

    def __reduce__(self):
        if self.fails_at == "send":
            raise ZeroDivisionError("not to be sent")
        return super().__reduce__()
