"""How the values of each tensor are spread over the 256 steps of int8."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

__all__ = ["Spread"]


class Spread:
    """Counts each of the values -128 to 127, for tensors of int8."""

    def __init__(self) -> None:
        self._counts: dict[int, NDArray[np.int64]] = {}

    def count(self, tensor: int, values: NDArray[Any]) -> None:
        """Add the values of some images."""
        if values.dtype != np.int8:
            return
        steps = values.reshape(-1).astype(np.int64) + 128
        found = np.bincount(steps, minlength=256)
        self._counts[tensor] = self._counts.get(tensor, 0) + found

    def tell(self) -> dict[str, list[int]]:
        """By the name that the page has for a tensor."""
        return {f"t{tensor}": c.tolist() for tensor, c in self._counts.items()}
