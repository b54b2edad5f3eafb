"""Runs a graph before and after a pass, and builds the layers that passes work on."""

from typing import Any, get_args

import numpy as np

from tests.compiler.cases import draw_inputs
from tests.compiler.executor import Executor
from tests.compiler.tflite_builder import ModelBuilder
from tinycnn.compiler import Graph, Numerics, lower_graph, plan_memory
from tinycnn.compiler.passes.verify import verify


def check_same_outputs(
    before: Graph, after: Graph, executor: Executor, seed: int = 0
) -> None:
    """Both are valid and give the same bytes for random inputs, under all numerics."""
    verify(after)
    rng = np.random.default_rng(seed)
    inputs = draw_inputs(rng, before.tensors[before.inputs[0]], 4)
    for numerics in get_args(Numerics):
        expected, got = (
            executor.run(
                lower_graph(g, plan_memory(g), name="case", numerics=numerics), inputs
            )
            for g in (before, after)
        )
        assert expected == got


def kinds(graph: Graph) -> list[str]:
    """The operators in order."""
    return [op.kind for op in graph.ops]


def shapes(graph: Graph) -> list[tuple[int, ...]]:
    """The shape of each operator's output."""
    return [graph.tensors[op.outputs[0]].shape for op in graph.ops]


class Layers:
    """A chain of operators on a `ModelBuilder`; `tip` is the tensor to go on from.

    Weights and biases are given as arrays; activations have scale 0.05 unless named.
    """

    def __init__(
        self, builder: ModelBuilder, shape: tuple[int, ...], zero_point: int = -128
    ) -> None:
        self.builder, self.zero_point = builder, zero_point
        self.tip = self.source = builder.tensor(
            shape, scale=0.05, zero_point=zero_point
        )

    def shape(self, tensor: int | None = None) -> tuple[int, ...]:
        """The shape of a tensor, by default the tip."""
        return tuple(self.builder.tensors[self.tip if tensor is None else tensor].shape)

    def append(
        self, kind: str, inputs: list[int], shape: tuple[int, ...], **options: Any
    ) -> int:
        """Add an operator whose output becomes the tip."""
        self.tip = self.builder.tensor(shape, scale=0.05, zero_point=self.zero_point)
        self.builder.op(kind, inputs, [self.tip], **options)
        return self.tip

    def conv(
        self,
        weights: np.ndarray,
        bias: Any = None,
        *,
        same: bool = True,
        **options: Any,
    ) -> int:
        """Filters first, then rows, columns and input channels."""
        return self._convolve("CONV_2D", 0, weights, bias, same, **options)

    def depthwise(
        self,
        weights: np.ndarray,
        bias: Any = None,
        *,
        same: bool = True,
        **options: Any,
    ) -> int:
        """Rows and columns, then filters; one before them."""
        return self._convolve("DEPTHWISE_CONV_2D", 3, weights, bias, same, **options)

    def dense(self, weights: np.ndarray, bias: Any = None) -> int:
        """Filters first, then inputs."""
        inputs = self._constants(weights, bias, axis=0)
        shape = (1, weights.shape[0])
        return self.append("FULLY_CONNECTED", inputs, shape, fusedActivationFunction=0)

    def pool(self, kind: str, size: int = 2) -> int:
        """Windows of `size` x `size` side by side."""
        _, h, w, c = self.shape()
        options = {"padding": 1, "strideH": size, "strideW": size}
        options |= {"filterHeight": size, "filterWidth": size}
        return self.append(kind, [self.tip], (1, h // size, w // size, c), **options)

    def mean(self) -> int:
        """Over rows and columns."""
        axes = self.builder.tensor((2,), "int32", data=np.array([1, 2], np.int32))
        return self.append("MEAN", [self.tip, axes], (1, self.shape()[3]))

    def flatten(self) -> int:
        """All elements in one row."""
        size = int(np.prod(self.shape()))
        target = np.array([1, size], np.int32)
        shape = self.builder.tensor((2,), "int32", data=target)
        return self.append("RESHAPE", [self.tip, shape], (1, size))

    def add(self, other: int) -> int:
        """The tip and another tensor."""
        return self.append("ADD", [self.tip, other], self.shape())

    def concatenate(self, other: int, axis: int = 3) -> int:
        """The tip and another tensor side by side."""
        shape = list(self.shape())
        shape[axis] += self.shape(other)[axis]
        return self.append("CONCATENATION", [self.tip, other], tuple(shape), axis=axis)

    def pad(
        self, top: int, left: int, bottom: int, right: int, value: int | None = None
    ) -> int:
        """Rows and columns of the zero point, or of a value by PADV2."""
        _, h, w, c = self.shape()
        amounts = np.array([[0, 0], [top, bottom], [left, right], [0, 0]], np.int32)
        constant = self.builder.tensor((4, 2), "int32", data=amounts)
        shape = (1, h + top + bottom, w + left + right, c)
        if value is None:
            return self.append("PAD", [self.tip, constant], shape)
        data, zero_point = np.array([value], np.int8), self.zero_point
        options: dict[str, Any] = {
            "scale": 0.05,
            "zero_point": zero_point,
            "data": data,
        }
        filler = self.builder.tensor((1,), **options)
        return self.append("PADV2", [self.tip, constant, filler], shape)

    def build(self) -> bytes:
        """The bytes of the file; the tip is the output."""
        return self.builder.build([self.source], [self.tip])

    def _convolve(
        self,
        kind: str,
        axis: int,
        weights: np.ndarray,
        bias: Any,
        same: bool,
        *,
        stride: int = 1,
        dilation: int = 1,
        relu: bool = True,
    ) -> int:
        _, h, w, _ = self.shape()
        kh, kw = (0, 0) if same else (weights.shape[1] - 1, weights.shape[2] - 1)
        shape = (1, -(-(h - kh) // stride), -(-(w - kw) // stride), weights.shape[axis])
        options = {"strideH": stride, "strideW": stride, "padding": int(not same)}
        options |= {"dilationHFactor": dilation, "dilationWFactor": dilation}
        options |= {"fusedActivationFunction": int(relu)}
        inputs = self._constants(weights, bias, axis)
        return self.append(kind, inputs, shape, **options)

    def _constants(self, weights: np.ndarray, bias: Any, axis: int) -> list[int]:
        scale = 0.01 + 0.002 * (np.arange(weights.shape[axis]) % 3)
        data = weights.astype(np.int8)
        w = self.builder.tensor(weights.shape, scale=scale, data=data, axis=axis)
        if bias is None:
            return [self.tip, w]
        data = np.asarray(bias, np.int32)
        k = self.builder.tensor(
            data.shape, "int32", np.full(len(data), 5e-4), data=data
        )
        return [self.tip, w, k]
