"""Contact-centre queue and staffing simulator: how many advisers each desk needs, proven by simulation.

>>> import simcenter as sc
>>> scenario = sc.load_scenario(sc.ready_scenarios()["first"])
>>> plan = sc.plan(scenario, seed=1)
>>> plan.staffing.to_frame()              # interval_start, desk, advisers
>>> sc.write(plan, "plan.xlsx")

Names are loaded when first used, so that ``import simcenter`` costs nothing.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from simcenter import erlang as erlang
    from simcenter.errors import ScenarioError as ScenarioError
    from simcenter.errors import SimcenterError as SimcenterError
    from simcenter.errors import UnattainableError as UnattainableError
    from simcenter.experiment import Results as Results
    from simcenter.experiment.compare import compare as compare
    from simcenter.experiment.simulate import simulate as simulate
    from simcenter.planning import Plan as Plan
    from simcenter.planning.assurances import assurances as assurances
    from simcenter.planning.explain import explain as explain
    from simcenter.planning.frontier import frontier as frontier
    from simcenter.planning.planner import plan as plan
    from simcenter.planning.requirement import requirement as requirement
    from simcenter.planning.stress import stress as stress
    from simcenter.report import write as write
    from simcenter.scenario import Scenario as Scenario
    from simcenter.scenario import load_scenario as load_scenario
    from simcenter.scenario.ready import ready_scenarios as ready_scenarios
    from simcenter.simulation.staffing import Staffing as Staffing

__version__ = "0.1.0"

_HOME = {
    "Plan": "simcenter.planning",
    "Results": "simcenter.experiment",
    "Scenario": "simcenter.scenario",
    "ScenarioError": "simcenter.errors",
    "SimcenterError": "simcenter.errors",
    "Staffing": "simcenter.simulation.staffing",
    "UnattainableError": "simcenter.errors",
    "compare": "simcenter.experiment.compare",
    "assurances": "simcenter.planning.assurances",
    "frontier": "simcenter.planning.frontier",
    "stress": "simcenter.planning.stress",
    "explain": "simcenter.planning",
    "load_scenario": "simcenter.scenario",
    "plan": "simcenter.planning",
    "ready_scenarios": "simcenter.scenario.ready",
    "requirement": "simcenter.planning",
    "simulate": "simcenter.experiment",
    "write": "simcenter.report",
}
__all__ = [  # noqa: RUF022 - the order of a day's work
    "load_scenario",
    "ready_scenarios",
    "requirement",
    "plan",
    "explain",
    "simulate",
    "compare",
    "stress",
    "frontier",
    "assurances",
    "write",
    "erlang",
    "Scenario",
    "Staffing",
    "Plan",
    "Results",
    "SimcenterError",
    "ScenarioError",
    "UnattainableError",
    "__version__",
]


def __getattr__(name: str) -> Any:
    if name == "erlang":
        return import_module("simcenter.erlang")
    if name not in _HOME:
        raise AttributeError(f"module 'simcenter' has no attribute {name!r}")
    value = globals()[name] = getattr(import_module(_HOME[name]), name)
    return value


def __dir__() -> list[str]:
    return sorted(__all__)
