"""What a project's firmware is held to when it is validated."""

from __future__ import annotations

from pathlib import Path

from tests.pipeline.pretend import pretend_project
from tinycnn.harness import judge_limits
from tinycnn.pipeline import bench_project
from tinycnn.pipeline.budgets import list_limits
from tinycnn.project import Budgets


def test_budgets_and_board_are_limits(tmp_path: Path) -> None:
    """What the linker said is known; a device says the rest."""
    workspace = pretend_project(tmp_path)
    linked, board = workspace.build.linked.read(), workspace.board
    budgets = Budgets(flash_bytes=linked.flash_bytes - 1, stack_bytes=600)
    limits = {
        f"{limit.name} of {limit.whose}": limit
        for limit in list_limits(budgets, board, linked)
    }

    assert list(limits) == [
        "flash_bytes of [budgets]",
        "stack_bytes of [budgets]",
        "flash_bytes of nano33ble",
        "ram_bytes of nano33ble",
    ]
    assert limits["stack_bytes of [budgets]"].linked is None
    assert limits["flash_bytes of nano33ble"].most == 983_040 - board.core_flash_bytes
    checks = judge_limits(tuple(limits.values()), None)
    assert [check.state for check in checks] == [
        *("failed", "not checked", "passed", "passed")
    ]


def test_a_project_on_the_bench_has_them(tmp_path: Path) -> None:
    """Without budgets its board's alone."""
    subject = bench_project(pretend_project(tmp_path))

    assert {limit.whose for limit in subject.limits} == {"nano33ble"}
