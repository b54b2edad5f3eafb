"""A model in TensorFlow Lite Micro: the second engine, behind the same `tcnn_model_t`.

In: a `.tflite`, what its arena needs, and the release of TFLite Micro that firmware
links. Out: files of the same names as of a compiled model: `NAME_model.h`, the
interpreter with exactly the model's operators, and the model as a C array. What a
release is known to get wrong is refused here, before it is flashed.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from tinycnn.about import __version__
from tinycnn.compiler import Graph, Op, Tensor, read_tflite
from tinycnn.compiler.emission.borders import Border, borders
from tinycnn.compiler.ir.program import Buffer
from tinycnn.compiler.passes.verify import verify_numerics
from tinycnn.errors import UnsupportedModelError
from tinycnn.firmware.trace import render_trace_header, trace_runtime
from tinycnn.reference import TflmArena, measure_arena
from tinycnn.reference.every_tensor import list_activations, list_kept, with_outputs
from tinycnn.rendering import render_c
from tinycnn.runtime import runtime_digest

__all__ = ["ARDUINO_RELEASE", "ZEPHYR_RELEASE", "TflmEngine", "TflmRelease"]
__all__ += ["make_tflm_engine"]


@dataclass(frozen=True, slots=True)
class TflmRelease:
    """TFLite Micro as a framework's users install it.

    Attributes:
        name: Of the Arduino library, or of the project in `west.yml`.
        version: Its version, or revision.
        suffix: Of C++ files, as the framework wants it.
        header: By which Arduino finds the library; None elsewhere.
        per_channel_dense: Whether FULLY_CONNECTED knows a scale per channel; where not,
            outputs are silently wrong.
        rounds_otherwise: Operators that it rounds otherwise than the reference: their
            outputs may be off by one.
    """

    name: str
    version: str
    suffix: str
    header: str | None
    per_channel_dense: bool
    rounds_otherwise: tuple[str, ...] = ()


ARDUINO_RELEASE = TflmRelease(
    name="Chirale_TensorFLowLite",
    version="2.0.0",
    suffix=".cpp",
    header="Chirale_TensorFlowLite.h",
    per_channel_dense=False,
    rounds_otherwise=("MEAN",),
)
# Of the module's branch for Zephyr 4.1; the manifest of 4.2.99 names it, too.
ZEPHYR_RELEASE = TflmRelease(
    name="tflite-micro",
    version="8d404de73acf7687831e16d88e86e4f73cfddf8e",
    suffix=".cc",
    header=None,
    per_channel_dense=True,
)

# What newer ones have and neither release has; the operators say what none has.
_LACKING = ("REDUCE_MIN",)
# Operators with a kernel for int8 alone, in both releases: less flash.
_INT8_KERNELS = (
    "ADD AVERAGE_POOL_2D CONV_2D DEPTHWISE_CONV_2D FULLY_CONNECTED MAX_POOL_2D SOFTMAX"
).split()

_ALIGNMENT = 16
_FILES = {
    "model": "a neural network in TensorFlow Lite Micro",
    "constants": "a neural network as a flatbuffer",
}
# What the faster kernels note of each operator beside what the reference kernels do.
_OPERATOR_BYTES = 16


@dataclass(frozen=True, slots=True)
class TflmEngine:
    """A model with what runs it.

    Attributes:
        sources: C++ files by name.
        arena_bytes: Set aside for the interpreter; a device says what it uses.
        differing: The operators that the release rounds otherwise than the reference.
    """

    sources: dict[str, str]
    arena_bytes: int
    differing: tuple[str, ...]


def make_tflm_engine(
    model: bytes,
    *,
    name: str,
    arena: TflmArena,
    release: TflmRelease,
    labels: Sequence[str] = (),
    traced: bool = False,
) -> TflmEngine:
    """The engine of a model.

    Args:
        model: The `.tflite` file.
        name: Prefix of its C names.
        arena: As measured with the reference kernels.
        release: What the firmware links.
        labels: Names of the classes, where they are known.
        traced: Whether it keeps every tensor, and tells it: debug firmware.

    Raises:
        ModelError: If the model is broken, or the release cannot run it.
    """
    graph = read_tflite(model)
    _check(graph, release)
    content, kept = model, tuple[int, ...]()
    if traced:
        more = list_activations(model, graph)
        order = (*graph.outputs, *more)
        kept = tuple(order.index(tensor) for tensor in list_kept(model, graph))
        content = with_outputs(model, more)
        arena = measure_arena(content)
    margin_bytes = _ALIGNMENT + _scratch_bytes(graph) + _OPERATOR_BYTES * len(graph.ops)
    arena_bytes = math.ceil((arena.least_bytes + margin_bytes) / 16) * 16
    inputs, outputs = _borders(graph)
    sources = _render(
        name,
        release,
        sha256=bytes.fromhex(graph.sha256),
        arena_bytes=arena_bytes,
        manual=_manual(name, release, arena_bytes, arena, (*inputs, *outputs)),
        operators=_additions(graph),
        inputs=inputs,
        outputs=outputs,
        labels=labels,
        model=list(content),
        kept=kept,
    )
    if traced:
        sources[f"{name}_trace.h"] = render_trace_header(name, graph.sha256)
        sources |= trace_runtime()
    differing = tuple(
        f"op {op.index} ({op.kind})"
        for op in graph.ops
        if op.kind in release.rounds_otherwise
    )
    return TflmEngine(sources, arena_bytes, differing)


def _render(name: str, release: TflmRelease, **values: Any) -> dict[str, str]:
    """The model's own files."""
    return {
        f"{name}_{stem}{suffix}": render_c(
            f"firmware/templates/tflm/{stem}{template}.j2",
            title=f"{name}_{stem}{suffix} - {title}",
            name=name,
            generator=f"tinycnn {__version__}",
            runtime_api=f"0x{runtime_digest()}",
            release=release,
            **values,
        )
        for stem, title in _FILES.items()
        for template, suffix in ((".h", ".h"), (".cc", release.suffix))
    }


