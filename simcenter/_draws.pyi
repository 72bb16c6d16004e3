from typing import TypeAlias

import numpy as np
import numpy.typing as npt
from typing_extensions import disjoint_base

_Laws: TypeAlias = tuple[npt.NDArray[np.int64], npt.NDArray[np.float64], npt.NDArray[np.float64], npt.NDArray[np.int64]]

LONGEST_S: float
__pyx_capi__: dict[str, object]  # the C functions that other extensions may call

@disjoint_base
class LegSource:
    @property
    def seed(self) -> int: ...
    @property
    def replication(self) -> int: ...
    def __new__(
        cls,
        seed: int,
        replication: int,
        key: npt.NDArray[np.uint64],
        patience: _Laws,
        handle: _Laws,
        delay: _Laws,
        classes: tuple[npt.NDArray[np.int64], npt.NDArray[np.float64], npt.NDArray[np.int64]],
    ) -> LegSource: ...
    def leg(
        self, origin: int, customer: int, leg: int, queue: int, class_row: int
    ) -> tuple[float, float, float, float, float]: ...
    def chance(self, origin: int, customer: int, leg: int, purpose: int) -> float: ...
    def return_delay_s(self, origin: int, customer: int, leg: int, kind: int, queue: int) -> float: ...
    def class_of(self, origin: int, customer: int, queue: int) -> int: ...
    def class_rows(self, origin: int, start: int, customers: int) -> npt.NDArray[np.int64]: ...
    def first_legs(self, origin: int, start: int, class_row: npt.NDArray[np.int64]) -> npt.NDArray[np.float64]: ...
    def arrivals(self, origin: int, volume: npt.NDArray[np.float64], interval_s: float) -> npt.NDArray[np.float64]: ...

def uniforms(
    seed: int, replication: int, key: int, purpose: int, counter: npt.NDArray[np.uint64], second: int
) -> npt.NDArray[np.float64]: ...
def quantiles(laws: _Laws, u: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]: ...
