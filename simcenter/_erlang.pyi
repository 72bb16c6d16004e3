from typing import Any

import numpy as np
import numpy.typing as npt

_Floats = npt.NDArray[np.float64]

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
    load: _Floats,
    advisers: _Floats,
    r: _Floats,
    places: _Floats,
    limit: _Floats,
    speed: _Floats,
    definition: int,
    count_blocked: bool,
    out: _Floats,
) -> None: ...
def chat_advisers_for(
    load: _Floats,
    limit: _Floats,
    r: _Floats,
    places: _Floats,
    target: _Floats,
    max_abandonment: _Floats,
    max_asa: _Floats,
    max_occupancy: _Floats,
    speed: _Floats,
    definition: int,
    count_blocked: bool,
    out: _Floats,
) -> None: ...

__test__: dict[Any, Any]
