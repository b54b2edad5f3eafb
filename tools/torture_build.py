"""Kill commands, run two at once, fill the disk: what is there stays whole.

`runs` stops a validation again and again, by each signal that asks for it and by the
one that does not, until it comes to its verdict: what it finds is what it finds unhurt.

Run from the repository's root, on a project that was built; each case replays from its
seed:

    python -m tools.torture_build kills --cases 200 demo
    python -m tools.torture_build pairs --cases 50 demo
    python -m tools.torture_build full --cases 40 demo
    python -m tools.torture_build runs --cases 20 demo

A `model.tflite` lies beside the project's file, for `compile`.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import resource
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

# Another output is missing, so that the build makes it again.
_BUILDS = ("firmware.elf", "evaluation.json", "model.tflite", "report.html")
# What differs from run to run: times, and what says how long something took.
_TIMED = {
    "results.json",
    "results_partial.json",
    "report.html",
    "junit.xml",
    "stages.json",
}
_DEVICES = ("host", "sim", "wasm")
_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP, signal.SIGKILL)
_MOST_STOPS = 40  # of one run
_LEFT = (".tinycnn-*", "*.part", ".*.partial", ".lock")
_AGAIN = 5  # one kill in so many is followed by a run that must be right

Words = list[str]
_COMMANDS: tuple[Words, ...] = (
    ["build", "demo"],
    ["validate", "demo", "--device", "host"],
    ["compile", "demo/model.tflite", "-o", "out"],
)
Child = subprocess.Popen[str]
Faults = Iterator[str]


def main() -> int:
    """Print what went wrong, case by case; 1 if anything did."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("what", choices=["kills", "pairs", "full", "runs"])
    parser.add_argument("project", type=Path)
    parser.add_argument("--cases", type=int, default=40)
    parser.add_argument("--seed", type=int, default=0, help="of the first case")
    options = parser.parse_args()
    runs = {"kills": _kill, "pairs": _pair, "full": _fill, "runs": _stop_runs}
    run = runs[options.what]
    failed = 0
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch) / "demo"
        golden = options.project.resolve()
        shutil.copytree(golden, folder)
        os.environ["TMPDIR"] = scratch
        for seed in range(options.seed, options.seed + options.cases):
            for wrong in run(folder, golden, random.Random(seed), seed):
                failed += 1
                print(f"seed {seed}: {wrong}", flush=True)
    print(f"{options.cases} {options.what}, {failed} failed")
    return 1 if failed else 0


def _kill(folder: Path, golden: Path, chance: random.Random, seed: int) -> Faults:
    words = _COMMANDS[seed % 3]
    if words[0] == "validate":  # which only a build that is whole gets to
        yield from _must_pass(["build", "demo"], folder)
    _take_one_away(folder, words, chance)
    child = _start(words, folder)
    time.sleep(chance.uniform(0.2, 6 if words[0] == "build" else 3))
    child.send_signal(signal.SIGKILL)
    child.communicate()
    yield from _half_written(folder, golden, f"killed {words}")
    if seed % _AGAIN == 0:
        for again in _COMMANDS:
            time.sleep(1)  # compilers of the killed one may still write
            yield from _must_pass(again, folder)
        yield from _half_written(folder, golden, f"after {words}")
        left = [p.name for pattern in _LEFT for p in folder.parent.rglob(pattern)]
        if left:
            yield f"left after {words}: {left}"


def _pair(folder: Path, golden: Path, chance: random.Random, _: int) -> Faults:
    words = _COMMANDS[0]
    _take_one_away(folder, words, chance)
    children = [_start(words, folder) for _ in range(2)]
    said = [child.communicate()[1] for child in children]
    codes = sorted(child.returncode for child in children)
    refused = [text for text in said if "in use by tinycnn build" in text]
    if codes not in ([0, 0], [0, 3]) or (codes == [0, 3]) != bool(refused):
        yield f"exit codes {codes}: {said}"
    yield from _half_written(folder, golden, "two at once")


