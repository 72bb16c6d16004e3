"""The event loop in C, compiled with the flags of the extensions, and called through ctypes."""

import ctypes
import shlex
import subprocess
import sysconfig
from collections.abc import Callable, Sequence

import numpy as np
from naive.build import HERE, ROOT, flags

SOURCE = HERE / "naive_loop.c"


class Sums(ctypes.Structure):
    """What the loop gives back."""

    _fields_ = [("contacts", ctypes.c_double), ("wait_s", ctypes.c_double), ("abandoned", ctypes.c_double)]

    def figures(self) -> tuple[int, float, float]:
        """Contacts, mean wait of all, share that abandoned."""
        return int(self.contacts), self.wait_s / self.contacts, self.abandoned / self.contacts


def build() -> ctypes.CDLL:
    """Compile where it is new, and load."""
    target = ROOT / "build" / "naive" / "naive_loop.so"
    if not target.exists() or target.stat().st_mtime < SOURCE.stat().st_mtime:
        target.parent.mkdir(parents=True, exist_ok=True)
        compiler = shlex.split(sysconfig.get_config_var("CC") or "cc")
        command = [*compiler, *flags(), "-shared", "-fPIC", str(SOURCE), "-o", str(target), "-lm"]
        subprocess.run(command, check=True, capture_output=True)
    library = ctypes.CDLL(str(target))
    library.play_given.restype = library.play_own.restype = Sums
    return library


def given(arrays: Sequence[Sequence[np.ndarray]], advisers: int) -> Callable[[], Sums]:
    """A run with the customers given: arrival, patience and handle time of each queue's."""
    library = build()
    columns = [np.ascontiguousarray(np.concatenate(column)) for column in zip(*arrays, strict=True)]
    count = np.array([len(queue[0]) for queue in arrays], dtype=np.int64)
    pointers = [ctypes.c_void_p(array.ctypes.data) for array in (*columns, count)]

    def play(kept: object = (columns, count)) -> Sums:
        return library.play_given(*pointers, ctypes.c_int(advisers))

    return play


def own(per_hour: Sequence[float], patience_s: float, aht_s: float, end_s: float, advisers: int) -> Callable[[], Sums]:
    """A run that draws its own customers."""
    library = build()
    rates = (ctypes.c_double * len(per_hour))(*per_hour)

    def play() -> Sums:
        return library.play_own(
            rates,
            ctypes.c_double(patience_s),
            ctypes.c_double(aht_s),
            ctypes.c_double(end_s),
            ctypes.c_int(advisers),
            ctypes.c_uint64(1),
        )

    return play
