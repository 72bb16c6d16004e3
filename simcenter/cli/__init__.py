"""The command line. Each command parses, makes one library call and one report call."""

import sys


def main() -> None:
    """Run the command line; the entry point of ``simcenter``."""
    try:
        from simcenter.cli.app import app

        app(prog_name="simcenter")
    except KeyboardInterrupt:  # before any command began, or while one was being loaded
        sys.exit(130)
