"""A centre of two days that has every rule which measures are about."""

from datetime import date

EVERY_RULE = {
    "schema": 1,
    "name": "Every rule",
    "timezone": "Europe/Paris",
    "horizon": {
        "start": date(2026, 3, 2),
        "days": 2,
        "interval": "30 min",
        "hours": {"mon-sun": "09:00-13:00"},
        "warm_up": "10 h",
    },
    "queues": {
        "calls": {
            "channel": "phone",
            "volume": {"per_day": 150},
            "handle_time": "4 min",
            "patience": "3 min",
            "balking": 0.05,
            "redial": {"share": 0.5, "after": "5 min", "at_most": 2},
            "repeat": {"share": 0.4, "after": "2 h", "to": "mail"},
            "callback": {"over": "30 s", "accepted": 0.6, "reached": 0.6, "tries": 2, "retry": "10 min"},
            "adviser": {"share": 0.3, "desk": "front", "of": 3, "wait": "1 min"},
            "misrouted": {"claims": {"share": 0.1, "after": "40 s"}},
            "classes": {
                "VIP": {
                    "share": 0.2,
                    "priority": 0,
                    "credit": "90 s",
                    "target": {"answered": 0.9, "within": "20 s", "definition": "sl_answered", "abandoned": 0.1},
                },
                "new": {"share": 0.3},
            },
            "target": {"answered": 0.8, "within": "30 s", "callback_within": "10 min", "called_back": 0.8},
        },
        "claims": {"channel": "phone", "volume": {"per_day": 30}, "handle_time": "6 min", "patience": "4 min"},
        "mail": {
            "channel": "email",
            "volume": {"per_day": 20},
            "handle_time": "6 min",
            "backlog": 5,
            "target": {"answered": 0.9, "within": "2 working hours"},
        },
        "shop": {
            "channel": "face_to_face",
            "handle_time": "8 min",
            "volume": {"per_day": 10},
            "appointments": {"slots": [0] * 18 + [1] * 8 + [0] * 22, "no_show": 0.2},
        },
    },
    "desks": {
        "front": {
            "advisers": 3,
            "serves": {
                "calls": {"transfers": {"claims": 0.1}, "resolved": 0.7},
                "mail": {"priority": 3, "interruptible": True},
            },
        },
        "back": {
            "advisers": 2,
            "serves": {
                "claims": {"transfers": {"calls": 0.1}},
                "calls": {"rank": 2, "after": "1 min", "transfers": {"claims": 0.2}},
                "shop": {"priority": 2},
            },
        },
        "third": {"advisers": 1, "serves": {"claims": {}}},
    },
    "targets": {"transferred": 0.3},
}
