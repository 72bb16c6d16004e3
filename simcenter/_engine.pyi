from typing import Any

import numpy as np
import numpy.typing as npt
from typing_extensions import disjoint_base

LATER: tuple[str, ...]

@disjoint_base
class Centre:
    def __new__(cls, plan: dict[str, npt.NDArray[Any]], max_legs: int, end_s: float) -> Centre: ...
    def play(
        self,
        staffing: npt.NDArray[np.int64],
        numbers: npt.NDArray[np.int64],
        present: list[npt.NDArray[np.uint8] | None],
        firsts: list[Any],
        draws: object,
    ) -> dict[str, npt.NDArray[Any]]: ...
