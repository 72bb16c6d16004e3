"""Load over the day: modified offered load against the integral it is, and the lags."""

import math

import mpmath as mp
import numpy as np
import pandas as pd
import pytest

from simcenter import erlang

VOLUME = np.array([0, 10, 40, 80, 100, 90, 60, 30, 5, 0, 0.0])
STEP = 1800.0


def by_integral(alive, upto: int) -> list[mp.mpf]:
    """Mean over each interval of sum_j rate_j * integral of P(S > t - u) du, by quadrature in 30 digits."""
    step = mp.mpf(STEP)

    def reach(d: int) -> mp.mpf:  # mean number busy d intervals later, of one contact
        if d == 0:
            return mp.quad(lambda x: (step - x) * alive(x), [0, step / 8, step]) / step**2
        up = mp.quad(lambda x: (x - (d - 1) * step) * alive(x), [(d - 1) * step, d * step])
        return (up + mp.quad(lambda x: ((d + 1) * step - x) * alive(x), [d * step, (d + 1) * step])) / step**2

    kernel = [reach(d) for d in range(upto)]
    return [sum(VOLUME[j] * kernel[i - j] for j in range(i + 1)) for i in range(upto)]


@pytest.mark.parametrize("aht", [60.0, 600.0, 5400.0])
def test_modified_offered_load_of_exponential_times(aht: float) -> None:
    with mp.workdps(30):
        exact = by_integral(lambda x: mp.exp(-x / aht), len(VOLUME))
    load = erlang.load_over_time(VOLUME, aht, interval_s=STEP)
    assert np.abs(load - np.array(exact, dtype=float)).max() < 1e-12 * load.max()


@pytest.mark.parametrize("cv", [0.4, 1.32])
def test_modified_offered_load_of_log_normal_times(cv: float) -> None:
    aht, sigma = 1200.0, math.sqrt(math.log1p(cv * cv))

    def alive(x: mp.mpf) -> mp.mpf:
        return mp.erfc((mp.log(x / aht) + sigma**2 / 2) / sigma / mp.sqrt(2)) / 2 if x > 0 else mp.mpf(1)

    with mp.workdps(30):
        exact = np.array(by_integral(alive, len(VOLUME)), dtype=float)
    load = erlang.load_over_time(VOLUME, aht, interval_s=STEP, law="lognormal", cv=cv)
    assert np.abs(load - exact).max() < 1e-11 * load.max()


def test_no_work_is_lost_and_short_contacts_give_sipp() -> None:
    volume = np.concatenate((VOLUME, np.zeros(200)))
    for law, cv in (("exponential", 1.0), ("lognormal", 1.3), ("lognormal", 0.0)):
        load = erlang.load_over_time(volume, 1800.0, interval_s=STEP, law=law, cv=cv)
        assert load.sum() == pytest.approx(volume.sum(), rel=1e-6)
        short = erlang.load_over_time(volume, 1e-3, interval_s=STEP, law=law, cv=cv)
        assert np.allclose(
            short, erlang.load_over_time(volume, 1e-3, interval_s=STEP, method="sipp"), rtol=0, atol=1e-9
        )


def test_constant_times_are_the_arrivals_one_handle_time_earlier_on_average_half() -> None:
    """A constant handle time of one interval: half of this one's arrivals and half of the last one's."""
    load = erlang.load_over_time(VOLUME, STEP, interval_s=STEP, law="lognormal", cv=0)
    assert np.allclose(load, (VOLUME + np.concatenate(([0], VOLUME[:-1]))) / 2)


def test_lag_sipp_moves_the_arrivals_by_one_handle_time() -> None:
    lag = erlang.load_over_time(VOLUME, 2.25 * STEP, interval_s=STEP, method="lag_sipp")
    moved = 0.75 * np.concatenate(([0, 0], VOLUME[:-2])) + 0.25 * np.concatenate(([0, 0, 0], VOLUME[:-3]))
    assert np.allclose(lag, 2.25 * moved)


def test_handle_times_that_change_over_the_day_add_up() -> None:
    aht = np.where(np.arange(len(VOLUME)) < 4, 300.0, 900.0)
    parts = [
        erlang.load_over_time(np.where(aht == h, VOLUME, 0), h, interval_s=STEP) for h in (300.0, 900.0)
    ]  # fmt: skip
    assert np.allclose(erlang.load_over_time(VOLUME, aht, interval_s=STEP), sum(parts), rtol=1e-14)


def test_a_whole_table_in_one_call() -> None:
    """The load and then its staff, row by row, with the index kept."""
    volume = pd.Series(VOLUME, index=pd.date_range("2026-03-02 08:00", periods=len(VOLUME), freq="30min"))
    found = erlang.advisers_over_time(volume, 300.0, interval_s=STEP, patience_s=120.0, target=0.8, within_s=20)
    load = erlang.load_over_time(volume, 300.0, interval_s=STEP)
    assert found.index.equals(volume.index)
    assert (found == erlang.advisers_for(load, aht_s=300.0, patience_s=120.0)).all()
    assert found.iloc[0] == 0
