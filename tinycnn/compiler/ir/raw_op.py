"""One operator of a file, its options still unread: what `Operator.read` works on."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from tinycnn.compiler.ir.graph import Tensor
from tinycnn.compiler.ir.node import op_label
from tinycnn.errors import InvalidModelError, UnsupportedModelError

__all__ = ["Options", "RawOp"]

_MAX_OPTION_VALUES = 1024  # of axes, paddings, sizes


class Options(Protocol):
    """A table of options, whose fields are named by their number in the schema."""

    def int8(self, field: int, default: int = 0) -> int:
        """A signed byte, or `default` when the field is absent."""

    def int32(self, field: int, default: int = 0) -> int:
        """A 32-bit integer."""

    def float32(self, field: int, default: float = 0.0) -> float:
        """A 32-bit float."""


@dataclass(frozen=True, slots=True)
class RawOp:
    """An operator of a file, its options table still unread."""

    index: int
    kind: str
    inputs: tuple[int, ...]
    outputs: tuple[int, ...]
    options: Options | None
    tensors: tuple[Tensor, ...]

    @property
    def label(self) -> str:
        """How messages name it."""
        return op_label(self.index, self.kind, self.output)

    @property
    def output(self) -> Tensor:
        """Its first output."""
        return self.tensors[self.outputs[0]]

    def input(self, number: int) -> Tensor:
        """An input by its number.

        Raises:
            InvalidModelError: If the operator does not have it.
        """
        if number >= len(self.inputs) or self.inputs[number] < 0:
            raise InvalidModelError(
                f"{self.label}: expected an input {number}, got {len(self.inputs)}"
            )
        return self.tensors[self.inputs[number]]

    def constant(self, number: int) -> NDArray[np.int32]:
        """The values of a constant int32 (or int64) input.

        Raises:
            UnsupportedModelError: If it is computed at run time or of another type.
        """
        tensor = self.input(number)
        if tensor.data is None or tensor.dtype not in ("int32", "int64"):
            raise UnsupportedModelError(
                f"{self.label}: expected a constant int32 input {number}, got "
                f"{tensor.dtype} '{tensor.name}'"
            )
        if tensor.size > _MAX_OPTION_VALUES:
            raise InvalidModelError(
                f"{self.label}: expected at most {_MAX_OPTION_VALUES} values in input "
                f"{number}, got {tensor.size:,} in '{tensor.name}'"
            )
        limits = np.iinfo(np.int32)
        values: NDArray[np.int32] = np.clip(
            tensor.data.astype(np.int64), limits.min, limits.max
        ).astype(np.int32)
        return values

    def int32(self, field: int, default: int = 0) -> int:
        """A 32-bit option, by its number in the schema."""
        return self.options.int32(field, default) if self.options else default

    def int8(self, field: int) -> int:
        """A byte-sized option: an enumeration or a flag."""
        return self.options.int8(field) if self.options else 0

    def float32(self, field: int) -> float:
        """A float option."""
        return self.options.float32(field) if self.options else 0.0
