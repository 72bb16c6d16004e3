"""Measures: the table that defines them, the promises they are held against, and the tally of a log."""

from simcenter.measures.meter import Meter, measure
from simcenter.measures.promises import DEFINITIONS, Promises, Within, compile_promises
from simcenter.measures.table import MEASURES, Measure, measure_named, measures_of
from simcenter.measures.tally import Tally

__all__ = [
    "DEFINITIONS",
    "MEASURES",
    "Measure",
    "Meter",
    "Promises",
    "Tally",
    "Within",
    "compile_promises",
    "measure",
    "measure_named",
    "measures_of",
]
