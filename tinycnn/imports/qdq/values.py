"""What a name in the ONNX graph stands for while the graph is translated."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from tinycnn.imports.qdq.layout import Layout

__all__ = ["Activation", "Grid", "Known", "Shape", "Steps"]

Shape = tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Grid:
    """The real numbers of int8 activations: scale * (integer - zero point).

    A grid of uint8 is that of int8 shifted by 128, exactly.
    """

    scale: float
    zero_point: int

    def integer(self, real: float) -> int:
        """The nearest integer of the grid, as QuantizeLinear rounds."""
        return int(np.clip(np.rint(real / self.scale) + self.zero_point, -128, 127))


@dataclass(frozen=True, slots=True, eq=False)
class Steps:
    """How integers became the real numbers of a constant.

    Attributes:
        integers: As ONNX holds them.
        scales: One, or one for each index of `axis`.
        zero_points: As many, of the integers' type.
        axis: What scales belong to.
    """

    integers: NDArray[np.generic]
    scales: NDArray[np.float32]
    zero_points: NDArray[np.int64]
    axis: int


@dataclass(frozen=True, slots=True, eq=False)
class Known:
    """A constant: its values, and the integers that they were made of, if any."""

    values: NDArray[np.generic]
    steps: Steps | None = None


@dataclass(frozen=True, slots=True)
class Activation:
    """An int8 tensor of the file, which stands for real numbers and their integers.

    Attributes:
        number: Of the tensor.
        grid: Its real numbers.
        layout: Its shape in ONNX, and where the file has each number.
    """

    number: int
    grid: Grid
    layout: Layout

    @property
    def shape(self) -> Shape:
        """That which ONNX gives it."""
        return self.layout.shape
