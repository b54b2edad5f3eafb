"""Functions of the page, called from Python: JSON in, JSON out, by Node."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path
from typing import Any

from tests.conftest import fail_or_skip, require_tool

__all__ = ["call_page"]

WEB = Path(__file__).parents[2] / "web"


def call_page(file: str, said: object) -> Any:
    """What `main` of a file in web/test makes of `said`."""
    node = require_tool("node")
    if not (WEB / "node_modules").exists():
        fail_or_skip("web/node_modules is missing: npm ci")
    ended = subprocess.run(
        [node, "test/call.mjs", f"test/{file}"],
        cwd=WEB,
        input=json.dumps(said),
        capture_output=True,
        text=True,
    )
    assert ended.returncode == 0, ended.stderr
    return json.loads(ended.stdout)
