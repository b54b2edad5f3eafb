"""What `validate` and `profile` are asked about: a project, or a `.tflite` file."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from tinycnn.choices import Dialect, Numerics
from tinycnn.cli.console import claim_build, is_project, open_project

if TYPE_CHECKING:
    from tinycnn.boards import Board
    from tinycnn.boards.ledger import ProbeRun
    from tinycnn.workbench import ImageChoice, Observer, Subject

__all__ = ["find_measured", "open_subject"]


@contextmanager
def open_subject(
    model: Path,
    observer: Observer,
    *,
    inputs: Path | None = None,
    images: ImageChoice,
    numerics: Numerics = "litert",
    dialect: Dialect | None = None,
) -> Iterator[Subject]:
    """What lies at `model`, on the workbench.

    Args:
        model: A project that was built, or a `.tflite` file.
        observer: Told how the work proceeds.
        inputs: A `.npy` file for the file's model.
        images: Which inputs are asked for, and in what order.
        numerics: What the file's model is to equal.
        dialect: What the file's programs are to speak: packets without.
    """
    if is_project(model):
        from tinycnn.pipeline.bench import bench_project

        workspace = open_project(model, observer)
        with claim_build(workspace, makes=False):
            yield bench_project(workspace, images)
    else:
        from tinycnn.workbench import bench_file

        bench = bench_file(
            model,
            inputs=inputs,
            images=images,
            numerics=numerics,
            dialect=dialect or "packets",
            observer=observer,
        )
        with bench as file:
            yield file


def find_measured(file: Path | None, board: Board, model: Path) -> ProbeRun | None:
    """What was measured on a board of this kind, by which its cycles are estimated.

    Args:
        file: Given on the command line.
        board: The kind.
        model: A project, whose folder may hold a probe.json, or a `.tflite` file.

    Raises:
        ProjectError: If the given file is of another board, or of none.
    """
    from tinycnn.boards.ledger import find_run, read_run
    from tinycnn.errors import ProjectError

    if file is None:
        folder = model if model.is_dir() else model.parent
        return find_run(board.name, folder if is_project(model) else None)
    run = read_run(file)
    if run.is_simulated or run.kind_of_board != board.name:
        got = "simulated board" if run.is_simulated else run.kind_of_board
        text = f"{file}: expected what was measured on a {board.name}, got a {got}'s"
        raise ProjectError(text, hint="tinycnn probe --port measures on a board")
    return run
