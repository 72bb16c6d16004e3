"""Experiments: replications in any number of processes, and what they say with confidence."""

from simcenter.experiment.replicate import Players, replicate
from simcenter.experiment.results import Results
from simcenter.experiment.simulate import simulate
from simcenter.experiment.targets import TargetCells, TargetSums, TargetTable, target_table

__all__ = [
    "Players",
    "Results",
    "TargetCells",
    "TargetSums",
    "TargetTable",
    "replicate",
    "simulate",
    "target_table",
]
