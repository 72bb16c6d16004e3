"""A lower bound on the cost of any staffing that keeps its targets on average, as a proof."""

from simcenter.planning.bound.lower import lower_bound

__all__ = ["lower_bound"]
