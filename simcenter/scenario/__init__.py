"""Scenarios: the planner's file, checked and with every value explicit."""

from simcenter.scenario.calendar import Calendar
from simcenter.scenario.desk import Desk, Serves, Transfer
from simcenter.scenario.given import read_staffing_frame
from simcenter.scenario.horizon import Horizon
from simcenter.scenario.hours import Hours
from simcenter.scenario.laws import HandleTime, Law
from simcenter.scenario.model import Scenario, check_scenario
from simcenter.scenario.queue import Queue
from simcenter.scenario.reader import load_scenario
from simcenter.scenario.schema import json_schema
from simcenter.scenario.target import CentreTargets, Target
from simcenter.scenario.units import Promise

__all__ = [
    "Calendar",
    "CentreTargets",
    "Desk",
    "HandleTime",
    "Horizon",
    "Hours",
    "Law",
    "Promise",
    "Queue",
    "Scenario",
    "Serves",
    "Target",
    "Transfer",
    "check_scenario",
    "json_schema",
    "load_scenario",
    "read_staffing_frame",
]
