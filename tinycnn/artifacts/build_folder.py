"""The one place that knows the names of a build folder.

`BuildFolder(path).model` is where `model.tflite` is, `.evaluation.read()` what
`evaluation.json` says. A stage writes into a folder of its own under the same names.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Generic, TypeVar

from tinycnn.artifacts.contents import (
    BoardImage,
    Curves,
    DeviceAnswers,
    Dreams,
    Evaluation,
    Film,
    LinkedFirmware,
    Sensitivities,
    TflmFacts,
    Validated,
)
from tinycnn.artifacts.file_kinds import ArrayFile, JsonFile
from tinycnn.artifacts.records import Record
from tinycnn.files import make_way
from tinycnn.harness.profile import Profile

__all__ = ["BuildFolder"]

_T = TypeVar("_T")


class _Place:
    """A file or folder whose contents are another's matter."""

    def __init__(self, name: str) -> None:
        self.name = name

    def __get__(self, build: BuildFolder, owner: object) -> Path:
        return build.path / self.name


class _Json(Generic[_T]):
    """A JSON file that holds a value of one kind."""

    def __init__(self, name: str, kind: Any) -> None:
        self.name, self.kind = name, kind

    def __get__(self, build: BuildFolder, owner: object) -> JsonFile[_T]:
        return JsonFile(build.path / self.name, self.kind)


class _Array:
    """A file that holds an array."""

    def __init__(self, name: str) -> None:
        self.name = name

    def __get__(self, build: BuildFolder, owner: object) -> ArrayFile:
        return ArrayFile(build.path / self.name)


@dataclass(frozen=True)
class BuildFolder:
    """What is where in a build folder."""

    path: Path

    lock = _Place(".lock")
    records = _Json[dict[str, Record]]("stages.json", dict[str, Record])

    # What training leaves; the twin is the fake-quantized network.
    float_weights = _Place("float.npz")
    float_curves = _Json[Curves]("float.json", Curves)
    float_outputs = _Array("float.npy")
    film = _Json[Film]("film.json", Film)
    twin_weights = _Place("quantized.npz")
    twin_curves = _Json[Curves]("quantized.json", Curves)
    twin_outputs = _Array("quantized.npy")
    preview = _Place("preview.png")
    event_logs = _Place("tensorboard")

    model = _Place("model.tflite")
    c_header = _Place("model_data.h")
    c_source = _Place("model_data.cc")

    # Firmware: for the simulated board, this computer, browsers, the board itself.
    simulated_image = _Place("firmware.elf")
    host_program = _Place("host.exe" if sys.platform == "win32" else "host")
    wasm = _Place("model.wasm")
    wasm_mvp = _Place("model_mvp.wasm")
    linked = _Json[LinkedFirmware]("firmware.json", LinkedFirmware)
    tflm = _Json[TflmFacts]("tflm.json", TflmFacts)
    tflm_archive = _Place("libtflm.a")
    board = _Place("board")
    board_image = _Json[BoardImage]("board.json", BoardImage)

    # What was found.
    evaluation = _Json[Evaluation]("evaluation.json", Evaluation)
    reference_outputs = _Array("outputs.npy")
    host_outputs = _Array("host.npy")
    device_answers = _Json[dict[str, DeviceAnswers]](
        "answers.json", dict[str, DeviceAnswers]
    )
    results = _Json[Validated]("results.json", Validated)
    partial_results = _Json[Validated]("results_partial.json", Validated)
    run_log = _Place("run.jsonl")
    junit = _Place("junit.xml")
    profile = _Json[Profile]("profile.json", Profile)
    report = _Place("report.html")
    explained = _Place("explain.html")
    sensitivity = _Json[Sensitivities]("sensitivity.json", Sensitivities)
    dreams = _Json[Dreams]("dreams.json", Dreams)

    @classmethod
    def of(cls, project: Path) -> BuildFolder:
        """That of the project at `project`: its folder, or a file in it."""
        return cls((project.parent if project.is_file() else project) / "build")

    @property
    def project(self) -> Path:
        """The folder of the project."""
        return self.path.parent

    def firmware_project(self, framework: str, name: str) -> Path:
        """The sketch or application of the project called `name`."""
        return self.path / framework / name

    def uploadable(self, name: str, suffix: str) -> Path:
        """The image of a real board."""
        return self.board / f"{name}.{suffix}"

    def checkpoint(self, phase: str) -> Path:
        """Where a phase of training keeps its state."""
        return self.path / f"{phase}.checkpoint"

    def checkpoints(self, stage: str) -> Iterator[Path]:
        """Those of all phases of a stage."""
        return self.path.glob(f"{stage}*.checkpoint")

    def is_readable(self, name: str) -> bool:
        """Whether an artifact holds what this tinycnn reads, if it reads it at all."""
        kinds = vars(BuildFolder).items()
        files = (getattr(self, key) for key, kind in kinds if isinstance(kind, _Json))
        return all(f.read_if_there() is not None for f in files if f.path.name == name)

    def forget_findings(self) -> None:
        """Delete what was found of firmware that is about to be replaced."""
        results = self.results.path, self.partial_results.path, self.junit
        found = self.device_answers.path, self.profile.path, self.explained
        for path in (*results, *found):
            make_way(path)
            path.unlink(missing_ok=True)
