"""What the points of a frontier ask: caps on customers handed on, shares answered in time, and both crossed."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from simcenter.errors import ScenarioError
from simcenter.experiment.simulate import simulate
from simcenter.planning.findings import least_passed_on
from simcenter.planning.requirement import requirement
from simcenter.scenario.problems import dotted, nearest

if TYPE_CHECKING:
    from simcenter.scenario import Scenario

CAPS = 4
"""Caps that are asked where none are given, besides none at all."""
REACH = 0.8
"""How far from the share handed on without a cap towards the least that any staffing could have the strictest lies."""
PROBES = 20
"""Replications of the closed form's staffing that say about how many are handed on without a cap."""
SHIFTS = ("-0.10", "-0.05", "+0.05", "+0.10")
"""Points of service level asked where nothing is given, besides the file's own."""
LEAST, MOST = 0.05, 0.98
"""A share that is moved stays between."""
MOST_POINTS = 50

Cap = float | None
Share = float | str
"""A share (0.8), or by how much every queue's own share is moved ("+0.05")."""


@dataclass(frozen=True)
class Asked:
    """What one point asks.

    ``cap`` on customers handed on, None: no cap; ``answered``: the share, or how far each queue's is moved, None: as in
    the file; ``own``: whether this is what the file asks; ``limits``: smaller is stricter, in the same order for all
    points.
    """

    cap: Cap
    answered: Share | None
    own: bool
    scenario: "Scenario"
    limits: tuple[float, ...]

    def covers(self, other: "Asked") -> bool:
        """Whether whoever keeps this keeps the other, too."""
        return all(mine <= its for mine, its in zip(self.limits, other.limits, strict=True))


def asked_of(
    scenario: "Scenario",
    transfers: Sequence[Cap] | None,
    answered: Sequence[Share] | None,
    queues: Sequence[str] | None,
    seed: int,
    engine: str,
) -> tuple[list[Asked], tuple[str, ...]]:
    """What each point asks, the strictest first and the file's own among them; and the queues whose share is moved.

    Raises
    ------
    ScenarioError
        For caps, shares and queues that are not allowed, and where there is nothing to trade.
    """
    own = {name: _own(scenario, name) for name in scenario.queues}
    promised = {name: share for name, share in own.items() if share is not None}
    chosen = _chosen(scenario, promised, queues)
    if transfers is None and answered is None:
        if any(serves.transfers for desk in scenario.desks.values() for serves in desk.serves.values()) or any(
            queue.misrouted for queue in scenario.queues.values()
        ):
            transfers = _usual_caps(scenario, seed, engine)
        elif chosen:
            answered = SHIFTS
        else:
            raise ScenarioError(["frontier: must be of a centre that hands on or has a target `answered`, got neither"])
    if answered is not None and not chosen:
        raise ScenarioError(["answered: must be of a centre with a target `answered`, got one without"])
    _check_caps(transfers)
    shares = [None] if answered is None else [None, *map(_read_share, answered)]
    caps = [scenario.targets.transferred]
    caps += [cap for cap in transfers or () if cap not in caps]
    found: dict[str, Asked] = {}
    for share in shares:
        for cap in caps:
            one = _asked(scenario, cap, share, chosen, promised)
            found.setdefault(one.scenario.hash, one)
    if len(found) > MOST_POINTS:
        raise ScenarioError([f"frontier: must have at most {MOST_POINTS} points, got {len(found)}"])
    return sorted(found.values(), key=lambda one: one.limits), tuple(chosen)


def read_caps(text: str | None) -> list[Cap] | None:
    """ "0.02,0.04,none" as caps; None: not given.

    Raises
    ------
    ScenarioError
        Where it is not of that form.
    """
    if text is None:
        return None
    try:
        return [None if part.strip() == "none" else float(part) for part in text.split(",")]
    except ValueError:
        raise ScenarioError([f"transfers: must be as in 0.02,0.04,none, got {text!r}"]) from None


def read_shares(text: str | None) -> list[Share] | None:
    """ "0.7,0.8" or "-0.05,+0.05" as shares and moves; None: not given."""
    return None if text is None else [_read_share(part) for part in text.split(",")]


def _own(scenario: "Scenario", queue: str) -> float | None:
    target = scenario.queues[queue].target
    return None if target is None else target.answered


def _chosen(scenario: "Scenario", promised: dict[str, float], queues: Sequence[str] | None) -> list[str]:
    """The queues whose share is asked for."""
    problems = []
    for name in queues or ():
        if name not in scenario.queues:
            problems.append(f"queues: must be queues of the scenario {nearest(name, scenario.queues)}, got {name!r}")
        elif name not in promised:
            problems.append(f"queues: must have a target `answered`, {name} has none")
    if problems:
        raise ScenarioError(problems)
    return list(promised) if queues is None else list(dict.fromkeys(queues))


def _check_caps(transfers: Sequence[Cap] | None) -> None:
    problems = [
        f"transfers: must be shares from 0 to 1 (None: no cap), got {cap!r}"
        for cap in transfers or ()
        if cap is not None and (isinstance(cap, bool) or not isinstance(cap, int | float) or not 0 <= cap <= 1)
    ]
    if problems:
        raise ScenarioError(problems)


def _read_share(given: object) -> Share:
    """A share, or the text of a move with its sign."""
    try:
        value = float(given) if isinstance(given, str | int | float) and not isinstance(given, bool) else np.nan
    except ValueError:
        value = np.nan
    moved = isinstance(given, str) and given.strip()[:1] in ("+", "-")
    if not (abs(value) < 1 if moved else 0 < value < 1):
        raise ScenarioError(
            [f'answered: must be shares between 0 and 1, or moves such as "+0.05" and "-0.05", got {given!r}']
        )
    return f"{value:+g}" if moved else float(value)


def _asked(
    scenario: "Scenario", cap: Cap, share: Share | None, chosen: Sequence[str], promised: dict[str, float]
) -> Asked:
    wanted = dict(promised)
    if isinstance(share, str):
        for name in chosen:
            moved = float(np.clip(promised[name] + float(share), LEAST, max(MOST, promised[name])))
            wanted[name] = round(moved, 6)
    elif share is not None:
        wanted |= dict.fromkeys(chosen, share)
    changes = {dotted(("queues", name, "target", "answered")): wanted[name] for name in chosen}
    own_cap = scenario.targets.transferred
    asked = scenario
    if share is not None and wanted != promised:
        asked = asked.replace(changes)
    if cap != own_cap:
        asked = asked.replace("targets.transferred", cap)
    limits = (np.inf if cap is None else cap, *(-wanted[name] for name in chosen))
    return Asked(cap, share, asked.hash == scenario.hash, asked, limits)


def _usual_caps(scenario: "Scenario", seed: int, engine: str) -> list[Cap]:
    """No cap, and caps in equal steps from about what is handed on without one towards the least possible."""
    free = scenario.replace("targets.transferred", None)
    played = simulate(free, requirement(free), replications=PROBES, seed=seed, engine=engine, keep_legs=0)
    share, least = float(played.journeys["transferred"].iloc[-1]), least_passed_on(scenario)
    if not share > least:
        return [None]
    steps = [share - REACH * (share - least) * step / CAPS for step in range(1, CAPS + 1)]
    return [None, *(float(f"{cap:.2g}") for cap in steps)]
