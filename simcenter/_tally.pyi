from typing import Any

import numpy as np
import numpy.typing as npt
from typing_extensions import disjoint_base

_Whole = npt.NDArray[np.int64]
_Real = npt.NDArray[np.float64]

COUNTS: tuple[str, ...]
SUMS: tuple[str, ...]
JOURNEY_COUNTS: tuple[str, ...]
JOURNEY_SUMS: tuple[str, ...]
CORE: int

@disjoint_base
class Loop:
    def __new__(cls, plan: Any, percents: _Whole) -> Loop: ...
    def count(
        self, log: Any
    ) -> tuple[_Whole, _Real, _Whole, _Real, _Whole, _Real, _Whole, _Whole, _Whole, _Real, _Real, _Real]: ...