def _fill(folder: Path, golden: Path, chance: random.Random, seed: int) -> Faults:
    limit = round(10 ** chance.uniform(0, 5.5)) - 1  # from nothing to what fits all
    for words in (*_COMMANDS, ["init", f"new{seed}"]):
        shutil.copytree(golden, folder, dirs_exist_ok=True)
        _take_one_away(folder, words, chance)
        child = _start(words, folder, limit)
        said = child.communicate()[1]
        if (
            "Traceback" in said
            or "unforeseen" in said
            or child.returncode not in (0, 3)
        ):
            yield f"{words} with {limit} bytes: exit code {child.returncode}: {said}"
        if child.returncode == 3 and said.count("error: ") != 1:
            yield f"{words} with {limit} bytes says {said}"
        yield from _half_written(folder, golden, f"{words} with {limit} bytes")


def _stop_runs(folder: Path, _: Path, chance: random.Random, seed: int) -> Faults:
    """Stop one validation at random lines of its log until it comes to its end."""
    words = ["validate", "demo", "--device", _DEVICES[seed % len(_DEVICES)]]
    log, results = folder / "build" / "run.jsonl", folder / "build" / "results.json"
    yield from _must_pass([*words, "--fresh"], folder)
    wanted, total = _untimed(results), json.loads(results.read_text())["images"]
    log.unlink()
    stops = 0
    while stops < _MOST_STOPS:
        results.unlink(missing_ok=True)
        before = _count_lines(log)
        child = _start([*words, *(["--resume"] if before else [])], folder)
        at = before + chance.randint(1, max(total // 4, 1))
        while child.poll() is None and _count_lines(log) < at:
            time.sleep(0.001)
        number = chance.choice(_SIGNALS)
        child.send_signal(number)
        said = child.communicate()[1]
        if child.returncode == 0:
            break
        stops += 1
        if child.returncode not in (-number, 128 + number):
            yield f"{words} after {number.name}: {child.returncode}: {said}"
        if b',"end":' in log.read_bytes():  # stopped after its verdict
            break
    print(f"seed {seed}: {words[-1]}, {stops} stops", flush=True)
    if child.returncode:
        yield from _must_pass(words, folder)
    found = _untimed(results)
    for name in sorted({**wanted, **found}):
        if found.get(name) != wanted.get(name):
            text = f"{words}: after {stops} stops {name} is {found.get(name)}"
            yield f"{text}, it was {wanted.get(name)}"


def _count_lines(log: Path) -> int:
    return log.read_bytes().count(b"\n") if log.exists() else 0


def _untimed(results: Path) -> dict[str, object]:
    """Results without what differs from run to run; a host program has no cycles.

    Of a device's health its clock and its counts do, not what came of its checks.
    """
    found = json.loads(results.read_text("utf-8"))
    for name in ("seconds", "images_per_second", "counters", "micros"):
        del found[name]
    if found["health"] is not None:
        found["health"] = {
            check["name"]: check["state"] for check in found["health"]["checks"]
        }
    return found


def _take_one_away(folder: Path, words: Words, chance: random.Random) -> None:
    """Give a build something to do."""
    if words[0] == "build":
        name = chance.choices(_BUILDS, (6, 6, 1, 6))[0]
        (folder / "build" / name).unlink(missing_ok=True)


def _start(words: Words, folder: Path, limit: int | None = None) -> Child:
    def restrict() -> None:
        if limit is not None:
            resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit))

    return subprocess.Popen(
        [sys.executable, "-m", "tinycnn", *words], cwd=folder.parent, text=True,
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, preexec_fn=restrict,
        env={**os.environ, "PYTHONPATH": os.getcwd()},
    )  # fmt: skip


def _must_pass(words: Words, folder: Path) -> Faults:
    child = _start(words, folder)
    said = child.communicate()[1]
    if child.returncode:
        yield f"{words}: exit code {child.returncode}: {said}"


def _half_written(folder: Path, golden: Path, when: str) -> Faults:
    """Each file is that of the golden build, or not there."""
    for path in sorted((golden / "build").rglob("*")):
        here = folder / "build" / path.relative_to(golden / "build")
        if not path.is_file() or not here.exists() or path.name in _TIMED:
            continue
        if here.read_bytes() != path.read_bytes():
            yield f"{when}: {here.name} is neither old nor new"


if __name__ == "__main__":
    raise SystemExit(main())
