"""Telephone lines, shared by the queues of a group: who has none gets the busy tone."""

from collections.abc import Sequence

from simcenter.simulation.leg import Leg


class TelephoneLines:
    """How many lines of each group are free, and which customer holds one."""

    def __init__(self, counts: Sequence[int]) -> None:
        self.free = list(counts)
        self.held: dict[tuple[int, int], int] = {}  # group, by (origin, customer)

    def may_take(self, leg: Leg) -> bool:
        """Whether the customer has a line for the queue that he enters, or one is free."""
        group = leg.queue.group
        return group < 0 or self.free[group] > 0 or self.held.get(leg.key[1:3]) == group

    def take(self, leg: Leg) -> None:
        """He holds a line from now on, if he does not already."""
        group, customer = leg.queue.group, leg.key[1:3]
        if group >= 0 and customer not in self.held:
            self.held[customer] = group
            self.free[group] -= 1

    def give_back(self, leg: Leg) -> None:
        """His leg ends."""
        group = self.held.pop(leg.key[1:3], -1)
        if group >= 0:
            self.free[group] += 1
