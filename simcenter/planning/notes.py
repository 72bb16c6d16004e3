"""Notes: what a planner should know of the closed form's numbers, in sentences."""

from typing import TYPE_CHECKING

from simcenter.planning.centre import Centre
from simcenter.simulation.attempts import volume_notes

if TYPE_CHECKING:
    from simcenter.scenario import Scenario


def notes_of(scenario: "Scenario", centre: Centre) -> tuple[str, ...]:
    """What was done to the volumes, and which rules the closed form sees only on average or not at all."""
    notes = list(volume_notes(scenario))
    random = (centre.day_cv > 0) | (centre.burst_cv > 0)
    if (random & (centre.volume > 0).any(axis=0)).any():
        notes.append("demand is random: targets are kept on average over busy and quiet days, not on every single one")
    if centre.absence.any():
        notes.append(
            "absence: so many are planned that targets are kept on average over days with more and fewer there"
        )
    unseen = [
        word
        for word, on in (
            ("priority and credit of classes", any(queue.classes for queue in scenario.queues.values())),
            ("discipline by relative wait", any(desk.discipline != "priority" for desk in scenario.desks.values())),
            ("the turn of callbacks", any(centre.callback)),
            ("priority of appointments", any(queue.appointments for queue in scenario.queues.values())),
        )
        if on
    ]
    if unseen:
        notes.append(f"left to the simulation: {', '.join(unseen)}")
    return tuple(notes)
