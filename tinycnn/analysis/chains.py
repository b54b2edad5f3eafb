"""Which operators run row by row, and what is kept of the tensors between them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from tinycnn.compiler.ir.chain import Chain
from tinycnn.compiler.ir.graph import Graph
from tinycnn.compiler.ir.kernel import Kernel

__all__ = ["ChainUse", "LinkUse", "list_chains", "list_link_kernels"]


@dataclass(frozen=True, slots=True)
class LinkUse:
    """One operator of a chain.

    Attributes:
        index: Its number in the file.
        kind: The TFLite operator.
        kernel: The C function that computes it.
        output: The name of its output.
        shape: Of its output.
        rows: Rows of its output that are kept; all of the chain's own output.
        at_once: Rows that it computes in one step.
        kept_bytes: Of those rows.
        bytes: Of the whole output, which is there only of the chain's last operator.
    """

    index: int
    kind: str
    kernel: str
    output: str
    shape: tuple[int, ...]
    rows: int
    at_once: int
    kept_bytes: int
    bytes: int


@dataclass(frozen=True, slots=True)
class ChainUse:
    """A chain.

    Attributes:
        step: Its place in execution order.
        links: Its operators.
        scratch_bytes: What it works in: rows, and the scratch memory of its kernels.
    """

    step: int
    links: tuple[LinkUse, ...]
    scratch_bytes: int

    @property
    def kept_bytes(self) -> int:
        """Of the tensors between its operators, what is kept."""
        return sum(link.kept_bytes for link in self.links[:-1])

    @property
    def whole_bytes(self) -> int:
        """What these tensors would take, whole."""
        return sum(link.bytes for link in self.links[:-1])


def list_chains(graph: Graph) -> tuple[ChainUse, ...]:
    """The chains of a compiled graph, in execution order."""
    found = []
    for step, op in enumerate(graph.ops):
        if isinstance(op.attrs, Chain) and op.scratch is not None:
            scratch = graph.tensors[op.scratch].bytes
            found.append(ChainUse(step, _list_links(op.attrs), scratch))
    return tuple(found)


def list_link_kernels(graph: Graph) -> Iterator[Kernel]:
    """The kernels of all operators that are chained."""
    for op in graph.ops:
        links = op.attrs.links if isinstance(op.attrs, Chain) else ()
        yield from (kernel for link in links for _, kernel in link.views.values())


def _list_links(chain: Chain) -> tuple[LinkUse, ...]:
    return tuple(
        LinkUse(
            link.op.index,
            link.op.kind,
            next(iter(link.views.values()))[1].function,
            band.tensor.name,
            band.tensor.shape,
            band.rows,
            link.rows.at_once,
            band.rows * band.row_bytes,
            band.tensor.bytes,
        )
        for link, band in zip(chain.links, chain.bands[1:], strict=True)
    )
