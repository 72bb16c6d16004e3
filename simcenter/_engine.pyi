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
        customers: Customers,
        draws: object,
        again: bool,
    ) -> dict[str, npt.NDArray[Any]]: ...

@disjoint_base
class Customers:
    @property
    def nbytes(self) -> int: ...
    def __new__(cls, centre: Centre, legs: list[Any]) -> Customers: ...