def _manual(
    name: str,
    release: TflmRelease,
    arena_bytes: int,
    arena: TflmArena,
    tensors: tuple[Border, ...],
) -> dict[str, str]:
    """What NAME_model.h says of the whole model, by a word for each."""
    return {
        "Needs": f"{release.name} {release.version}",
        "Arena": f"{arena_bytes} bytes, aligned to 16: what the interpreter needs on a "
        f"host, {arena.least_bytes} bytes, and a margin of "
        f"{arena_bytes - arena.least_bytes} for the buffers of faster kernels; "
        f"{name}_start writes into the arena_bytes of {name}_model what is used",
        **{border.title: border.text for border in tensors},
        "Use": f"call {name}_start once; then write the inputs, call {name}_invoke, "
        "read the outputs; inputs may be overwritten",
    }


def _check(graph: Graph, release: TflmRelease) -> None:
    """Refuse what the release has not, or computes wrongly without a word."""
    verify_numerics(graph, "tflm")
    for op in graph.ops:
        where = f"op {op.index} ({op.kind})"
        if op.kind in _LACKING:
            raise UnsupportedModelError(
                f"{where}: {release.name} {release.version} has no such operator",
                hint='set target.engine = "compiled"',
            )
        if op.kind != "FULLY_CONNECTED" or release.per_channel_dense:
            continue
        quant = graph.tensors[op.inputs[1]].quant
        if quant is not None and len(set(quant.scale)) > 1:
            raise UnsupportedModelError(
                f"{where}: expected one scale for all weights, got {len(quant.scale)}: "
                f"{release.name} {release.version} would silently use the first",
                hint="set quantization.per_channel_dense = false",
            )


def _additions(graph: Graph) -> list[str]:
    """The resolver's calls, one for each kind of operator, sorted."""
    kinds = {op.kind for op in graph.ops}
    return [_addition(kind, graph) for kind in sorted(kinds)]


def _addition(kind: str, graph: Graph) -> str:
    method = {"PADV2": "PadV2"}.get(kind, kind.title().replace("_", ""))
    is_int8 = all(_is_int8(op, graph) for op in graph.ops if op.kind == kind)
    kernel = f"Register_{kind}_INT8()" if is_int8 and kind in _INT8_KERNELS else ""
    return f"Add{method}({kernel})"


def _is_int8(op: Op, graph: Graph) -> bool:
    numbers = (op.inputs[0], *op.outputs)
    return all(graph.tensors[number].dtype == "int8" for number in numbers)


def _borders(graph: Graph) -> tuple[tuple[Border, ...], tuple[Border, ...]]:
    """Inputs and outputs, whose places only the interpreter knows."""

    def buffers(numbers: tuple[int, ...]) -> list[Buffer]:
        return [Buffer(f"t{n}", 0, graph.tensors[n]) for n in numbers]

    inputs, outputs = buffers(graph.inputs), buffers(graph.outputs)
    return borders("input", inputs), borders("output", outputs)


def _scratch_bytes(graph: Graph) -> int:
    """The most that a kernel of CMSIS-NN works in; the reference kernels have none.

    Convolutions lay out two windows of 16-bit values, a depthwise one a single window;
    average pooling sums each channel in 32 bits.
    """
    return max((_op_scratch_bytes(op, graph.tensors) for op in graph.ops), default=0)


def _op_scratch_bytes(op: Op, tensors: tuple[Tensor, ...]) -> int:
    if op.kind == "CONV_2D":
        window = math.prod(tensors[op.inputs[1]].shape[1:])
        return 4 * (math.ceil(window / 4) * 4)
    if op.kind == "DEPTHWISE_CONV_2D":
        return 2 * tensors[op.inputs[1]].size
    if op.kind == "AVERAGE_POOL_2D":
        return 4 * tensors[op.inputs[0]].shape[-1]
    return 0
