"""An evaluator without simulation, whose effects are known exactly: the search is tested on it."""

from dataclasses import dataclass

import numpy as np

from simcenter import erlang
from simcenter.planning.centre import Centre, IntArray, centre_of
from simcenter.planning.criteria import Cells, cells_of, criteria_of
from simcenter.planning.flows import Flows, solve_flows
from simcenter.planning.moves import presence_rows
from simcenter.planning.sample import Sample
from simcenter.planning.search import Search
from simcenter.planning.units import units_of
from simcenter.scenario import Scenario
from simcenter.simulation.compile import compile_network


@dataclass
class ErlangCentre:
    """An ``Evaluate`` without simulation: every queue has a desk of its own, every interval its Erlang A level."""

    centre: Centre
    cells: Cells
    flows: Flows
    looks: int = 0

    def __call__(self, advisers: IntArray, replications: range) -> Sample:
        self.looks += 1
        by_row = np.zeros((len(advisers) + 1, len(self.cells.criteria)))
        for k, criterion in enumerate(self.cells.criteria):
            calls = self.flows.entered[:, criterion.index]
            busy = calls > 0
            level = erlang.service_level(
                calls[busy] * 180 / self.centre.interval_s, advisers[busy, criterion.index],
                aht_s=180, within_s=20, patience_s=180,
            )  # fmt: skip
            by_row[:-1, k][busy] = calls[busy] * (level - criterion.limit)
        margin = np.tile(self.cells.gather(by_row), (len(replications), 1))
        den = np.ones(len(self.cells))
        return Sample(advisers.copy(), replications, margin, by_row, den, den)


def set_up(one: Scenario, block: int = 1) -> tuple[Search, ErlangCentre]:
    centre = centre_of(one, compile_network(one))
    flows = solve_flows(centre)
    cells = cells_of(centre, flows, criteria_of(one))
    evaluate = ErlangCentre(centre, cells, flows)
    units = units_of(centre, block)
    presence = presence_rows(centre, units, flows.entered)
    ceiling = np.full(len(units), 60)
    none = np.zeros(len(cells), dtype=bool)
    return Search(centre, units, cells, evaluate, presence, ceiling, none, np.full(len(cells), -np.inf)), evaluate


VOLUME = [0.0] * 8 + [9.0, 40.0, 77.0, 140.0, 120.0, 31.5, 60.0, 5.0] + [0.0] * 8
HOURS = {"hours": "08:00-16:00"}
