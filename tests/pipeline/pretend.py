"""A build folder as `tinycnn build` leaves it, without training and without tools."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from tests.compiler.models import image_model
from tests.observer import Log
from tinycnn.about import __version__
from tinycnn.analysis.fit import analyze
from tinycnn.analysis.ram import RamUse
from tinycnn.artifacts import (
    BoardImage,
    BuildFolder,
    Curves,
    Evaluation,
    Inputs,
    LinkedFirmware,
    Record,
    hash_path,
)
from tinycnn.choices import Dialect
from tinycnn.compiler import read_tflite
from tinycnn.datasets import Dataset
from tinycnn.files import write_whole
from tinycnn.frames import App
from tinycnn.pipeline.borrowing import hash_borrowed
from tinycnn.pipeline.build import Workspace, open_workspace
from tinycnn.pipeline.firmware import compile_project, plan_receive_of
from tinycnn.pipeline.inputs import (
    convert_inputs,
    evaluate_inputs,
    firmware_inputs,
    hash_dataset,
    project_inputs,
    quantize_inputs,
    tflm_inputs,
    train_inputs,
)
from tinycnn.pipeline.stages import StageRunner
from tinycnn.project import Project

_CURVES = Curves((1.0,), (0.5,), (1.0,), (0.5,), test_accuracy=0.5)


def pretend_build(
    folder: Path,
    model: bytes,
    *,
    app: App | None = None,
    dialect: Dialect | None = None,
) -> Workspace:
    """The project in `folder`, built; its programs are no programs."""
    workspace = open_workspace(folder, observer=Log(), app=app, dialect=dialect)
    project, dataset, runner = workspace.project, workspace.dataset, workspace.runner
    pretend_model(runner, project, dataset, model)
    digest = record_of(runner, "convert").digest
    inputs = project_inputs(
        project,
        dataset.class_names,
        digest,
        asked=workspace.asked,
    )

    def link(out: BuildFolder) -> None:
        write_whole(b"ELF", out.simulated_image)
        write_whole(b"program", out.host_program)
        compilation = compile_project(project, model)
        receive = plan_receive_of(project, compilation, arena_bytes=2_000)
        out.linked.write(
            LinkedFirmware(
                model_sha256=compilation.graph.sha256,
                generator=f"tinycnn {__version__}",
                board=project.target.board,
                engine="compiled",
                numerics=project.target.numerics,
                flash_bytes=50_000,
                ram_bytes=20_000,
                ram=RamUse(2_000, 5_000, 5_000, 8_000, receive_bytes=receive.bytes),
                analysis=analyze(compilation, file=read_tflite(model)),
            )
        )

    tflm, library = None, project.target.tflm_library
    if library is not None:
        tflm = runner.run(
            "tflm",
            tflm_inputs(project, folder / library),
            lambda out: write_whole(b"archive", out.tflm_archive),
        )
    runner.run("firmware", firmware_inputs(inputs, tflm), link)
    pretend_evaluation(runner, dataset)
    return workspace


def pretend_project(folder: Path) -> Workspace:
    """Eighty images of noise in four classes, built so that it can be reported."""
    chance = np.random.default_rng(1)
    images = chance.integers(0, 256, (80, 24, 32, 3), np.uint8)
    np.savez(folder / "data.npz", images=images, labels=np.arange(80) % 4)
    text = 'name = "demo"\ndataset.path = "data.npz"\nmodel.name = "tiny_cnn"\n'
    (folder / "tinycnn.toml").write_text(text)
    return pretend_build(folder, image_model(3))


def pretend_model(
    runner: StageRunner, project: Project, dataset: Dataset, model: bytes
) -> None:
    """The stages of training and conversion, which gave `model`."""
    build = runner.build

    def train(out: BuildFolder) -> None:
        write_whole(model, out.float_weights)
        out.float_curves.write(_CURVES)

    def quantize(out: BuildFolder) -> None:
        write_whole(model, out.twin_weights)
        out.twin_curves.write(_CURVES)
        out.twin_outputs.write(_outputs(model, dataset))

    inputs = train_inputs(
        project,
        build.project,
        hash_dataset(dataset),
        hash_borrowed(project, build),
        {"keras": "0"},
    )
    weights = runner.run("train", inputs, train)
    weights = runner.run("quantize", quantize_inputs(project, weights), quantize)
    runner.run(
        "convert",
        convert_inputs(weights),
        lambda out: write_whole(model, out.model),
    )


def pretend_evaluation(runner: StageRunner, dataset: Dataset) -> None:
    """The stage that measures what was linked."""
    model = runner.build.model.read_bytes()

    def evaluate(out: BuildFolder) -> None:
        out.reference_outputs.write(_outputs(model, dataset))
        out.evaluation.write(Evaluation("litert", 1, 1, 0, 64_000, 1.0, 100))

    digests = (record_of(runner, name).digest for name in ("firmware", "convert"))
    inputs = evaluate_inputs(hash_dataset(dataset), *digests)
    runner.run("evaluate", inputs, evaluate)


def pretend_board_image(workspace: Workspace, image: bytes) -> None:
    """What the board's own tools made of the sketch."""
    build, project = workspace.build, workspace.project
    sketch = build.firmware_project(project.target.framework, project.name)
    sketch.mkdir(parents=True)
    (sketch / "sketch.ino").touch()

    def link(out: BuildFolder) -> None:
        write_whole(image, out.uploadable(project.name, "bin"))
        out.board_image.write(BoardImage("arduino-cli 1"))

    inputs = Inputs(made_of={sketch.name: hash_path(sketch)})
    workspace.runner.run("board", inputs, link)


def record_of(runner: StageRunner, stage: str) -> Record:
    """What is known of a stage that has run."""
    return runner.build.records.read()[stage]


def _outputs(model: bytes, dataset: Dataset) -> np.ndarray:
    graph = read_tflite(model)
    size = graph.tensors[graph.outputs[0]].size
    return np.zeros((len(dataset.test), size), np.int8)
