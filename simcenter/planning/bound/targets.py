"""The rows of a bound that are about targets."""

import numpy as np

from simcenter.planning.bound.expected import Columns, Expected
from simcenter.planning.bound.programme import Programme, Term
from simcenter.planning.centre import BoolArray

_TERMS = {
    "answered": "answered",
    "in_time": "in_time",
    "abandoned": "abandoned",
    "abandoned_in_time": "early",
    "abandoned_short": "early",
    "late": "late",
    "undecided": "undecided",
    "blocked": "blocked",
}
"""The columns that hold what a criterion counts."""


def targets(task: Expected, programme: Programme, columns: Columns) -> None:
    """The targets of queues whose sums are about who is answered, blocked or gone."""
    cells = task.cells
    for c in range(len(cells)):
        one = cells.criteria[cells.criterion[c]]
        names = {*one.numerator, *one.denominator}
        if one.level != "queue" or one.index >= len(task.centre.queues) or not names <= set(_TERMS):
            continue
        rows = slice(max(int(cells.first[c]), _measured_from(task)), int(min(cells.end[c], len(task.centre.day))))
        sign = 1.0 if one.at_least else -1.0
        terms: list[Term] = []
        for parts, factor in ((one.numerator, -sign), (one.denominator, sign * one.limit)):
            terms += [(getattr(columns, _TERMS[name])[..., rows, one.index], factor * n) for name, n in parts.items()]
        programme.at_most(terms, 0.0)


def _measured_from(task: Expected) -> int:
    """The first interval of which anything is measured."""
    return int(np.ceil(task.network.warm_up_s / task.centre.interval_s))


def caps(task: Expected, programme: Programme, columns: Columns) -> None:
    """Caps on the customers handed on: at least those who are when they come first, in a queue that the cell begins and
    ends without."""
    cells, centre = task.cells, task.centre
    routes = task.labour.handed_on()
    if task.appointments.any():
        return
    again = bool(centre.returns) or bool(np.isfinite(task.network.callback_over_s).any())
    for c in range(len(cells)):
        one = cells.criteria[cells.criterion[c]]
        if one.level != "journey" or one.measure != "transferred":
            continue
        first, end = max(int(cells.first[c]), _measured_from(task)), int(min(cells.end[c], len(centre.day)))
        terms: list[Term] = []
        for route in routes:
            open_ = centre.queue_open[:, route.queue]
            whole = first == 0 and end == len(centre.day)
            apart = centre.live[route.queue] and not (_both(open_, first) or _both(open_, end))
            if whole or apart:
                begun = columns.begun[0, first:end, route.desk, route.queue]
                terms.append((begun[task.stays_open[first:end, route.to]], route.share * route.soon))
        if again:
            programme.at_most(
                terms,
                one.limit * float(task.network.volume[first:end].sum() + (first == 0) * task.network.backlog.sum()),
            )
        else:
            programme.at_most([*terms, (columns.answered[0, first:end], -one.limit)], 0.0)


def _both(open_: BoolArray, t: int) -> bool:
    """Whether a queue is open before and after the start of interval ``t``."""
    return 0 < t < len(open_) and bool(open_[t - 1] and open_[t])
