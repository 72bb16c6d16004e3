from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
from typing_extensions import disjoint_base

LATER: dict[str, int]

@disjoint_base
class Centre:
    def __new__(cls, plan: dict[str, npt.NDArray[Any]], max_legs: int, end_s: float) -> Centre: ...
    def play(
        self, staffing: npt.NDArray[np.int64], firsts: list[Any], draws: object
    ) -> dict[str, npt.NDArray[Any]]: ...
