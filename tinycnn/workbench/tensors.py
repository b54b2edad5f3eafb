"""A model's tensor as a device describes its own."""

from __future__ import annotations

from tinycnn.compiler import Tensor
from tinycnn.device import TensorInfo

__all__ = ["describe_tensor"]


def describe_tensor(tensor: Tensor) -> TensorInfo:
    """Type, shape and quantization; a tensor of real numbers has a scale of 0."""
    scale, zero_point = 0.0, 0
    if tensor.quant is not None:
        scale, zero_point = tensor.scale, tensor.zero_point
    return TensorInfo(tensor.dtype, tensor.shape, scale, zero_point, tensor.bytes)
