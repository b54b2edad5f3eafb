"""Graph and memory plan -> `Program`: each operator becomes one kernel call.

All arithmetic on scales happens here (`numerics`); the C code gets integers. A RESHAPE
becomes no call: its output lies where its input does.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping
from types import MappingProxyType

import numpy as np
from numpy.typing import NDArray

from tinycnn.compiler.graph import (
    AddAttrs,
    ConvAttrs,
    FullyConnectedAttrs,
    Graph,
    MeanAttrs,
    Op,
    OpKind,
    PadAttrs,
    PoolAttrs,
    SoftmaxAttrs,
    Tensor,
)
from tinycnn.compiler.memory import MemoryPlan
from tinycnn.compiler.numerics import (
    Multiplier,
    mean_multiplier,
    quantize_multiplier,
    single_rounding_multiplier,
    softmax_exp_table,
)
from tinycnn.compiler.program import Buffer, ConstantArray, KernelCall, Param, Program

__all__ = ["lower_graph"]

_CTYPES = MappingProxyType({"int8": "int8_t", "uint8": "uint8_t", "float32": "float"})


def lower_graph(graph: Graph, plan: MemoryPlan, *, name: str) -> Program:
    """The program that computes `graph` inside the arena of `plan`.

    Args:
        graph: A verified graph.
        plan: A memory plan of the same graph.
        name: Prefix of all C names; a C identifier.

    Raises:
        UnsupportedModelError: If a scale cannot be expressed exactly.
    """
    live = (graph.inputs[0], *(op.outputs[0] for op in graph.ops))
    buffers = {i: _buffer(graph.tensors[i], plan) for i in live}
    lowering = _Lowering(graph, name, buffers)
    for op in graph.ops:
        if op.kind != "RESHAPE":
            _LOWER[op.kind](lowering, op)
    used = {name for call in lowering.calls for name in call.arguments}
    return Program(
        name=name,
        sha256=graph.sha256,
        reference="litert",
        arena_bytes=plan.arena_bytes,
        arrays=tuple(lowering.arrays),
        buffers=tuple(b for b in buffers.values() if b.name in used),
        calls=tuple(lowering.calls),
        input=buffers[graph.inputs[0]],
        output=buffers[graph.outputs[0]],
    )


def _buffer(tensor: Tensor, plan: MemoryPlan) -> Buffer:
    return Buffer(
        f"t{tensor.id}", _CTYPES[tensor.dtype], plan.offsets[tensor.id], tensor
    )


class _Lowering:
    """The calls and constants gathered so far."""

    def __init__(self, graph: Graph, name: str, buffers: dict[int, Buffer]) -> None:
        self.graph = graph
        self.name = name
        self.buffers = buffers
        self.calls: list[KernelCall] = []
        self.arrays: list[ConstantArray] = []

    def input(self, op: Op, number: int = 0) -> Tensor:
        return self.graph.tensors[op.inputs[number]]

    def output(self, op: Op) -> Tensor:
        return self.graph.tensors[op.outputs[0]]

    def array(
        self, op: Op, what: str, ctype: str, values: NDArray[np.generic] | Iterable[int]
    ) -> str:
        """Adds a table of constants; returns its C name."""
        data = values if isinstance(values, np.ndarray) else np.array(list(values))
        name = f"{self.name}_op{op.index}_{what}"
        shape = "x".join(map(str, data.shape))
        comment = f"op {op.index} {op.kind}: {what}, {shape}"
        self.arrays.append(ConstantArray(name, ctype, data, comment))
        return name

    def call(
        self,
        op: Op,
        function: str,
        params_type: str,
        params: dict[str, Param],
        *constants: str,
    ) -> None:
        """Adds the call of a kernel: params, activations in, constants, output."""
        inputs = [self.buffers[i].name for i in op.inputs if i in self.buffers]
        x, y = self.input(op), self.output(op)
        shapes = f"{_shape(x)} -> {_shape(y)}"
        self.calls.append(
            KernelCall(
                name=f"op{op.index}",
                function=function,
                params_type=params_type,
                params=params,
                arguments=(*inputs, *constants, self.buffers[y.id].name),
                comment=f"op {op.index} {op.kind} {shapes}: {y.name}",
            )
        )

    def multipliers(self, op: Op, multipliers: list[Multiplier]) -> dict[str, Param]:
        """The two tables of per-channel multipliers and shifts, as params."""
        values = (m.value for m in multipliers)
        shifts = (m.shift for m in multipliers)
        return {
            "multiplier": self.array(op, "multiplier", "int32_t", values),
            "shift": self.array(op, "shift", "int8_t", shifts),
        }

    def weights(self, op: Op) -> tuple[str, str]:
        """C names of weights and bias; NULL where there is no bias."""
        data = self.input(op, 1).data
        assert data is not None
        weights = self.array(op, "weights", "int8_t", data)
        if len(op.inputs) < 3 or op.inputs[2] < 0:
            return weights, "NULL"
        bias = self.input(op, 2).data
        assert bias is not None
        return weights, self.array(op, "bias", "int32_t", bias.reshape(-1))


def _shape(tensor: Tensor) -> str:
    return "x".join(map(str, tensor.shape))


def _real_multipliers(x: Tensor, w: Tensor, y: Tensor) -> list[float]:
    assert w.quant is not None
    return [x.scale * scale / y.scale for scale in w.quant.scale]


def _clamp(clamp: tuple[int, int]) -> dict[str, Param]:
    return {"clamp_min": clamp[0], "clamp_max": clamp[1]}


def _lower_conv(lowering: _Lowering, op: Op) -> None:
    x, w, y = lowering.input(op), lowering.input(op, 1), lowering.output(op)
    attrs = op.attrs
    assert isinstance(attrs, ConvAttrs)
    reals = _real_multipliers(x, w, y)
    if len(reals) == 1:
        reals *= y.shape[3]
    weights, bias = lowering.weights(op)
    params: dict[str, Param] = {
        "input_height": x.shape[1],
        "input_width": x.shape[2],
        "input_channels": x.shape[3],
        "output_height": y.shape[1],
        "output_width": y.shape[2],
        "output_channels": y.shape[3],
        "kernel_height": w.shape[1],
        "kernel_width": w.shape[2],
        "stride_height": attrs.stride[0],
        "stride_width": attrs.stride[1],
        "dilation_height": attrs.dilation[0],
        "dilation_width": attrs.dilation[1],
        "pad_top": attrs.padding[0],
        "pad_left": attrs.padding[1],
        "input_zero_point": x.zero_point,
        "output_zero_point": y.zero_point,
        **_clamp(attrs.clamp),
        **lowering.multipliers(op, [quantize_multiplier(r) for r in reals]),
    }
    depthwise = "depthwise_" if op.kind == "DEPTHWISE_CONV_2D" else ""
    function = f"tcnn_{depthwise}conv_2d_s8"
    lowering.call(op, function, "tcnn_conv_2d_params_t", params, weights, bias)


def _lower_fully_connected(lowering: _Lowering, op: Op) -> None:
    x, w, y = lowering.input(op), lowering.input(op, 1), lowering.output(op)
    attrs = op.attrs
    assert isinstance(attrs, FullyConnectedAttrs)
    channels, depth = w.shape
    reals = _real_multipliers(x, w, y)
    multipliers = [single_rounding_multiplier(r, y.zero_point) for r in reals]
    weights, bias = lowering.weights(op)
    params: dict[str, Param] = {
        "rows": x.size // depth,
        "input_channels": depth,
        "output_channels": channels,
        "input_zero_point": x.zero_point,
        "output_zero_point": y.zero_point,
        **_clamp(attrs.clamp),
        "per_channel": int(len(reals) > 1),
        **lowering.multipliers(op, multipliers),
    }
    lowering.call(
        op,
        "tcnn_fully_connected_s8",
        "tcnn_fully_connected_params_t",
        params,
        weights,
        bias,
    )


def _lower_pool(lowering: _Lowering, op: Op) -> None:
    x, y = lowering.input(op), lowering.output(op)
    attrs = op.attrs
    assert isinstance(attrs, PoolAttrs)
    params: dict[str, Param] = {
        "input_height": x.shape[1],
        "input_width": x.shape[2],
        "channels": x.shape[3],
        "output_height": y.shape[1],
        "output_width": y.shape[2],
        "window_height": attrs.window[0],
        "window_width": attrs.window[1],
        "stride_height": attrs.stride[0],
        "stride_width": attrs.stride[1],
        "pad_top": attrs.padding[0],
        "pad_left": attrs.padding[1],
        **_clamp(attrs.clamp),
    }
    function = f"tcnn_{op.kind.lower()}_s8"
    lowering.call(op, function, "tcnn_pool_params_t", params)


def _lower_mean(lowering: _Lowering, op: Op) -> None:
    x, y = lowering.input(op), lowering.output(op)
    attrs = op.attrs
    assert isinstance(attrs, MeanAttrs)
    count = math.prod(x.shape[a] for a in attrs.axes)
    multiplier = mean_multiplier(x.scale / y.scale, count)
    params: dict[str, Param] = {
        "outer": math.prod(x.shape[: attrs.axes[0]]),
        "count": count,
        "inner": math.prod(x.shape[attrs.axes[-1] + 1 :]),
        "input_zero_point": x.zero_point,
        "output_zero_point": y.zero_point,
        "multiplier": multiplier.value,
        "shift": multiplier.shift,
    }
    lowering.call(op, "tcnn_mean_s8", "tcnn_mean_params_t", params)


def _lower_add(lowering: _Lowering, op: Op) -> None:
    a, b, y = lowering.input(op), lowering.input(op, 1), lowering.output(op)
    attrs = op.attrs
    assert isinstance(attrs, AddAttrs)
    twice_largest = 2.0 * max(a.scale, b.scale)
    params: dict[str, Param] = {
        "size": y.size,
        "input1": _term(a, a.scale / twice_largest),
        "input2": _term(b, b.scale / twice_largest),
        "output": _term(y, twice_largest / ((1 << 20) * y.scale)),
        **_clamp(attrs.clamp),
    }
    lowering.call(op, "tcnn_add_s8", "tcnn_add_params_t", params)


def _term(tensor: Tensor, real: float) -> dict[str, Param]:
    multiplier = quantize_multiplier(real)
    return {
        "zero_point": tensor.zero_point,
        "multiplier": multiplier.value,
        "shift": multiplier.shift,
    }


def _lower_pad(lowering: _Lowering, op: Op) -> None:
    x = lowering.input(op)
    attrs = op.attrs
    assert isinstance(attrs, PadAttrs)
    missing = 4 - len(x.shape)
    padding = ((0, 0),) * missing + attrs.padding
    params: dict[str, Param] = {
        "input_shape": (1,) * missing + x.shape,
        "before": tuple(before for before, _ in padding),
        "after": tuple(after for _, after in padding),
        "value": lowering.output(op).zero_point,
    }
    lowering.call(op, "tcnn_pad_s8", "tcnn_pad_params_t", params)


def _lower_softmax(lowering: _Lowering, op: Op) -> None:
    x = lowering.input(op)
    attrs = op.attrs
    assert isinstance(attrs, SoftmaxAttrs)
    table = softmax_exp_table(x.scale, attrs.beta)
    params: dict[str, Param] = {
        "rows": x.size // x.shape[-1],
        "channels": x.shape[-1],
        "table_size": len(table),
        "exp": lowering.array(op, "exp", "int32_t", table),
    }
    lowering.call(op, "tcnn_softmax_s8", "tcnn_softmax_params_t", params)


def _lower_quantize(lowering: _Lowering, op: Op) -> None:
    x, y = lowering.input(op), lowering.output(op)
    if x.dtype == "float32":
        lowering.call(op, "tcnn_quantize_f32_s8", "tcnn_affine_params_t", _affine(y))
        return
    multiplier = quantize_multiplier(x.scale / y.scale)
    params: dict[str, Param] = {
        "size": x.size,
        "input_zero_point": x.zero_point,
        "output_zero_point": y.zero_point,
        "multiplier": multiplier.value,
        "shift": multiplier.shift,
    }
    suffix = {"int8": "s8", "uint8": "u8"}
    function = f"tcnn_requantize_{suffix[x.dtype]}_{suffix[y.dtype]}"
    lowering.call(op, function, "tcnn_requantize_params_t", params)


def _lower_dequantize(lowering: _Lowering, op: Op) -> None:
    params = _affine(lowering.input(op))
    lowering.call(op, "tcnn_dequantize_s8_f32", "tcnn_affine_params_t", params)


def _affine(tensor: Tensor) -> dict[str, Param]:
    return {
        "size": tensor.size,
        "scale": tensor.scale,
        "zero_point": tensor.zero_point,
    }


_LOWER: Mapping[OpKind, Callable[[_Lowering, Op], None]] = MappingProxyType(
    {
        "ADD": _lower_add,
        "AVERAGE_POOL_2D": _lower_pool,
        "CONV_2D": _lower_conv,
        "DEPTHWISE_CONV_2D": _lower_conv,
        "DEQUANTIZE": _lower_dequantize,
        "FULLY_CONNECTED": _lower_fully_connected,
        "MAX_POOL_2D": _lower_pool,
        "MEAN": _lower_mean,
        "PAD": _lower_pad,
        "QUANTIZE": _lower_quantize,
        "SOFTMAX": _lower_softmax,
    }
)
