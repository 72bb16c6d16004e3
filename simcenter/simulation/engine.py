"""The face of the engines: choose one, and play one replication."""

from typing import TYPE_CHECKING

from simcenter.errors import ScenarioError
from simcenter.simulation import compiled_engine
from simcenter.simulation.log import ContactLog
from simcenter.simulation.network import Network
from simcenter.simulation.staffing import Staffing

if TYPE_CHECKING:
    from simcenter.simulation.draws import Draws

ENGINES = ("auto", "compiled", "simpy")
"""The engines there are; ``auto`` is the fastest of them. All give the same rows, to the last bit."""


def play(network: Network, staffing: Staffing, draws: "Draws", engine: str = "auto") -> ContactLog:
    """Play one replication of the centre by the rules of docs/rules.md.

    Parameters
    ----------
    network : Network
        The centre: Q queues, D desks, T intervals.
    staffing : Staffing
        Advisers on the floor, (T, D); what it says of intervals in which a desk is closed is not read.
    draws : Draws
        What chance decides.
    engine : str
        One of ``ENGINES``.

    Returns
    -------
    ContactLog
        One row per leg and one per stay of an adviser on the floor: a function of the arguments alone.

    Raises
    ------
    ScenarioError
        For an engine that does not exist, and a staffing of other desks or intervals than the network's.
    """
    check_engine(engine)
    shape = (round(network.end_s / network.interval_s), len(network.desk_names))
    if staffing.advisers.shape != shape:
        raise ScenarioError(
            [f"staffing: must have {shape[0]} intervals and {shape[1]} desks, got {staffing.advisers.shape}"]
        )
    if engine == "simpy":
        from simcenter.simulation import simpy_engine  # simpy is loaded only where it is used

        return simpy_engine.play(network, staffing, draws)
    return compiled_engine.play(network, staffing, draws)


def check_engine(engine: str) -> None:
    """Raise ScenarioError unless there is such an engine."""
    if engine not in ENGINES:
        raise ScenarioError([f'engine: must be one of {", ".join(ENGINES)}, got "{engine}"'])
