from typing import Any

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]

loss: np.ufunc
one_measure: np.ufunc
service_level: np.ufunc
wait_quantile: np.ufunc
advisers_for: np.ufunc
load_for: np.ufunc
lines_for: np.ufunc
terms: np.ufunc
def advisers_for_one(
    load: float,
    limit: float,
    r: float,
    places: float,
    target: float,
    max_abandonment: float,
    max_asa: float,
    max_occupancy: float,
    definition: float,
    blocked: float,
    short: float,
    total: float,
    whole: float,
) -> float: ...
def chat_measures(
    load: Floats,
    advisers: Floats,
    r: Floats,
    places: Floats,
    limit: Floats,
    speed: Floats,
    definition: int,
    count_blocked: bool,
    out: Floats,
) -> None: ...
def chat_advisers_for(
    load: Floats,
    limit: Floats,
    r: Floats,
    places: Floats,
    target: Floats,
    max_abandonment: Floats,
    max_asa: Floats,
    max_occupancy: Floats,
    speed: Floats,
    definition: int,
    count_blocked: bool,
    out: Floats,
) -> None: ...

__test__: dict[Any, Any]
