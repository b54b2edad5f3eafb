"""`Program` -> C sources, as a mapping from file name to text.

The sources need the files of `kernel_sources(program.kernels)` beside them, nothing
else. Same program, same bytes.
"""

from __future__ import annotations

from dataclasses import dataclass

from tinycnn import __version__
from tinycnn.compiler.ir.graph import Tensor
from tinycnn.compiler.ir.program import Buffer, Param, Program
from tinycnn.rendering import render
from tinycnn.runtime import kernel_headers, runtime_digest

__all__ = ["describe_tensor", "generate_sources", "tensor_fields"]

_TEMPLATES = "compiler/emission/templates"
_FILES = {
    "model.h": "the compiled model: sizes and functions",
    "model.c": "the compiled model: one kernel call an operator",
    "model_weights.h": "the tables of the compiled model",
    "model_weights.c": "the tables of the compiled model",
}
_DTYPES = {"int8": "TCNN_INT8", "uint8": "TCNN_UINT8", "float32": "TCNN_FLOAT32"}


@dataclass(frozen=True, slots=True, eq=False)
class _Border:
    """An input or output with its line in the manual."""

    buffer: Buffer
    text: str


def generate_sources(program: Program) -> dict[str, str]:
    """The C files of `program` by name."""
    values = {
        "program": program,
        "generator": f"tinycnn {__version__}",
        "runtime_api": f"0x{runtime_digest()}",
        "headers": kernel_headers(program.kernels),
        "sha256": list(bytes.fromhex(program.sha256)),
        "border": {
            **_border("INPUT", program.inputs),
            **_border("OUTPUT", program.outputs),
        },
        "tensors": {
            "inputs": [
                tensor_fields(buffer.tensor, offset=buffer.offset)
                for buffer in program.inputs
            ],
            "outputs": [
                tensor_fields(buffer.tensor, offset=buffer.offset)
                for buffer in program.outputs
            ],
        },
    }
    return {
        file: render(
            f"compiler/emission/templates/{file}.j2", file=file, title=title, **values
        )
        for file, title in _FILES.items()
    }


def _border(side: str, buffers: tuple[Buffer, ...]) -> dict[str, _Border]:
    """Inputs or outputs by their C name: INPUT, or INPUT0, INPUT1, ..."""
    names = [side] if len(buffers) == 1 else [f"{side}{i}" for i in range(len(buffers))]
    return {
        name: _Border(buffer, describe_tensor(buffer.tensor))
        for name, buffer in zip(names, buffers, strict=True)
    }


def describe_tensor(tensor: Tensor) -> str:
    """One line for the manual: type, shape and what the values mean."""
    shape = " x ".join(map(str, tensor.shape))
    text = f"{tensor.dtype}, {shape}"
    if tensor.dtype == "float32":
        return text
    zero = tensor.zero_point
    offset = f"value {'-' if zero >= 0 else '+'} {abs(zero)}"
    return f"{text}; real = {tensor.scale!r} * ({offset})"


def tensor_fields(tensor: Tensor, *, offset: int) -> dict[str, Param]:
    """The fields of a tcnn_tensor_t at `offset` in the arena, in order."""
    quantized = tensor.dtype != "float32"
    return {
        "dtype": _DTYPES[tensor.dtype],
        "rank": len(tensor.shape),
        "shape": tensor.shape,
        "scale": tensor.scale if quantized else 0.0,
        "zero_point": tensor.zero_point if quantized else 0,
        "offset": offset,
        "bytes": tensor.bytes,
    }
