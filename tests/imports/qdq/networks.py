"""Small ONNX networks with random weights, and their quantization by onnxruntime."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper
from onnxruntime.quantization import (
    CalibrationDataReader,
    QuantFormat,
    QuantType,
    quantize_static,
)

INT8, UINT8 = QuantType.QInt8, QuantType.QUInt8


class Builder:
    """A graph that grows node by node from one input."""

    def __init__(self, shape: tuple[int, ...] = (1, 3, 12, 16), seed: int = 0) -> None:
        self.rng = np.random.default_rng(seed)
        self.shape = shape
        self.nodes: list[Any] = []
        self.constants: list[Any] = []
        self.name = "image"

    def constant(self, values: Any, dtype: Any = np.float32) -> str:
        """A new initializer's name."""
        name = f"c{len(self.constants)}"
        self.constants.append(numpy_helper.from_array(np.asarray(values, dtype), name))
        return name

    def weights(self, *shape: int) -> str:
        """Random weights whose output channels have unlike ranges."""
        fan_in = np.prod(shape[1:]) if len(shape) > 1 else 1
        values = self.rng.normal(0, 1.4 / np.sqrt(fan_in), shape)
        ranges = self.rng.uniform(0.5, 1.5, (shape[0], *[1] * (len(shape) - 1)))
        return self.constant(values * ranges)

    def add(
        self, kind: str, *inputs: str, at: str | None = None, **settings: Any
    ) -> str:
        """The output of a new node on what was last, or on `at`."""
        name = f"{kind.lower()}_{len(self.nodes)}"
        first = self.name if at is None else at
        given = [first, *inputs] if first else list(inputs)
        self.nodes.append(helper.make_node(kind, given, [name], name=name, **settings))
        self.name = name
        return name

    def conv(
        self, outputs: int, inputs: int, size: int = 3, group: int = 1, **settings: Any
    ) -> str:
        """A convolution that keeps rows and columns, by default."""
        space = settings.pop("space", 2)
        weights = self.weights(outputs, inputs // group, *[size] * space)
        bias = self.constant(self.rng.normal(0, 0.1, outputs))
        settings.setdefault("pads", [size // 2] * 2 * space)
        return self.add("Conv", weights, bias, group=group, **settings)

    def gemm(self, outputs: int, inputs: int) -> str:
        """A dense layer as PyTorch exports it."""
        weights = self.weights(outputs, inputs)
        bias = self.constant(self.rng.normal(0, 0.1, outputs))
        return self.add("Gemm", weights, bias, transB=1)

    def model(self, opset: int = 17) -> Any:
        """The checked model, whose output is what was last."""
        image = helper.make_tensor_value_info("image", TensorProto.FLOAT, self.shape)
        output = helper.make_tensor_value_info(self.name, TensorProto.FLOAT, None)
        graph = helper.make_graph(self.nodes, "net", [image], [output], self.constants)
        opsets = [helper.make_opsetid("", opset)]
        model = helper.make_model(graph, opset_imports=opsets, ir_version=8)
        model = onnx.shape_inference.infer_shapes(model)
        onnx.checker.check_model(model, full_check=True)
        return model


def inputs_of(shape: tuple[int, ...], count: int = 48) -> np.ndarray:
    """Random smooth inputs."""
    rng = np.random.default_rng(1)
    base = rng.normal(0, 0.7, (count, *shape[1:]))
    return (base + rng.normal(0, 0.7, (count, *[1] * (len(shape) - 1)))).astype("f4")


class _Reader(CalibrationDataReader):  # type: ignore[misc]  # has no types
    def __init__(self, rows: np.ndarray) -> None:
        self._rows = iter([{"image": row[None]} for row in rows])

    def get_next(self) -> dict[str, np.ndarray] | None:
        return next(self._rows, None)


def quantized(
    builder: Builder,
    folder: Path,
    *,
    activations: Any = INT8,
    per_channel: bool = True,
    form: Any = QuantFormat.QDQ,
    opset: int = 17,
    extra: dict[str, Any] | None = None,
) -> bytes:
    """The file that onnxruntime's static quantization makes."""
    onnx.save(builder.model(opset), folder / "float.onnx")
    quantize_static(
        folder / "float.onnx",
        folder / "net.onnx",
        _Reader(inputs_of(builder.shape)),
        quant_format=form,
        per_channel=per_channel,
        activation_type=activations,
        weight_type=INT8,
        extra_options={"WeightSymmetric": True, **(extra or {})},
    )
    return (folder / "net.onnx").read_bytes()


def residual() -> Builder:
    """Two blocks whose inputs are added to their outputs, then a mean and classes."""
    net = Builder()
    net.conv(8, 3, strides=[2, 2])
    start = net.add("Relu")
    net.conv(8, 8)
    net.add("Relu")
    net.conv(8, 8)
    net.add("Add", start)
    start = net.add("Relu")
    net.conv(12, 8, strides=[2, 2])
    net.add("Relu")
    net.conv(12, 12)
    main = net.name
    net.name = start
    net.conv(12, 8, size=1, strides=[2, 2], pads=[0] * 4)
    net.add("Add", main)
    net.add("Relu")
    net.add("GlobalAveragePool")
    net.add("Flatten")
    net.gemm(5, 12)
    return net


def depthwise() -> Builder:
    """Inverted residuals with Clip to 0..6, as MobileNetV2 has them."""
    net = Builder(seed=3)
    low, high = net.constant(0.0), net.constant(6.0)
    net.conv(8, 3, strides=[2, 2])
    start = net.add("Clip", low, high)
    net.conv(24, 8, size=1)
    net.add("Clip", low, high)
    net.conv(24, 24, group=24)
    net.add("Clip", low, high)
    net.conv(8, 24, size=1)
    net.add("Add", start)
    net.conv(16, 8, group=8, strides=[2, 2])
    net.conv(16, 16, group=4)
    net.add("ReduceMean", axes=[2, 3], keepdims=0)
    net.gemm(4, 16)
    net.add("Softmax", axis=1)
    return net


def flat() -> Builder:
    """Pools, and a map that becomes a row before its classes."""
    net = Builder((1, 1, 20, 12), seed=5)
    net.conv(6, 1, size=5)
    net.add("Relu")
    net.add("MaxPool", kernel_shape=[2, 2], strides=[2, 2])
    net.conv(8, 6)
    net.add("LeakyRelu", alpha=0.1)
    net.add("AveragePool", kernel_shape=[2, 2], strides=[2, 2])
    net.add("Flatten")
    net.gemm(16, 8 * 5 * 3)
    net.add("Relu")
    net.gemm(3, 16)
    return net


def gates() -> Builder:
    """Sigmoid, tanh, hard swish, squeeze and excite, concatenation."""
    net = Builder(seed=7)
    net.conv(8, 3, strides=[2, 2])
    x = net.add("HardSwish")
    net.add("GlobalAveragePool")
    net.conv(4, 8, size=1)
    net.add("Relu")
    net.conv(8, 4, size=1)
    net.add("Sigmoid")
    a = net.add("Mul", x)
    net.conv(4, 8, size=1)
    b = net.add("Tanh")
    net.add("Concat", b, at=a, axis=1)
    net.conv(6, 12)
    net.add("Relu")
    net.add("GlobalMaxPool")
    net.add("Flatten")
    net.gemm(4, 6)
    net.add("Sigmoid")
    return net


def nhwc() -> Builder:
    """An image with its channels last, which the graph turns."""
    net = Builder((1, 12, 16, 3), seed=9)
    net.add("Transpose", perm=[0, 3, 1, 2])
    net.conv(6, 3)
    net.add("Relu")
    net.conv(6, 6, strides=[2, 2])
    net.add("Relu")
    net.add("Transpose", perm=[0, 2, 3, 1])
    net.add("Reshape", net.constant([1, -1], np.int64))
    net.gemm(4, 6 * 8 * 6)
    return net


def upward() -> Builder:
    """Transposed convolutions and larger maps, a class for each pixel."""
    net = Builder(seed=11)
    net.conv(8, 3, strides=[2, 2])
    net.add("Relu")
    net.add(
        "ConvTranspose",
        net.weights(8, 6, 3, 3),
        net.constant(np.zeros(6)),
        strides=[2, 2],
        pads=[1, 1, 1, 1],
        output_padding=[1, 1],
    )
    net.add("Relu")
    net.add("ConvTranspose", net.weights(6, 5, 2, 2), strides=[2, 2])
    net.add(
        "Resize",
        net.constant([]),
        net.constant([1, 1, 2, 2]),
        mode="nearest",
        coordinate_transformation_mode="asymmetric",
        nearest_mode="floor",
    )
    net.conv(4, 5, size=1)
    net.add(
        "Resize",
        net.constant([]),
        net.constant([1, 1, 0.5, 0.5]),
        mode="linear",
        coordinate_transformation_mode="half_pixel",
    )
    net.add("Softmax", axis=1)
    return net


def sequence() -> Builder:
    """One dimension of space."""
    net = Builder((1, 4, 30), seed=13)
    net.conv(8, 4, space=1)
    net.add("Relu")
    net.add("MaxPool", kernel_shape=[2], strides=[2])
    net.conv(8, 8, group=8, space=1)
    net.conv(6, 8, space=1, dilations=[2], pads=[2, 2])
    net.add("Relu")
    net.add("Flatten")
    net.gemm(3, 6 * 15)
    return net


def shuffled() -> Builder:
    """Channels in halves and in another order, cut and joined."""
    net = Builder(seed=15)
    net.conv(8, 3, strides=[2, 2])
    net.add("Reshape", net.constant([1, 2, 4, 6, 8], np.int64))
    net.add("Transpose", perm=[0, 2, 1, 3, 4])
    x = net.add("Reshape", net.constant([1, 8, 6, 8], np.int64))
    parts = [net.constant(v, np.int64) for v in ([0], [4], [8], [1])]
    a = net.add("Slice", parts[0], parts[1], parts[3], at=x)
    b = net.add("Slice", parts[1], parts[2], parts[3], at=x)
    net.conv(4, 4)
    net.add("Max", a)
    net.add("Concat", b, axis=1)
    net.add("Pad", net.constant([0, 0, 1, 2, 0, 0, 1, 0], np.int64))
    net.add("MaxPool", kernel_shape=[3, 3], strides=[2, 2], pads=[1, 1, 1, 1])
    net.add("Add", net.weights(8, 1, 1))
    net.add("Mul", net.weights(1))
    net.add("ReduceMax", axes=[3], keepdims=0)
    net.add("Flatten")
    net.gemm(4, 8 * 4)
    return net


NETWORKS = {
    build.__name__: build
    for build in (residual, depthwise, flat, gates, nhwc, upward, sequence, shuffled)
}
