"""Two built projects side by side: what each is worth, costs, and answers otherwise."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from tinycnn.artifacts import BuildFolder
from tinycnn.boards import load_board
from tinycnn.datasets import Split
from tinycnn.pipeline.data import load_images
from tinycnn.pipeline.freshness import check_current
from tinycnn.pipeline.summary import gather_report
from tinycnn.project import load_project
from tinycnn.report.data import Report
from tinycnn.tasks import accuracy_of, answers_of, credits_of

__all__ = ["Change", "Comparison", "Run", "compare_runs"]


@dataclass(frozen=True, slots=True)
class Run:
    """What is known of one of the two.

    Attributes:
        name: Of the project.
        board: Its board's.
        accuracy: Of the int8 model on test images.
        flash_bytes: What the linked firmware takes.
        ram_bytes: Likewise.
        arena_bytes: Of its tensors.
        cycles: Of an inference on the simulated board; 0 if not known.
        latency_ms: Their time.
        macs: Multiply-accumulates.
        parameters: Weights and biases.
        by_kind: Predicted cycles of all operators of a kind.
    """

    name: str
    board: str
    accuracy: float
    flash_bytes: int
    ram_bytes: int
    arena_bytes: int
    cycles: int
    latency_ms: float
    macs: int
    parameters: int
    by_kind: dict[str, int]


@dataclass(frozen=True, slots=True)
class Change:
    """A test image that the two answer differently.

    Attributes:
        image: Its place in the test split.
        label: What it shows.
        answers: What either says.
    """

    image: int
    label: str
    answers: tuple[str, str]


@dataclass(frozen=True, slots=True)
class Comparison:
    """Two runs, and where they differ.

    Attributes:
        runs: The two.
        images: Test images that both were asked; 0 where they have not the same.
        only: Images that only the first, and only the second, answers right.
        changes: Other answers; empty where there are no classes.
    """

    runs: tuple[Run, Run]
    images: int
    only: tuple[int, int] = (0, 0)
    changes: tuple[Change, ...] = ()


def compare_runs(
    one: Path, other: Path, *, data_folders: Sequence[Path] = ()
) -> Comparison:
    """What two built projects are, side by side.

    Args:
        one: A project's folder.
        other: Another's.
        data_folders: Where published data sets may lie.

    Raises:
        StaleBuildError: If one changed since it was built.
        ProjectError: If one was not built yet.
        DatasetError: If a data set is missing.
    """
    reports = [_read(path, data_folders) for path in (one, other)]
    runs = _describe(reports[0]), _describe(reports[1])
    first, second = reports
    same = (
        np.array_equal(first.labels, second.labels)
        and first.class_names == second.class_names
        and _same_images(first, second)
    )
    if not same:
        return Comparison(runs, 0)
    right = [credits_of(found.scores, found.labels) > 0 for found in reports]
    only = int(np.sum(right[0] & ~right[1])), int(np.sum(right[1] & ~right[0]))
    return Comparison(runs, len(first.labels), only, _list_changes(first, second))


def _read(path: Path, data_folders: Sequence[Path]) -> Report:
    project, build = load_project(path), BuildFolder.of(path)
    dataset = load_images(project, build, data_folders)
    check_current(project, build, dataset)
    return gather_report(project, dataset, load_board(project.target.board), build)


def _describe(report: Report) -> Run:
    by_kind: Counter[str] = Counter()
    for cost, cycles in zip(report.analysis.costs, report.analysis.cycles, strict=True):
        by_kind[cost.kind] += cycles
    split = Split(report.images, report.labels)
    return Run(
        name=report.name,
        board=report.board.name,
        accuracy=accuracy_of(report.scores, split.labels),
        flash_bytes=report.flash_bytes,
        ram_bytes=report.ram_bytes,
        arena_bytes=report.ram.arena_bytes,
        cycles=report.cycles,
        latency_ms=report.latency_ms,
        macs=report.analysis.macs,
        parameters=report.analysis.parameters,
        by_kind=dict(by_kind),
    )


def _same_images(first: Report, second: Report) -> bool:
    """As far as can be told where they are resized or coloured differently."""
    if first.images.shape == second.images.shape:
        return np.array_equal(first.images, second.images)
    return first.dataset == second.dataset


def _list_changes(first: Report, second: Report) -> tuple[Change, ...]:
    if first.labels.ndim != 1 or first.labels.dtype.kind == "f":
        return ()
    names = first.class_names
    pairs = zip(
        answers_of(first.task, first.scores),
        answers_of(second.task, second.scores),
        strict=True,
    )
    return tuple(
        Change(index, names[first.labels[index]], (names[int(a)], names[int(b)]))
        for index, (a, b) in enumerate(pairs)
        if int(a) != int(b)
    )
