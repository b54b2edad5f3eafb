"""Damage the files of a build folder and see that each command ends as it should.

Each case replays from its seed. Run from the repository's root, on a project that was
built:

    python -m tools.fuzz_build --cases 500 demo

One case in `--repair` is built again, which must make the folder as good as new.
"""

from __future__ import annotations

import argparse
import random
import shutil
import tempfile
from collections import Counter
from pathlib import Path

from tests.artifacts.damages import COMMANDS, check_command, damage
from tests.cli.command import tinycnn


def main() -> int:
    """Print what went wrong, case by case; 1 if anything did."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("project", type=Path)
    parser.add_argument("--cases", type=int, default=500)
    parser.add_argument("--seed", type=int, default=0, help="of the first case")
    parser.add_argument("--repair", type=int, default=25, help="build one in N again")
    options = parser.parse_args()
    ways: Counter[str] = Counter()
    failed = 0
    with tempfile.TemporaryDirectory() as scratch:
        for seed in range(options.seed, options.seed + options.cases):
            folder = Path(scratch) / str(seed) / options.project.resolve().name
            shutil.copytree(options.project, folder)
            way, wrong = _try_case(folder, seed, repairs=seed % options.repair == 0)
            ways[way] += 1
            if wrong:
                failed += 1
                print(f"seed {seed}: {wrong}", flush=True)
            shutil.rmtree(folder.parent)
    print(f"{sum(ways.values())} cases, {failed} failed: {dict(ways)}")
    return 1 if failed else 0


def _try_case(folder: Path, seed: int, *, repairs: bool) -> tuple[str, str]:
    """How the folder was damaged, and what was wrong then."""
    chance = random.Random(seed)
    files = sorted(p for p in (folder / "build").glob("*") if p.is_file())
    path = chance.choice(files)
    way = damage(path, seed)
    command = chance.choice(COMMANDS)
    wrong = check_command(command, folder, path)
    if repairs and not wrong:
        for again in (("build",), command):
            done = tinycnn(*again, folder, cwd=folder.parent)
            if again == ("build",) and done.returncode:
                wrong = f"build: exit code {done.returncode}: {done.stderr}"
            elif not wrong and command[0] == "report" and done.returncode:
                wrong = f"after build: exit code {done.returncode}: {done.stderr}"
    where = path.relative_to(folder)
    return way, wrong and f"{way} {where}, {' '.join(command)}: {wrong}"


if __name__ == "__main__":
    raise SystemExit(main())
