"""What the documents say of the tree is so."""

from __future__ import annotations

import re
from pathlib import Path

from tests.test_layering import ORDER

ROOT = Path(__file__).parents[1]
ARCHITECTURE = (ROOT / "docs/architecture.md").read_text("utf-8")
CONTRIBUTING = (ROOT / "CONTRIBUTING.md").read_text("utf-8")


def test_every_room_has_its_paragraph_in_the_order_of_imports() -> None:
    """The list of packages is the one that the layering is held by."""
    rooms = ARCHITECTURE.split("## Rooms")[1].split("**simulator**")[0]

    named = re.findall(r"\*\*(\w+)\*\*", rooms)

    assert named == ORDER


def test_every_room_of_the_compiler_is_named() -> None:
    """The table has each folder, and no other."""
    table = ARCHITECTURE.split("### Inside the compiler")[1]
    folders = {p.parent.name for p in (ROOT / "tinycnn/compiler").glob("*/__init__.py")}

    assert set(re.findall(r"^\| `(\w+)`", table, re.MULTILINE)) == folders


def test_every_path_that_is_named_exists() -> None:
    """A promise is held by a test that is there."""
    paths = re.findall(r"`((?:tests|tinycnn|firmware|zoo)/[\w./]*)`", ARCHITECTURE)
    paths += re.findall(r"`?(tests/[\w/]+\.py)", CONTRIBUTING)

    missing = [path for path in paths if not (ROOT / path).exists()]

    assert paths
    assert [p for p in missing if "FAMILY" not in p] == []
