"""``python -m simcenter``: the command line."""

from simcenter.cli import main

if __name__ == "__main__":
    main()
