"""Callbacks: what became of every customer who took the offer to be called back, and how good the predictions were."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from simcenter.measures.legs import View
from simcenter.measures.tally import Sums
from simcenter.simulation.log import ContactLog, Entry, Outcome, Returns

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int64]
BoolArray = npt.NDArray[np.bool_]


@dataclass(frozen=True)
class Callbacks:
    """The accepted callbacks of a log; arrays (L,), told at the leg that accepted, and nothing elsewhere.

    ``accepted``; ``tries`` that advisers made; ``reached``; ``open``: neither reached nor given up when the run ended;
    ``wait_s`` from accepting to being reached; ``reached_s`` when (inf: never); ``known_s`` until when the story is
    known. ``predicted``: legs whose wait was predicted and is known; ``error_s`` by how much it was longer than that.
    """

    accepted: BoolArray
    tries: FloatArray
    reached: BoolArray
    open: BoolArray
    wait_s: FloatArray
    reached_s: FloatArray
    known_s: FloatArray
    predicted: BoolArray
    error_s: FloatArray

    def sums(self, view: View, due_s: FloatArray) -> Sums:
        """Counts and sums of one view; ``due_s`` (L,) by when who accepted was to be reached."""
        in_time = self.reached & (self.reached_s <= due_s)
        return {
            "callbacks_made": view.total(self.accepted, self.tries).astype(np.int64),
            "called_back": view.count(self.reached),
            "callbacks_open": view.count(self.open),
            "callback_wait_s": view.total(self.reached, self.wait_s),
            "callback_in_time": view.count(in_time),
            "callback_undecided": view.count(self.open & (due_s > self.known_s)),
            "predicted": view.count(self.predicted),
            "prediction_bias_s": view.total(self.predicted, self.error_s),
            "prediction_error_s": view.total(self.predicted, np.abs(self.error_s)),
        }


def callbacks_of(log: ContactLog, counted: BoolArray, end_s: float) -> Callbacks:
    """The callbacks of a log.

    Parameters
    ----------
    log : ContactLog
        Sorted by origin, customer, leg: the tries of a callback follow the leg that accepted it.
    counted : (L,) bool array
        Which legs are measured.
    end_s : float
        End of the horizon.
    """
    size = len(log)
    accepted = counted & (log.outcome == Outcome.CALLBACK)
    at = np.flatnonzero(accepted)
    is_try = log.entry == Entry.CALLBACK
    others = np.append(np.flatnonzero(~is_try), size)
    last = others[np.searchsorted(others, at, side="right")] - 1
    made = np.concatenate([[0], np.cumsum(is_try & (log.desk >= 0))])
    reached = log.answered[last]
    still = (log.outcome[last] == Outcome.WAITING) | (log.returns[last] == Returns.PENDING)
    # a prediction is held against the wait until the answer, or until the first try of the callback
    waited_s = np.where(log.answered & counted, log.start_s - log.entered_s, np.nan)
    waited_s[at] = log.start_s[np.minimum(at + 1, size - 1)] - log.end_s[at]
    error_s = waited_s - log.predicted_s
    predicted = np.isfinite(error_s)

    def told(values: IntArray | FloatArray | BoolArray, elsewhere: float = 0.0) -> FloatArray:
        """The values in the legs that have one."""
        out = np.full(size, elsewhere)
        out[at] = values
        return out

    return Callbacks(
        accepted=accepted,
        tries=told(made[last + 1] - made[at + 1]),
        reached=told(reached) > 0,
        open=told(still & ~reached) > 0,
        wait_s=told(np.where(reached, log.start_s[last] - log.end_s[at], 0.0)),
        reached_s=told(np.where(reached, log.start_s[last], np.inf), np.inf),
        known_s=told(np.maximum(log.end_s[last], end_s)),
        predicted=predicted,
        error_s=np.where(predicted, error_s, 0.0),
    )
