"""A small centre with every channel, transfers, overtime and targets of every kind, over two days."""

import threading
from datetime import date

import pytest

from simcenter.experiment import crew
from simcenter.scenario import Scenario

FOUR_CHANNELS = {
    "schema": 1,
    "name": "Four <channels>",
    "timezone": "Europe/Paris",
    "horizon": {
        "start": date(2026, 3, 28),  # the clocks change on the second day
        "days": 2,
        "interval": "30 min",
        "hours": {"sat": "09:00-12:00", "sun": "09:00-11:00"},
    },
    "queues": {
        "calls": {
            "channel": "phone",
            "volume": {"per_day": 120},
            "handle_time": {"mean": "4 min", "cv": 1.1, "wrap_up": "40 s"},
            "patience": "2 min",
            "target": {"answered": 0.7, "within": "20 s", "abandoned": 0.2, "asa": "40 s", "per": "interval"},
        },
        "returns": {
            "channel": "phone",
            "handle_time": "5 min",
            "patience": "3 min",
            "target": {"wait_p90": "2 min", "answered": 0.6, "within": "30 s", "definition": "sl_answered"},
        },
        "chats": {
            "channel": "chat",
            "volume": {"per_day": 40},
            "handle_time": "6 min",
            "speed": [1.0, 0.8],
            "patience": "90 s",
            "target": {"answered": 0.7, "within": "40 s", "per": "horizon"},
        },
        "mails": {
            "channel": "email",
            "volume": {"per_day": 50},
            "handle_time": "5 min",
            "target": {"answered": 0.5, "within": "1 working hours", "resolved": 0.5},
        },
        "counter": {
            "channel": "face_to_face",
            "volume": {"per_day": 30},
            "handle_time": "5 min",
            "waiting_room": 2,
            "closing": "drop",
        },
    },
    "desks": {
        "front": {
            "advisers": 7,
            "max_occupancy": 0.9,
            "serves": {
                "calls": {"resolved": 0.8, "transfers": {"returns": {"share": 0.3, "kind": "warm", "after": "50 s"}}},
                "chats": {"rank": 2},
                "mails": {"priority": 3},
            },
        },
        "back": {
            "advisers": 2,
            "serves": {"returns": {"transfers": {"calls": 0.2}}, "counter": {"rank": 2, "resolved": 0.9}},
        },
    },
    "targets": {"transferred": 0.3, "bounced": 0.1, "per": "day"},
}


@pytest.fixture(scope="session")
def centre():
    return Scenario.from_dict(FOUR_CHANNELS)


@pytest.fixture
def only_workers(monkeypatch):
    """This process takes no task of several: it would have done a small run before its workers have started."""
    take = crew._Run.take

    def taken(run, **how):
        here = threading.current_thread() is threading.main_thread()
        return None if here and len(run.tasks) > 1 else take(run, **how)

    monkeypatch.setattr(crew._Run, "take", taken)
