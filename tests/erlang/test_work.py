"""Work is bounded: terms summed by the square root of load x max(1, patience / AHT), candidates by a few."""

import math

import numpy as np

from simcenter import _erlang

TERMS = 50
"""Terms per square root: sums end where a term no longer counts, some 9 standard deviations out, on both sides, in the
mean wait of the answered twice."""


def test_terms_summed() -> None:
    """Over the whole domain, load 1e-6..1e6, patience 1e-3..1e4 AHT or none."""
    rng = np.random.default_rng(1)
    load = 10 ** rng.uniform(-6, 6, 3000)
    advisers = load + rng.uniform(-5, 8, 3000) * np.sqrt(load)
    advisers = np.where(advisers > 0, advisers, load)
    r = 10 ** rng.uniform(-4, 3, 3000)
    with np.errstate(all="ignore"):
        terms = _erlang.terms(load, advisers, 10 ** rng.uniform(-6, 1, 3000), r, math.inf)
    bound = TERMS * np.sqrt(load * np.maximum(1, 1 / r)) + 450
    assert (terms <= bound).all(), (terms / bound).max()


def test_probabilities_need_a_bounded_number_of_terms_at_any_size() -> None:
    with np.errstate(all="ignore"):
        _, tried, terms = _erlang.advisers_for(
            np.array([1e2, 1e4, 1e6]), 0.1, 1e-6, math.inf, 0.8, 1.0, math.inf, 1.0, 0, False, 0.0, math.inf, True
        )
    assert (terms <= 400 * tried).all()


def test_candidates_tried() -> None:
    """At any size from 1 to 1e6 erlangs, with and without patience."""
    load = 10 ** np.linspace(0, 6, 200)
    for r, most in ((0.0, 8), (1.0, 26)):
        with np.errstate(all="ignore"):
            _, tried, _ = _erlang.advisers_for(
                load, 0.1, r, math.inf, 0.8, 1.0, math.inf, 1.0, 0, False, 0.0, math.inf, True
            )
        assert tried.max() <= most
