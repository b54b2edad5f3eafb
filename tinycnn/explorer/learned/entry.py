"""Where a picture enters a network: pixels of 0 to 255 as bytes of a tensor."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from tinycnn.compiler import Graph, Tensor
from tinycnn.explorer.learned.real import RealNetwork
from tinycnn.explorer.learned.real.layer import to_real

__all__ = ["Entry", "Pixels", "find_entry"]

_LEAST_SIDE = 5
Pixels = NDArray[np.uint8]


@dataclass(frozen=True, slots=True, eq=False)
class Entry:
    """A network's one input, and the picture that it is.

    Attributes:
        given: The input: the picture itself, or real numbers that become it.
        picture: A tensor of int8 or uint8, of one or three channels.
    """

    given: Tensor
    picture: Tensor

    @property
    def black(self) -> int:
        """The least number of the picture, which a pixel of 0 becomes."""
        return int(np.iinfo(self.picture.dtype).min)

    def network(self, graph: Graph) -> RealNetwork:
        """All that is computed of the picture, in real numbers."""
        whole = RealNetwork.of(graph)
        return whole if self.given is self.picture else whole.since(self.picture.id)

    def to_rows(self, pixels: Pixels) -> NDArray[np.int8]:
        """Inputs of bytes, a row a picture of shape (N, H, W, C)."""
        held = (pixels.astype(np.int16) + self.black).astype(self.picture.dtype)
        if self.given is self.picture:
            return held.reshape(len(held), -1).view(np.int8)
        real = to_real(self.picture, held).astype("<f4")
        return real.reshape(len(real), -1).view(np.int8)

    def to_pixels(self, rows: NDArray[np.int8]) -> Pixels:
        """The pictures that inputs of bytes are."""
        given, shape = np.ascontiguousarray(rows), self.picture.shape[1:]
        if self.given is self.picture:
            held = given.view(self.picture.dtype).astype(np.float64)
        else:
            real = given.view("<f4").astype(np.float64)
            steps = np.nan_to_num(real / self.picture.scale)
            held = np.clip(np.rint(steps) + self.picture.zero_point, -128, 127)
        return (held - self.black).astype(np.uint8).reshape(len(rows), *shape)


def find_entry(graph: Graph) -> Entry | None:
    """The entry of a network that is shown one picture; None of another."""
    given = graph.tensors[graph.inputs[0]]
    readers = [op for op in graph.ops if given.id in op.inputs]
    picture = given
    if given.dtype == "float32" and [op.kind for op in readers] == ["QUANTIZE"]:
        picture = graph.tensors[readers[0].outputs[0]]
    is_one = len(graph.inputs) == 1 and _is_picture(picture)
    return Entry(given, picture) if is_one else None


def _is_picture(tensor: Tensor) -> bool:
    if tensor.dtype not in ("int8", "uint8") or len(tensor.shape) != 4:
        return False
    batch, rows, columns, channels = tensor.shape
    return batch == 1 and min(rows, columns) >= _LEAST_SIDE and channels in (1, 3)
