"""What the proof did not hold: one finding per target, with how far, why, and the nearest that can be had."""

import numpy as np

from simcenter.planning.centre import BoolArray, Centre, FloatArray
from simcenter.planning.criteria import Cells
from simcenter.planning.findings import Finding, Obstacle, binding_reason
from simcenter.planning.proof import Proof
from simcenter.planning.sample import Sample


def findings(
    cells: Cells,
    centre: Centre,
    obstacles: dict[int, Obstacle],
    sample: Sample,
    proof: Proof,
    given_up: BoolArray,
    ended: str,
) -> tuple[Finding, ...]:
    """One finding per criterion that is not held everywhere, with its worst cell's value.

    ``given_up`` (C,): cells that no move brought nearer; what they have is the nearest that can be had.
    ``ended``: what ended the search before its time, empty if nothing did.
    """
    found = []
    for k, criterion in enumerate(cells.criteria):
        mine = np.flatnonzero((cells.criterion == k) & ~proof.held)
        if not len(mine):
            continue
        worst = int(mine[np.argmin(shortfall(sample)[mine])])
        value = float(sample.value[worst]) if sample.den[worst] > 0 else None
        missed = mine[sample.standing[mine] < 0]
        if k in obstacles:
            reason, attainable = obstacles[k].reason, obstacles[k].attainable
        elif not len(missed):
            reason, attainable = "kept on average, but not shown with confidence on so few replications", None
        elif ended:
            reason, attainable = ended, None
        else:
            first, end = int(cells.first[missed].min()), int(cells.end[missed].max())
            reason = binding_reason(criterion, centre, sample.advisers, first, end)
            attainable = value if given_up[worst] else None
        labels = tuple(cells.label[c] for c in (missed if len(missed) else mine))
        what = criterion.place, criterion.measure, criterion.condition, criterion.limit
        found.append(Finding(*what, value, labels, reason, attainable))
    return tuple(found)


def shortfall(sample: Sample) -> FloatArray:
    """(C,) mean margins per unit counted, so that cells of different size compare."""
    den = sample.den / max(len(sample.replications), 1)
    return np.asarray(sample.standing / np.where(den > 0, den, 1.0))
