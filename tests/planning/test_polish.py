"""The end of a search: drafting, rehearsal and thinning, on evaluators whose luck is known."""

from dataclasses import replace

import numpy as np
import pytest
from planning_centres import phone, scenario
from planning_fakes import set_up

from simcenter.planning.centre import IntArray
from simcenter.planning.draft import drafted
from simcenter.planning.polish import polish
from simcenter.planning.rehearsal import Rehearsal
from simcenter.planning.sample import Sample
from simcenter.planning.search import Level, Search
from simcenter.planning.thin import Thinner

OWN, OTHERS = range(2), range(2, 40)
DAY = [0.0] * 9 + [40.0, 90.0, 70.0, 30.0, 55.0, 64.0] + [0.0] * 9


def week(days: int = 3) -> Search:
    queue = phone(volume=DAY * days, target={"answered": 0.8, "within": "20 s"})
    one = scenario({"a": queue}, {"team": {"serves": {"a": {}}}}, hours="09:00-15:00", days=days)
    return set_up(one)[0]


def lucky(search: Search, luck: float) -> None:
    """On the search's own days, and only there, each margin is so much higher than it is."""
    plain = search.evaluate

    def evaluate(advisers: IntArray, replications: range) -> Sample:
        sample = plain(advisers, replications)
        return replace(sample, margin=sample.margin + luck) if replications == OWN else sample

    search.evaluate = evaluate


def level_of(search: Search, rehearsed: bool) -> Level:
    rehearsal = Rehearsal(search, OTHERS, 0.0) if rehearsed else None
    return Level(search, OWN, 0.0, "polish", OWN, rehearsal)


def start(search: Search, advisers: int = 9) -> IntArray:
    return search.units.spread(np.full(len(search.units), advisers))


def polished(search: Search, rehearsed: bool) -> Sample:
    level = level_of(search, rehearsed)
    end = polish(level, level.look(start(search)), apart=False)
    assert end.minimality.complete
    return end.sample


def test_luck_of_the_searchs_own_days_is_seen_in_the_rehearsal() -> None:
    """With days on which 12 calls more are answered in time, the search ends where it ends without any luck."""
    fair, deceived = week(), week()
    lucky(deceived, 12.0)
    one, two = polished(fair, rehearsed=True), polished(deceived, rehearsed=True)
    np.testing.assert_array_equal(one.advisers, two.advisers)
    assert (fair.evaluate(two.advisers, OTHERS).mean >= 0).all()
    np.testing.assert_allclose(deceived.lead, 12.0)


def test_without_a_rehearsal_luck_is_believed() -> None:
    """Break it on purpose: the same luck, nobody looks elsewhere, and targets are missed on other days."""
    search = week()
    lucky(search, 12.0)
    assert (search.evaluate(polished(search, rehearsed=False).advisers, OTHERS).mean < 0).any()


def test_a_start_that_misses_in_the_rehearsal_only_is_raised_first() -> None:
    search = week()
    lucky(search, 200.0)
    level = level_of(search, rehearsed=True)
    end = polish(level, level.look(start(search, 3)), apart=False)
    assert (search.evaluate(end.sample.advisers, OTHERS).mean >= 0).all()


@pytest.mark.parametrize("days", [1, 3])
def test_drafting_takes_many_away_and_keeps_every_cell(days: int) -> None:
    search = week(days)
    level = level_of(search, rehearsed=True)
    best = level.take(level.look(start(search)))
    promise = np.ones(len(search.units))
    after, before = best, None
    while after is not before:
        before = after
        after, lacked = drafted(level, after, promise)
    assert after.advisers.sum() < best.advisers.sum() - 8 * days
    assert level.holds(after)
    # single advisers are left to the thinning where there is one day only
    assert np.isfinite(lacked).any() == (days > 1)


def test_days_that_share_a_cell_are_not_drafted_by_themselves() -> None:
    """A cell of all days: what one day breaks the others may have broken, and nothing that fails is taken."""
    search = week()
    whole = replace(
        search.cells,
        first=search.cells.first[:1],
        end=search.cells.end[-1:],
        criterion=np.zeros(1, int),
        label=("horizon",),
    )
    plain = search.evaluate

    def evaluate(advisers: IntArray, replications: range) -> Sample:
        sample = plain(advisers, replications)
        total = sample.margin.sum(axis=1, keepdims=True)
        return replace(sample, margin=total, num=sample.num[:1], den=sample.den[:1])

    search.cells, search.evaluate = whole, evaluate
    search.given_up, search.floor = np.zeros(1, bool), np.full(1, -np.inf)
    level = level_of(search, rehearsed=False)
    after, _ = drafted(level, level.take(level.look(start(search))), np.ones(len(search.units)))
    assert level.holds(after)


def test_what_broke_before_a_change_is_tried_again_and_what_is_final_is_not() -> None:
    """Each adviser that is left breaks what ``breaks`` says, and with days of live calls fewer looks say so."""
    looks = []
    for final in (True, False):
        search = week()
        level = level_of(search, rehearsed=False)
        thinner = Thinner(level, apart=False)
        if not final:
            thinner._final = np.full_like(thinner._final, 1_000)
        best, found = thinner.thinned(level.take(level.look(start(search))), np.arange(len(search.units), 0.0, -1.0))
        looks.append(len(search.steps))
        assert found.complete
        here = search.level(best)
        for unit in np.flatnonzero(found.breaks >= 0):
            fewer = here.copy()
            fewer[unit] -= 1
            assert level.missing(level.look(search.units.spread(fewer)))[found.breaks[unit]] > 0
    assert looks[0] < looks[1]
