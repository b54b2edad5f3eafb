"""What every graph must satisfy, checked after import and after each pass.

In: a graph. Out: nothing, or an error naming operator, index and tensor. Shapes are
computed again from the attributes and compared with those declared; types and
quantization of each edge are those that the C kernels expect.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from types import MappingProxyType

import numpy as np

from tinycnn.compiler.graph import (
    ConvAttrs,
    Graph,
    MeanAttrs,
    Op,
    OpKind,
    PadAttrs,
    PoolAttrs,
    SoftmaxAttrs,
    Tensor,
)
from tinycnn.compiler.numerics import (
    Multiplier,
    mean_multiplier,
    quantize_multiplier,
)
from tinycnn.errors import InvalidModelError, UnsupportedModelError

__all__ = ["op_label", "verify"]

Shape = tuple[int, ...]


def op_label(index: int, kind: str, output: Tensor) -> str:
    """How messages name an operator."""
    return f"op {index} ({kind} '{output.name}')"


def verify(graph: Graph) -> None:
    """Check that `graph` is consistent and can be compiled.

    Raises:
        InvalidModelError: If ids, order, shapes or types contradict each other.
        UnsupportedModelError: If an option is outside what the kernels compute.
    """
    _check_order(graph)
    for op in graph.ops:
        label = op_label(op.index, op.kind, graph.tensors[op.outputs[0]])
        _RULES[op.kind](graph, op, label)


def _check_order(graph: Graph) -> None:
    """Each tensor is written once, before it is read; constants are never written."""
    if len(graph.inputs) != 1 or len(graph.outputs) != 1:
        raise UnsupportedModelError(
            f"model: expected one input and one output, got {len(graph.inputs)} and "
            f"{len(graph.outputs)}"
        )
    constants = {t.id for t in graph.tensors if t.data is not None}
    ready = set(graph.inputs) | constants
    if constants & set(graph.inputs):
        raise InvalidModelError("graph inputs: expected activations, got a constant")
    for op in graph.ops:
        label = op_label(op.index, op.kind, graph.tensors[op.outputs[0]])
        for tensor_id in op.inputs:
            if tensor_id >= 0 and tensor_id not in ready:
                name = graph.tensors[tensor_id].name
                raise InvalidModelError(
                    f"{label}: input tensor {tensor_id} ('{name}') is read before it "
                    "is written"
                )
        if ready & set(op.outputs):
            raise InvalidModelError(f"{label}: output tensor is written twice")
        ready |= set(op.outputs)
    if not set(graph.outputs) <= ready - constants - set(graph.inputs):
        raise InvalidModelError(
            "graph outputs: expected tensors that an operator writes"
        )


def _inputs(
    graph: Graph, op: Op, label: str, least: int, most: int
) -> list[Tensor | None]:
    """The input tensors, None where an optional one is left out."""
    if not least <= len(op.inputs) <= most or any(i < 0 for i in op.inputs[:least]):
        raise InvalidModelError(
            f"{label}: expected {least} to {most} inputs, got {len(op.inputs)}"
        )
    found = [graph.tensors[i] if i >= 0 else None for i in op.inputs]
    return found + [None] * (most - len(found))


def _activation(
    tensor: Tensor | None, label: str, dtypes: Shape | tuple[str, ...]
) -> Tensor:
    """`tensor`, proven to be an activation of one of `dtypes`."""
    if tensor is None or tensor.data is not None or tensor.dtype not in dtypes:
        got = "nothing" if tensor is None else f"{tensor.dtype} '{tensor.name}'"
        constant = (
            " (a constant)" if tensor is not None and tensor.data is not None else ""
        )
        raise UnsupportedModelError(
            f"{label}: expected an activation of type {' or '.join(map(str, dtypes))}, "
            f"got {got}{constant}",
            hint="convert the model with full int8 quantization",
        )
    if tensor.dtype != "float32":
        lowest, highest = (-128, 127) if tensor.dtype == "int8" else (0, 255)
        quant = tensor.quant
        if quant is None or len(quant.scale) != 1:
            raise UnsupportedModelError(
                f"{label}: expected one scale for tensor '{tensor.name}', got "
                f"{0 if quant is None else len(quant.scale)}"
            )
        if not lowest <= quant.zero_point[0] <= highest:
            raise InvalidModelError(
                f"{label}: expected a zero point of {lowest} to {highest} for tensor "
                f"'{tensor.name}', got {quant.zero_point[0]}"
            )
    return tensor


def _int8(tensor: Tensor | None, label: str) -> Tensor:
    return _activation(tensor, label, ("int8",))


def _check_shape(label: str, expected: Shape, got: Tensor) -> None:
    if got.shape != expected:
        raise InvalidModelError(
            f"{label}: expected an output of shape {expected}, got {got.shape}"
        )


def _check_same_quant(label: str, x: Tensor, y: Tensor) -> None:
    if x.zero_point != y.zero_point or abs(x.scale - y.scale) > 1e-6:
        raise UnsupportedModelError(
            f"{label}: expected input and output of one scale and zero point, got "
            f"{x.scale}, {x.zero_point} and {y.scale}, {y.zero_point}"
        )


def _check_headroom(label: str, multiplier: Multiplier, largest: int) -> None:
    """Values up to `largest` survive the multiplier's left shift in 32 bits."""
    if largest << max(multiplier.shift, 0) >= 2**31:
        raise UnsupportedModelError(
            f"{label}: values up to {largest} scaled by 2^{multiplier.shift} exceed 32 "
            "bits",
            hint="check the scales of the model's inputs, weights and outputs",
        )


