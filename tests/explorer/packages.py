"""The page's packages for Node, installed when a test needs them first."""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import gettempdir

from tests.conftest import require_tool

__all__ = ["WEB", "require_packages", "run_in_web"]

WEB = Path(__file__).parents[2] / "web"


def require_packages() -> None:
    """What web/package-lock.json names is there, installed by one test for all.

    Without Node or npm the test skips, or fails where CI is set.
    """
    require_tool("node")
    npm = require_tool("npm")
    with _alone():
        if not _is_installed():
            run_in_web(npm, "ci")


def run_in_web(*command: str) -> None:
    """Run a command in web/; what it says is the failure."""
    ended = subprocess.run(
        command, cwd=WEB, capture_output=True, text=True, env=os.environ | {"CI": "1"}
    )
    assert ended.returncode == 0, ended.stdout + ended.stderr


def _is_installed() -> bool:
    """Whether what the lock names is there, other systems' binaries left out."""
    mark = WEB / "node_modules" / ".package-lock.json"
    if not mark.exists():
        return False
    there, wanted = (
        json.loads(path.read_text("utf-8"))["packages"]
        for path in (mark, WEB / "package-lock.json")
    )
    needed = {k for k, v in wanted.items() if k and not v.get("optional")}
    return needed <= there.keys() and all(wanted.get(k) == there[k] for k in there)


@contextmanager
def _alone() -> Iterator[None]:
    """No other worker installs meanwhile; on Windows one worker is assumed."""
    with (Path(gettempdir()) / "tinycnn-web-packages.lock").open("w") as lock:
        if os.name == "posix":
            import fcntl

            fcntl.flock(lock, fcntl.LOCK_EX)
        yield
