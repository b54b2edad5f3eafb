"""The `.tflite` file is the waist: what lies right of it imports nothing left of it."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from tests.compiler.models import residual_model

LEFT = ("training", "models", "project", "recipe", "families")
TENSORFLOW = {"keras", "tensorflow", "tensorflow_model_optimization", "tf_keras"}
# Runs a command and ends with the names of all that was imported, on a line.
SCRIPT = """
import atexit, sys
atexit.register(lambda: print(*sorted(sys.modules)))
sys.argv[0] = "tinycnn"
from tinycnn.cli import main
main()
"""


@pytest.fixture
def net(tmp_path: Path) -> Path:
    """A bare model."""
    path = tmp_path / "net.tflite"
    path.write_bytes(residual_model())
    return path


def imports_of(folder: Path, *arguments: str) -> set[str]:
    """All modules that a command has imported when it ends well."""
    done = subprocess.run(
        [sys.executable, "-c", SCRIPT, *arguments],
        cwd=folder,
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr
    return set(done.stdout.splitlines()[-1].split())


@pytest.mark.parametrize(
    "arguments",
    [
        ("compile", "net.tflite", "-o", "net"),
    ],
    ids=lambda words: words[0],
)
def test_a_bare_model_imports_nothing_left_of_it(
    net: Path, arguments: tuple[str, ...]
) -> None:
    """No training, no network, no project file, and no TensorFlow."""
    imported = imports_of(net.parent, *arguments)

    packages = {f"tinycnn.{name}" for name in LEFT}
    roots = {".".join(name.split(".")[:2]) for name in imported}
    assert not roots & packages
    assert not {name.split(".")[0] for name in imported} & TENSORFLOW