def _check_weights(
    label: str, x: Tensor, w: Tensor | None, bias: Tensor | None, y: Tensor, axis: int
) -> Tensor:
    """Constant symmetric int8 weights, an int32 bias, sums that fit 32 bits."""
    if w is None or w.data is None or w.dtype != "int8" or w.quant is None:
        raise UnsupportedModelError(f"{label}: expected constant int8 weights")
    if any(w.quant.zero_point) or (len(w.quant.scale) > 1 and w.quant.axis != axis):
        raise UnsupportedModelError(
            f"{label}: expected weights of zero point 0, one scale or one a channel on "
            f"axis {axis}, got axis {w.quant.axis}"
        )
    channels = w.shape[axis]
    bias_data = np.zeros(channels, np.int32)
    if bias is not None:
        if bias.data is None or bias.dtype != "int32" or bias.size != channels:
            raise UnsupportedModelError(
                f"{label}: expected a constant int32 bias of {channels} values, got "
                f"{bias.dtype} {bias.shape} '{bias.name}'"
            )
        bias_data = bias.data.reshape(-1).astype(np.int32)
    others = tuple(i for i in range(len(w.shape)) if i != axis)
    most = np.abs(w.data.astype(np.int64)).sum(axis=others) * 255
    largest = (most + np.abs(bias_data.astype(np.int64))).tolist()
    for channel, value in enumerate(largest):
        scale = w.quant.scale[channel if len(w.quant.scale) > 1 else 0]
        _check_headroom(label, quantize_multiplier(x.scale * scale / y.scale), value)
    return w


def _window_output(
    x: Tensor, window: Shape, dilation: Shape, stride: Shape, padding: Shape, label: str
) -> Shape:
    """Rows and columns that a window yields."""
    if x.shape[0] != 1 or len(x.shape) != 4:
        raise UnsupportedModelError(f"{label}: expected batch 1 of 4-D, got {x.shape}")
    sizes = tuple(
        (size + before + after - ((w - 1) * d + 1)) // s + 1
        for size, before, after, w, d, s in zip(
            x.shape[1:3],
            padding[:2],
            padding[2:],
            window,
            dilation,
            stride,
            strict=True,
        )
    )
    if min(sizes) < 1:
        raise InvalidModelError(f"{label}: window {window} is larger than {x.shape}")
    return sizes


def _check_conv(graph: Graph, op: Op, label: str) -> None:
    x, w, bias = _inputs(graph, op, label, 2, 3)
    x, y = _int8(x, label), _int8(graph.tensors[op.outputs[0]], label)
    attrs = op.attrs
    assert isinstance(attrs, ConvAttrs)
    depthwise = op.kind == "DEPTHWISE_CONV_2D"
    w = _check_weights(label, x, w, bias, y, 3 if depthwise else 0)
    channels = w.shape[3] if depthwise else w.shape[0]
    if len(x.shape) == 4 and (
        (w.shape[0] != 1 or channels % x.shape[3])
        if depthwise
        else w.shape[3] != x.shape[3]
    ):
        raise UnsupportedModelError(
            f"{label}: expected weights for {x.shape[3]} input channels, got {w.shape}"
        )
    sizes = _window_output(
        x, w.shape[1:3], attrs.dilation, attrs.stride, attrs.padding, label
    )
    _check_shape(label, (1, *sizes, channels), y)


def _check_pool(graph: Graph, op: Op, label: str) -> None:
    (x,) = _inputs(graph, op, label, 1, 1)
    x, y = _int8(x, label), _int8(graph.tensors[op.outputs[0]], label)
    attrs = op.attrs
    assert isinstance(attrs, PoolAttrs)
    _check_same_quant(label, x, y)
    sizes = _window_output(x, attrs.window, (1, 1), attrs.stride, attrs.padding, label)
    _check_shape(label, (1, *sizes, x.shape[3]), y)


def _check_fully_connected(graph: Graph, op: Op, label: str) -> None:
    x, w, bias = _inputs(graph, op, label, 2, 3)
    x, y = _int8(x, label), _int8(graph.tensors[op.outputs[0]], label)
    if w is None or len(w.shape) != 2:
        raise InvalidModelError(f"{label}: expected 2-D weights")
    w = _check_weights(label, x, w, bias, y, 0)
    channels, depth = w.shape
    if (
        x.size % depth
        or y.size * depth != x.size * channels
        or y.shape[-1:] != (channels,)
    ):
        raise InvalidModelError(
            f"{label}: weights of shape {w.shape} do not take {x.shape} to {y.shape}"
        )


