"""The proof: what it holds, what it spends, and that it catches a staffing that is not good enough."""

import numpy as np
import pytest
from scipy.stats import t as student

from simcenter.planning.proof import prove, quantile, safety, share_of_alpha
from simcenter.planning.sample import Sample


def sample(margin: np.ndarray) -> Sample:
    cells = margin.shape[1]
    empty = np.zeros(cells)
    return Sample(np.zeros((1, 1), dtype=np.int64), range(len(margin)), margin, np.zeros((2, 1)), empty, empty)


def test_bounds_are_students_with_the_error_shared_by_the_cells() -> None:
    half = np.random.default_rng(1).normal(0.0, 2.0, (25, 4))
    # as much up as down: no skew
    margin = 1.0 + np.concatenate([half, -half])
    proof = prove(sample(margin), 0.04)
    expected = margin.mean(axis=0) - student.ppf(0.99, 49) * margin.std(axis=0, ddof=1) / np.sqrt(50)
    np.testing.assert_allclose(proof.bound, expected, rtol=1e-10)
    assert (proof.held == (expected >= 0)).all()
    assert quantile(0.04, 4, 50) == pytest.approx(student.ppf(0.99, 49))


def test_margins_skewed_downwards_have_lower_bounds_and_others_students() -> None:
    """Exponential margins, as they are and turned round."""
    margin = np.random.default_rng(2).exponential(1.0, (50, 1))
    margin = np.hstack([margin, -margin])
    bound = prove(sample(margin), 0.02).bound
    width = student.ppf(0.99, 49) * margin.std(axis=0, ddof=1) / np.sqrt(50)
    assert bound[0] == pytest.approx(margin[:, 0].mean() - width[0])
    assert bound[1] < margin[:, 1].mean() - 1.2 * width[1]


def test_all_rounds_together_spend_no_more_than_there_is() -> None:
    spent = [share_of_alpha(0.95, number) for number in range(1, 40)]
    assert spent[0] == pytest.approx(0.025)
    assert sum(spent) <= 0.05 + 1e-12


def test_cells_in_which_nothing_happened_are_held_and_one_replication_proves_nothing() -> None:
    assert prove(sample(np.zeros((30, 2))), 0.05).complete
    assert not prove(sample(np.ones((1, 2))), 0.05).held.any()


def test_a_staffing_that_just_misses_is_called_proven_no_more_often_than_promised() -> None:
    """20 cells, all but on the limit (mean margin -1e-9): joint error 10 %, 1,000 proofs, within 3 standard errors."""
    rng = np.random.default_rng(7)
    proven = 0
    for _ in range(1000):
        margin = rng.normal(-1e-9, 1.0, (60, 20))
        proven += bool(prove(sample(margin), 0.10).held.any())
    expected = 1 - (1 - 0.10 / 20) ** 20
    assert abs(proven / 1000 - expected) < 3 * np.sqrt(expected * (1 - expected) / 1000)
    assert proven / 1000 < 0.10 + 3 * np.sqrt(0.09 / 1000)


def test_a_search_that_keeps_its_safety_usually_passes() -> None:
    """One cell kept at exactly the safety on 100 replications: the fresh round of 200 holds it in most."""
    rng = np.random.default_rng(3)
    margin = safety(0.025, 1, 100, 200)
    held = [prove(sample(rng.normal(margin, 1.0, (200, 1))), 0.025).complete for _ in range(400)]
    assert 0.8 < np.mean(held) < 0.98
