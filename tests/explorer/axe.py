"""What axe-core finds of a page: https://github.com/dequelabs/axe-core."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.explorer.packages import WEB, require_packages

if TYPE_CHECKING:
    from playwright.sync_api import Page

__all__ = ["find_violations"]

AXE = WEB / "node_modules/axe-core/axe.min.js"


def find_violations(page: Page, place: str = "body") -> list[str]:
    """One line for each rule that is broken somewhere in `place`, with where."""
    require_packages()
    if not page.evaluate("'axe' in globalThis"):
        page.evaluate(AXE.read_text("utf-8"))
    run = "place => axe.run(place, { resultTypes: ['violations'] })"
    found = page.evaluate(run, place)
    return [
        f"{rule['id']}: {node['target']} {node['failureSummary']}"
        for rule in found["violations"]
        for node in rule["nodes"]
    ]
