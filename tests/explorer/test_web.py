"""The sources of the page: clean, typed, tested, and what the built files are of."""

from __future__ import annotations

import json
import os
import subprocess
from pathlib import Path

import pytest

from tests.conftest import require_tool
from tinycnn.explorer.page import ASSETS

pytestmark = pytest.mark.external
WEB = Path(__file__).parents[2] / "web"


@pytest.fixture(scope="module")
def packages() -> None:
    """Installs what web/package-lock.json names, unless it is there."""
    require_tool("node")
    if not is_installed():
        run(require_tool("npm"), "ci")


def is_installed() -> bool:
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


def run(*command: str) -> None:
    """In web/; what it says is the failure."""
    ended = subprocess.run(
        command, cwd=WEB, capture_output=True, text=True, env=os.environ | {"CI": "1"}
    )
    assert ended.returncode == 0, ended.stdout + ended.stderr


@pytest.mark.usefixtures("packages")
@pytest.mark.parametrize("script", ["check", "test"])
def test_sources(script: str) -> None:
    """Lint, format and types; unit tests."""
    run(require_tool("npm"), "run", script)


@pytest.mark.usefixtures("packages")
def test_built_files_are_of_these_sources(tmp_path: Path) -> None:
    """Byte for byte."""
    run(require_tool("node"), "build.mjs", str(tmp_path))
    names = {path.name for path in tmp_path.iterdir()}
    assert names == {path.name for path in ASSETS.iterdir()}
    for name in names:
        assert (tmp_path / name).read_bytes() == (ASSETS / name).read_bytes(), name
