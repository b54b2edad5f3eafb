"""What a run of the tests did not try is said at its end."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[1]
# Tests that no computer runs without being told of what they need.
SKIPPED = {
    "tests/firmware/test_zephyr_builds.py": "ZEPHYR_BASE names no Zephyr",
    "tests/firmware/test_tflm.py": "TFLM_LIBRARY names no folder",
    "tests/firmware/test_vendor.py": "arduino-cli is not installed",
    "tests/tools/test_portable_share.py": "TINYCNN_MODELS names no folder",
}


def test_what_is_skipped_is_listed_with_the_reason() -> None:
    """What needs a tool or files of others, by file, as `make test` runs.

    With the options of pyproject.toml alone: nobody needs to ask.
    """
    hidden = ("ZEPHYR_BASE", "TFLM_LIBRARY")
    environment = {k: v for k, v in os.environ.items() if k not in hidden}
    environment["TINYCNN_MODELS"] = str(ROOT / "tests/no such folder")
    environment["PATH"] = ""  # where no arduino-cli is
    command = [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", *SKIPPED]
    select = ["-m", "zephyr or tflm_library or shared_models or arduino_cli"]
    done = subprocess.run(
        [*command, *select],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )

    assert done.returncode == 0, done.stdout
    summary = done.stdout.partition("short test summary info")[2]
    for file, reason in SKIPPED.items():
        line = rf"SKIPPED \[\d+\] {file}:\d+: {reason}"
        assert re.search(line, re.sub(r"\s+", " ", summary)), summary
