"""The kernel calls and constants of a program in the making."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

import numpy as np
from numpy.typing import NDArray

from tinycnn.compiler.arithmetic.numerics import Multiplier, Numerics
from tinycnn.compiler.ir.graph import Tensor
from tinycnn.compiler.ir.node import Node
from tinycnn.compiler.ir.params import Params
from tinycnn.compiler.ir.program import Buffer, ConstantArray, KernelCall, LinkCall

__all__ = ["Lowering"]


class Lowering:
    """Gathers what the operators' `lower` functions emit.

    Attributes:
        name: Prefix of all C names.
        numerics: The reference whose arithmetic the kernels reproduce.
        calls: Kernel calls in execution order.
        predicted_cycles: Of the operator that is lowered now, for its first call.
        arrays: Constants in the order of their use.

    Args:
        name: Prefix of all C names.
        buffers: The activations' places by tensor id.
        numerics: The reference.
    """

    def __init__(
        self, name: str, buffers: dict[int, Buffer], numerics: Numerics = "litert"
    ) -> None:
        self.numerics = numerics
        self.name = name
        self._buffers = buffers
        self.calls: list[KernelCall] = []
        self.predicted_cycles: int | None = None
        self.arrays: list[ConstantArray] = []
        self._call_counts: Counter[int] = Counter()

    def array(
        self,
        node: Node,
        what: str,
        ctype: str,
        values: NDArray[np.generic] | Iterable[int],
    ) -> str:
        """Add an array of constants; returns its C name."""
        data = values if isinstance(values, np.ndarray) else np.array(list(values))
        name = f"{self.name}_op{node.op.index}_{what}"
        shape = "x".join(map(str, data.shape))
        comment = f"op {node.op.index} {node.op.kind}: {what}, {shape}"
        self.arrays.append(ConstantArray(name, ctype, data, comment))
        return name

    def operand(self, node: Node, number: int, times: int = 1) -> str:
        """The C name of an int8 input: its place in the arena, or an array.

        The elements of an array are repeated `times`.
        """
        tensor = node.input(number)
        if tensor.data is None:
            return self._buffers[tensor.id].name
        data = np.tile(tensor.data.reshape(-1), times) if times > 1 else tensor.data
        return self.array(node, f"input{number + 1}", "int8_t", data)

    def scratch(self, node: Node) -> str:
        """The C name of the memory that the node's kernel works in."""
        assert node.op.scratch is not None
        return self._buffers[node.op.scratch].name

    def multipliers(self, node: Node, multipliers: list[Multiplier]) -> tuple[str, str]:
        """Add the arrays of multipliers and shifts; returns their C names."""
        values = (m.value for m in multipliers)
        shifts = (m.shift for m in multipliers)
        return (
            self.array(node, "multiplier", "int32_t", values),
            self.array(node, "shift", "int8_t", shifts),
        )

    def call(
        self,
        node: Node,
        function: str,
        params: Params,
        *constants: str,
        inputs: Iterable[Tensor] | None = None,
        output: Tensor | None = None,
        links: tuple[LinkCall, ...] = (),
        fed_row_bytes: int = 0,
    ) -> None:
        """Add the call of a kernel: params, inputs, constants, output.

        A node may have several calls; each has params of a name of its own.

        Args:
            node: The operator that the call is a part of.
            function: The C function.
            params: What it takes first.
            constants: C names of arrays.
            inputs: The tensors read; by default the activations among the node's.
            output: The tensor written; by default the node's first output.
            links: Of a chain.
            fed_row_bytes: Of a row of the input, if it comes part by part.
        """
        if inputs is None:
            ids = (i for i in node.op.inputs if i in self._buffers)
            inputs = (node.graph.tensors[i] for i in ids)
        read = tuple(inputs)
        written = output or node.output()
        names = (self._buffers[t.id].name for t in read)
        cycles, self.predicted_cycles = self.predicted_cycles, None
        self.calls.append(
            KernelCall(
                name=f"chain{node.op.index}" if links else self._call_name(node),
                function=function,
                params=params,
                arguments=(*names, *constants, self._buffers[written.id].name),
                op=node.op,
                predicted_cycles=cycles,
                links=links,
                fed_row_bytes=fed_row_bytes,
            )
        )

    def _call_name(self, node: Node) -> str:
        """`op7` for the first call of operator 7, then `op7_2` and so on."""
        self._call_counts[node.op.index] += 1
        count = self._call_counts[node.op.index]
        return f"op{node.op.index}" + (f"_{count}" if count > 1 else "")
