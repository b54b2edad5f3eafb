"""The inputs and outputs of a model as generated C names them.

In: tensors with their places in the arena. Out: a `Border` each, which holds what the
manual, the accessors and the `tcnn_tensor_t` of one of them say. `NAME_input` is the
only input of a model; where there are several, they are `NAME_input_0` and so on.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np

from tinycnn.compiler.ir.graph import Tensor
from tinycnn.compiler.ir.program import Buffer, Param

__all__ = ["Border", "borders"]


@dataclass(frozen=True, slots=True, eq=False)
class Border:
    """One input or output.

    Attributes:
        name: Behind the model's, as in `NAME_input`.
        buffer: What lies there, and where; at 0 if only the device knows the place.
    """

    name: str
    buffer: Buffer

    @property
    def title(self) -> str:
        """What the manual calls it: Input, or Input 0."""
        return self.name.capitalize().replace("_", " ")

    @property
    def tensor(self) -> Tensor:
        """Its shape, type and quantization."""
        return self.buffer.tensor

    @property
    def is_quantized(self) -> bool:
        """Whether its values are integers that stand for real numbers."""
        return self.tensor.dtype in ("int8", "uint8")

    @property
    def scale(self) -> float:
        """What a step of its integers is worth; 0 where they stand for themselves."""
        return self.tensor.scale if self.is_quantized else 0.0

    @property
    def zero_point(self) -> int:
        """The integer that stands for zero."""
        return self.tensor.zero_point if self.is_quantized else 0

    @property
    def text(self) -> str:
        """A line for the manual: type, shape and what the values mean."""
        shape = " x ".join(map(str, self.tensor.shape))
        text = f"{self.tensor.dtype}, {shape}"
        if not self.is_quantized:
            return text
        sign = "-" if self.zero_point >= 0 else "+"
        offset = f"value {sign} {abs(self.zero_point)}"
        return f"{text}; real = {np.float32(self.scale)!s} * ({offset})"

    @property
    def fields(self) -> dict[str, Param]:
        """The fields of its `tcnn_tensor_t`."""
        return {
            "dtype": f"TCNN_{self.tensor.dtype.upper()}",
            "rank": len(self.tensor.shape),
            "shape": self.tensor.shape,
            "scale": self.scale,
            "zero_point": self.zero_point,
            "offset": self.buffer.offset,
            "bytes": self.tensor.bytes,
        }


def borders(
    side: Literal["input", "output"], buffers: Sequence[Buffer]
) -> tuple[Border, ...]:
    """A model's inputs or outputs with their names.

    Args:
        side: Which of the two.
        buffers: All of that side, in order.
    """
    if len(buffers) == 1:
        return (Border(side, buffers[0]),)
    return tuple(Border(f"{side}_{i}", buffer) for i, buffer in enumerate(buffers))
