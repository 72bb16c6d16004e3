"""Planning: how many advisers each desk needs, by closed formulas and proven by simulation."""

from simcenter.planning.explain import explain
from simcenter.planning.findings import Finding
from simcenter.planning.plan import Plan
from simcenter.planning.planner import plan
from simcenter.planning.requirement import closed_form, requirement

__all__ = ["Finding", "Plan", "closed_form", "explain", "plan", "requirement"]
