"""The graph: what a `.tflite` file says, checked and typed.

Every value is final after `verify`. Shapes are NHWC. An operator is an `Op` with one
attributes class per kind; options that the file leaves to the interpreter (SAME
padding, reduction axes) are resolved to numbers on import.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

import numpy as np
from numpy.typing import NDArray

__all__ = [
    "AddAttrs",
    "ConvAttrs",
    "DType",
    "EmptyAttrs",
    "FullyConnectedAttrs",
    "Graph",
    "MeanAttrs",
    "Op",
    "OpAttrs",
    "OpKind",
    "PadAttrs",
    "PoolAttrs",
    "QuantParams",
    "SoftmaxAttrs",
    "Tensor",
]

DType = Literal["int8", "uint8", "int32", "float32"]

OpKind = Literal[
    "CONV_2D",
    "DEPTHWISE_CONV_2D",
    "FULLY_CONNECTED",
    "MAX_POOL_2D",
    "AVERAGE_POOL_2D",
    "MEAN",
    "ADD",
    "PAD",
    "RESHAPE",
    "SOFTMAX",
    "QUANTIZE",
    "DEQUANTIZE",
]


@dataclass(frozen=True, slots=True)
class QuantParams:
    """Affine quantization: real = scale * (q - zero_point).

    Attributes:
        scale: One value per tensor, or one per channel along `axis`.
        zero_point: The same number of values as `scale`.
        axis: Channel axis of per-channel parameters; None for per-tensor.
    """

    scale: tuple[float, ...]
    zero_point: tuple[int, ...]
    axis: int | None = None


@dataclass(frozen=True, slots=True, eq=False)
class Tensor:
    """One tensor: an activation, or a constant when `data` is set (read-only)."""

    id: int
    name: str
    shape: tuple[int, ...]
    dtype: DType
    quant: QuantParams | None = None
    data: NDArray[np.generic] | None = None

    @property
    def size(self) -> int:
        """Number of elements."""
        return int(np.prod(self.shape, dtype=np.int64))

    @property
    def bytes(self) -> int:
        """Number of bytes."""
        return self.size * (1 if self.dtype in ("int8", "uint8") else 4)

    @property
    def scale(self) -> float:
        """The scale of a per-tensor quantized tensor."""
        assert self.quant is not None
        return self.quant.scale[0]

    @property
    def zero_point(self) -> int:
        """The zero point of a per-tensor quantized tensor."""
        assert self.quant is not None
        return self.quant.zero_point[0]


@dataclass(frozen=True, slots=True)
class ConvAttrs:
    """Options of CONV_2D and DEPTHWISE_CONV_2D.

    Attributes:
        stride: Rows, columns.
        dilation: Rows, columns.
        padding: Top, left, bottom, right, in pixels.
        clamp: Smallest and largest int8 output (fused activation).
    """

    stride: tuple[int, int]
    dilation: tuple[int, int]
    padding: tuple[int, int, int, int]
    clamp: tuple[int, int]


@dataclass(frozen=True, slots=True)
class PoolAttrs:
    """Options of MAX_POOL_2D and AVERAGE_POOL_2D; `window` is rows, columns."""

    window: tuple[int, int]
    stride: tuple[int, int]
    padding: tuple[int, int, int, int]
    clamp: tuple[int, int]


@dataclass(frozen=True, slots=True)
class FullyConnectedAttrs:
    """Options of FULLY_CONNECTED."""

    clamp: tuple[int, int]


@dataclass(frozen=True, slots=True)
class AddAttrs:
    """Options of ADD."""

    clamp: tuple[int, int]


@dataclass(frozen=True, slots=True)
class MeanAttrs:
    """Options of MEAN; axes are sorted and not negative."""

    axes: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class PadAttrs:
    """Options of PAD: (before, after) for each dimension."""

    padding: tuple[tuple[int, int], ...]


@dataclass(frozen=True, slots=True)
class SoftmaxAttrs:
    """Options of SOFTMAX: softmax(beta * x)."""

    beta: float


@dataclass(frozen=True, slots=True)
class EmptyAttrs:
    """For kinds without options."""


OpAttrs = (
    ConvAttrs
    | PoolAttrs
    | FullyConnectedAttrs
    | AddAttrs
    | MeanAttrs
    | PadAttrs
    | SoftmaxAttrs
    | EmptyAttrs
)


@dataclass(frozen=True, slots=True)
class Op:
    """One operator.

    Attributes:
        index: Its number in the file; unchanged by passes, so that errors and reports
            name what the user can find.
        kind: The TFLite operator.
        inputs: Tensor ids in TFLite's order (input, weights, bias, ...).
        outputs: Tensor ids.
        attrs: The options of its kind.
    """

    index: int
    kind: OpKind
    inputs: tuple[int, ...]
    outputs: tuple[int, ...]
    attrs: OpAttrs = field(default_factory=EmptyAttrs)


@dataclass(frozen=True, slots=True, eq=False)
class Graph:
    """Operators in execution order over a table of tensors, `tensors[i].id == i`."""

    tensors: tuple[Tensor, ...]
    ops: tuple[Op, ...]
    inputs: tuple[int, ...]
    outputs: tuple[int, ...]
    sha256: str
