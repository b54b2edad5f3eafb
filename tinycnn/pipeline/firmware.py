"""The stages that make firmware of a converted model.

    project   the sketch or application, complete, whatever can be built of it here
    firmware  the simulated board's image and this computer's program
    board     the real board's image, by its own tools where they are installed

The simulated board runs compiled C. With TFLite Micro as engine that is C which equals
TFLite Micro byte for byte, unless its library is at hand: then it is the engine itself.
"""

from __future__ import annotations

import json
import shutil
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from functools import cached_property
from pathlib import Path

from tinycnn.analysis.fit import find_objective
from tinycnn.boards import Board, load_board
from tinycnn.compiler import Compilation, compile_tflite
from tinycnn.errors import ProjectError
from tinycnn.firmware import (
    CAMERA_LIBRARIES,
    FirmwareProject,
    app_sources,
    build_host,
    build_image,
    write_arduino_project,
)
from tinycnn.firmware.tflm import (
    ARDUINO_RELEASE,
    ZEPHYR_RELEASE,
    TflmEngine,
    TflmRelease,
    make_tflm_engine,
)
from tinycnn.firmware.toolchain import TflmLibrary, build_tflm_library
from tinycnn.firmware.vendor import build_with_vendor_tool, find_vendor_tool
from tinycnn.firmware.zephyr import write_zephyr_project
from tinycnn.pipeline.evaluation import HOST_PROGRAM
from tinycnn.pipeline.stages import StageRunner, hash_path
from tinycnn.project import Project
from tinycnn.reference import measure_arena

__all__ = ["BoardImage", "check_engine", "compile_project", "link_for_board"]
__all__ += ["make_firmware"]

_RELEASES = {"arduino": ARDUINO_RELEASE, "zephyr": ZEPHYR_RELEASE}
_WRITERS = {"arduino": write_arduino_project, "zephyr": write_zephyr_project}


@dataclass(frozen=True, slots=True)
class BoardImage:
    """What became of the real board's image.

    Attributes:
        tool: What linked it, with versions; empty if nothing did.
        missing: What to install so that it is linked.
        flash_bytes: What it takes of the flash, the framework included.
        ram_bytes: What it takes of RAM before it runs.
    """

    tool: str = ""
    missing: str = ""
    flash_bytes: int = 0
    ram_bytes: int = 0


def check_engine(project: Project) -> None:
    """Do nothing if the project's engine will compute what was trained.

    Raises:
        ProjectError: If it would not: told before anything is trained.
    """
    target = project.target
    release = _RELEASES[target.framework]
    per_channel = project.quantization.per_channel_dense
    if target.engine == "tflm" and per_channel and not release.per_channel_dense:
        raise ProjectError(
            f"quantization.per_channel_dense: expected false, as {release.name} "
            f"{release.version} takes one scale for all weights of a dense layer",
            hint="set per_channel_dense = false in [quantization]",
        )


def compile_project(project: Project, content: bytes) -> Compilation:
    """The model of a project, compiled as its firmware has it.

    Raises:
        ModelError: If it uses something unsupported.
    """
    objective = find_objective(
        load_board(project.target.board),
        project.target.optimize,
        flash_bytes=project.budgets.flash_bytes,
        ram_bytes=project.budgets.ram_bytes,
    )
    numerics = project.target.numerics
    return compile_tflite(
        content, name=project.name, objective=objective, numerics=numerics
    )


def make_firmware(
    project: Project, runner: StageRunner, model: str, labels: Sequence[str] = ()
) -> str:
    """Run the stages project and firmware; returns the digest of the latter.

    Args:
        project: Whose model was converted.
        runner: Of its build folder.
        model: Digest of the `.tflite` file.
        labels: The names of its classes, which an app may print.

    Raises:
        TinycnnError: If one fails; the project folder stays if it was made.
    """
    build = runner.folder
    work = _Work(project, load_board(project.target.board), build, tuple(labels))
    inputs = {
        "model": model,
        "name": project.name,
        "target": project.target.model_dump(),
        "budgets": project.budgets.model_dump(),
        "fit": project.dataset.fit,
        "labels": labels,
    }
    runner.run("project", inputs, work.write_project)
    library = project.target.tflm_library
    if library is not None:
        folder = build.parent / library
        if not folder.is_dir():
            raise ProjectError(
                f"target.tflm_library: {library}: no such folder",
                hint=f"arduino-cli lib install {ARDUINO_RELEASE.name} gets one",
            )
        key = {"core": work.board.core, "library": hash_path(folder)}
        inputs["tflm"] = runner.run("tflm", key, work.compile_tflm)
    return runner.run("firmware", inputs, work.link)


def link_for_board(project: Project, runner: StageRunner) -> BoardImage:
    """Link the real board's image into the folder `board`, if that can be done.

    If not, an older image does not stay there: it is no longer the project's.

    Raises:
        ToolchainError: If the board's tools are there and fail.
    """
    image = BoardImage()
    try:
        image = _link(project, runner)
    finally:
        if not image.tool:
            shutil.rmtree(runner.folder / "board", ignore_errors=True)
    return image


