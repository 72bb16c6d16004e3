"""Deferred work spread over its promise, worked by hand and against a quadratic programme."""

import numpy as np
from scipy.optimize import minimize

from simcenter.planning.backlog import level_work


def test_work_without_near_deadlines_is_level_from_when_it_came() -> None:
    done = level_work(np.array([12.0, 0, 0, 0]), np.full(4, 4), np.ones(4, dtype=bool))
    np.testing.assert_allclose(done, [3, 3, 3, 3])


def test_a_deadline_forces_early_work_and_late_arrivals_wait_for_opening() -> None:
    """8 due by the end of interval 1, 4 more by the end: 4, 4, 2, 2. Then what comes at night waits for the opening."""
    done = level_work(np.array([12.0, 0, 0, 0]), np.array([1, 4, 4, 4]), np.ones(4, dtype=bool))
    np.testing.assert_allclose(done, [6, 6, 0, 0])
    night = level_work(np.array([6.0, 0, 0, 3]), np.full(4, 4), np.array([False, True, True, True]))
    np.testing.assert_allclose(night, [0, 3, 3, 3])


def test_nothing_is_done_before_it_comes_and_all_that_can_be_is_done_by_the_end() -> None:
    done = level_work(np.array([0.0, 0, 9, 3, 5]), np.full(5, 5), np.array([True, True, True, True, False]))
    np.testing.assert_allclose(done, [0, 0, 6, 6, 0])


def test_the_path_is_the_most_level_one_of_a_quadratic_programme() -> None:
    rng = np.random.default_rng(5)
    for _ in range(20):
        n = int(rng.integers(2, 8))
        arrivals = rng.integers(0, 6, n).astype(float)
        due = np.minimum(np.arange(n) + rng.integers(0, n, n), n)
        done = level_work(arrivals, due, np.ones(n, dtype=bool))
        came = np.cumsum(arrivals)
        owed = np.array([arrivals[due <= t].sum() for t in range(n)])
        owed[-1] = came[-1]
        path = np.cumsum(done)
        assert (path <= came + 1e-9).all()
        assert (path >= owed - 1e-9).all()

        def roughness(x: np.ndarray) -> float:
            return float((np.diff(x, prepend=0.0) ** 2).sum())

        bounds = list(zip(owed, came, strict=True))
        options = {"ftol": 1e-13, "maxiter": 400}
        best = minimize(roughness, (owed + came) / 2, bounds=bounds, method="SLSQP", options=options)
        assert roughness(path) <= best.fun + 1e-6


def test_without_any_opening_nothing_is_done() -> None:
    assert level_work(np.ones(3), np.full(3, 3), np.zeros(3, dtype=bool)).sum() == 0
