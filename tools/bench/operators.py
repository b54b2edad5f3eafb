"""Operators one by one, in shapes that users' networks have: what each takes.

Models of one operator are made here, weights drawn; outputs are compared with the
reference's. "Possible" is what the best inner loops known take, as counted in
`tinycnn/compiler/operators/shared/possible.py`; `!` takes more than twice that. Run
from the repository's root:

    python -m tools.bench.operators
    python -m tools.bench.operators dw --compiler "gcc -Os" --markdown docs/cycles.md

Exit codes: 0 measured, 1 an output is not the reference's, 2 usage, 3 any other error.
"""

from __future__ import annotations

import argparse
import math
import sys
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Any

import numpy as np

from tests.compiler.tflite_builder import TYPES, ModelBuilder
from tinycnn.analysis.cost import count_costs
from tinycnn.analysis.losses import find_losses
from tinycnn.compiler import Objective, compile_tflite
from tinycnn.errors import TinycnnError
from tinycnn.firmware import Pattern, make_input
from tools.bench.image import COMPILERS, NAME
from tools.bench.measure import measure_build, run_reference
from tools.bench.meters import find_meter
from tools.bench.record import Network
from tools.document import document_of, write_tables

__all__ = ["CASES", "Case", "main"]

_TOOL = "tools.bench.operators"
_SCALE, _ZERO_POINT = 0.05, -3
_BELOW_TIES = float(np.nextafter(np.float32(2 * _SCALE), np.float32(1)))  # of sums
_SHARES = 1 / 256, -128  # the grid of softmax and sigmoid


@dataclass(frozen=True, slots=True)
class Case:
    """A model of one operator.

    Attributes:
        make: The bytes of the file.
        unit: What its cycles are told by: "MAC", "output" or "input".
    """

    make: Callable[[], bytes]
    unit: str


def _model(
    kind: str,
    shapes: Sequence[tuple[int, ...]],
    output: tuple[int, ...],
    *constants: np.ndarray[Any, Any],
    onto: tuple[float, int] = (_SCALE, _ZERO_POINT),
    **options: Any,
) -> bytes:
    """One operator between int8 tensors, onto a grid; constants follow its inputs."""
    b = ModelBuilder()
    inputs = [b.tensor(s, scale=_SCALE, zero_point=_ZERO_POINT) for s in shapes]
    fixed = [b.tensor(c.shape, str(c.dtype), data=c) for c in constants]
    y = b.tensor(output, scale=onto[0], zero_point=onto[1])
    b.op(kind, [*inputs, *fixed], [y], **options)
    return b.build(inputs, [y])


def _weighted(
    kind: str,
    shape: tuple[int, ...],
    weights: tuple[int, ...],
    output: tuple[int, ...],
    *,
    axis: int = 0,
    first: np.ndarray[Any, Any] | None = None,
    **options: Any,
) -> bytes:
    """With weights and a bias; sums fit the output's grid."""
    rng = np.random.default_rng(0)
    channels = weights[axis]
    fan_in = math.prod(weights) // channels
    scale = _SCALE / 40 / math.sqrt(fan_in) * rng.uniform(0.7, 1.4, channels)
    b = ModelBuilder()
    x = b.tensor(shape, scale=_SCALE, zero_point=_ZERO_POINT)
    data = rng.integers(-127, 128, weights).astype(np.int8)
    w = b.tensor(weights, scale=scale, data=data, axis=axis)
    bias = rng.integers(-500, 500, channels).astype(np.int32)
    k = b.tensor((channels,), "int32", scale=_SCALE * scale, data=bias)
    y = b.tensor(output, scale=_SCALE, zero_point=_ZERO_POINT)
    inputs = [x, w, k] if first is None else [b.tensor((4,), "int32", data=first), w, x]
    b.op(kind, inputs, [y], **options)
    return b.build([x], [y])


