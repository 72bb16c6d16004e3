"""How numbers are shown: shares in percent, seconds in words where that reads better, unknown ones as a dash."""

import math

UNKNOWN = "–"


def number(value: float, unit: str) -> str:
    """A value in its unit, as short as a planner needs it."""
    if value is None or math.isnan(value):
        return UNKNOWN
    if unit == "share":
        return f"{100 * value:.1f} %"
    if unit == "s":
        return duration(value)
    return f"{value:,.0f}" if abs(value) >= 100 else f"{value:.1f}"


def duration(seconds: float) -> str:
    """Seconds as "12.3 s", "4 min 05 s", "3 h 20 min"."""
    if seconds < 0:
        return f"-{duration(-seconds)}"
    if seconds < 99.95:
        return f"{seconds:.1f} s"
    if seconds < 3599.5:
        minutes, rest = divmod(round(seconds), 60)
        return f"{minutes} min {rest:02d} s"
    hours, minutes = divmod(round(seconds / 60), 60)
    return f"{hours} h {minutes:02d} min"


def estimate(value: float, low: float, high: float, unit: str) -> str:
    """A value with the half width of its confidence interval, as "81.3 % ±0.4".

    Alone where that is unknown, or where it would take two units to say.
    """
    text = number(value, unit)
    half = max(high - value, value - low)
    if text == UNKNOWN or math.isnan(half):
        return text
    if unit == "share":
        return f"{text} ±{100 * half:.1f}"
    if unit == "s":
        return f"{text} ±{half:.1f}" if value < 99.95 else text
    return f"{text} ±{number(half, unit)}"
