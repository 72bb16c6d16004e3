import numpy as np
import numpy.typing as npt
from typing_extensions import disjoint_base

LONGEST_S: float

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
        patience: tuple[npt.NDArray[np.int64], npt.NDArray[np.float64], npt.NDArray[np.float64], npt.NDArray[np.int64]],
        handle: tuple[npt.NDArray[np.int64], npt.NDArray[np.float64], npt.NDArray[np.float64], npt.NDArray[np.int64]],
    ) -> LegSource: ...
    def leg(self, origin: int, customer: int, leg: int, queue: int) -> tuple[float, float, float, float, float]: ...
    def first_legs(self, origin: int, customers: int) -> npt.NDArray[np.float64]: ...
    def arrivals(self, origin: int, volume: npt.NDArray[np.float64], interval_s: float) -> npt.NDArray[np.float64]: ...

def quantiles(
    laws: tuple[npt.NDArray[np.int64], npt.NDArray[np.float64], npt.NDArray[np.float64], npt.NDArray[np.int64]],
    u: npt.NDArray[np.float64],
) -> npt.NDArray[np.float64]: ...
