"""`tinycnn doctor` on this computer, whatever it has."""

import json
from pathlib import Path

from tests.cli.command import tinycnn


def test_findings_are_lines() -> None:
    """Level, subject and text; a fix where something is not fine."""
    done = tinycnn("doctor", cwd=Path())

    assert done.returncode in (0, 1), done.stderr
    lines = done.stdout.splitlines()
    assert lines[0].split()[:2] == ["ok", "Python"]
    assert {line.split()[0] for line in lines} <= {"ok", "warning", "problem", "fix:"}


def test_findings_are_one_object() -> None:
    """A port that was asked for and is not there is a problem: exit code 1."""
    done = tinycnn(*"doctor --json --port /dev/no-such-port".split(), cwd=Path())

    found = json.loads(done.stdout)
    assert done.returncode == 1
    assert found["problems"] >= 1
    assert found["findings"][-1]["subject"] == "/dev/no-such-port"
    assert set(found["findings"][0]) == {"level", "subject", "text", "fix"}
