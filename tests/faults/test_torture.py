"""The tool that plays the fault table many times."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="needs /proc and pty")

ROOT = Path(__file__).parents[2]


def test_ctrl_c_within_a_case_ends_it() -> None:
    """With the line of the row at hand, the code of Ctrl-C, and no row after it."""
    command = [sys.executable, "-m", "tools.torture_link", "--repeats", "100000"]
    with subprocess.Popen(
        command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        head = process.stdout.readline()
        time.sleep(1.0)
        os.kill(process.pid, signal.SIGINT)
        said, complaint = process.communicate(timeout=20)

    assert head.startswith("row ")
    assert process.returncode == 130
    assert said.startswith("F1 ")
    assert said.count("\n") == 1
    assert complaint == ""
