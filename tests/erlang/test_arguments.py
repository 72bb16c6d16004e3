"""Bad input gets one clear error, never a number and never a hang; good input of any kind gets its own kind back."""

import math
import threading
import time
from decimal import Decimal
from fractions import Fraction

import numpy as np
import pandas as pd
import pytest

from simcenter import erlang
from simcenter.errors import ArgumentError, SimcenterError

AHT = {"aht_s": 180.0}


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: erlang.erlang_b([1.0, math.nan, 2.0], 5), "load[1]: must be a load in erlangs"),
        (lambda: erlang.erlang_b(-1, 5), "load: must be a load in erlangs from 0 to 1e7, got -1.0"),
        (lambda: erlang.erlang_c(math.inf, 5), "load: must be"),
        (lambda: erlang.erlang_c(5, [[1, 2], [3, -4]]), "advisers[1, 1]: must be a number from 0"),
        (lambda: erlang.advisers_for(5, aht_s=0), "aht_s: must be a finite time in seconds, longer than 0, got 0.0"),
        (lambda: erlang.advisers_for(5, target=1.2, **AHT), "target: must be a share from 0 to 1, got 1.2"),
        (lambda: erlang.advisers_for(5, target=80, **AHT), "target: must be a share"),
        (lambda: erlang.advisers_for("10", **AHT), "load: must be numbers, got '10'"),
        (lambda: erlang.advisers_for(["a", "b"], **AHT), "load: must be numbers, got str"),
        (lambda: erlang.advisers_for([1, "b"], **AHT), "load: must be numbers"),
        (lambda: erlang.advisers_for(np.array([1, "b"], dtype=object), **AHT), "load[1]: must be a number, got 'b'"),
        (lambda: erlang.advisers_for(True, **AHT), "load: must be numbers, got True"),
        (lambda: erlang.advisers_for(1j, **AHT), "load: must be numbers"),
        (lambda: erlang.advisers_for(None, **AHT), "load: must be a load"),
        (lambda: erlang.advisers_for({}, **AHT), "load: must be a number, got {}"),
        (lambda: erlang.advisers_for([[1, 2], [3]], **AHT), "load: must be a number or an array"),
        (lambda: erlang.advisers_for([1, 2, 3], aht_s=[1, 2]), "load (3,), aht_s (2,)"),
        (lambda: erlang.advisers_for(5, places=2.5, **AHT), "places: must be a whole number"),
        (lambda: erlang.advisers_for(5, patience_s=0, **AHT), "patience_s: must be a mean time"),
        (lambda: erlang.advisers_for(5, patience_s=1e12, **AHT), "patience_s: must be at most 1e+07 AHTs"),
        (lambda: erlang.advisers_for(5, within_s=math.inf, **AHT), "within_s: must be a finite time"),
        (lambda: erlang.advisers_for(5, max_occupancy=0, **AHT), "max_occupancy: must be a share above 0"),
        (lambda: erlang.advisers_for(10**400, **AHT), "load: must be"),
        (lambda: erlang.advisers_for(5, unattainable="ignore", **AHT), "unattainable: must be one of 'raise', 'inf'"),
        (lambda: erlang.advisers_for(5, invalid="skip", **AHT), "invalid: must be 'raise' or 'nan'"),
        (lambda: erlang.service_level(5, 6, within_s=20, definition="sla", **AHT), "definition: must be one of"),
        (lambda: erlang.wait_quantile(5, 6, q=1, **AHT), "q: must be a share from 0 to below 1"),
        (lambda: erlang.chat_wait_probability(5, 2.5, speed=[1], **AHT), "advisers: must be a whole number"),
        (lambda: erlang.chat_wait_probability(5, 2, speed=[1, 0], **AHT), "speed[1]: must be above 0"),
        (lambda: erlang.chat_wait_probability(5, 2, speed=1, **AHT), "speed: must be a list"),
        (lambda: erlang.advisers_for(pd.Series(["2026-01-01"], dtype="M8[ns]"), **AHT), "load: must be numbers"),
        (lambda: erlang.deferred_requirement([1, 1], [0, 0], aht_s=60, interval_s=60), "deadline[1]: must be"),
        (lambda: erlang.load_over_time(5, 60, interval_s=60), "volume: must be a list of intervals"),
    ],
)  # fmt: skip
def test_one_error_names_argument_place_value_and_rule(call, message: str) -> None:
    with pytest.raises(ArgumentError) as caught:
        call()
    assert message in str(caught.value)
    assert isinstance(caught.value, ValueError)


