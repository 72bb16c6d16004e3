"""The rows of a bound that are about desks: what advisers can do, and what they do for nothing."""

import numpy as np

from simcenter.planning.bound.expected import Columns, Expected
from simcenter.planning.bound.programme import Programme, Term
from simcenter.simulation.network import CHAT


def advisers(task: Expected, programme: Programme, columns: Columns) -> None:
    """What the advisers of each desk and interval can do, and what those who leave do for nothing."""
    centre = task.centre
    for d in range(len(centre.desks)):
        desk = Desk(task, programme, columns, d)
        for t in np.flatnonzero(centre.desk_open[:, d]).tolist():
            desk.interval(t)


class Desk:
    """The rows of one desk."""

    def __init__(self, task: Expected, programme: Programme, columns: Columns, d: int) -> None:
        centre, labour = task.centre, task.labour
        self.task, self.programme, self.columns, self.d = task, programme, columns, d
        self.chat = centre.kind == CHAT
        self.least_s = np.array(
            [labour.least_s(d, q) if centre.serves[d, q] else (0.0, 0.0) for q in range(len(self.chat))]
        )
        self.most_s = np.array([labour.most_s(d, q) if labour.counted[d, q] else 0.0 for q in range(len(self.chat))])
        self.overs, self.hands = labour.in_hand(d)
        self.chat_hand = labour.chats_in_hand(d)
        self.in_order = labour.leaves_first_who_is_done_first(d)
        # live contacts begun in an interval: those who came, and who still waited
        mine = centre.live & ~self.chat & labour.counted[d]
        self.mine = np.flatnonzero(mine)
        self.most_begun_s = sum(
            (self.least_s[q, 0] * (task.first + task.still_waiting[:-1])[:, q] for q in self.mine),
            np.zeros(len(centre.day)),
        )
        self.at_midnight = bool(centre.absence[d] > 0)
        self.meetings = bool(centre.off_phone[:, d].any())

    def row(self, terms: list[Term], t: int, factor: float, spare: float = 0.0) -> None:
        """The sum of the terms is at most ``factor`` times the advisers of interval ``t``, and ``spare``."""
        unit = int(self.task.units.cell[t, self.d])
        if unit >= 0:
            terms, number = [*terms, (self.columns.level[unit], -factor)], 0.0
        else:
            number = factor * float(self.task.units.base[t, self.d])
        self.programme.at_most(terms, number + spare)

    def interval(self, t: int) -> None:
        """The rows of one interval."""
        c, d, centre = self.columns, self.d, self.task.centre
        left, one_by_one = c.left[t, d], ~self.chat
        work: list[Term] = [(c.begun[g, t, d, q], self.least_s[q, g]) for g in (0, 1) for q in range(len(self.chat))]
        work.append((left, -1))
        for q in range(len(self.chat)):
            self.programme.at_most([(left[q], 1), (c.begun[:, t, d, q], -self.most_s[q])], 0.0)
        self.row([(left[one_by_one], 1)], t, float(self.hands[0]))
        self.row([(left[self.chat], 1)], t, self.chat_hand)
        if t and centre.desk_open[t - 1, d]:
            before = c.left[t - 1, d][one_by_one]
            work += [(before, 1), (c.gone[t, d], -1)]
            self.programme.at_most([(c.gone[t, d], 1), (before, -1)], 0.0)
            self.leaving(t)
        self.row(work, t, centre.interval_s * (1 - float(centre.absence[d])))

    def leaving(self, t: int) -> None:
        """What those do for nothing who leave when the interval starts; and what goes on beyond it."""
        c, d, centre, units = self.columns, self.d, self.task.centre, self.task.units
        gone, fewer = c.gone[t, d], c.fewer[t, d]
        for over_s, hand_s in zip(self.overs[1:], self.hands[1:], strict=True):
            self.row([(gone, 1), (fewer, -float(over_s))], t - 1, float(hand_s))
        if self.in_order:
            self.row([(gone, 1), (fewer, -float(self.hands[0]))], t - 1, float(self.hands[-1]))
        self.row([(fewer, 1)], t - 1, 1.0)
        if self.meetings or (self.at_midnight and centre.day[t] != centre.day[t - 1]):
            return
        if units.cell[t, d] == units.cell[t - 1, d] >= 0:
            self.programme.at_most([(fewer, 1)], 0.0)
        least = min(self.least(t - 1), self.least(t))
        self.row([(fewer, 1)], t - 1, 1.0, -least)
        # advisers who stay: as many as both intervals need, if each answers nearly all that it can
        each = 1 / (centre.interval_s + float(self.hands[0]))
        begun: list[Term] = [(c.begun[0, t - 1 : t + 1, d, q], each * self.least_s[q, 0]) for q in self.mine]
        spare = each * float(self.most_begun_s[t - 1 : t + 1].max())
        self.row([(fewer, 1), *begun], t - 1, 1.0, spare)

    def least(self, t: int) -> float:
        """The fewest advisers that an interval may have."""
        unit = int(self.task.units.cell[t, self.d])
        return float(self.task.units.least[unit] if unit >= 0 else self.task.units.base[t, self.d])
