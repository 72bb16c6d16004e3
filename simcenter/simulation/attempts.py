"""First attempts behind volumes that count all of them: an ACD's counts contain the redials and repeats already.

Customers come as first attempts; a part of each round of attempts comes back as the next round. A round is linear in
the one before. So all attempts are a matrix times the first ones, and these the solution of linear equations.
"""

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from simcenter.errors import ScenarioError
from simcenter.simulation.network import FloatArray

if TYPE_CHECKING:
    from simcenter.scenario import Queue, Scenario, Serves

ALL_ATTEMPTS = "all attempts"
DUST = 1e-9
"""First attempts of less than this share below none are none."""


def first_attempts(scenario: "Scenario") -> dict[str, float]:
    """Give the share of each queue's volume that are first attempts, the same in every interval.

    It is 1 where the volume counts first attempts. Who comes back is reckoned from the shares of the scenario: of those
    not answered its ``volume_counts.abandoned``, hand-overs and resolved contacts as at the desk of the least rank
    (file order), as if all hand-overs found open queues.

    Parameters
    ----------
    scenario : Scenario
        Checked.

    Returns
    -------
    dict of str to float
        By queue.

    Raises
    ------
    ScenarioError
        Where more customers would come back than the volume has attempts.
    """
    queues = list(scenario.queues.values())
    counted = np.array([queue.volume_counts.counts == ALL_ATTEMPTS for queue in queues], dtype=np.bool_)
    if not counted.any():
        return dict.fromkeys(scenario.queues, 1.0)
    volume = np.array([sum(queue.volume) for queue in queues])
    others = np.array([_beside(queue) for queue in queues])
    all_of = attempts_of_first(scenario)
    rest = ~counted
    # All attempts are all_of @ first, with the volumes known of some queues and the first attempts known of the others.
    known = volume[counted] + others[counted] - all_of[np.ix_(counted, rest)] @ (volume + others)[rest]
    first = np.array(volume)
    first[counted] = np.linalg.solve(all_of[np.ix_(counted, counted)], known) - others[counted]
    problems = [
        f"queues.{name}.volume_counts: must leave first attempts, but {came - found:,.6g} of the {came:,.6g} attempts "
        "would be of customers who come back"
        for name, came, found in zip(scenario.queues, volume, first, strict=True)
        if found < -DUST * came or (found < 0 and not came)
    ]
    if problems:
        raise ScenarioError(problems)
    factor = np.divide(first.clip(0), volume, out=np.ones_like(volume), where=volume > 0)
    return {name: float(share) for name, share in zip(scenario.queues, factor, strict=True)}


def volume_notes(scenario: "Scenario") -> tuple[str, ...]:
    """Say for each queue whose volume counts all attempts how many of them are first ones."""
    notes = []
    for name, share in first_attempts(scenario).items():
        queue = scenario.queues[name]
        if queue.volume_counts.counts == ALL_ATTEMPTS:
            came = sum(queue.volume)
            notes.append(
                f"{name}: of the volume of {came:,.0f} attempts {came * share:,.0f} ({share:.1%}) are first attempts, "
                "the others redials and repeats"
            )
    return tuple(notes)


def attempts_of_first(scenario: "Scenario") -> FloatArray:
    """(Q, Q) how many attempts come to queue i in all for each first attempt at queue j."""
    queues = list(scenario.queues.values())
    number = {name: q for q, name in enumerate(scenario.queues)}
    legs = _legs(scenario)
    rules = [(q, rule, legs.lost[q]) for q, queue in enumerate(queues) if (rule := queue.redial)]
    rules += [(q, rule, legs.unresolved[q]) for q, queue in enumerate(queues) if (rule := queue.repeat)]
    attempts = np.eye(len(queues))
    this_round = np.eye(len(queues))
    for attempt in range(2, max((rule.at_most for _, rule, _ in rules), default=1) + 1):
        following = np.zeros_like(this_round)
        for _, rule, ended in rules:
            if attempt <= rule.at_most:
                following[number[rule.to]] += rule.share * ended @ this_round
        attempts += following
        this_round = following
    return attempts


class _Ends(NamedTuple):
    """(Q, Q) legs in queue i that end so, for each attempt at queue j."""

    lost: FloatArray
    unresolved: FloatArray


def _legs(scenario: "Scenario") -> _Ends:
    """What becomes of an attempt, leg after leg."""
    queues = list(scenario.queues.values())
    count = len(queues)
    answered = np.array([1 - (queue.volume_counts.abandoned or 0.0) for queue in queues])
    wrong, handed_on, unresolved = np.zeros((count, count)), np.zeros((count, count)), np.zeros(count)
    number = {name: q for q, name in enumerate(scenario.queues)}
    for q, (name, queue) in enumerate(scenario.queues.items()):
        for to, transfer in queue.misrouted.items():
            wrong[number[to], q] += transfer.share
        for to, share in _transfers(scenario, name, queue).items():
            handed_on[number[to], q] += share
        unresolved[q] = 1 - _resolved(scenario, name)
    lost, ended = np.zeros((count, count)), np.zeros((count, count))
    legs = np.eye(count)
    for number_of_leg in range(scenario.max_legs):
        last = number_of_leg == scenario.max_legs - 1
        lost += (1 - answered)[:, None] * legs
        served = answered[:, None] * legs
        elsewhere = wrong if number_of_leg == 0 else np.zeros_like(wrong)
        found_here = (1 - elsewhere.sum(axis=0))[:, None] * served
        stay = (1 - handed_on.sum(axis=0)).clip(0)[:, None] * found_here
        ended += unresolved[:, None] * stay
        if last:  # who should be handed on once more cannot be
            ended += served - stay
        legs = elsewhere @ served + handed_on @ found_here
    return _Ends(lost, ended)


def _transfers(scenario: "Scenario", name: str, queue: "Queue") -> dict[str, float]:
    """The shares handed on by the desk of the least rank, over all classes."""
    serves = _first_choice(scenario, name)
    if serves is None:
        return {}
    classes = {one: rule.share for one, rule in queue.classes.items()}
    others = 1 - sum(classes.values())
    return {
        to: others * rule.share + sum(share * rule.shares.get(one, rule.share) for one, share in classes.items())
        for to, rule in serves.transfers.items()
    }


def _resolved(scenario: "Scenario", name: str) -> float:
    serves = _first_choice(scenario, name)
    return 1.0 if serves is None else serves.resolved


def _first_choice(scenario: "Scenario", name: str) -> "Serves | None":
    """How the desk of the least rank, file order, serves a queue."""
    serving = [desk.serves[name] for desk in scenario.desks.values() if name in desk.serves]
    return min(serving, key=lambda serves: serves.rank, default=None)


def _beside(queue: "Queue") -> float:
    """First attempts that are no part of the volume: appointments that are kept, and the backlog."""
    kept = 0.0 if queue.appointments is None else (1 - queue.appointments.no_show) * sum(queue.appointments.slots)
    return kept + queue.backlog
