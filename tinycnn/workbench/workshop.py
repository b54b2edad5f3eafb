"""What builds a model once more: with other kernels, or traced.

In: a model, and how its firmware was made. Out: programs in a folder of the caller's.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType

from tinycnn.analysis.ram import plan_buffer
from tinycnn.boards import Board
from tinycnn.choices import DeviceKind, Engine, Numerics, Toolchain
from tinycnn.compiler import Compilation, Objective, compile_tflite
from tinycnn.firmware import (
    FirmwareProject,
    build_host,
    build_image,
    build_wasm,
    write_arduino_project,
)
from tinycnn.firmware.dialect import dialect_header
from tinycnn.firmware.tflm import ARDUINO_RELEASE, TflmEngine, make_tflm_engine
from tinycnn.firmware.tflm_library import TflmLibrary
from tinycnn.firmware.trace import trace_sources
from tinycnn.reference import measure_arena

__all__ = ["Workshop"]

_NOTHING: Mapping[str, str] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class Workshop:
    """How a model's firmware is made.

    Attributes:
        content: The `.tflite` file.
        name: Prefix of its C names.
        board: What it is made for.
        objective: What its kernels were chosen by; None: the portable ones.
        numerics: The reference that it equals.
        toolchain: What compiles it for the board.
        engine: What runs the model on a board.
        tflm: TFLite Micro for the simulated board; without it that runs compiled C.
    """

    content: bytes
    name: str
    board: Board
    objective: Objective | None
    numerics: Numerics
    toolchain: Toolchain = "zig"
    engine: Engine = "compiled"
    tflm: TflmLibrary | None = None

    def compile(self, *, is_portable: bool = False) -> Compilation:
        """The model with the kernels of its firmware, or with portable ones."""
        return compile_tflite(
            self.content,
            name=self.name,
            objective=None if is_portable else self.objective,
            numerics=self.numerics,
        )

    def is_tflm(self, kind: DeviceKind, port: str | None) -> bool:
        """Whether TFLite Micro itself runs on a device."""
        if port is not None:
            return self.engine == "tflm"
        return kind == "sim" and self.tflm is not None

    def build(
        self,
        compilation: Compilation,
        kind: DeviceKind,
        folder: Path,
        *,
        more: Mapping[str, str] = _NOTHING,
        traced: bool = False,
    ) -> Path:
        """A program that serves the model, newly built in `folder`.

        Args:
            compilation: Of the model.
            kind: What it is for.
            folder: Where it is built.
            more: Further sources by their paths.
            traced: Whether it says what each operator reads and writes.

        Raises:
            ToolchainError: If a compiler is missing or fails, or it does not fit.
        """
        is_tflm = self.is_tflm(kind, None)
        program, kernels = compilation.program, compilation.program.kernels
        sources, arena_bytes = compilation.sources, program.arena_bytes
        if is_tflm:
            engine = self._make_tflm(traced=traced)
            sources, arena_bytes, kernels = engine.sources, engine.arena_bytes, ()
        elif traced:
            sources = {**sources, **trace_sources(program)}
        input_bytes = sum(buffer.tensor.bytes for buffer in program.inputs)
        speaks_text = dialect_header(self.name) in more
        project = write_arduino_project(
            folder,
            name=self.name,
            model_sources={**sources, **more},
            kernels=kernels,
            board=self.board,
            receive=plan_buffer(
                input_bytes,
                arena_bytes,
                self.board,
                more_bytes=input_bytes if speaks_text else 0,
            ),
        )
        return self._compile(project, kind, folder / kind, is_tflm=is_tflm)

    def _compile(
        self, project: FirmwareProject, kind: DeviceKind, output: Path, *, is_tflm: bool
    ) -> Path:
        if kind == "host":
            return build_host(project, output=output)
        if kind != "sim":
            return build_wasm(
                project,
                output=output.with_suffix(".wasm"),
                variant="simd" if kind == "wasm" else "mvp",
            )
        image = build_image(
            project,
            self.board,
            output=output,
            toolchain=self.toolchain,
            tflm=self.tflm if is_tflm else None,
        )
        return image.elf

    def _make_tflm(self, *, traced: bool) -> TflmEngine:
        """The model in TFLite Micro."""
        return make_tflm_engine(
            self.content,
            name=self.name,
            arena=measure_arena(self.content),
            release=ARDUINO_RELEASE,
            traced=traced,
        )
