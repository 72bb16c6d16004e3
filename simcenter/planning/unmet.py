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
        worst = int(mine[np.argmin(surplus(sample)[mine])])
        value = float(sample.value[worst]) if sample.den[worst] > 0 else None
        days_kept = float(sample.kept[worst]) / len(sample.margin)
        missed = mine[surplus(sample)[mine] < 0]
        if k in obstacles:
            reason, attainable = obstacles[k].reason, obstacles[k].attainable
        elif not len(missed):
            kept = "on average" if cells.assured is None else "often enough"
            reason, attainable = f"kept {kept}, but not shown with confidence on so few replications", None
        elif ended:
            reason, attainable = ended, None
        else:
            first, end = int(cells.first[missed].min()), int(cells.end[missed].max())
            reason = binding_reason(criterion, centre, sample.advisers, first, end)
            attainable = (value if cells.assured is None else days_kept) if given_up[worst] else None
        labels = tuple(cells.label[c] for c in (missed if len(missed) else mine))
        what = criterion.place, criterion.measure, criterion.condition, criterion.limit
        asked = () if cells.assured is None else (cells.assured.share, days_kept)
        found.append(Finding(*what, value, labels, reason, attainable, *asked))
    return tuple(found)


def surplus(sample: Sample) -> FloatArray:
    """(C,) how far each cell is above what is asked, negative below, so that cells of different size compare: the mean
    margin per unit counted, or with an assurance the share of days kept less the share asked."""
    if sample.assured is not None:
        return np.asarray(sample.kept / len(sample.margin) - sample.assured.share)
    den = sample.den / max(len(sample.replications), 1)
    return np.asarray(sample.mean / np.where(den > 0, den, 1.0))
