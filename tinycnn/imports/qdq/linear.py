"""Conv, ConvTranspose, Gemm and MatMul: sums of products with int8 weights.

Weights are put into the order that the file's operators take, so that no activation
is. Their zero point must be 0; the bias is int32 of scale input x weight.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

import numpy as np
from numpy.typing import NDArray

from tinycnn.imports.qdq.layout import Layout, channels_last
from tinycnn.imports.qdq.reading import Node
from tinycnn.imports.qdq.sheet import Sheet
from tinycnn.imports.qdq.values import Activation, Grid, Shape
from tinycnn.imports.qdq.windows import Window, find_window

__all__ = ["OPERATORS", "padded"]

_Weights = tuple[NDArray[np.int8], NDArray[np.float32]]


def _conv(sheet: Sheet, node: Node) -> None:
    x = sheet.activation(node)
    weights, scales = _weights(sheet, node, axis=0)
    kernel = weights.shape[2:]
    if len(x.shape) not in (3, 4) or len(weights.shape) != len(x.shape):
        node.refuse(f"expected 1 or 2 dimensions of space, got {len(x.shape) - 2}")
    window = find_window(node, x.shape[2:], kernel)
    rows, columns = window.size
    outputs, depth = weights.shape[:2]
    group = node.settings.get("group", 1)
    ohwi = weights.reshape(outputs, depth, rows, columns).transpose(0, 2, 3, 1)
    is_depthwise = group == x.shape[1] and group > 1
    if is_depthwise:
        ohwi = ohwi.transpose(3, 1, 2, 0)
    number, same = _windowed(sheet, x, window, node)
    options = {
        **window.options(same=same),
        "dilationHFactor": window.dilation[0],
        "dilationWFactor": window.dilation[1],
    }
    if is_depthwise:
        options["depthMultiplier"] = outputs // group
    inputs = [number, *_constants(sheet, node, x, ohwi, scales, 3 * is_depthwise)]
    shape = (1, *window.output, outputs)
    kind = "DEPTHWISE_CONV_2D" if is_depthwise else "CONV_2D"
    layout = _map_layout(shape, len(x.shape))
    sheet.write(node, kind, inputs, shape, layout, options=options, fuses=True)


def _conv_transpose(sheet: Sheet, node: Node) -> None:
    """The whole result, and a part of it where the file's padding is another."""
    x = sheet.activation(node)
    weights, scales = _weights(sheet, node, axis=1)
    settings, rank = node.settings, len(x.shape) - 2
    if rank not in (1, 2) or settings.get("group", 1) != 1:
        group = settings.get("group", 1)
        node.refuse(
            f"expected 1 or 2 dimensions of space in one group, got {rank} in {group}"
        )
    if any(d != 1 for d in settings.get("dilations", [1])):
        node.refuse(f"expected dilation 1, got {settings['dilations']}")
    if settings.get("auto_pad", "NOTSET") != "NOTSET" or "output_shape" in settings:
        node.refuse("expected its padding in numbers, got auto_pad or output_shape")
    kernel, inputs = weights.shape[2:], x.shape[2:]
    strides = [*settings.get("strides", [1] * rank)]
    pads = [*settings.get("pads", [0] * 2 * rank)]
    extra = [*settings.get("output_padding", [0] * rank)]
    whole = [(n - 1) * s + k for n, s, k in zip(inputs, strides, kernel, strict=True)]
    size = [whole[i] - pads[i] - pads[i + rank] + extra[i] for i in range(rank)]
    start = pads[:rank]
    if any(a + n > w for a, n, w in zip(start, size, whole, strict=True)):
        node.refuse(f"expected output_padding within the result, got {extra}")
    cut = [max(w - n, 0) // 2 for w, n in zip(whole, size, strict=True)]
    fits = all(-(-n // s) == m for n, s, m in zip(size, strides, inputs, strict=True))
    is_same = start == cut and fits and whole != size
    made = size if is_same else whole
    spatial = [1] * (2 - rank)
    outputs, depth = weights.shape[1], weights.shape[0]
    ohwi = np.moveaxis(weights, 0, -1).reshape(outputs, *spatial, *kernel, depth)
    constants = _constants(sheet, node, x, ohwi, scales, 0)
    shape = (1, *spatial, *made, outputs)
    step = [*spatial, *strides]
    options = {
        "padding": 0 if is_same else 1,
        "strideH": step[0],
        "strideW": step[1],
    }
    number = sheet.arranged(x, channels_last(rank + 2), (1, *spatial, *inputs, depth))
    values = [sheet.integers(shape, "shape"), constants[0], number, constants[1]]
    result = sheet.write(
        node,
        "TRANSPOSE_CONV",
        values,
        shape,
        _map_layout(shape, rank + 2),
        options=options,
        fuses=True,
    )
    if made != size:
        begin = (0, *[0] * (2 - rank), *start, 0)
        part = (1, *spatial, *size, outputs)
        ends = [sheet.integers(begin, "begin"), sheet.integers(part, "size")]
        name = f"{node.outputs[0]}/part"
        cropped = sheet.add("SLICE", [result.number, *ends], name, part, result.grid)
        layout = _map_layout(part, rank + 2)
        sheet.active[node.outputs[0]] = Activation(cropped, result.grid, layout)


def _map_layout(shape: Shape, rank: int) -> Layout:
    """That of a map whose file's shape is (1, rows, columns, channels)."""
    space = shape[1:3] if rank == 4 else shape[2:3]
    return Layout.of((1, shape[3], *space), channels_last(rank))


def _gemm(sheet: Sheet, node: Node) -> None:
    settings = node.settings
    if settings.get("transA") or settings.get("alpha", 1.0) != 1.0:
        node.refuse("expected transA 0 and alpha 1")
    if settings.get("beta", 1.0) != 1.0 and len(node.inputs) > 2:
        node.refuse(f"expected beta 1, got {settings['beta']}")
    _write_dense(sheet, node, is_turned=bool(settings.get("transB")))


def _matmul(sheet: Sheet, node: Node) -> None:
    _write_dense(sheet, node, is_turned=False)


def _write_dense(sheet: Sheet, node: Node, *, is_turned: bool) -> None:
    """The columns of the weights come in the order in which the file has the input."""
    x = sheet.activation(node)
    weights, scales = _weights(sheet, node, axis=0 if is_turned else 1)
    if weights.ndim != 2:
        node.refuse(f"expected weights of 2 dimensions, got {weights.shape}")
    rows = weights if is_turned else weights.T
    last = len(x.shape) - 1
    own = set(x.layout.axes[last])
    atoms = [atom for atom in x.layout.order if atom in own]
    rows = rows[:, x.layout.places(last)]
    lead = x.layout.atoms(range(last))
    number = sheet.by_atoms(x, [*lead, *atoms], x.shape)
    inputs = [number, *_constants(sheet, node, x, rows, scales, 0)]
    shape = (*x.shape[:-1], len(rows))
    options = {"keepNumDims": len(shape) > 2}
    layout = Layout.of(shape)
    sheet.write(
        node, "FULLY_CONNECTED", inputs, shape, layout, options=options, fuses=True
    )


def _weights(sheet: Sheet, node: Node, axis: int) -> _Weights:
    """Int8 weights in ONNX's order, and one scale or one for each output channel."""
    known = sheet.constant(node, 1)
    if known is None or known.steps is None:
        node.refuse("expected quantized weights, got real numbers")
    steps = known.steps
    kind = steps.integers.dtype.name
    middle = {"int8": 0, "uint8": 128}.get(kind)
    if middle is None:
        node.refuse(f"expected int8 weights, got {kind}")
    if np.any(steps.zero_points != middle):
        node.refuse(
            f"expected weights with zero point {middle}, got "
            f"{int(steps.zero_points[steps.zero_points != middle][0])}",
            "quantize_static with weight_type=QuantType.QInt8, symmetric",
        )
    if len(steps.scales) > 1 and steps.axis != axis:
        node.refuse(f"expected a scale for each output channel, got axis {steps.axis}")
    integers = (steps.integers.astype(np.int16) - middle).astype(np.int8)
    return integers, steps.scales


def _constants(
    sheet: Sheet,
    node: Node,
    x: Activation,
    weights: NDArray[np.int8],
    scales: NDArray[np.float32],
    axis: int,
) -> list[int]:
    """Tensors of weights in the file's order and of the bias."""
    outputs = weights.shape[axis]
    products = scales * np.float32(x.grid.scale)
    bias = _bias(sheet, node, products, outputs)
    name = node.name
    return [
        sheet.file.constant(f"{name}/kernel", weights, scales, axis=axis),
        sheet.file.constant(f"{name}/bias", bias, products),
    ]


def _bias(
    sheet: Sheet, node: Node, products: NDArray[np.float32], outputs: int
) -> NDArray[np.int32]:
    """Integers of scale `products`: as they are, or rounded from real numbers."""
    known = sheet.constant(node, 2)
    if known is None:
        return np.zeros(outputs, np.int32)
    steps = known.steps
    if (
        steps is not None
        and steps.integers.size == outputs
        and not steps.zero_points.any()
        and np.allclose(steps.scales, products, rtol=1e-6, atol=0)
    ):
        return steps.integers.reshape(outputs).astype(np.int32)
    values = np.broadcast_to(known.values.reshape(-1), outputs)
    real = np.rint(values.astype(np.float64) / products)
    if np.max(np.abs(real), initial=0) >= 1 << 31:
        node.refuse("its bias is too large for int32 of scale input x weight")
    return real.astype(np.int32)


def _windowed(
    sheet: Sheet, x: Activation, window: Window, node: Node
) -> tuple[int, bool]:
    """The input with what SAME does not add, and whether SAME adds the rest."""
    rank = len(x.shape)
    space = (1,) * (4 - rank) + x.shape[2:]
    number = sheet.arranged(x, channels_last(rank), (1, *space, x.shape[1]))
    if not window.is_padded or window.same:
        return number, window.is_padded
    return padded(sheet, number, x.grid, window, node.outputs[0]), False


def padded(
    sheet: Sheet,
    number: int,
    grid: Grid,
    window: Window,
    name: str,
    value: int | None = None,
) -> int:
    """A map with rows and columns added, of 0 or of an integer."""
    sides = [(0, 0), *zip(window.before, window.after, strict=True), (0, 0)]
    shape = [
        n + a + b for n, (a, b) in zip(sheet.file.shape(number), sides, strict=True)
    ]
    inputs = [number, sheet.integers(sides, "padding")]
    if value is not None:
        filler = np.array([value], np.int8)
        inputs.append(sheet.steps_constant(f"{name}/filler", filler, grid))
    kind = "PAD" if value is None else "PADV2"
    return sheet.add(kind, inputs, f"{name}/padded", shape, grid)


OPERATORS: Mapping[str, Callable[[Sheet, Node], None]] = {
    "Conv": _conv,
    "ConvTranspose": _conv_transpose,
    "Gemm": _gemm,
    "MatMul": _matmul,
}
