"""What a layer in real numbers can do: forward, and back from a gradient."""

from __future__ import annotations

from typing import Any, Protocol, TypeAlias

import numpy as np
from numpy.typing import NDArray

from tinycnn.compiler import Tensor

__all__ = ["Array", "Layer", "to_real"]

Array: TypeAlias = NDArray[np.floating[Any]]  # its first dimension counts inputs


class Layer(Protocol):
    """One operator, for many inputs at once."""

    def forward(self, *inputs: Array) -> Array:
        """The output, before its limits."""

    def backward(self, gradient: Array, *inputs: Array) -> tuple[Array, ...]:
        """That of each input, from the output's."""


def to_real(tensor: Tensor, values: NDArray[Any]) -> NDArray[np.float64]:
    """What integers of a tensor stand for; real numbers stay as they are."""
    quant = tensor.quant
    if quant is None or tensor.dtype == "float32":
        return values.astype(np.float64)
    shape = [1] * values.ndim
    if len(quant.scale) > 1 and quant.axis is not None:
        shape[quant.axis] = len(quant.scale)
    scale = np.array(quant.scale).reshape(shape)
    zero = np.array(quant.zero_point).reshape(shape)
    real: NDArray[np.float64] = (values.astype(np.float64) - zero) * scale
    return real
