"""Scenarios: the planner's file, checked and with every value explicit."""

from simcenter.scenario.adviser import OwnAdviser
from simcenter.scenario.appointments import Appointments
from simcenter.scenario.arrivals import Arrivals
from simcenter.scenario.calendar import Calendar
from simcenter.scenario.callback import Callback
from simcenter.scenario.classes import CustomerClass
from simcenter.scenario.desk import Desk, Serves
from simcenter.scenario.given import read_staffing_frame
from simcenter.scenario.horizon import Horizon
from simcenter.scenario.hours import Hours
from simcenter.scenario.laws import HandleTime, Law
from simcenter.scenario.model import Scenario, check_scenario
from simcenter.scenario.queue import Queue
from simcenter.scenario.reader import load_scenario
from simcenter.scenario.returns import Return, VolumeCounts
from simcenter.scenario.schema import json_schema
from simcenter.scenario.target import CentreTargets, Target
from simcenter.scenario.transfer import Transfer
from simcenter.scenario.units import Promise
from simcenter.scenario.variability import CentreVariability, Variability

__all__ = [
    "Appointments",
    "Arrivals",
    "Calendar",
    "Callback",
    "CentreTargets",
    "CentreVariability",
    "CustomerClass",
    "Desk",
    "HandleTime",
    "Horizon",
    "Hours",
    "Law",
    "OwnAdviser",
    "Promise",
    "Queue",
    "Return",
    "Scenario",
    "Serves",
    "Target",
    "Transfer",
    "Variability",
    "VolumeCounts",
    "check_scenario",
    "json_schema",
    "load_scenario",
    "read_staffing_frame",
]
