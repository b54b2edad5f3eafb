"""Which operators run row by row, and what is kept of the tensors between them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from tinycnn.compiler.ir.chain import Band, Chain
from tinycnn.compiler.ir.graph import Graph
from tinycnn.compiler.ir.kernel import Kernel

__all__ = ["NO_OPERATOR", "ChainUse", "LinkUse", "list_chains", "list_link_kernels"]

NO_OPERATOR = -1  # the index of what arrives


@dataclass(frozen=True, slots=True)
class LinkUse:
    """One operator of a chain.

    Attributes:
        index: Its number in the file.
        kind: The TFLite operator.
        kernel: The C function that computes it.
        output: The name of its output.
        shape: Of its output.
        rows: Rows of its output that are kept; all of the chain's own output, 0 where
            they lie over those that they are computed from.
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

    @property
    def kept_rows(self) -> str:
        """How many, in words."""
        return f"{self.rows} of {self.shape[1]}" if self.rows else "in place"


@dataclass(frozen=True, slots=True)
class ChainUse:
    """A chain.

    Attributes:
        step: Its place in execution order.
        links: Its operators.
        scratch_bytes: What it works in: rows, and the scratch memory of its kernels.
        arriving: The model's input, if it comes row by row, as if an operator wrote it.
    """

    step: int
    links: tuple[LinkUse, ...]
    scratch_bytes: int
    arriving: LinkUse | None = None

    @property
    def bands(self) -> tuple[LinkUse, ...]:
        """What is never whole."""
        first = (self.arriving,) if self.arriving else ()
        return (*first, *self.links[:-1])

    @property
    def kept_bytes(self) -> int:
        """Of these tensors, what is kept."""
        return sum(band.kept_bytes for band in self.bands)

    @property
    def whole_bytes(self) -> int:
        """What they would take, whole."""
        return sum(band.bytes for band in self.bands)


def list_chains(graph: Graph) -> tuple[ChainUse, ...]:
    """The chains of a compiled graph, in execution order."""
    found = []
    for step, op in enumerate(graph.ops):
        if isinstance(op.attrs, Chain) and op.scratch is not None:
            scratch = graph.tensors[op.scratch].bytes
            arriving = _describe_input(op.attrs) if op.attrs.arrives else None
            found.append(ChainUse(step, _list_links(op.attrs), scratch, arriving))
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
            *_describe_band(band, link.rows.at_once),
        )
        for link, band in zip(chain.links, chain.bands[1:], strict=True)
    )


def _describe_input(chain: Chain) -> LinkUse:
    return LinkUse(NO_OPERATOR, "input", "", *_describe_band(chain.bands[0], 1))


def _describe_band(
    band: Band, at_once: int
) -> tuple[str, tuple[int, ...], int, int, int, int]:
    tensor, kept_bytes = band.tensor, band.rows * band.row_bytes
    return tensor.name, tensor.shape, band.rows, at_once, kept_bytes, tensor.bytes
