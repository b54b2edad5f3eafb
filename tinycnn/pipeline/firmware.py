"""The stages that make firmware of a converted model.

    project   the sketch or application, complete, whatever can be built of it here
    tflm      TFLite Micro for the simulated board, of its library where that is given
    firmware  the simulated board's image, this computer's program, WebAssembly

The simulated board runs compiled C. With TFLite Micro as engine that is C which equals
TFLite Micro byte for byte, unless its library is at hand: then it is the engine itself.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from types import MappingProxyType

from tinycnn.about import __version__
from tinycnn.analysis.fit import analyze, find_objective
from tinycnn.analysis.ram import plan_buffer
from tinycnn.analysis.receive import ReceiveBuffer
from tinycnn.artifacts import (
    BuildFolder,
    LinkedFirmware,
    TflmFacts,
)
from tinycnn.boards import Board, load_board
from tinycnn.choices import Framework
from tinycnn.compiler import Compilation, Objective, compile_tflite, read_tflite
from tinycnn.errors import ProjectError
from tinycnn.files import scratch_folder
from tinycnn.firmware import (
    FirmwareProject,
    build_host,
    build_image,
    build_wasm,
    dialect_sources,
    write_arduino_project,
)
from tinycnn.firmware.frames import CAMERA_LIBRARIES, app_sources
from tinycnn.firmware.frameworks import WRITERS
from tinycnn.firmware.tflm import (
    ARDUINO_RELEASE,
    ZEPHYR_RELEASE,
    TflmEngine,
    TflmRelease,
    make_tflm_engine,
)
from tinycnn.firmware.tflm_library import TflmLibrary, build_tflm_library
from tinycnn.firmware.trace import trace_sources
from tinycnn.pipeline.inputs import firmware_inputs, project_inputs, tflm_inputs
from tinycnn.pipeline.stages import StageRunner
from tinycnn.project import Project
from tinycnn.reference import measure_arena, name_reference

__all__ = ["RELEASES", "check_engine", "compile_project", "libraries_of"]
__all__ += ["make_firmware", "objective_of", "plan_receive_of"]

RELEASES: Mapping[Framework, TflmRelease] = MappingProxyType(
    {"arduino": ARDUINO_RELEASE, "zephyr": ZEPHYR_RELEASE}
)


def check_engine(project: Project) -> None:
    """Do nothing if the project's engine will compute what was trained.

    Raises:
        ProjectError: If it would not: told before anything is trained.
    """
    target = project.target
    if target.engine != "tflm":
        return
    release = RELEASES[target.framework]
    if project.quantization.per_channel_dense and not release.per_channel_dense:
        raise ProjectError(
            f"quantization.per_channel_dense: expected false, as {release.name} "
            f"{release.version} takes one scale for all weights of a dense layer",
            hint="set per_channel_dense = false in [quantization]",
        )


def compile_project(
    project: Project, content: bytes, labels: Sequence[str] = ()
) -> Compilation:
    """The model of a project, compiled as its firmware has it.

    Args:
        project: Whose model it is.
        content: The `.tflite` file.
        labels: The names of its classes, for the generated code.

    Raises:
        ModelError: If it uses something unsupported.
    """
    numerics = project.target.numerics
    return compile_tflite(
        content,
        name=project.name,
        objective=objective_of(project),
        numerics=numerics,
        reference=name_reference(numerics),
        labels=labels,
    )


def objective_of(project: Project) -> Objective | None:
    """What the kernels of a project's model are chosen by."""
    return find_objective(
        load_board(project.target.board),
        project.target.optimize,
        arrival=project.target.input,
        flash_bytes=project.budgets.flash_bytes,
        ram_bytes=project.budgets.ram_bytes,
    )


def make_firmware(
    project: Project,
    runner: StageRunner,
    model: str,
    labels: Sequence[str] = (),
    *,
    asked: Project | None = None,
    is_traced: bool = False,
) -> str:
    """Run the stages project and firmware; returns the digest of the latter.

    Args:
        project: Whose model was converted.
        runner: Of its build folder.
        model: Digest of the `.tflite` file.
        labels: The names of its classes, for the generated code.
        asked: The project with what the firmware is to be instead, if anything.
        is_traced: Whether the project's folder is debug firmware; what is linked here
            never is.

    Raises:
        TinycnnError: If one fails; the project folder stays if it was made.
    """
    build, target, asked = runner.build, project.target, asked or project
    work = _Work(asked, load_board(target.board), build, tuple(labels), is_traced)
    inputs = project_inputs(project, labels, model, asked=asked)
    options = {**inputs.options, **({"trace": "yes"} if is_traced else {})}
    runner.run("project", replace(inputs, options=options), work.write_project)
    tflm = None
    if target.tflm_library is not None:
        folder = build.project / target.tflm_library
        if not folder.is_dir():
            raise ProjectError(
                f"target.tflm_library: {target.tflm_library}: no such folder",
                hint=f"arduino-cli lib install {ARDUINO_RELEASE.name} gets one",
            )
        tflm = runner.run("tflm", tflm_inputs(project, folder), work.compile_tflm)
    return runner.run("firmware", firmware_inputs(inputs, tflm), work.link)


def plan_receive_of(
    project: Project, compilation: Compilation, arena_bytes: int
) -> ReceiveBuffer:
    """The buffer for the next image in a project's firmware.

    Args:
        project: Whose app, dialect and budget leave room for it.
        compilation: Of its model.
        arena_bytes: Of what runs it.
    """
    inputs = compilation.program.inputs
    input_bytes = sum(buffer.tensor.bytes for buffer in inputs)
    target = project.target
    frame_bytes = target.frame.format.bytes if target.frame else 0
    loaded_bytes = 0 if target.dialect == "packets" else input_bytes
    return plan_buffer(
        input_bytes,
        arena_bytes,
        load_board(target.board),
        more_bytes=frame_bytes + loaded_bytes,
        most_bytes=project.budgets.ram_bytes,
    )