def _link(project: Project, runner: StageRunner) -> BoardImage:
    target, board = project.target, load_board(project.target.board)
    folder = runner.folder / target.framework / project.name
    tool = find_vendor_tool(target.framework, board, _libraries(project))

    def link(out: Path) -> None:
        image = BoardImage(missing=tool.missing)
        if not tool.missing:
            built = build_with_vendor_tool(
                FirmwareProject(project.name, folder, ()),
                board,
                framework=target.framework,
                output=out / "board",
            )
            image = BoardImage(tool.identity, "", built.flash_bytes, built.ram_bytes)
        (out / "board.json").write_text(f"{json.dumps(asdict(image))}\n", "utf-8")

    inputs = {"project": hash_path(folder), "tool": asdict(tool), "board": board.name}
    runner.run("board", inputs, link)
    return BoardImage(**json.loads((runner.folder / "board.json").read_text("utf-8")))


def _libraries(project: Project) -> Mapping[str, str]:
    """What the project needs of its framework's libraries: versions by name."""
    libraries = dict(CAMERA_LIBRARIES) if project.target.app == "camera" else {}
    if project.target.engine == "tflm":
        release = _RELEASES[project.target.framework]
        libraries[release.name] = release.version
    return libraries


@dataclass(frozen=True)
class _Work:
    """One model on its way into firmware; it is compiled at most once."""

    project: Project
    board: Board
    build: Path
    labels: tuple[str, ...]

    @cached_property
    def content(self) -> bytes:
        return (self.build / "model.tflite").read_bytes()

    @cached_property
    def compilation(self) -> Compilation:
        return compile_project(self.project, self.content)

    @cached_property
    def app(self) -> Mapping[str, str]:
        """What the project's app adds to a model's sources."""
        target, program = self.project.target, self.compilation.program
        return app_sources(
            target.app,
            self.project.name,
            (program.inputs[0].tensor, program.outputs[0].tensor),
            frame=target.frame.format if target.frame else None,
            fit=self.project.dataset.fit,
            labels=self.labels,
        )

    def write_project(self, out: Path) -> None:
        """The folder that the user gets."""
        target = self.project.target
        sources, kernels = self._compiled
        if target.engine == "tflm":
            engine = self._tflm_engine(_RELEASES[target.framework])
            sources, kernels = engine.sources, ()
            facts = asdict(engine)
            del facts["sources"]
            (out / "tflm.json").write_text(f"{json.dumps(facts)}\n", "utf-8")
        _WRITERS[target.framework](
            out / target.framework,
            name=self.project.name,
            model_sources={**sources, **self.app},
            kernels=kernels,
            board=self.board,
            libraries=_libraries(self.project),
        )

    def compile_tflm(self, out: Path) -> None:
        """TFLite Micro for the simulated board."""
        folder = self.build.parent / str(self.project.target.tflm_library)
        build_tflm_library(folder, self.board, output=out / "libtflm.a")

    def link(self, out: Path) -> None:
        """The images for the simulated board and this computer, with their sizes."""
        target = self.project.target
        simulated = self._compiled
        tflm = None
        if target.tflm_library is not None:
            headers = self.build.parent / target.tflm_library / "src"
            tflm = TflmLibrary(headers, self.build / "libtflm.a")
            simulated = self._tflm_engine(ARDUINO_RELEASE).sources, ()
        with tempfile.TemporaryDirectory() as scratch:
            host = self._sketch(Path(scratch) / "host", *self._compiled)
            build_host(host, output=out / HOST_PROGRAM)
            image = build_image(
                self._sketch(Path(scratch) / "sim", *simulated),
                self.board,
                toolchain=target.toolchain,
                output=out / "firmware.elf",
                tflm=tflm,
            )
        facts = {
            "engine": "tflm" if tflm else "compiled",
            "flash_bytes": image.flash_bytes,
            "ram_bytes": image.ram_bytes,
        }
        (out / "firmware.json").write_text(f"{json.dumps(facts)}\n", "utf-8")

    @property
    def _compiled(self) -> tuple[Mapping[str, str], Sequence[str]]:
        """The compiled model's sources, and the kernels that they call."""
        return self.compilation.sources, self.compilation.program.kernels

    def _tflm_engine(self, release: TflmRelease) -> TflmEngine:
        name, arena = self.project.name, measure_arena(self.content)
        return make_tflm_engine(self.content, name=name, arena=arena, release=release)

    def _sketch(
        self, folder: Path, sources: Mapping[str, str], kernels: Sequence[str]
    ) -> FirmwareProject:
        return write_arduino_project(
            folder,
            name=self.project.name,
            model_sources={**sources, **self.app},
            kernels=kernels,
            board=self.board,
        )
