from pathlib import Path

import pytest

from tests.compiler.planted_bugs import QUICK, Bug, is_caught


@pytest.mark.parametrize("bug", QUICK, ids=lambda b: f"{b.kind}: {b.old[:24]}")
def test_planted_bugs_are_caught(bug: Bug, tmp_path: Path) -> None:
    """The equality cases notice a kernel that is wrong in one place."""
    assert is_caught(bug, tmp_path)


def test_without_a_bug_nothing_is_caught(tmp_path: Path) -> None:
    """What fails the cases is the bug, not the way it is planted."""
    nothing = Bug("ADD", "kernels/add/portable.c", "value", "value")

    assert not is_caught(nothing, tmp_path)