def libraries_of(project: Project) -> Mapping[str, str]:
    """What the project needs of its framework's libraries: versions by name."""
    libraries = dict(CAMERA_LIBRARIES) if project.target.app == "camera" else {}
    if project.target.engine == "tflm":
        release = RELEASES[project.target.framework]
        libraries[release.name] = release.version
    return libraries


@dataclass(frozen=True)
class _Work:
    """One model on its way into firmware; it is compiled at most once."""

    project: Project
    board: Board
    build: BuildFolder
    labels: tuple[str, ...]
    is_traced: bool

    @cached_property
    def content(self) -> bytes:
        return self.build.model.read_bytes()

    @cached_property
    def compilation(self) -> Compilation:
        return compile_project(self.project, self.content, self.labels)

    @cached_property
    def added(self) -> Mapping[str, str]:
        """What the project's app and dialect add to a model's sources."""
        target, program = self.project.target, self.compilation.program
        if program.fed and target.app != "validate":
            raise ProjectError(
                f"target.app: expected 'validate' with input 'rows', got "
                f"'{target.app}', whose frames become inputs that are whole",
                hint='set input = "whole" in [target]',
            )
        inputs = [buffer.tensor for buffer in program.inputs]
        app = app_sources(
            target.app,
            self.project.name,
            (inputs[0], program.outputs[0].tensor),
            frame=target.frame.format if target.frame else None,
            fit=self.project.dataset.fit,
            labels=self.labels,
        )
        return {**app, **dialect_sources(target.dialect, self.project.name, inputs)}

    def write_project(self, out: BuildFolder) -> None:
        """The folder that the user gets."""
        target = self.project.target
        sources, kernels = self._compiled
        arena_bytes = self.compilation.program.arena_bytes
        if target.engine == "tflm":
            engine = self._tflm_engine(
                RELEASES[target.framework], traced=self.is_traced
            )
            sources, kernels, arena_bytes = engine.sources, (), engine.arena_bytes
            out.tflm.write(TflmFacts(engine.arena_bytes, engine.differing))
        elif self.is_traced:
            sources = {**sources, **trace_sources(self.compilation.program)}
        WRITERS[target.framework](
            out.firmware_project(target.framework, self.project.name).parent,
            name=self.project.name,
            model_sources={**sources, **self.added},
            kernels=kernels,
            board=self.board,
            libraries=libraries_of(self.project),
            model_sha256=self.compilation.graph.sha256,
            receive=plan_receive_of(self.project, self.compilation, arena_bytes),
        )

    def compile_tflm(self, out: BuildFolder) -> None:
        """TFLite Micro for the simulated board."""
        folder = self.build.project / str(self.project.target.tflm_library)
        build_tflm_library(folder, self.board, output=out.tflm_archive)

    def link(self, out: BuildFolder) -> None:
        """What runs on the simulated board, here and in browsers, with its sizes."""
        self.build.forget_findings()
        target = self.project.target
        simulated, arena_bytes = self._compiled, self.compilation.program.arena_bytes
        tflm = None
        if target.tflm_library is not None:
            headers = self.build.project / target.tflm_library / "src"
            tflm = TflmLibrary(headers, self.build.tflm_archive)
            engine = self._tflm_engine(ARDUINO_RELEASE)
            simulated, arena_bytes = (engine.sources, ()), engine.arena_bytes
        with scratch_folder() as scratch:
            receive = plan_receive_of(self.project, self.compilation, arena_bytes)
            host = self._sketch(scratch / "host", *self._compiled, receive)
            build_host(host, output=out.host_program)
            build_wasm(host, output=out.wasm)
            build_wasm(host, output=out.wasm_mvp, variant="mvp")
            image = build_image(
                self._sketch(scratch / "sim", *simulated, receive),
                self.board,
                toolchain=target.toolchain,
                output=out.simulated_image,
                tflm=tflm,
            )
        assert image.ram is not None  # the simulated board's
        out.linked.write(
            LinkedFirmware(
                model_sha256=self.compilation.graph.sha256,
                generator=f"tinycnn {__version__}",
                board=self.board.name,
                engine="tflm" if tflm else "compiled",
                numerics=target.numerics,
                dialect=target.dialect,
                flash_bytes=image.flash_bytes,
                ram_bytes=image.ram_bytes,
                ram=image.ram,
                analysis=analyze(self.compilation, file=read_tflite(self.content)),
            )
        )

    @property
    def _compiled(self) -> tuple[Mapping[str, str], Sequence[str]]:
        """The compiled model's sources, and the kernels that they call."""
        return self.compilation.sources, self.compilation.program.kernels

    def _tflm_engine(self, release: TflmRelease, *, traced: bool = False) -> TflmEngine:
        name, arena = self.project.name, measure_arena(self.content)
        return make_tflm_engine(
            self.content,
            name=name,
            arena=arena,
            release=release,
            labels=self.labels,
            traced=traced,
        )

    def _sketch(
        self,
        folder: Path,
        sources: Mapping[str, str],
        kernels: Sequence[str],
        receive: ReceiveBuffer,
    ) -> FirmwareProject:
        return write_arduino_project(
            folder,
            name=self.project.name,
            model_sources={**sources, **self.added},
            kernels=kernels,
            board=self.board,
            receive=receive,
        )
