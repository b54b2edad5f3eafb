"""A project, and trials that need no training."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest

from tinycnn.project import Project, parse_project, project_template
from tinycnn.search import Cost, Found, Plan, Task
from tinycnn.search.study import Listener


class Silent:
    """Listens and says nothing."""

    def begins(self, task: Task) -> None:
        """A trial is about to be run."""

    def learns(self, task: Task, epoch: int, accuracy: float) -> None:
        """It was trained for one epoch more."""

    def ends(self, found: Found) -> None:
        """It is over."""


def make_cost(**changes: Any) -> Cost:
    """That of a small network that fits."""
    values: dict[str, Any] = {
        "flash_bytes": 40_000, "ram_bytes": 9_000, "arena_bytes": 4_000,
        "latency_ms": 5.0, "macs": 100_000, "parameters": 9_000, "graph": "abc",
        "layers": (("CONV_2D", "8 x 8 x 4", 160),), "over": {"flash_bytes": -0.5},
    }  # fmt: skip
    return Cost(**values | changes)


def make_found(number: int = 0, state: str = "trained", **changes: Any) -> Found:
    """What came of a trial."""
    values: dict[str, Any] = {
        "choice": {"family": "ds_cnn", "width": 0.5}, "accuracy": 0.9,
        "curve": (0.5, 0.7, 0.8, 0.9), "cost": make_cost(), "seconds": 2.0,
    }  # fmt: skip
    return Found(number, state=state, **values | changes)


def pretend(tasks: Sequence[Task], listener: Listener) -> Iterator[Found]:
    """Trials whose results depend on what was chosen, and on nothing else."""
    for task in tasks:
        listener.begins(task)
        digest = hashlib.sha256(repr(sorted(task.choice.items())).encode()).digest()
        width = float(task.choice.get("width", 1))
        over = width - 0.9
        cost = make_cost(
            latency_ms=10 * width, graph=digest.hex(), over={"flash_bytes": over}
        )
        state = "over" if over > 0 else "trained"
        accuracy = 0.0 if over > 0 else 0.7 + 0.2 * width + digest[0] / 5_000
        listener.learns(task, 1, accuracy)
        says = "flash_bytes +9%" if over > 0 else ""
        yield Found(task.number, task.choice, state, accuracy, (accuracy,), cost, says)


@pytest.fixture
def project() -> Project:
    """Digits on the usual board."""
    return parse_project(project_template("demo"), source="demo")


@pytest.fixture
def plan(project: Project, tmp_path: Path) -> Callable[..., Plan]:
    """A search of it in a file."""

    def make(store: str = "study.log", **changes: Any) -> Plan:
        values: dict[str, Any] = {"trials": 12, **changes}
        return Plan(tmp_path, project, str(tmp_path / store), **values)

    return make
