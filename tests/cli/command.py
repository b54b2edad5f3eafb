"""Runs `tinycnn`: a command and a folder come in, its exit code and output go out."""

from __future__ import annotations

import io
import subprocess
import sys
from contextlib import redirect_stderr, redirect_stdout
from pathlib import Path

import pytest

from tinycnn.cli import main

__all__ = ["Done", "tinycnn", "tinycnn_process"]

Done = subprocess.CompletedProcess[str]


def tinycnn(*arguments: object, cwd: Path) -> Done:
    """Runs the command within this process: to start Python takes most of a second."""
    command = ["tinycnn", *map(str, arguments)]
    out, err = io.StringIO(), io.StringIO()
    with (
        pytest.MonkeyPatch.context() as patch,
        redirect_stdout(out),
        redirect_stderr(err),
    ):
        patch.chdir(cwd)
        patch.setattr(sys, "argv", command)
        with pytest.raises(SystemExit) as ended:
            main()
    code = ended.value.code
    assert isinstance(code, int), code
    return Done(command, code, out.getvalue(), err.getvalue())


def tinycnn_process(*arguments: object, cwd: Path) -> Done:
    """Runs the command as a user does, where it matters what Python has imported."""
    command = [sys.executable, "-m", "tinycnn", *map(str, arguments)]
    return subprocess.run(command, cwd=cwd, capture_output=True, text=True, check=False)
