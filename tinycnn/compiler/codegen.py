"""`Program` -> C sources, as a mapping from file name to text.

The sources need `tcnn.h`, `kernels.h` and the kernels of `program.kernels` beside them,
nothing else. Same program, same bytes.
"""

from __future__ import annotations

from tinycnn import __version__
from tinycnn.compiler.graph import Tensor
from tinycnn.compiler.program import Buffer, Param, Program
from tinycnn.rendering import render

__all__ = ["RUNTIME_API", "generate_sources"]

RUNTIME_API = 1  # TCNN_RUNTIME_API of the kernels that the sources are written for

_FILES = {
    "model.h": "the compiled model: sizes and functions",
    "model.c": "the compiled model: one kernel call an operator",
    "model_weights.h": "the tables of the compiled model",
    "model_weights.c": "the tables of the compiled model",
}
_DTYPES = {"int8": "TCNN_INT8", "uint8": "TCNN_UINT8", "float32": "TCNN_FLOAT32"}


def generate_sources(program: Program) -> dict[str, str]:
    """The C files of `program` by name."""
    values = {
        "program": program,
        "generator": f"tinycnn {__version__}",
        "runtime_api": RUNTIME_API,
        "sha256": list(bytes.fromhex(program.sha256)),
        "input": program.input,
        "output": program.output,
        "io": {
            "input": _describe(program.input.tensor),
            "output": _describe(program.output.tensor),
        },
        "tensors": {
            "input": _tensor_fields(program.input),
            "output": _tensor_fields(program.output),
        },
    }
    return {
        file: render(f"compiler/templates/{file}.j2", file=file, title=title, **values)
        for file, title in _FILES.items()
    }


def _describe(tensor: Tensor) -> str:
    """One line for the manual: type, shape and what the values mean."""
    shape = " x ".join(map(str, tensor.shape))
    text = f"{tensor.dtype}, {shape}"
    if tensor.quant is None:
        return text
    return f"{text}; real = {tensor.scale!r} * (value - {tensor.zero_point})"


def _tensor_fields(buffer: Buffer) -> dict[str, Param]:
    """The fields of a tcnn_tensor_t."""
    tensor = buffer.tensor
    return {
        "dtype": _DTYPES[tensor.dtype],
        "rank": len(tensor.shape),
        "shape": tensor.shape,
        "scale": tensor.scale if tensor.quant else 0.0,
        "zero_point": tensor.zero_point if tensor.quant else 0,
        "offset": buffer.offset,
        "bytes": tensor.bytes,
    }
