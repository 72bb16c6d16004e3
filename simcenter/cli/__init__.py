"""The command line. Each command parses, makes one library call and one report call."""

import os
import sys


def main() -> None:
    """Run the command line; the entry point of ``simcenter``."""
    # No command has linear algebra worth a second thread, and to start them takes numpy a quarter of a short command.
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    try:
        from simcenter.cli.app import app

        app(prog_name="simcenter")
    except KeyboardInterrupt:  # before any command began, or while one was being loaded
        sys.exit(130)
