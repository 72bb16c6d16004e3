"""The models of docs/published.md give the numbers printed for them, and so does a plain simulation of them."""

import importlib.util
import sys
from pathlib import Path
from random import Random

import numpy as np
import pytest
from oracles.plain_centre import Day, Group, Kind
from scipy.stats import gamma

pytestmark = pytest.mark.slow

DOCS = Path(__file__).parents[2] / "docs"
SPEC = importlib.util.spec_from_file_location("published_tables", DOCS / "published_tables.py")
published = importlib.util.module_from_spec(SPEC)
sys.modules[SPEC.name] = published
SPEC.loader.exec_module(published)

PAGE = published.PAGE.read_text(encoding="utf-8")
PARTS = {title: part for title, part in published.SECTION.findall(PAGE) if title in published.ROWS}
BILINGUAL, BANK, HOURS, TYPES = published.ROWS


def far(found, part):
    """Rows that are more than four combined standard errors from what was printed."""
    rows = {row.label: row for row in published.printed(part)}
    wrong = {}
    for label, (value, error) in found.items():
        scale = 100 if rows[label].percent else 1
        off = (scale * value - rows[label].mean) / np.hypot(scale * error, rows[label].error)
        if abs(off) > 4:
            wrong[label] = f"{scale * value:.5g} +- {scale * error:.2g}, printed {rows[label].mean}: {off:+.1f}"
    return wrong


@pytest.mark.parametrize("title", PARTS)
def test_scenario_files_give_the_printed_numbers(title):
    part, rows = PARTS[title], published.ROWS[title]
    assert [row.label for row in published.printed(part)] == list(rows)
    found = published.measured(part, rows, 400, seed=0)
    assert far(found, part) == {}


@pytest.mark.parametrize("title", PARTS)
def test_the_page_says_what_comes_out(title):
    """The last column is there, and within four standard errors of what a few new replications give."""
    part, rows = PARTS[title], published.ROWS[title]
    found = published.measured(part, rows, 100, seed=1)
    for label, _, _, _, _, seen in published.ROW.findall(part):
        value, half = (float(number.strip(" %")) for number in seen.split("±"))
        scale = 100 if "%" in seen else 1
        mean, error = (scale * number for number in found[label])
        digit = 10.0 ** -len(seen.split("±")[0].strip().partition(".")[2])
        assert abs(value - mean) < 4 * np.hypot(error, half / 1.96) + digit, label


def exponential(mean_s):
    return lambda rng: rng.expovariate(1 / mean_s)


def uniform(low_s, high_s):
    return lambda rng: rng.uniform(low_s, high_s)


def plain_days(make, days, rows, seed):
    """Mean and standard error of each row over days of the plain simulation: ratios of sums, as in ROWS.

    Day n's busyness is to be drawn from its n-th quantile: the few busiest days make most of the waits.
    """
    rng = Random(seed)
    seen = [make(rng, (day + rng.random()) / days).seen for day in range(days)]
    found = {}
    for label, (above, below) in rows.items():
        a, b = (np.array([of(day) for day in seen], dtype=float) for of in (above, below))
        ratio = a.sum() / b.sum()
        found[label] = ratio, float(np.std(a - ratio * b, ddof=1) / np.sqrt(days) / b.mean())
    return found


def every(value):
    return lambda _: value


def total(what, *whose, times=1.0):
    return lambda seen: times * sum(seen[what, one] for one in whose)


def plain_bilingual(days):
    rates = [100] + [50] * 8
    again = {"any_adviser": True, "redial": (0.75, 1200), "same_patience": True}
    kinds = [
        Kind(rates, uniform(180, 420), exponential(120), [0, 2], **again),
        Kind(rates, uniform(240, 360), exponential(120), [1, 2], **again),
    ]
    groups = [Group([7] * 9, [[0]], {}), Group([7] * 9, [[1]], {}), Group([4] * 9, [[0, 1]], {})]
    rows = {
        "English calls, redials included": (total("came", 0, times=5), every(1)),
        "English redials": (total("calls again", 0, times=5), every(1)),
        "English served": (total("served", 0, times=5), every(1)),
        "English abandoned": (total("gave up", 0, times=5), every(1)),
        "occupancy of the English desk": (total("busy seconds", 0), every(9 * 3600 * 7)),
        "occupancy of the bilingual desk": (total("busy seconds", 2), every(9 * 3600 * 4)),
    }
    return plain_days(lambda rng, _: Day(kinds, groups, rng, within_s=[60, 60], lines=40, drop=True), days, rows, 1)


