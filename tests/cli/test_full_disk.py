"""A disk that is full: one line, exit code 3, and what was there is whole.

The system lets no file grow beyond a size; tools/torture_build.py does that to builds.
"""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.compiler.models import residual_model
from tests.pipeline.pretend import pretend_project

resource = pytest.importorskip("resource")
ROOT = Path(__file__).parents[2]
# Python cuts the bytecode that it keeps without a word, and later fails to read it.
ENVIRONMENT = {
    **os.environ,
    "PYTHONPATH": str(ROOT),
    "PYTHONDONTWRITEBYTECODE": "1",
}


def run_on_full_disk(*words: str, cwd: Path, size: int) -> tuple[int, str]:
    """Exit code and standard error of a command whose files hold `size` bytes."""
    done = subprocess.run(
        [sys.executable, "-m", "tinycnn", *words],
        cwd=cwd,
        env=ENVIRONMENT,
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (size, size)),
        capture_output=True,
        text=True,
        check=False,
    )
    return done.returncode, done.stderr


def look(folder: Path) -> dict[str, bytes]:
    """All files of a folder."""
    return {str(p): p.read_bytes() for p in folder.rglob("*") if p.is_file()}


@pytest.mark.parametrize("size", [1, 300, 3_000])
def test_init_and_compile(size: int, tmp_path: Path) -> None:
    """A new project, and a library in the place of an older one."""
    (tmp_path / "net.tflite").write_bytes(residual_model())
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "net_model.h").write_text("old")
    before = look(tmp_path)
    for words, what in ((("init", "demo"), "demo/tinycnn.toml"), (_COMPILE, "out")):
        code, said = run_on_full_disk(*words, cwd=tmp_path, size=size)
        if code:
            line = f"error: {what}: cannot be written: File too large"
            assert said.splitlines()[-2:] == [line, "hint: free some space"]
            assert code == 3
        else:
            (tmp_path / what).unlink()

    assert look(tmp_path) == before


_COMPILE = ("compile", "net.tflite", "-o", "out")


def test_no_temporary_folder(tmp_path: Path) -> None:
    """Where not even a temporary file can be written."""
    (tmp_path / "net.tflite").write_bytes(residual_model())
    code, said = run_on_full_disk(*_COMPILE, cwd=tmp_path, size=0)

    assert code == 3
    assert said.splitlines()[-2].startswith("error: temporary files: expected a folder")
    assert "set TMPDIR" in said


@pytest.mark.parametrize("size", [0, 100, 10_000])
def test_a_report(size: int, tmp_path: Path) -> None:
    """The old page stays."""
    pretend_project(tmp_path)
    page = tmp_path / "build" / "report.html"
    page.write_text("old")
    before = look(tmp_path)
    code, said = run_on_full_disk("report", ".", cwd=tmp_path, size=size)

    assert code == 3
    assert said.startswith("error: build")
    assert "cannot be written: File too large\nhint: free some space" in said
    assert look(tmp_path) == before


_WRITE = """
import sys
from pathlib import Path
import numpy as np
from tinycnn.artifacts import ArrayFile
ArrayFile(Path(sys.argv[1])).write(np.ones((359, 10), np.int8))
"""


def test_an_array(tmp_path: Path) -> None:
    """One so short that it is first written to the disk when its file is closed."""
    path = tmp_path / "outputs.npy"
    path.write_bytes(b"old")
    done = subprocess.run(
        [sys.executable, "-c", _WRITE, str(path)],
        cwd=ROOT,
        env=ENVIRONMENT,
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (1_000, 1_000)),
        capture_output=True,
        text=True,
        check=False,
    )

    assert "OSError: [Errno 27] File too large" in done.stderr
    assert [each.read_bytes() for each in tmp_path.iterdir()] == [b"old"]
