"""What a network is made of: arrays that cannot be changed, and parts of them that can be compared."""

from dataclasses import Field, dataclass, fields
from typing import Any, ClassVar, Self

import numpy as np
import numpy.typing as npt

IntArray = npt.NDArray[np.int64]
FloatArray = npt.NDArray[np.float64]
BoolArray = npt.NDArray[np.bool_]


class Arrays:
    """What the parts of a network share: their arrays are made read-only, and compared bit for bit."""

    __dataclass_fields__: ClassVar[dict[str, Field[Any]]]

    def __post_init__(self) -> None:
        for field in fields(self):
            value = getattr(self, field.name)
            if isinstance(value, np.ndarray):
                value.flags.writeable = False

    def equals(self, other: Self) -> bool:
        """Whether all values are the same, bit for bit (NaN equals NaN)."""
        return all(_same(getattr(self, field.name), getattr(other, field.name)) for field in fields(self))


def _same(one: object, other: object) -> bool:
    if isinstance(one, Arrays):
        return type(one) is type(other) and one.equals(other)
    if isinstance(one, np.ndarray) and isinstance(other, np.ndarray):
        return one.dtype == other.dtype and np.array_equal(one, other, equal_nan=one.dtype.kind == "f")
    return one == other


@dataclass(frozen=True, eq=False)
class Laws(Arrays):
    """N laws of a duration: their codes, their parameters, and the tables of those that need one.

    ``code`` (N,); ``p`` (N, 3) parameters in the meaning that the code gives them (see simulation/laws.py);
    ``table`` (n,) the concatenated tables; ``table_start`` (N + 1,) where each law's begins.
    """

    code: IntArray
    p: FloatArray
    table: FloatArray
    table_start: IntArray


@dataclass(frozen=True, eq=False)
class Periods(Arrays):
    """Open periods of N places: place i has rows ``first[i]:first[i + 1]`` of ``start_s`` and ``end_s``, ascending."""

    first: IntArray
    start_s: FloatArray
    end_s: FloatArray
