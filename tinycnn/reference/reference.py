"""What every reference interpreter looks like: bytes in, bytes out, and a name."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

__all__ = ["Reference", "ReferenceIdentity", "RunRows"]

RunRows = Callable[[Sequence[bytes]], list[bytes]]


@dataclass(frozen=True, slots=True)
class ReferenceIdentity:
    """Which interpreter "equal" refers to; part of every result."""

    package: str
    version: str
    kernels: str
    threads: int

    def __str__(self) -> str:
        return f"{self.package} {self.version}, {self.kernels}, {self.threads} thread"


@dataclass(frozen=True, slots=True)
class Reference:
    """A model in a reference interpreter.

    Attributes:
        identity: The interpreter.
        run_rows: From the bytes of all inputs of each inference, laid end to end, to
            those of all its outputs.
    """

    identity: ReferenceIdentity
    run_rows: RunRows

    def run(self, inputs: NDArray[np.generic]) -> NDArray[np.int8]:
        """Raw outputs of a batch of inputs.

        Args:
            inputs: One row an inference: the bytes of all inputs, laid end to end, in
                an array of any type.

        Returns:
            One row an inference: the bytes of all outputs, laid end to end.

        Raises:
            RefusedModelError: If the interpreter fails on the model.
        """
        rows = self.run_rows([row.tobytes() for row in inputs])
        size = len(rows[0]) if rows else 0
        return np.frombuffer(b"".join(rows), np.int8).reshape(len(rows), size)
