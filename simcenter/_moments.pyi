import numpy as np
import numpy.typing as npt

_Real = npt.NDArray[np.float64]
_Whole = npt.NDArray[np.int64]

def add_mean(values: _Real, numerator: _Real, squares: _Real, seen: int) -> None: ...
def add_ratio(
    values: _Real, bases: _Real, numerator: _Real, denominator: _Real, nn: _Real, nd: _Real, dd: _Real, seen: int
) -> None: ...
def combine(fields: _Real, first: _Whole, field: _Whole, factor: _Real, out: _Real) -> None: ...
