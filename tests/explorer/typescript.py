"""Functions of the page, called from Python: JSON in, JSON out, by Node."""

from __future__ import annotations

import json
import subprocess
from typing import Any

from tests.conftest import require_tool
from tests.explorer.packages import WEB, require_packages

__all__ = ["call_page"]


def call_page(file: str, said: object) -> Any:
    """What `main` of a file in web/test makes of `said`."""
    node = require_tool("node")
    require_packages()
    ended = subprocess.run(
        [node, "test/call.mjs", f"test/{file}"],
        cwd=WEB,
        input=json.dumps(said),
        capture_output=True,
        text=True,
    )
    assert ended.returncode == 0, ended.stderr
    return json.loads(ended.stdout)
