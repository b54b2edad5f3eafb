"""`.tflite` -> WebAssembly with portable kernels, no passes, and its description.

A board leaves out channels that never matter, and its kernels pack weights in orders of
their own. Here each activation has the number and the shape that the file gives it, and
each kernel takes the file's weights; the outputs are the same bytes.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tinycnn.boards import load_board
from tinycnn.choices import Numerics
from tinycnn.compiler import (
    Graph,
    MemoryPlan,
    Program,
    choose_kernels,
    generate_sources,
    lower_graph,
    plan_memory,
    read_tflite,
    verify_numerics,
)
from tinycnn.explorer.document import describe_program
from tinycnn.files import scratch_folder
from tinycnn.firmware import (
    FirmwareProject,
    WasmVariant,
    build_wasm,
    write_arduino_project,
)
from tinycnn.reference import name_reference

__all__ = ["ExplorerModel", "compile_for_explorer", "lower_plainly"]

_NAME = "net"
_BOARD = "nano33ble"  # only names the sketch that nobody sees


@dataclass(frozen=True, slots=True, eq=False)
class ExplorerModel:
    """A model to look at.

    Attributes:
        modules: The bytes of a `.wasm` file by variant.
        document: What it computes and where, ready to be written as JSON.
    """

    modules: Mapping[WasmVariant, bytes]
    document: dict[str, Any]


def compile_for_explorer(
    data: bytes,
    *,
    numerics: Numerics = "litert",
    variants: Sequence[WasmVariant] = ("simd", "mvp"),
) -> ExplorerModel:
    """Compile a `.tflite` file to be looked at.

    Args:
        data: The file's bytes.
        numerics: The reference to equal.
        variants: Of the module; one document describes all.

    Raises:
        ModelError: If the file is broken or uses something unsupported.
        ToolchainError: If the compiler is missing or fails.
    """
    graph, plan, program = lower_plainly(data, numerics)
    sources = generate_sources(program, reference=name_reference(numerics))
    arrays = [array.name for array in program.arrays]
    with scratch_folder() as folder:
        project = write_arduino_project(
            folder,
            name=_NAME,
            model_sources=sources,
            kernels=program.kernels,
            board=load_board(_BOARD),
        )
        modules = {
            variant: _build(folder / f"{variant}.wasm", project, variant, arrays)
            for variant in variants
        }
    return ExplorerModel(modules, describe_program(graph, plan, program))


def lower_plainly(data: bytes, numerics: Numerics) -> tuple[Graph, MemoryPlan, Program]:
    """What is compiled: portable kernels, no passes."""
    graph = read_tflite(data)
    verify_numerics(graph, numerics)
    graph = choose_kernels(graph, None, numerics).graph
    plan = plan_memory(graph)
    return graph, plan, lower_graph(graph, plan, name=_NAME, numerics=numerics)


def _build(
    output: Path, project: FirmwareProject, variant: WasmVariant, arrays: Sequence[str]
) -> bytes:
    module = build_wasm(project, output=output, variant=variant, exported=arrays)
    return module.read_bytes()