def plain_bank(days):
    kinds = [
        Kind([4] + [2] * 8, exponential(300), uniform(180, 300), [0, 1]),
        Kind([40] + [20] * 8, exponential(300), uniform(180, 300), [1, 0]),
        Kind([100] + [50] * 8, exponential(60), uniform(150, 210), [0, 1], any_adviser=True),
    ]
    groups = [Group([3] * 9, [[0], [1, 2]], {0: 0.75}), Group([4] * 9, [[1], [0, 2]], {1: 0.75})]
    rows = {
        "balance calls blocked": (total("blocked", 2, times=5), every(1)),
        "balance calls abandoned": (total("gave up", 2, times=5), every(1)),
        "savings answered within 60 s, of all": (total("in time", 0), total("came", 0)),
        "checking answered within 90 s, of all": (total("in time", 1), total("came", 1)),
        "balance answered within 30 s, of all": (total("in time", 2), total("came", 2)),
    }
    return plain_days(lambda rng, _: Day(kinds, groups, rng, within_s=[60, 90, 30], lines=15, drop=True), days, rows, 2)


def plain_hours(days):
    advisers = [4, 6, 8, 8, 8, 7, 8, 8, 6, 6, 4, 4, 4]
    rates = [100, 150, 150, 180, 200, 150, 150, 150, 120, 100, 80, 70, 60]
    kinds = [Kind(rates, exponential(100), exponential(1000), [0], balking=0.1)]
    groups = [Group(advisers, [[0]], {})]
    lost = ("gave up", "balked")
    rows = {
        "calls": (total("came", 0), every(1)),
        "time waited by all, per call expected": (total("waited", 0), every(1660)),
        "answered, given up or left at once within 20 s, per call expected": (
            lambda seen: sum(seen[what, 0] for what in ("in time", "gave up in time", "balked")),
            every(1660),
        ),
        "given up or left at once, per call expected": (lambda seen: sum(seen[what, 0] for what in lost), every(1660)),
    }
    return plain_days(
        lambda rng, u: Day(kinds, groups, rng, within_s=[20], factor=gamma.ppf(u, 10, scale=1 / 10)), days, rows, 3
    )


def plain_types(days):
    """Nine kinds: three types in three periods."""
    rates = ((4.2, 5.3, 3.2), (5.1, 4.3, 4.8), (6.3, 5.2, 4.8))
    kinds = []
    for kind in range(3):
        for period, (service, giving_up) in enumerate(((0.5, 0.3), (0.6, 0.4), (0.4, 0.2))):
            hourly = [60 * rates[kind][period] * (hour // 2 == period) for hour in range(6)]
            able = [[0], [0, 1], [1]][kind]
            kinds.append(Kind(hourly, exponential(60 / service), exponential(60 / giving_up), able))
    groups = [Group([12, 12, 18, 18, 9, 9], [[0, 1, 2, 3, 4, 5]], {})]
    groups.append(Group([15, 15, 20, 20, 11, 11], [[3, 4, 5, 6, 7, 8]], {}))
    rows = {
        "served": (total("served", *range(9)), every(1)),
        "abandoned": (total("gave up", *range(9)), every(1)),
        "served within 20 s, of those served or abandoned later": (
            total("in time", *range(9)),
            lambda seen: sum(seen["served", k] + seen["gave up", k] - seen["gave up in time", k] for k in range(9)),
        ),
        "type 1 within 20 s in period 1": (total("in time", 0), every(1)),
        "type 2 within 20 s in period 1": (total("in time", 3), every(1)),
        "type 3 within 20 s in period 2": (total("in time", 7), every(1)),
    }
    return plain_days(
        lambda rng, u: Day(kinds, groups, rng, within_s=[20] * 9, factor=gamma.ppf(u, 28.7, scale=1 / 28.7)),
        days,
        rows,
        4,
    )


@pytest.mark.parametrize(
    ("title", "plain", "days"),
    [(BILINGUAL, plain_bilingual, 150), (BANK, plain_bank, 200), (HOURS, plain_hours, 120), (TYPES, plain_types, 25)],
)
def test_a_plain_simulation_gives_the_printed_numbers(title, plain, days):
    """So the models are read rightly: nothing of simcenter is in it."""
    assert far(plain(days), PARTS[title]) == {}
