"""Runs the program: `python -m revgraph upgrade`."""

import os
import subprocess
import sys

from revgraph import find


def main() -> None:
    """Become the program; where a process cannot, wait for it."""
    command = [find(), *sys.argv[1:]]
    if os.name == "nt":
        sys.exit(subprocess.call(command))
    os.execv(command[0], command)


if __name__ == "__main__":
    main()
