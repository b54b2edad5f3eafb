"""In which order the portable kernel of an operator reads its inputs, said twice.

`last_readers` is what the planner reckons with; `reads` is what `check_plan` proves its
plans by. The second lists each read as the C code does it and inverts nothing, so that
an error in the first cannot hide: neither may be computed from the other.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from tinycnn.compiler.ir.graph import Tensor
from tinycnn.compiler.ir.node import Node

__all__ = ["ELEMENTWISE", "ROW_BY_ROW", "LastReaders", "MemoryOrder", "Reads"]
__all__ += ["last_elementwise"]

LastReaders = NDArray[np.int64]  # by input element; -1 where nothing reads it
Reads = Iterator[tuple[NDArray[np.int64], NDArray[np.int64]]]  # elements, moments


@dataclass(frozen=True, slots=True)
class MemoryOrder:
    """The order of one kernel, which writes its output front to back.

    Attributes:
        last_readers: For each element of an input the last output element that needs
            it, in the input's shape; None where input and output stay apart.
        reads: Elements of an input and the moments of their reads: at moment j, just
            before output element j is written.
    """

    last_readers: Callable[[Node, Tensor], LastReaders | None]
    reads: Callable[[Node, Tensor], Reads]


def last_elementwise(node: Node, x: Tensor) -> LastReaders | None:
    """Element i is read, then written; broadcast inputs are read again and again."""
    same = x.size == node.output().size
    return np.arange(x.size, dtype=np.int64) if same else None


def _read_elementwise(node: Node, x: Tensor) -> Reads:
    """`output[i]` from `input[i]`; of another size, all is needed to the end."""
    moments = np.arange(x.size)
    if x.size != node.output().size:
        moments = np.full(x.size, node.output().size)
    yield np.arange(x.size), moments


ELEMENTWISE = MemoryOrder(last_elementwise, _read_elementwise)


def _read_rows(node: Node, x: Tensor) -> Reads:
    """A row is read before its first element is written, then once again."""
    elements = np.arange(x.size)
    yield elements, elements // x.shape[-1] * x.shape[-1]
    yield elements, elements


ROW_BY_ROW = MemoryOrder(last_elementwise, _read_rows)
