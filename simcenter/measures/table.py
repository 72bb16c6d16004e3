"""The table of measures: the one place that says what each measure is, and from which counts it is made.

Everything that computes, prints or documents a measure reads this table.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from simcenter.measures.rules import Rule

Level = Literal["queue", "desk", "journey"]
Kind = Literal["mean", "ratio", "percentile", "maximum"]

_GKM = "Gans, Koole and Mandelbaum 2003"
_JKR = "Jouini, Koole and Roubos 2013"
_HF = "Hyndman and Fan 1996, type 1 (nearest rank)"
_HOUSE = "definition of this project"


@dataclass(frozen=True)
class Measure:
    """One measure.

    ``kind`` "mean": mean of the numerator over replications; "ratio": ratio of the sums over replications;
    "percentile", "maximum": of the waits of answered legs. ``numerator`` and ``denominator`` are linear in the counts
    and sums of a Tally, by their names there. ``promised``: known only where the place has that promise, by its name
    in Promises. ``rule``: what a centre must have for the measure to be about anything. ``signed``: may be negative.
    """

    name: str
    unit: str
    level: Level
    formula: str
    source: str
    kind: Kind = "ratio"
    numerator: Mapping[str, float] = field(default_factory=dict)
    denominator: Mapping[str, float] = field(default_factory=dict)
    percent: int = 0
    promised: Literal["", "within", "callback"] = ""
    rule: Rule = ""
    signed: bool = False


def _terms(names: str, scale: float = 1.0) -> Mapping[str, float]:
    """``"a b -c"`` as coefficients."""
    return {name.lstrip("-"): -scale if name.startswith("-") else scale for name in names.split()}


def _count(level: Level, name: str, formula: str, unit: str, source: str = "contact log", rule: Rule = "") -> Measure:
    return Measure(name, unit, level, formula, source, "mean", _terms(name), rule=rule)


def _ratio(
    level: Level,
    name: str,
    unit: str,
    formula: str,
    source: str,
    parts: tuple[str, str],
    promised: bool = False,
    *,
    rule: Rule = "",
) -> Measure:
    within: Literal["", "within"] = "within" if promised else ""
    return Measure(
        name, unit, level, formula, source, "ratio", _terms(parts[0]), _terms(parts[1]), promised=within, rule=rule
    )


def _cause(name: str, of: str) -> Measure:
    parts = (f"transfers_{name}", "answered")
    return _ratio("queue", parts[0], "share", f"of A, handed on {of}", _HOUSE, parts, rule="transfers")


def _percentile(name: str, percent: int) -> Measure:
    formula = f"{percent}th percentile of the wait of answered legs"
    return Measure(name, "s", "queue", formula, _HF, "percentile", percent=percent)


_ABL = "answered abandoned late"

RULES: tuple[Measure, ...] = (
    _count("queue", "redials", "legs of customers who came again after giving up", "legs", rule="redial"),
    _count("queue", "repeats", "legs of customers who came again as nothing was settled", "legs", rule="repeat"),
    _count("queue", "interrupted", "times that work was put back for a live contact", "times", rule="interruptions"),
    _count("queue", "appointments", "appointments made, kept or not", "appointments", rule="appointments"),
    _count("queue", "no_shows", "appointments that nobody kept", "appointments", rule="appointments"),
    _ratio(
        "queue",
        "continuity",
        "share",
        "of A of customers with an adviser of their own, answered by that one",
        _HOUSE,
        ("continued", "own"),
        rule="own adviser",
    ),
    _count("queue", "callbacks_made", "tries that advisers made to reach who accepted", "tries", rule="callback"),
    _ratio(
        "queue",
        "called_back",
        "share",
        "callbacks reached / callbacks accepted, those still open at the end left out",
        _HOUSE,
        ("called_back", "callbacks -callbacks_open"),
        rule="callback",
    ),
    _ratio(
        "queue",
        "callback_wait_s",
        "s",
        "sum of times from accepting to being reached / callbacks reached",
        _HOUSE,
        ("callback_wait_s", "called_back"),
        rule="callback",
    ),
    Measure(
        "callback_level",
        "share",
        "queue",
        "callbacks reached within the target's callback_within / callbacks accepted, those still open at the end and "
        "not yet due left out",
        _HOUSE,
        "ratio",
        _terms("callback_in_time"),
        _terms("callbacks -callback_undecided"),
        promised="callback",
        rule="callback",
    ),
    Measure(
        "prediction_bias_s",
        "s",
        "queue",
        "mean of wait - predicted wait: of A, until the answer, and of who accepted a callback, until the first try",
        _HOUSE,
        "ratio",
        _terms("prediction_bias_s"),
        _terms("predicted"),
        rule="callback",
        signed=True,
    ),
    _ratio(
        "queue",
        "prediction_error_s",
        "s",
        "mean of |wait - predicted wait|, likewise",
        _HOUSE,
        ("prediction_error_s", "predicted"),
        rule="callback",
    ),
)
"""Measures of queues that only centres with certain rules have."""

QUEUE: tuple[Measure, ...] = (
    _count("queue", "offered", "legs that entered the queue: first contacts, returns and transfers", "legs"),
    _count("queue", "answered", "A: legs answered", "legs"),
    _count("queue", "abandoned", "B: legs that left while waiting", "legs"),
    _count("queue", "blocked", "legs refused because the waiting room or all lines were full", "legs"),
    _count("queue", "balked", "legs that left on seeing the queue", "legs"),
    _count("queue", "turned_away", "legs that came while the queue was closed", "legs"),
    _count("queue", "dropped", "legs sent away at closing while waiting", "legs"),
    _count("queue", "callbacks", "legs that accepted a callback", "legs"),
    _count("queue", "waiting_at_end", "legs still waiting at the end of the run", "legs"),
    _count("queue", "undecided", "legs waiting at the end, or dropped, before their promise was due", "legs"),
    Measure(
        "service_level",
        "share",
        "queue",
        "the one of the five service levels below that the queue's target names; sl_offered if it names none",
        _JKR,
        promised="within",
    ),
    _ratio("queue", "sl_offered", "share", "At / (A + B + L)", _JKR, ("in_time", _ABL), True),
    _ratio("queue", "sl_answered", "share", "At / (A + L)", _JKR, ("in_time", "answered late"), True),
    _ratio(
        "queue",
        "sl_excl_early_abandons",
        "share",
        "At / (A + B - Bt + L)",
        _JKR,
        ("in_time", _ABL + " -abandoned_in_time"),
        True,
    ),
    _ratio(
        "queue", "sl_abandons_met", "share", "(At + Bt) / (A + B + L)", _JKR, ("in_time abandoned_in_time", _ABL), True
    ),
    _ratio(
        "queue",
        "sl_short_abandons_met",
        "share",
        "(At + Bs) / (A + B + L)",
        _JKR,
        ("in_time abandoned_short", _ABL),
        True,
    ),
    _ratio("queue", "asa_s", "s", "sum of waits of A / A", _GKM, ("wait_answered_s", "answered")),
    _ratio("queue", "mean_wait_s", "s", "sum of waits of A, B and L / (A + B + L)", _GKM, ("wait_s", _ABL)),
    _ratio("queue", "abandon_rate", "share", "B / (A + B + L)", _GKM, ("abandoned", _ABL)),
    _ratio(
        "queue", "delayed", "share", "those of A, B and L that waited at all / (A + B + L)", _GKM, ("delayed", _ABL)
    ),
    _percentile("wait_p50_s", 50),
    _percentile("wait_p90_s", 90),
    _percentile("wait_p95_s", 95),
    Measure("max_wait_s", "s", "queue", "longest wait of an answered leg in any replication", "contact log", "maximum"),
    _ratio(
        "queue",
        "handle_s",
        "s",
        "adviser's time with each of A: talk, hold, wrap-up, and work on it before interruptions; a chat: its session "
        "/ A",
        _GKM,
        ("handle_s", "answered"),
    ),
    _ratio(
        "queue", "transferred_out", "share", "of A, handed on to another queue", _HOUSE, ("transferred_out", "answered")
    ),
    _ratio("queue", "resolved", "share", "of A, ended resolved", _HOUSE, ("resolved", "answered")),
    _cause("misrouted", "as it belonged to the other queue from the start"),
    _cause("skill", "by a desk of the first choice, which could not do the rest"),
    _cause("overflow", "by a desk that is not of the queue's least rank, or takes from it only `after` a wait"),
    *RULES,
)

DESK: tuple[Measure, ...] = (
    _ratio(
        "desk",
        "advisers",
        "advisers",
        "paid seconds inside the desk's hours / seconds of those hours",
        "staffing",
        ("open_paid_s", "open_s"),
    ),
    Measure(
        "paid_hours",
        "h",
        "desk",
        "paid seconds / 3600, overtime after closing included",
        "duties in the log",
        "mean",
        _terms("paid_s", 1 / 3600),
    ),
    _ratio(
        "desk",
        "occupancy",
        "share",
        "busy seconds (talk, hold, wrap-up, warm hand-over; chat: holding at least one) / paid seconds",
        _GKM,
        ("busy_s", "paid_s"),
    ),
    _count("desk", "answered", "legs answered by the desk, at their answer", "legs"),
    _ratio("desk", "transferred_out", "share", "of those answered, handed on", _HOUSE, ("transferred_out", "answered")),
)

_C = "contacts"
JOURNEY: tuple[Measure, ...] = (
    _count("journey", "contacts", "customers, counted where and when their first attempt came", "customers"),
    _ratio("journey", "attempts_per_contact", "attempts", "attempts / customers", _HOUSE, ("attempts", _C)),
    _ratio("journey", "legs_per_contact", "legs", "legs / customers", _HOUSE, ("legs", _C)),
    _ratio(
        "journey",
        "transferred",
        "share",
        "customers handed on at least once / customers answered at least once",
        _HOUSE,
        ("transferred", "answered_customers"),
    ),
    _ratio(
        "journey",
        "bounced",
        "share",
        "customers handed on twice or more / customers answered at least once",
        _HOUSE,
        ("bounced", "answered_customers"),
    ),
    _ratio(
        "journey",
        "transferred_of_offered",
        "share",
        "customers handed on at least once / customers",
        _HOUSE,
        ("transferred", _C),
    ),
    _ratio(
        "journey",
        "first_contact_resolution",
        "share",
        "customers resolved in their first attempt, transfers allowed / customers answered at least once",
        "Cleveland 2012",
        ("resolved_first", "answered_customers"),
    ),
    _ratio(
        "journey",
        "lost",
        "share",
        "customers never answered in any attempt, who neither wait nor are to come back at the end / customers",
        _HOUSE,
        ("lost", _C),
    ),
    _ratio(
        "journey", "journey_wait_s", "s", "sum of the waits of all legs / customers", _HOUSE, ("journey_wait_s", _C)
    ),
    _ratio(
        "journey",
        "time_to_resolution_s",
        "s",
        "elapsed time from the first arrival to the end of the resolving leg / customers resolved",
        _HOUSE,
        ("resolution_s", "resolved_customers"),
    ),
    _ratio(
        "journey",
        "passed_on_s",
        "s",
        "sum of the waits after each hand-over / customers handed on at least once",
        _HOUSE,
        ("passed_on_s", "transferred"),
        rule="transfers",
    ),
    _count(
        "journey",
        "pending",
        "customers who would come back, or be called again, after the horizon",
        "customers",
        rule="returns",
    ),
    _count("journey", "at_limit", "customers whose story a limit on legs or attempts ended", "customers"),
)

MEASURES: tuple[Measure, ...] = QUEUE + DESK + JOURNEY
"""Every measure, in the order in which they are shown."""

PERCENTS: tuple[int, ...] = tuple(measure.percent for measure in QUEUE if measure.kind == "percentile")
"""The percentiles kept of every replication."""

LETTERS = (
    "A answered, B abandoned, At answered within the promise, Bt abandoned within it, Bs abandoned within the short "
    "limit of 10 s, L still waiting at the end, or dropped at closing, past the promise; legs whose promise was not "
    "yet due then are undecided and left out"
)
"""What the letters of the formulas stand for."""


SOURCES = (
    "- Gans, N., Koole, G. and Mandelbaum, A. (2003): Telephone call centers: tutorial, review, and research "
    "prospects. Manufacturing & Service Operations Management 5(2).",
    "- Jouini, O., Koole, G. and Roubos, A. (2013): Performance indicators for call centers with impatient customers. "
    "IIE Transactions 45(3).",
    "- Hyndman, R. J. and Fan, Y. (1996): Sample quantiles in statistical packages. The American Statistician 50(4).",
    "- Cleveland, B. (2012): Call Center Management on Fast Forward.",
)
"""The publications named as sources, for the page of measures."""


def measures_of(level: Level) -> tuple[Measure, ...]:
    """The measures of one level, in order."""
    return tuple(measure for measure in MEASURES if measure.level == level)


def measure_named(level: Level, name: str) -> Measure:
    """One measure of a level by its name; KeyError if there is none."""
    return {measure.name: measure for measure in measures_of(level)}[name]
