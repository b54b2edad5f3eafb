"""`tinycnn doctor` on this computer, whatever it has."""

import json
import subprocess
import sys


def doctor(*arguments):
    """Runs the command."""
    return subprocess.run(
        [sys.executable, "-m", "tinycnn", "doctor", *arguments],
        capture_output=True,
        text=True,
        check=False,
    )


def test_findings_are_lines():
    """Level, subject and text; a fix where something is not fine."""
    done = doctor()

    assert done.returncode in (0, 1), done.stderr
    lines = done.stdout.splitlines()
    assert lines[0].split()[:2] == ["ok", "Python"]
    assert {line.split()[0] for line in lines} <= {"ok", "warning", "problem", "fix:"}


def test_findings_are_one_object():
    """A port that was asked for and is not there is a problem: exit code 1."""
    done = doctor("--json", "--port", "/dev/no-such-port")

    found = json.loads(done.stdout)
    assert done.returncode == 1
    assert found["problems"] >= 1
    assert found["findings"][-1]["subject"] == "/dev/no-such-port"
    assert set(found["findings"][0]) == {"level", "subject", "text", "fix"}
