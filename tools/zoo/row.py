"""One row: a project brought up to date, and what it gave.

In: a project's folder. Out: accuracies, bytes, time and minutes; `results.json` keeps
those of all projects.
"""

from __future__ import annotations

import dataclasses
import importlib.metadata
import json
import os
from dataclasses import asdict, dataclass
from pathlib import Path

from tinycnn.about import __version__
from tinycnn.artifacts import BuildFolder
from tinycnn.cli.console import ConsoleObserver, open_project
from tinycnn.compiler import read_tflite
from tinycnn.errors import TinycnnError
from tinycnn.files import write_whole
from tinycnn.pipeline import (
    Workspace,
    bench_project,
    build_project,
    convert_project,
    train_float,
)
from tinycnn.pipeline.stages import StageRunner
from tinycnn.pipeline.subject import model_inputs, model_scores
from tinycnn.project import PROJECT_FILE, QuantizationSettings, load_project
from tinycnn.reference import load_reference
from tinycnn.tasks import credits_of
from tinycnn.workbench import DeviceChoice, ImageChoice, Observer, validate
from tools.zoo.recipes import hash_recipe
from tools.zoo.stopwatch import Stopwatch

__all__ = ["Row", "read_results", "run_row", "write_result"]

_RESULTS = "results.json"
_ON_BOARD = 20  # images that the simulated board sees; the C on this computer sees all


@dataclass(frozen=True, slots=True)
class Row:
    """What a project gave.

    Attributes:
        recipe: Digest of its project file: a row of another recipe is no result.
        dataset: Name of its data set.
        images: How many the test set has; all were used.
        parameters: Weights and biases, batch normalization folded into them.
        macs: Multiply-accumulates of one inference.
        float_correct: Test images that the float network gets right.
        twin_correct: Likewise of the fake-quantized twin,
        int8_correct: of the compiled C,
        ptq_correct: and of the network with ranges that were only measured.
        flash_bytes: Of the firmware for the simulated board.
        table_bytes: Weights, biases and other tables in it.
        arena_bytes: Of the compiled network.
        milliseconds: Estimated time of one inference.
        board: Its name.
        validated_images: How many gave the reference's bytes on the simulated board.
        minutes: Training and fine-tuning, by the clock; None if it was not seen.
        cpu_minutes: Likewise, of processor time on all cores together.
        cores: Of the computer.
        seed: Of the project.
        versions: Of what computed all this.
    """

    recipe: str
    dataset: str
    images: int
    parameters: int
    macs: int
    float_correct: int
    twin_correct: int
    int8_correct: int
    ptq_correct: int
    flash_bytes: int
    table_bytes: int
    arena_bytes: int
    milliseconds: float
    board: str
    validated_images: int
    minutes: float | None
    cpu_minutes: float | None
    cores: int
    seed: int
    versions: dict[str, str]


class DifferentError(TinycnnError):
    """The compiled C or the simulated board does not equal the reference."""

    exit_code = 1


def run_row(folder: Path) -> Row:
    """Bring the project in `folder`, and those that it learns from, up to date.

    Raises:
        TinycnnError: If a stage fails, or what was built differs from the reference.
    """
    project = load_project(folder)
    with ConsoleObserver() as console:
        for lender in project.training.lenders:
            watch = Stopwatch(BuildFolder.of(folder / lender), console)
            train_float(open_project(folder / lender, watch))
            watch.stop()
        watch = Stopwatch(BuildFolder.of(folder), console)
        workspace = open_project(folder, watch)
        report = build_project(workspace)
        subject = bench_project(workspace, ImageChoice(_ON_BOARD))
        on_board = validate(subject, DeviceChoice(), workspace.observer)
        ptq_correct = _count_ptq(workspace, console)
    build, analysis = workspace.build, report.analysis
    if build.evaluation.read().host_different or on_board.different:
        raise DifferentError(f"{build.path}: outputs differ from the reference's")
    correct = [round(step.correct) for step in report.ladder]
    minutes, cpu_minutes = watch.minutes
    return Row(
        recipe=hash_recipe(folder / PROJECT_FILE),
        dataset=report.dataset,
        images=report.ladder[0].total,
        parameters=analysis.parameters,
        macs=analysis.macs,
        float_correct=correct[0],
        twin_correct=correct[1],
        int8_correct=correct[3],
        ptq_correct=ptq_correct,
        flash_bytes=report.flash_bytes,
        table_bytes=analysis.constant_bytes,
        arena_bytes=analysis.plan.arena_bytes,
        milliseconds=round(report.latency_ms, 2),
        board=report.board.name,
        validated_images=on_board.images,
        minutes=minutes,
        cpu_minutes=cpu_minutes,
        cores=os.cpu_count() or 1,
        seed=project.seed,
        versions={
            "tinycnn": __version__,
            "reference": report.reference,
            "keras": importlib.metadata.version("keras"),
        },
    )


def read_results(folder: Path) -> dict[str, Row]:
    """The rows that were run so far, by project."""
    path = folder / _RESULTS
    rows = json.loads(path.read_text("utf-8")) if path.exists() else {}
    return {name: Row(**row) for name, row in rows.items()}


def write_result(folder: Path, name: str, row: Row) -> None:
    """Keep `row` beside those of the other projects."""
    rows = {**read_results(folder), name: row}
    text = json.dumps({n: asdict(rows[n]) for n in sorted(rows)}, indent=1)
    write_whole(f"{text}\n", folder / _RESULTS)


def _count_ptq(workspace: Workspace, observer: Observer) -> int:
    """Test images that are right when the float network's ranges are only measured."""
    own = workspace.build
    build = BuildFolder(own.project / "ptq")
    for path in (own.float_weights, own.float_curves.path, own.records.path):
        write_whole(path.read_bytes(), build.path / path.name)
    settings = {**workspace.project.quantization.model_dump(), "method": "ptq"}
    changes = {"quantization": QuantizationSettings(**settings)}
    measured = dataclasses.replace(
        workspace,
        project=workspace.project.model_copy(update=changes),
        runner=StageRunner(build, observer),
    )
    convert_project(measured)
    path, test = build.model, workspace.dataset.test
    graph = read_tflite(path.read_bytes())
    inputs = model_inputs(graph.tensors[graph.inputs[0]], test.images)
    outputs = load_reference(path, measured.project.target.numerics).run(inputs)
    scores = model_scores(graph.tensors[graph.outputs[0]], outputs)
    return round(credits_of(scores, test.labels).sum())
