"""The arguments of the formulas: numbers, arrays or Series, checked, brought to one shape, and answered in kind.

pandas is never imported here: a Series can only come from a caller that has imported it.
"""

import math
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from numbers import Real
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt

from simcenter.errors import ArgumentError

Values: TypeAlias = Any
"""A number, an array of any shape, a list of numbers, or a pandas Series."""

FloatArray = npt.NDArray[np.float64]

LARGEST = 1e7
"""The largest load, number of advisers, and time in AHTs that the formulas take."""


@dataclass(frozen=True)
class Rule:
    """What is allowed for an argument: a test of its values, and the same in words."""

    allowed: str
    holds: Callable[[Any], Any]
    """Of a float or an array."""
    low: float
    high: float
    """All numbers from low to high are allowed, whatever else may be: a short cut for plain numbers."""


LOAD = Rule("a load in erlangs from 0 to 1e7", lambda x: (x >= 0) & (x <= LARGEST), 0, LARGEST)
ADVISERS = Rule("a number from 0 to 1e7, whole or not", lambda x: (x >= 0) & (x <= LARGEST), 0, LARGEST)
WHOLE_ADVISERS = Rule("a whole number from 0 to 100,000", lambda x: (x >= 0) & (x <= 1e5) & (np.floor(x) == x), 0, 0)
VOLUME = Rule("a finite number of contacts, 0 or more", lambda x: (x >= 0) & (x < np.inf), 0, 1e300)
DURATION = Rule("a finite time in seconds, longer than 0", lambda x: (x > 0) & (x < np.inf), 1e-300, 1e300)
WITHIN = Rule("a finite time in seconds, 0 or more", lambda x: (x >= 0) & (x < np.inf), 0, 1e300)
PATIENCE = Rule("a mean time in seconds longer than 0, or inf", lambda x: x > 0, 1e-300, math.inf)
LIMIT = Rule("a time in seconds, 0 or more, or inf for no limit", lambda x: x >= 0, 0, math.inf)
PLACES = Rule("a whole number of places to wait from 0 to 1,000,000, or inf",
              lambda x: ((x >= 0) & (x <= 1e6) & (np.floor(x) == x)) | (x == np.inf), math.inf, math.inf)  # fmt: skip
LINES = Rule("a whole number of lines from 0 to 1,000,000, or inf", PLACES.holds, math.inf, math.inf)
SHARE = Rule("a share from 0 to 1", lambda x: (x >= 0) & (x <= 1), 0, 1)
SHARE_ABOVE_0 = Rule("a share above 0, at most 1", lambda x: (x > 0) & (x <= 1), 1e-300, 1)
SHARE_BELOW_1 = Rule("a share from 0 to below 1", lambda x: (x >= 0) & (x < 1), 0, 0.9)


def numbers(name: str, value: Any) -> FloatArray:
    """The values as float64, NaN for holes (None, NA, masked)."""
    if hasattr(value, "to_numpy") and "pandas" in sys.modules and is_series(value):
        if value.dtype.kind not in "iufO":
            raise ArgumentError(f"{name}: must be numbers, got a Series of {value.dtype}")
        value = value.to_numpy(dtype=object, na_value=np.nan) if value.hasnans else value.to_numpy()
    if isinstance(value, np.ma.MaskedArray):
        value = np.ma.filled(value.astype(np.float64), np.nan)
    try:
        array = np.asarray(value)
    except (ValueError, TypeError, OverflowError):
        raise ArgumentError(f"{name}: must be a number or an array of one shape, got {value!r:.80}") from None
    if array.dtype.kind in "iuf":
        with np.errstate(over="ignore"):
            return array.astype(np.float64, copy=False)
    if array.dtype.kind != "O":
        raise ArgumentError(f"{name}: must be numbers, got {_shown(array, value)}")
    out = np.empty(array.shape)
    for at, item in np.ndenumerate(array):
        if item is None or type(item).__name__ == "NAType":
            out[at] = np.nan
        elif isinstance(item, bool | np.bool_) or not (isinstance(item, Real) or type(item).__name__ == "Decimal"):
            raise ArgumentError(f"{name}{_place(at)}: must be a number, got {item!r:.80}")
        else:
            try:
                out[at] = float(item)
            except OverflowError:
                out[at] = np.inf if item > 0 else -np.inf
    return out


def _shown(array: npt.NDArray[Any], value: Any) -> str:
    if array.ndim == 0 or array.size == 0:
        return f"{value!r:.80}"
    return f"{array.dtype.name} values such as {array.flat[0].item()!r:.80}"


def is_series(value: Any) -> bool:
    """Whether it is a pandas Series."""
    pandas = sys.modules.get("pandas")
    return pandas is not None and isinstance(value, pandas.Series)


def _place(at: tuple[int, ...]) -> str:
    return f"[{', '.join(str(int(i)) for i in at)}]" if at else ""


def complain(name: str, array: FloatArray, bad: npt.NDArray[np.bool_], rule: Rule) -> ArgumentError:
    """The error for the first value that breaks the rule, and how many more do."""
    count = int(np.count_nonzero(bad))
    at = tuple(int(i) for i in np.unravel_index(int(np.argmax(bad)), bad.shape)) if bad.ndim else ()
    more = f" (and {count - 1} more such values)" if count > 1 else ""
    return ArgumentError(f"{name}{_place(at)}: must be {rule.allowed}, got {float(array[at])!r}{more}")


