#!/usr/bin/env python3
"""Build the yearly scorecards: ``python build.py --help`` says how."""

import os
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
ENVIRONMENT = HERE / ".venv" / "bin" / "python"

sys.path.insert(0, str(HERE))
try:
    from cescore.cli.main import command
except ModuleNotFoundError as error:
    is_inside = Path(sys.prefix).resolve() == ENVIRONMENT.parents[1].resolve()
    if ENVIRONMENT.exists() and not is_inside:  # set up, but called with another Python
        os.execv(ENVIRONMENT, [str(ENVIRONMENT), *sys.argv])
    print(
        f"{error.name} is not installed: run `make` here once, it sets everything up",
        file=sys.stderr,
    )
    sys.exit(2)


if __name__ == "__main__":
    command()
