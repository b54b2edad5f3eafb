"""How far eight bits are from real numbers, tensor by tensor, on real images.

Twice: all that rounding has done up to a tensor, and what its own operator adds, which
is given the int8 values before it. As a ratio of signal to error, in decibels: each
20 dB is a tenth of the error.
"""

from __future__ import annotations

import math
from collections import defaultdict
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tinycnn.compiler import Graph
from tinycnn.explorer.learned.real import RealNetwork
from tinycnn.explorer.learned.real.layer import Array, to_real
from tinycnn.reference.every_tensor import Tensors

__all__ = ["Errors"]

MOST_IMAGES = 32
_EXACT = 200.0  # decibels: no more than what floats themselves lose


@dataclass(slots=True, eq=False)
class _Sums:
    """Of squares: of the real values, and of what int8 is beside them."""

    signal: float = 0.0
    error: float = 0.0

    def add(self, real: Array, held: Array) -> None:
        self.signal += float((real**2).sum())
        self.error += float(((real - held) ** 2).sum())

    def tell(self) -> float | None:
        """In decibels; None where there is no error, or nothing else."""
        if not self.signal or not self.error:
            return None
        ratio = 10 * math.log10(self.signal / self.error)
        return None if ratio > _EXACT else round(ratio, 1)


def _sums() -> defaultdict[int, _Sums]:
    return defaultdict(_Sums)


@dataclass(slots=True, eq=False)
class Errors:
    """Sums over the first images of a walk.

    Attributes:
        graph: The network.
        network: The same in real numbers.
        images: How many were taken.
    """

    graph: Graph
    network: RealNetwork
    images: int = 0
    _so_far: defaultdict[int, _Sums] = field(default_factory=_sums)
    _own: defaultdict[int, _Sums] = field(default_factory=_sums)

    def take(self, part: slice, tensors: Tensors) -> None:
        """What the reference gave for the images of a part."""
        count = min(part.stop, MOST_IMAGES) - part.start
        if count <= 0:
            return
        self.images += count
        held = {
            tensor: self._real(tensor, values[:count])
            for tensor, values in tensors.items()
            if self.graph.tensors[tensor].shape[:1] == (1,)  # counts inputs
        }
        given = {i: held[i] for i in self.network.sources if i in held}
        real = self.network.run(given)
        alone = self.network.run_each(held)
        for tensor in self.network.tensors & held.keys():
            self._so_far[tensor].add(real[tensor], held[tensor])
            if tensor in alone:
                self._own[tensor].add(alone[tensor], held[tensor])

    def tell(self) -> dict[str, Any]:
        """By the name that the page has for a tensor: decibels, all and its own."""
        return {
            "images": self.images,
            "tensors": {
                f"t{tensor}": [sums.tell(), self._own[tensor].tell()]
                for tensor, sums in self._so_far.items()
            },
            "unknown": list(self.network.unknown),
        }

    def _real(self, tensor: int, values: NDArray[Any]) -> Array:
        facts = self.graph.tensors[tensor]
        real = to_real(facts, values.reshape(len(values), *facts.shape[1:]))
        return real.astype(np.float32)