@dataclass(frozen=True)
class Call:
    """The arguments of one call, float64 and of one shape but for scalars, and how its answer goes back."""

    values: tuple[Any, ...]
    """Floats, or arrays of float64."""
    shape: tuple[int, ...]
    index: Any
    holes: npt.NDArray[np.bool_] | None
    """Where invalid="nan" and some argument is invalid."""
    plain: bool = False
    """Whether all were plain numbers, and are floats here."""

    def answer(self, result: Any) -> Any:
        """The result as a float, an array, or a Series with the arguments' index; NaN in holes."""
        if self.plain:
            return float(result)
        array = np.asarray(result, dtype=np.float64)
        if self.holes is not None and self.holes.any():
            array = np.where(self.holes, np.nan, array)
        return self.in_kind(array)

    def in_kind(self, array: npt.NDArray[Any]) -> Any:
        """The array of the call's shape as what the caller handed in."""
        if self.index is not None:
            return sys.modules["pandas"].Series(np.broadcast_to(array, self.shape).copy(), index=self.index)
        return array.item() if array.ndim == 0 else array


def gather(arguments: Mapping[str, tuple[Any, Rule]], invalid: str = "raise") -> Call:
    """Check every argument against its rule and bring all to one shape.

    Raises
    ------
    ArgumentError
        For the first argument that is not numeric, breaks its rule, or does not fit the others' shape or index.
    """
    if invalid not in ("raise", "nan"):
        raise ArgumentError(f"invalid: must be 'raise' or 'nan', got {invalid!r}")
    if invalid == "raise":
        plain = _plain(arguments)
        if plain is not None:
            return Call(plain, (), None, None, True)
    arrays: dict[str, FloatArray] = {}
    index, index_name = None, ""
    holes: Any = False
    for name, (value, rule) in arguments.items():
        array = numbers(name, value)
        if is_series(value):
            if index is not None and not index.equals(value.index):
                raise ArgumentError(f"{name}: must have the same index as {index_name}, in the same order")
            index, index_name = value.index, name
        bad = ~np.asarray(rule.holds(array))
        if bad.any():
            if invalid == "raise":
                raise complain(name, array, bad, rule)
            array = np.where(bad, 1.0, array)  # any number that all rules allow; the answer there becomes NaN
        arrays[name] = array
        if invalid == "nan":
            holes = _join(holes, bad, arrays)
    try:
        shape = np.broadcast_shapes(*(a.shape for a in arrays.values()))
    except ValueError:
        raise shapes_error(arrays) from None
    if index is not None and shape != (len(index),):
        raise shapes_error(arrays)
    for name, most in RATIOS.items():
        if name in arrays and "aht_s" in arrays:
            _in_proportion(name, arrays[name], arrays["aht_s"], most)
    if invalid == "nan":
        holes = np.broadcast_to(holes, shape)
    return Call(tuple(arrays.values()), shape, index, holes if invalid == "nan" else None)


RATIOS = {"patience_s": 1e7, "within_s": 1e9, "short_s": 1e9}
"""The longest finite times, in AHTs: beyond, sums would grow without use."""


def _in_proportion(name: str, array: FloatArray, aht: FloatArray, most: float) -> None:
    with np.errstate(over="ignore"):
        ratio = array / aht
    rule = Rule(f"at most {most:g} AHTs" + (" or inf" if name == "patience_s" else "") + " and above 1e-9 AHTs or 0",
                lambda x: ((x <= most) & (x >= 1e-9)) | (x == 0), 0, 0)  # fmt: skip
    bad = ~rule.holds(ratio) & ~(np.isinf(array) & (name == "patience_s"))
    if bad.any():
        raise complain(name, np.broadcast_to(array, bad.shape), bad, rule)


def _plain(arguments: Mapping[str, tuple[Any, Rule]]) -> tuple[Any, ...] | None:
    """All arguments as floats where each is a plain number that its rule allows: at a tenth of the cost of arrays."""
    values = []
    for value, rule in arguments.values():
        if type(value) is not float:
            if type(value) is not int or abs(value) > 1e15:
                return None
            value = float(value)
        if not (rule.low <= value <= rule.high or rule.holds(value)):
            return None
        values.append(value)
    for name, most in RATIOS.items():
        if name in arguments and "aht_s" in arguments:
            x = arguments[name][0]
            if x and not 1e-9 <= x / arguments["aht_s"][0] <= most and (x != math.inf or name != "patience_s"):
                return None
    return tuple(values)


def _join(holes: Any, bad: npt.NDArray[np.bool_], arrays: dict[str, FloatArray]) -> Any:
    try:
        return holes | bad
    except ValueError:
        raise shapes_error(arrays) from None


def shapes_error(arrays: Mapping[str, FloatArray]) -> ArgumentError:
    """The error for shapes that do not fit each other."""
    shapes = ", ".join(f"{name} {a.shape}" for name, a in arrays.items() if a.ndim)
    return ArgumentError(f"arguments must have shapes that broadcast, got {shapes}")


def one_of(name: str, value: Any, allowed: Mapping[str, Any]) -> Any:
    """The meaning of a word, or an error with the words allowed."""
    if not isinstance(value, str) or value not in allowed:
        raise ArgumentError(f"{name}: must be one of {', '.join(map(repr, allowed))}, got {value!r:.80}")
    return allowed[value]