def _conv(
    size: tuple[int, int, int],
    filters: int,
    kernel: tuple[int, int],
    *,
    stride: int = 1,
    dilation: int = 1,
    groups: int = 1,
) -> bytes:
    height, width, depth = size
    return _weighted(
        "CONV_2D",
        (1, *size),
        (filters, *kernel, depth // groups),
        (1, -(-height // stride), -(-width // stride), filters),
        padding=0,
        strideH=stride,
        strideW=stride,
        dilationHFactor=dilation,
        dilationWFactor=dilation,
    )


def _depthwise(
    size: tuple[int, int, int],
    kernel: tuple[int, int],
    *,
    stride: int = 1,
    dilation: int = 1,
    multiplier: int = 1,
) -> bytes:
    height, width, depth = size
    return _weighted(
        "DEPTHWISE_CONV_2D",
        (1, *size),
        (1, *kernel, depth * multiplier),
        (1, -(-height // stride), -(-width // stride), depth * multiplier),
        axis=3,
        padding=0,
        strideH=stride,
        strideW=stride,
        dilationHFactor=dilation,
        dilationWFactor=dilation,
        depthMultiplier=multiplier,
    )


def _dense(inputs: int, outputs: int) -> bytes:
    shapes = (1, inputs), (outputs, inputs), (1, outputs)
    return _weighted("FULLY_CONNECTED", *shapes)


def _transposed(size: tuple[int, int, int], filters: int, kernel: int) -> bytes:
    height, width, depth = size
    output = (1, 2 * height, 2 * width, filters)
    return _weighted(
        "TRANSPOSE_CONV",
        (1, *size),
        (filters, kernel, kernel, depth),
        output,
        first=np.array(output, np.int32),
        padding=0,
        strideH=2,
        strideW=2,
    )


def _pool(kind: str, size: tuple[int, int, int], window: int) -> bytes:
    height, width, depth = size
    output = (1, height // window, width // window, depth)
    return _model(
        kind,
        [(1, *size)],
        output,
        padding=1,
        filterHeight=window,
        filterWidth=window,
        strideH=window,
        strideW=window,
    )


def _same(kind: str, inputs: int, size: tuple[int, ...], **options: Any) -> bytes:
    """Of inputs and output of one shape."""
    return _model(kind, [(1, *size)] * inputs, (1, *size), **options)


def _prelu(size: tuple[int, int, int]) -> bytes:
    slopes = np.linspace(5, 90, size[2]).astype(np.int8).reshape(1, 1, -1)
    b = ModelBuilder()
    x = b.tensor((1, *size), scale=_SCALE, zero_point=_ZERO_POINT)
    w = b.tensor(slopes.shape, scale=0.01, data=slopes)
    y = b.tensor((1, *size), scale=_SCALE, zero_point=_ZERO_POINT)
    b.op("PRELU", [x, w], [y])
    return b.build([x], [y])


def _reduced(kind: str, size: tuple[int, int, int]) -> bytes:
    axes = np.array([1, 2], np.int32)
    return _model(kind, [(1, *size)], (1, size[2]), axes)


def _place(shape: tuple[int, ...]) -> bytes:
    """Of the largest of the last axis."""
    b = ModelBuilder()
    x = b.tensor(shape, scale=_SCALE, zero_point=_ZERO_POINT)
    axis = b.tensor((), "int32", data=np.array(len(shape) - 1, np.int32))
    y = b.tensor(shape[:-1], "int32")
    b.op("ARG_MAX", [x, axis], [y], outputType=TYPES["int32"])
    return b.build([x], [y])


def _padded(size: tuple[int, int, int]) -> bytes:
    height, width, depth = size
    amounts = np.array([[0, 0], [1, 1], [1, 1], [0, 0]], np.int32)
    return _model("PAD", [(1, *size)], (1, height + 2, width + 2, depth), amounts)


def _transpose(size: tuple[int, int, int]) -> bytes:
    height, width, depth = size
    order = np.array([0, 3, 1, 2], np.int32)
    return _model("TRANSPOSE", [(1, *size)], (1, depth, height, width), order)


def _resized(kind: str, size: tuple[int, int, int], **options: Any) -> bytes:
    height, width, depth = size
    to = np.array([2 * height, 2 * width], np.int32)
    output = (1, 2 * height, 2 * width, depth)
    return _model(kind, [(1, *size)], output, to, **options)


def _joined(size: tuple[int, int, int]) -> bytes:
    height, width, depth = size
    output = (1, height, width, 2 * depth)
    return _model("CONCATENATION", [(1, *size)] * 2, output, axis=3)


def _softmax(classes: int) -> bytes:
    shape = (1, classes)
    return _model("SOFTMAX", [shape], shape, beta=1.0, onto=_SHARES)


def _sigmoid(size: tuple[int, int, int]) -> bytes:
    return _same("LOGISTIC", 1, size, onto=_SHARES)


_BOX = (16, 16, 32)
CASES = MappingProxyType(
    {
        "conv 3x3 of 1 channel": Case(lambda: _conv((28, 28, 1), 8, (3, 3)), "MAC"),
        "conv 5x5 of 1 channel": Case(lambda: _conv((28, 28, 1), 8, (5, 5)), "MAC"),
        "conv 3x3 of 3 channels": Case(
            lambda: _conv((48, 48, 3), 16, (3, 3), stride=2), "MAC"
        ),
        "conv 3x3, 16 to 16": Case(lambda: _conv((16, 16, 16), 16, (3, 3)), "MAC"),
        "conv 3x3, stride 2": Case(
            lambda: _conv((16, 16, 16), 32, (3, 3), stride=2), "MAC"
        ),
        "conv 3x3, dilation 2": Case(
            lambda: _conv((16, 16, 16), 16, (3, 3), dilation=2), "MAC"
        ),
        "conv 3x3, 2 groups": Case(
            lambda: _conv((16, 16, 16), 16, (3, 3), groups=2), "MAC"
        ),
        "conv 3x3, 16 groups": Case(
            lambda: _conv((16, 16, 16), 16, (3, 3), groups=16), "MAC"
        ),
        "conv 5x1 of 16": Case(lambda: _conv((1, 96, 16), 32, (1, 5)), "MAC"),
        "conv 1x1, 8 to 16": Case(lambda: _conv((24, 24, 8), 16, (1, 1)), "MAC"),
        "conv 1x1, 96 to 24": Case(lambda: _conv((9, 9, 96), 24, (1, 1)), "MAC"),
        "dw 3x3": Case(lambda: _depthwise((24, 24, 32), (3, 3)), "MAC"),
        "dw 3x3, stride 2": Case(
            lambda: _depthwise((24, 24, 32), (3, 3), stride=2), "MAC"
        ),
        "dw 3x3, dilation 2": Case(
            lambda: _depthwise((16, 16, 32), (3, 3), dilation=2), "MAC"
        ),
        "dw 3x3, multiplier 2": Case(
            lambda: _depthwise((16, 16, 16), (3, 3), multiplier=2), "MAC"
        ),
        "dw 5x5": Case(lambda: _depthwise((14, 14, 64), (5, 5)), "MAC"),
        "dw 7x7, stride 2": Case(
            lambda: _depthwise((14, 14, 32), (7, 7), stride=2), "MAC"
        ),
        "dw 9x1": Case(lambda: _depthwise((64, 1, 64), (9, 1)), "MAC"),
        "transposed 3x3": Case(lambda: _transposed((8, 8, 32), 16, 3), "MAC"),
        "dense 64 to 32": Case(lambda: _dense(64, 32), "MAC"),
        "dense 1,152 to 10": Case(lambda: _dense(1152, 10), "MAC"),
        "dense 1,023 to 64": Case(lambda: _dense(1023, 64), "MAC"),
        "max pool 2x2": Case(lambda: _pool("MAX_POOL_2D", (26, 26, 32), 2), "output"),
        "max pool 2x2, 1 channel": Case(
            lambda: _pool("MAX_POOL_2D", (48, 48, 1), 2), "output"
        ),
        "average pool 2x2": Case(
            lambda: _pool("AVERAGE_POOL_2D", (28, 28, 8), 2), "output"
        ),
        "place of the largest": Case(lambda: _place((16, 16, 32)), "input"),
        "mean of 7x7": Case(lambda: _reduced("MEAN", (7, 7, 128)), "input"),
        "largest of 7x7": Case(lambda: _reduced("REDUCE_MAX", (7, 7, 128)), "input"),
        "add": Case(lambda: _same("ADD", 2, _BOX), "output"),
        "add, just below ties": Case(
            lambda: _same("ADD", 2, _BOX, onto=(_BELOW_TIES, _ZERO_POINT)), "output"
        ),
        "squared difference": Case(
            lambda: _same("SQUARED_DIFFERENCE", 2, _BOX), "output"
        ),
        "subtract": Case(lambda: _same("SUB", 2, _BOX), "output"),
        "multiply": Case(lambda: _same("MUL", 2, _BOX), "output"),
        "prelu": Case(lambda: _prelu(_BOX), "output"),
        "sigmoid": Case(lambda: _sigmoid(_BOX), "output"),
        "hard swish": Case(lambda: _same("HARD_SWISH", 1, _BOX), "output"),
        "concatenate": Case(lambda: _joined(_BOX), "output"),
        "pad": Case(lambda: _padded((32, 32, 16)), "output"),
        "transpose": Case(lambda: _transpose(_BOX), "output"),
        "resize, bilinear": Case(
            lambda: _resized("RESIZE_BILINEAR", (16, 16, 16), halfPixelCenters=True),
            "output",
        ),
        "resize, nearest": Case(
            lambda: _resized("RESIZE_NEAREST_NEIGHBOR", (16, 16, 16)), "output"
        ),
        "softmax of 10": Case(lambda: _softmax(10), "output"),
    }
)


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure those asked for; returns the exit code."""
    compilers = {str(compiler): compiler for compiler in COMPILERS}
    parser = argparse.ArgumentParser(
        prog=f"python -m {_TOOL}",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    add = parser.add_argument
    add("words", nargs="*", help="that names begin with; all without")
    add("--compiler", choices=compilers, default="zig -O2", help="default: zig -O2")
    add("--meter", type=Path, default=find_meter(), help="default: TINYCNN_METER")
    document = document_of(_TOOL)
    add("--markdown", type=document, metavar="FILE", help="renew the table in FILE")
    options = parser.parse_args(arguments)
    prefixes = tuple(options.words) or ("",)
    chosen = {name: case for name, case in CASES.items() if name.startswith(prefixes)}
    if not chosen:
        parser.error(f"expected the start of one of {', '.join(CASES)}")
    rows = [_HEAD, _RULE]
    try:
        for name, case in chosen.items():
            rows.extend(_measure(name, case, options))
    except TinycnnError as error:
        print(f"error: {error}\nhint: {error.hint}", file=sys.stderr)
        return error.exit_code
    write_tables("\n".join(rows) + "\n", _TOOL, options.markdown)
    return 0


_HEAD = "| operator               | a      | cycles | possible | x     | kernel |"
_RULE = "| ---------------------- | ------ | ------ | -------- | ----- | ------ |"


def _measure(name: str, case: Case, options: argparse.Namespace) -> Iterator[str]:
    """The row of one."""
    content = case.make()
    compilation = compile_tflite(content, name=NAME, objective=Objective("speed"))
    program = compilation.program
    inputs = make_input(program, Pattern(0))
    expected = run_reference(content, Network(name, ""), inputs)
    (compiler,) = (c for c in COMPILERS if str(c) == options.compiler)
    found = measure_build(compilation, compiler, inputs, expected, options.meter)
    units = {
        "MAC": sum(cost.macs for cost in count_costs(compilation.graph)),
        "output": sum(buffer.tensor.size for buffer in program.outputs),
        "input": sum(buffer.tensor.size for buffer in program.inputs),
    }
    cycles = found.profile.inference_cycles / units[case.unit]
    losses = find_losses(compilation)
    possible = sum(loss.possible_cycles for loss in losses) / units[case.unit]
    times = cycles / possible
    mark = "!" if times > 2 else ""
    kernels = ", ".join(dict.fromkeys(call.function for call in program.calls))
    yield (
        f"| {name:22} | {case.unit:6} | {cycles:6.3g} | {possible:8.3g} "
        f"| {f'{times:.2f}{mark}':5} | `{kernels}` |"
    )


if __name__ == "__main__":
    sys.exit(main())
