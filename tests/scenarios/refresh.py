"""Write what is expected of the scenario corpus anew, so that a change is read as a diff.

Beside each file of ``invalid/`` lies the message that a planner gets, beside each of ``valid/`` the resolved scenario.
Run ``python tests/scenarios/refresh.py``, then read ``git diff``.
"""

import sys
from pathlib import Path

TESTS = Path(__file__).parents[1]


def main() -> int:
    """Write all that is expected; return how many files of ``invalid`` are valid."""
    from corpus import INVALID, VALID, message, resolved

    wrong = 0
    for path in INVALID:
        text = message(path)
        path.with_suffix(".txt").write_text(text, encoding="utf-8")
        if text == "valid\n":
            wrong += 1
            print(f"{path} is valid", file=sys.stderr)
    for path in VALID:
        path.with_suffix(".json").write_text(resolved(path), encoding="utf-8")
    return wrong


if __name__ == "__main__":
    sys.path[:0] = [str(TESTS), str(TESTS.parent)]
    sys.exit(1 if main() else 0)
