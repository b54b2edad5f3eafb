"""Plant bugs in the kernels one by one and count those that the tests catch.

Run from the repository's root:

    python -m tools.mutation_test
"""

from __future__ import annotations

import argparse
import tempfile
from pathlib import Path

from tests.compiler.planted_bugs import BUGS, is_caught


def main() -> int:
    """Print each bug's fate; 1 if more than `--missed` get away."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--missed", type=int, default=1, help="how many may get away")
    options = parser.parse_args()
    caught = 0
    with tempfile.TemporaryDirectory() as folder:
        for bug in BUGS:
            found = is_caught(bug, Path(folder))
            caught += found
            fate = "caught" if found else "MISSED"
            print(f"{fate}  {bug.file}: {bug.old!r} -> {bug.new!r}", flush=True)
    print(f"{caught} of {len(BUGS)} caught")
    return 1 if len(BUGS) - caught > options.missed else 0


if __name__ == "__main__":
    raise SystemExit(main())
