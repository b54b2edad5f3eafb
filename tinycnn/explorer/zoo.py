"""The architectures of the lectures side by side, as a piece of a page.

What each needs was computed beforehand (`python -m tools.architectures`); ideas and the
figures of the papers are `tinycnn.families`' own.
"""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path
from typing import Any

from tinycnn.families import FAMILIES

__all__ = ["ZOO_FILE", "describe_zoo"]

ZOO_FILE = Path(__file__).parent / "zoo.json"


def describe_zoo() -> dict[str, Any]:
    """Families in the order of their papers' years, those without a paper last."""
    found = json.loads(ZOO_FILE.read_text("utf-8"))
    networks: dict[str, Any] = found["networks"]
    families = sorted(
        (name for name in FAMILIES if name in networks),
        key=lambda name: _year(name),
    )
    return {
        "board": found["board"],
        "trained": found["trained"],
        "families": [
            {
                "name": name,
                "idea": FAMILIES[name].idea,
                "source": FAMILIES[name].source,
                "paper": _paper(name),
                **networks[name],
            }
            for name in families
        ],
    }


def _paper(name: str) -> dict[str, Any] | None:
    paper = FAMILIES[name].paper
    return None if paper is None else asdict(paper)


def _year(name: str) -> int:
    paper = FAMILIES[name].paper
    return paper.year if paper else 9999