def test_a_thousand_awkward_inputs_answer_or_complain_at_once() -> None:
    """Each is a number within its bounds or an error of simcenter; none takes a second."""
    awkward = [
        0, -0.0, 1e-320, 1e-300, 1e-9, 1e-3, 0.5, 1, 1.0000000001, 7, 1e3, 1e6, 1e7, 1.1e7, 1e15, 1e300, math.inf,
        -math.inf, math.nan, -1, None, "x", b"1", [], [1], [[1, 2]], True, 2**70, Decimal("1.5"), Fraction(1, 3),
        np.float32(2),
        np.int8(3), object(), {}, 1 + 2j, np.datetime64("2026-01-01"),
    ]  # fmt: skip
    rng = np.random.default_rng(9)
    names = ("load", "aht_s", "target", "within_s", "patience_s", "max_abandonment", "max_occupancy", "max_asa_s")
    good = (10.0, 180.0, 0.8, 20.0, 300.0, 0.2, 0.9, 100.0)
    answered = complained = 0
    for _ in range(1000):
        arguments = dict(zip(names, good, strict=True))
        for name in rng.choice(names, size=2, replace=False):
            arguments[name] = awkward[rng.integers(len(awkward))]
        began = time.perf_counter()
        try:
            result = np.asarray(erlang.advisers_for(unattainable="inf", **arguments), dtype=float)
            assert (result >= 0).all()
            answered += 1
        except SimcenterError:
            complained += 1
        assert time.perf_counter() - began < 5, arguments
    assert answered > 100
    assert answered + complained == 1000


def test_holes_give_nan_only_where_they_are() -> None:
    load = [10.0, math.nan, 0.0, -3.0]
    found = erlang.advisers_for(load, invalid="nan", **AHT)
    assert np.array_equal(found, [14, math.nan, 0, math.nan], equal_nan=True)
    assert np.isnan(erlang.erlang_b([math.nan, 1.0], 2, invalid="nan")).tolist() == [True, False]
    assert np.isnan(erlang.erlang_b(math.nan, 2, invalid="nan"))
    with pytest.raises(ArgumentError):
        erlang.erlang_b("x", 2, invalid="nan")


def test_a_series_keeps_its_index_and_unequal_ones_are_refused() -> None:
    index = pd.to_datetime(["2026-03-02 08:00", "2026-03-02 08:30"])
    load = pd.Series([10.0, 20.0], index=index)
    found = erlang.advisers_for(load, aht_s=pd.Series([180, 200], index=index))
    assert isinstance(found, pd.Series)
    assert found.index.equals(index)
    assert found.dtype == np.int64
    assert erlang.erlang_c(load, found).index.equals(index)
    with pytest.raises(ArgumentError, match="same index as load"):
        erlang.erlang_c(load, found[::-1])
    with pytest.raises(ArgumentError, match="broadcast"):
        erlang.erlang_c(load, np.ones((3, 2)))


def test_nullable_series_and_masked_arrays_have_holes() -> None:
    load = pd.Series([10, None], dtype="Int64")
    assert np.isnan(erlang.advisers_for(load, invalid="nan", **AHT)).tolist() == [False, True]
    masked = np.ma.MaskedArray([10.0, 5.0], mask=[False, True])
    assert np.isnan(erlang.advisers_for(masked, invalid="nan", **AHT)).tolist() == [False, True]


def test_kinds_and_shapes_of_answers() -> None:
    assert type(erlang.advisers_for(10, **AHT)) is int
    assert type(erlang.erlang_b(10, 12)) is float
    assert erlang.advisers_for(np.full((2, 1), 10.0), aht_s=np.full(3, 180.0)).shape == (2, 3)
    assert erlang.advisers_for([], **AHT).shape == (0,)
    assert erlang.advisers_for([10], **AHT).dtype == np.int64
    assert erlang.advisers_for([10], fractional=True, **AHT).dtype == np.float64
    assert erlang.erlang_b(Decimal("2.5"), Fraction(7, 2)) == erlang.erlang_b(2.5, 3.5)


def test_arguments_are_left_alone() -> None:
    load = np.array([10.0, math.nan])
    before = load.copy()
    erlang.advisers_for(load, invalid="nan", **AHT)
    assert np.array_equal(load, before, equal_nan=True)


def test_no_load_and_overload() -> None:
    assert erlang.wait_probability(0, 0, **AHT) == 0
    assert erlang.service_level(0, 0, within_s=20, **AHT) == 1
    assert erlang.mean_wait(0, 3, **AHT) == 0
    for n in (0, 5, 10):
        assert erlang.erlang_c(10, n) == 1
        assert erlang.mean_wait(10, n, **AHT) == math.inf
        assert erlang.queue_length(10, n, **AHT) == math.inf
        assert erlang.wait_quantile(10, n, q=0.5, **AHT) == math.inf
        assert erlang.service_level(10, n, within_s=20, **AHT) == 0
    assert erlang.occupancy(10, 5, **AHT) == 1
    assert erlang.abandonment(10, 0, patience_s=60, **AHT) == 1
    assert erlang.mean_wait(10, 0, patience_s=60, **AHT) == pytest.approx(60, rel=1e-12)


def test_the_gil_is_released() -> None:
    """Another thread runs on while a large table is computed."""
    load = np.full(200_000, 5e3)
    ticks = 0
    done = threading.Event()

    def count() -> None:
        nonlocal ticks
        while not done.is_set():
            ticks += 1
            time.sleep(0.001)

    other = threading.Thread(target=count)
    other.start()
    try:
        before = ticks
        erlang.asa(load, load, patience_s=900.0, **AHT)
        assert ticks - before > 5
    finally:
        done.set()
        other.join()
