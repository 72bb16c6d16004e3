"""Staffing: advisers on the floor, per interval and desk. The decision that everything else serves."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt


@dataclass(frozen=True)
class Staffing:
    """Advisers on the floor (required, not scheduled).

    ``advisers`` (T, D) whole numbers, 0 where a desk is closed; ``desks`` D names in file order;
    ``interval_start`` (T,) local ISO times, with their offset where the local time is ambiguous.
    """

    advisers: npt.NDArray[np.int64]
    desks: tuple[str, ...]
    interval_start: tuple[str, ...]
