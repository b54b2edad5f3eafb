"""The kernels that compute an operator, and the graph with what they work in."""

from __future__ import annotations

from dataclasses import dataclass, replace
from types import MappingProxyType

from tinycnn.choices import Family, Numerics
from tinycnn.compiler.ir.chain import Chain
from tinycnn.compiler.ir.graph import Graph, Op, Tensor
from tinycnn.compiler.ir.kernel import Kernel, NoKernelError
from tinycnn.compiler.ir.node import Node
from tinycnn.compiler.operators import OPERATORS

__all__ = ["PORTABLE", "Kernels", "Offer", "apply_kernels", "find_offer", "portable"]

PORTABLE = "portable kernel"  # the function of one, for people
Kernels = dict[int, Kernel]  # by an operator's first output

# Cycles of portable kernels, beside those of a Cortex-M4.
_PORTABLE = MappingProxyType({"dsp": 1, "mul": 2})


@dataclass(frozen=True, slots=True)
class Offer:
    """What could compute an operator.

    Attributes:
        kernels: Those that are exact; the portable one first.
        refusals: Why others are not.
    """

    kernels: tuple[Kernel, ...]
    refusals: tuple[str, ...] = ()


def find_offer(node: Node, numerics: Numerics, family: Family = "dsp") -> Offer:
    """The kernels for all of `node`, and why there are not more."""
    kernels, refusals = [portable(node, family)], []
    for rule in OPERATORS[node.op.kind].list_rules(family):
        try:
            found = rule(node, numerics)
        except NoKernelError as refused:
            refusals.append(refused.reason)
            continue
        if found is not None and not found.by_channels:
            kernels += [found] if found.kept is None else [found, found.kept]
    return Offer(tuple(kernels), tuple(dict.fromkeys(refusals)))


def portable(node: Node, family: Family = "dsp") -> Kernel:
    """The kernel that every operator has; it needs no scratch memory."""
    operator, tensors = OPERATORS[node.op.kind], node.graph.tensors
    constants = (tensors[i] for i in node.op.inputs if i >= 0)
    return Kernel(
        function=PORTABLE,
        cycles=_PORTABLE[family] * operator.count_cycles(node),
        constant_bytes=sum(t.bytes for t in constants if t.data is not None),
        scratch_bytes=0,
        lower=operator.lower,
        flash_reads=operator.count_macs(node) if family == "dsp" else 0,
    )


def apply_kernels(graph: Graph, kernels: Kernels) -> Graph:
    """`graph` with a tensor for each kernel that needs scratch memory."""
    tensors, ops = list(graph.tensors), []
    for op in graph.ops:
        kernel = kernels.get(op.outputs[0])
        if kernel is not None and kernel.scratch_bytes:
            tensors.append(_scratch_tensor(len(tensors), op, kernel.scratch_bytes))
            op = replace(op, scratch=tensors[-1].id)
        ops.append(op)
    return replace(graph, tensors=tuple(tensors), ops=tuple(ops))


def _scratch_tensor(number: int, op: Op, size: int) -> Tensor:
    name = f"scratch of op {op.index}"
    if isinstance(op.attrs, Chain):
        last = op.attrs.links[-1].op.index
        name = f"rows and scratch of ops {op.index} to {last}"
    return Tensor(number, name, (size,), "uint8")
