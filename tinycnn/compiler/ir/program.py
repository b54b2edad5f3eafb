"""The program: what the generated C says, as data.

One `KernelCall` is one line of C; a `ConstantArray` is one array in flash. Nothing here
knows about text or templates.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from tinycnn.compiler.arithmetic.numerics import Numerics
from tinycnn.compiler.ir.graph import Op, Tensor
from tinycnn.compiler.ir.params import Param, Params

__all__ = ["Buffer", "ConstantArray", "KernelCall", "LinkCall", "Param", "Program"]


@dataclass(frozen=True, slots=True, eq=False)
class ConstantArray:
    """Numbers in flash: weights, biases, multipliers."""

    name: str
    ctype: str
    values: NDArray[np.generic]
    comment: str

    @property
    def bytes(self) -> int:
        """What it takes of the flash."""
        return self.values.size * np.dtype(self.ctype.removesuffix("_t")).itemsize


@dataclass(frozen=True, slots=True, eq=False)
class Buffer:
    """An activation at its place in the arena, in bytes."""

    name: str
    offset: int
    tensor: Tensor

    @property
    def ctype(self) -> str:
        """The C type of its values."""
        return "float" if self.tensor.dtype == "float32" else f"{self.tensor.dtype}_t"


@dataclass(frozen=True, slots=True, eq=False)
class LinkCall:
    """A function that calls the kernel of a chain's link for some rows.

    Attributes:
        call: The call, its arguments fields of `rows`.
        changes: Fields of the params that depend on the rows, and what they become.
        fields: Of its `tcnn_link_t`.
    """

    call: KernelCall
    changes: tuple[tuple[str, str], ...]
    fields: dict[str, Param]


@dataclass(frozen=True, slots=True, eq=False)
class KernelCall:
    """One call of a kernel.

    Attributes:
        name: Name of the params struct, unique in the program.
        function: The C function.
        params: Its first argument, by address.
        arguments: C names of buffers and arrays, after the params.
        op: The operator that it is a part of.
        predicted_cycles: Of its operator on a Cortex-M4, at the operator's first call.
        links: Of a chain, whose params hold their table; none for other kernels.
        fed_row_bytes: Where it runs whenever a part of the input has come, and takes
            that behind its arguments: bytes of the input's rows; 0 for all others.
    """

    name: str
    function: str
    params: Params
    arguments: tuple[str, ...]
    op: Op
    predicted_cycles: int | None = None
    links: tuple[LinkCall, ...] = ()
    fed_row_bytes: int = 0

    @property
    def is_fed(self) -> bool:
        """Whether it takes the input part by part."""
        return self.fed_row_bytes > 0


@dataclass(frozen=True, slots=True, eq=False)
class Program:
    """A whole model, ready to be printed.

    Attributes:
        name: Prefix of all its C names.
        sha256: Digest of the `.tflite` file.
        numerics: The arithmetic that it equals, bit for bit.
        arena_bytes: Size of the arena.
        arrays: Constants in the order of their use.
        buffers: Activations in the order of their birth.
        calls: In execution order.
        inputs: The buffers that hold the model's inputs; no buffer holds one that
            arrives row by row, and its offset says nothing.
        outputs: The buffers that hold its outputs.
    """

    name: str
    sha256: str
    numerics: Numerics
    arena_bytes: int
    arrays: tuple[ConstantArray, ...]
    buffers: tuple[Buffer, ...]
    calls: tuple[KernelCall, ...]
    inputs: tuple[Buffer, ...]
    outputs: tuple[Buffer, ...]

    @property
    def constant_bytes(self) -> int:
        """What all constants take of the flash."""
        return sum(array.bytes for array in self.arrays)

    @property
    def scratch_bytes(self) -> int:
        """The most of the arena that one kernel works in."""
        scratch = {call.op.scratch for call in self.calls}
        sizes = (b.tensor.bytes for b in self.buffers if b.tensor.id in scratch)
        return max(sizes, default=0)

    @property
    def fed(self) -> KernelCall | None:
        """The call that takes the input part by part; None where inputs are whole."""
        return next((call for call in self.calls if call.is_fed), None)

    @property
    def unfed(self) -> tuple[KernelCall, ...]:
        """The calls that run once the inputs are there."""
        return tuple(call for call in self.calls if not call.is_fed)

    def buffers_of(self, calls: Sequence[KernelCall]) -> tuple[Buffer, ...]:
        """What some of the calls read or write."""
        used = {argument for call in calls for argument in call.arguments}
        return tuple(buffer for buffer in self.buffers if buffer.name in used)

    @property
    def kernels(self) -> tuple[str, ...]:
        """The kernel functions used, sorted."""
        links = (link.call.function for call in self.calls for link in call.links)
        return tuple(sorted({*links, *(call.function for call in self.calls)}))
