"""Drafting: take many advisers away quickly, on all days at once, those first who cost most for what they do."""

import numpy as np

from simcenter.planning.centre import FloatArray, IntArray
from simcenter.planning.sample import Sample
from simcenter.planning.search import ROUNDING, Level
from simcenter.planning.thin import day_of

GROUP = 16
"""Advisers of a day that are first tried to be taken away at once."""
LEAST_SPARE = 0.05
"""Standard deviations that every cell counts as having to spare."""


def drafted(level: Level, best: Sample, promise: FloatArray) -> tuple[Sample, FloatArray]:
    """A sample not dearer than ``best``, which must hold; and what was lacking (U,), in standard deviations, where a
    single adviser of a unit was taken away and too many, NaN elsewhere.

    Each look takes a group of advisers away on every day, and smaller groups on the days where that was too many. Days
    may influence each other: what each can spare is a guess, and only a staffing that was looked at is taken. On a
    single day no group gets as small as one adviser: that is for the thinning.

    Parameters
    ----------
    level : Level
    best : Sample
    promise : (U,) float array
        Units with the highest are tried first.
    """
    units = level.search.units
    order = np.argsort(-promise, kind="stable")
    lines = {int(day): [int(unit) for unit in order if units.day[unit] == day] for day in np.unique(units.day)}
    size = dict.fromkeys(lines, GROUP)
    least = 1 if len(lines) > 1 else 2
    lacked = np.full(len(units), np.nan)
    while any(lines.values()):
        fewer, tried = _without(level, best, lines, size)
        if not tried:
            break
        sample = level.look(units.spread(fewer))
        failed = _failing(level, sample, list(tried))
        lack = level.lack(sample)
        if failed and len(failed) < len(tried):
            for day in failed:
                np.add.at(fewer, tried[day], 1)
            sample = level.look(units.spread(fewer))
            if not level.holds(sample):
                failed = list(tried)
        if len(failed) < len(tried):
            best = level.take(sample)
        for day in failed:
            if len(tried[day]) > 1:
                lines[day] = tried[day] + lines[day]
            else:
                lacked[tried[day]] = lack / len(tried)
            size[day] = max(len(tried[day]) // 2, 1)
            if len(tried[day]) // 2 < least and least > 1:
                lines[day] = []
    return best, lacked


def _without(
    level: Level, best: Sample, lines: dict[int, list[int]], size: dict[int, int]
) -> tuple[IntArray, dict[int, list[int]]]:
    """The levels without the next group of each day, taken from its line, and these groups."""
    search, units = level.search, level.search.units
    here = search.level(best)
    fewer, tried = here.copy(), {}
    for day, line in lines.items():
        group: list[int] = []
        while line and len(group) < size[day]:
            unit = line.pop(0)
            fewer[unit] -= 1
            if fewer[unit] >= units.least[unit] and search.allowed(fewer, here):
                group.append(unit)
            else:
                fewer[unit] += 1
        if group:
            tried[day] = group
    return fewer, tried


def _failing(level: Level, sample: Sample, days: list[int]) -> list[int]:
    """Those of the days on which a cell is missed; all if that is a cell of several days, or of none of these."""
    search = level.search
    missed = level.short(sample) > ROUNDING
    if not missed.any():
        return []
    first = day_of(search.cells, search.centre, search.cells.first)
    last = day_of(search.cells, search.centre, search.cells.end - 1)
    failing = [day for day in days if (missed & (first == day)).any()]
    return days if not failing or (missed & (first != last)).any() else failing


def worth(level: Level, best: Sample) -> FloatArray:
    """(U,) what an adviser of each unit costs for what he does, by the effects measured: the harm to each cell in parts
    of what it has to spare (the greedy order of a knapsack with many limits)."""
    search, units = level.search, level.search.units
    assert search.effects is not None
    deviation = np.where(best.deviation > 0, best.deviation, 1.0)
    spare = np.maximum((best.standing - search.need(best, level.per_deviation)) / deviation, LEAST_SPARE)
    harm = np.clip(search.effects.raw.toarray() / deviation / spare, 0, None).sum(axis=1)
    return np.asarray(units.price / (harm + LEAST_SPARE))
