from typing import Any

import numpy as np
import numpy.typing as npt

_Whole = npt.NDArray[np.int64]
_Real = npt.NDArray[np.float64]

COUNTS: tuple[str, ...]
SUMS: tuple[str, ...]
JOURNEY_COUNTS: tuple[str, ...]
JOURNEY_SUMS: tuple[str, ...]
CORE: int

def count(
    log: Any, plan: Any, told_s: _Real
) -> tuple[_Whole, _Real, _Whole, _Real, _Whole, _Real, _Whole, _Whole, npt.NDArray[np.int32]]: ...
def spans(desk: _Whole, start_s: _Real, end_s: _Real, plan: Any) -> _Real: ...
def waits(
    steps: _Whole, group: npt.NDArray[np.int32], days: int, places: int, percents: _Whole
) -> tuple[_Whole, _Whole, _Real, _Real, _Real]: ...
