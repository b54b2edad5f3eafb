"""The sources of the page: clean, typed, tested, and what the built files are of."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.conftest import require_tool
from tests.explorer.packages import require_packages, run_in_web
from tinycnn.explorer.page import ASSETS

pytestmark = pytest.mark.external


@pytest.mark.parametrize("script", ["check", "test"])
def test_sources(script: str) -> None:
    """Lint, format and types; unit tests."""
    require_packages()
    run_in_web(require_tool("npm"), "run", script)


def test_built_files_are_of_these_sources(tmp_path: Path) -> None:
    """Byte for byte."""
    require_packages()
    run_in_web(require_tool("node"), "build.mjs", str(tmp_path))
    names = {path.name for path in tmp_path.iterdir()}
    assert names == {path.name for path in ASSETS.iterdir()}
    for name in names:
        assert (tmp_path / name).read_bytes() == (ASSETS / name).read_bytes(), name