def _check_mean(graph: Graph, op: Op, label: str) -> None:
    x, _ = _inputs(graph, op, label, 2, 2)
    x, y = _int8(x, label), _int8(graph.tensors[op.outputs[0]], label)
    attrs = op.attrs
    assert isinstance(attrs, MeanAttrs)
    kept = tuple(1 if i in attrs.axes else d for i, d in enumerate(x.shape))
    dropped = tuple(d for i, d in enumerate(x.shape) if i not in attrs.axes)
    if y.shape != kept:
        _check_shape(label, dropped, y)
    if attrs.axes != tuple(range(attrs.axes[0], attrs.axes[-1] + 1)):
        raise UnsupportedModelError(
            f"{label}: expected neighbouring axes, got {attrs.axes}"
        )
    count = math.prod(x.shape[a] for a in attrs.axes)
    _check_headroom(label, mean_multiplier(x.scale / y.scale, count), count * 255)


def _check_add(graph: Graph, op: Op, label: str) -> None:
    a, b = (_int8(t, label) for t in _inputs(graph, op, label, 2, 2))
    y = _int8(graph.tensors[op.outputs[0]], label)
    if a.shape != b.shape:
        raise UnsupportedModelError(
            f"{label}: expected two inputs of one shape, got {a.shape} and {b.shape}"
        )
    _check_shape(label, a.shape, y)
    if 2 * max(a.scale, b.scale) >= (1 << 20) * y.scale:
        raise UnsupportedModelError(f"{label}: the output scale {y.scale} is too small")


def _check_pad(graph: Graph, op: Op, label: str) -> None:
    x, _ = _inputs(graph, op, label, 2, 2)
    x, y = _int8(x, label), _int8(graph.tensors[op.outputs[0]], label)
    attrs = op.attrs
    assert isinstance(attrs, PadAttrs)
    if len(x.shape) > 4:
        raise UnsupportedModelError(
            f"{label}: expected at most 4 dimensions, got {x.shape}"
        )
    _check_same_quant(label, x, y)
    pairs = zip(x.shape, attrs.padding, strict=True)
    _check_shape(label, tuple(d + before + after for d, (before, after) in pairs), y)


def _check_reshape(graph: Graph, op: Op, label: str) -> None:
    x, _ = _inputs(graph, op, label, 1, 2)
    x, y = _int8(x, label), _int8(graph.tensors[op.outputs[0]], label)
    _check_same_quant(label, x, y)
    if x.size != y.size:
        raise InvalidModelError(
            f"{label}: expected {x.size} elements, got {y.size} in shape {y.shape}"
        )


def _check_softmax(graph: Graph, op: Op, label: str) -> None:
    (x,) = _inputs(graph, op, label, 1, 1)
    x, y = _int8(x, label), _int8(graph.tensors[op.outputs[0]], label)
    attrs = op.attrs
    assert isinstance(attrs, SoftmaxAttrs)
    _check_shape(label, x.shape, y)
    if y.zero_point != -128 or abs(y.scale - 1 / 256) > 0.001 / 256 or not x.shape:
        raise UnsupportedModelError(
            f"{label}: expected output scale 1/256 and zero point -128, got {y.scale} "
            f"and {y.zero_point}"
        )
    if not (math.isfinite(attrs.beta) and attrs.beta * x.scale * 2**26 > 1):
        raise UnsupportedModelError(
            f"{label}: beta {attrs.beta} with input scale {x.scale} is too small"
        )
    if x.shape[-1] > 4095:
        raise UnsupportedModelError(
            f"{label}: expected at most 4,095 classes, got {x.shape[-1]}"
        )


def _check_quantize(graph: Graph, op: Op, label: str) -> None:
    (x,) = _inputs(graph, op, label, 1, 1)
    x = _activation(x, label, ("float32", "uint8", "int8"))
    to = ("int8", "uint8") if x.dtype == "int8" else ("int8",)
    y = _activation(graph.tensors[op.outputs[0]], label, to)
    _check_shape(label, x.shape, y)
    if x.dtype != "float32":
        _check_headroom(label, quantize_multiplier(x.scale / y.scale), 255)


def _check_dequantize(graph: Graph, op: Op, label: str) -> None:
    (x,) = _inputs(graph, op, label, 1, 1)
    x = _int8(x, label)
    y = _activation(graph.tensors[op.outputs[0]], label, ("float32",))
    _check_shape(label, x.shape, y)


_RULES: Mapping[OpKind, Callable[[Graph, Op, str], None]] = MappingProxyType(
    {
        "ADD": _check_add,
        "AVERAGE_POOL_2D": _check_pool,
        "CONV_2D": _check_conv,
        "DEPTHWISE_CONV_2D": _check_conv,
        "DEQUANTIZE": _check_dequantize,
        "FULLY_CONNECTED": _check_fully_connected,
        "MAX_POOL_2D": _check_pool,
        "MEAN": _check_mean,
        "PAD": _check_pad,
        "QUANTIZE": _check_quantize,
        "RESHAPE": _check_reshape,
        "SOFTMAX": _check_softmax,
    }
)
