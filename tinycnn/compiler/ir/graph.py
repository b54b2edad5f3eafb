"""The graph: what a `.tflite` file says, checked and typed.

Every value is final after `verify`. Shapes are NHWC. An operator is an `Op` whose kind
names an entry of `operators.OPERATORS`; options that the file leaves to the interpreter
(SAME padding, reduction axes) are resolved to numbers on import.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import Literal

import numpy as np
from numpy.typing import NDArray

__all__ = [
    "Attrs",
    "Clamp",
    "ClampedAttrs",
    "DType",
    "Graph",
    "Op",
    "QuantParams",
    "Tensor",
]

DType = Literal["int8", "uint8", "int32", "int64", "float32"]
Clamp = tuple[int, int]  # smallest and largest value


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
        return math.prod(self.shape)

    @property
    def bytes(self) -> int:
        """Number of bytes."""
        return self.size * np.dtype(self.dtype).itemsize

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
class Attrs:
    """Options of an operator; a class beside the rules of each family."""


@dataclass(frozen=True, slots=True)
class ClampedAttrs(Attrs):
    """Options of an operator that limits its output last.

    Attributes:
        clamp: Smallest and largest int8 output (fused activation).
    """

    clamp: Clamp = field(kw_only=True)


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
        scratch: The tensor that its kernel works in, if it needs one.
    """

    index: int
    kind: str
    inputs: tuple[int, ...]
    outputs: tuple[int, ...]
    attrs: Attrs = field(default_factory=Attrs)
    scratch: int | None = None

    @property
    def writes(self) -> tuple[int, ...]:
        """Its outputs and its scratch."""
        return self.outputs if self.scratch is None else (*self.outputs, self.scratch)


@dataclass(frozen=True, slots=True, eq=False)
class Graph:
    """Operators in execution order over a table of tensors, `tensors[i].id == i`.

    Attributes:
        tensors: All of them, constants too.
        ops: In execution order.
        inputs: Tensor ids.
        outputs: Likewise.
        sha256: Digest of the `.tflite` file.
        arriving: Those of the inputs that come row by row, and are never whole.
    """

    tensors: tuple[Tensor, ...]
    ops: tuple[Op, ...]
    inputs: tuple[int, ...]
    outputs: tuple[int, ...]
    sha256: str
    arriving: tuple[int, ...] = ()
