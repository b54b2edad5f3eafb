"""How the values of each tensor are spread over the 256 steps of eight bits."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

__all__ = ["Spread"]


class Spread:
    """Counts each of the values from the least on, for tensors of int8 and uint8."""

    def __init__(self) -> None:
        self._counts: dict[int, NDArray[np.int64]] = {}

    def count(self, tensor: int, values: NDArray[Any]) -> None:
        """Add the values of some images."""
        if values.dtype not in (np.int8, np.uint8):
            return
        steps = values.reshape(-1).astype(np.int64) - np.iinfo(values.dtype).min
        found = np.bincount(steps, minlength=256)
        self._counts[tensor] = self._counts.get(tensor, 0) + found

    def tell(self) -> dict[str, list[int]]:
        """By the name that the page has for a tensor."""
        return {f"t{tensor}": c.tolist() for tensor, c in self._counts.items()}
