import numpy as np
import numpy.typing as npt

LONGEST_S: float

class LegSource:
    @property
    def seed(self) -> int: ...
    @property
    def replication(self) -> int: ...
    def __init__(
        self,
        seed: int,
        replication: int,
        key: npt.NDArray[np.uint64],
        patience: tuple[npt.NDArray[np.int64], npt.NDArray[np.float64], npt.NDArray[np.float64], npt.NDArray[np.int64]],
        handle: tuple[npt.NDArray[np.int64], npt.NDArray[np.float64], npt.NDArray[np.float64], npt.NDArray[np.int64]],
    ) -> None: ...
    def leg(self, origin: int, customer: int, leg: int, queue: int) -> tuple[float, float, float, float, float]: ...
    def first_legs(self, origin: int, customers: int) -> npt.NDArray[np.float64]: ...
    def arrivals(self, origin: int, volume: npt.NDArray[np.float64], interval_s: float) -> npt.NDArray[np.float64]: ...

def quantiles(
    laws: tuple[npt.NDArray[np.int64], npt.NDArray[np.float64], npt.NDArray[np.float64], npt.NDArray[np.int64]],
    u: npt.NDArray[np.float64],
) -> npt.NDArray[np.float64]: ...
