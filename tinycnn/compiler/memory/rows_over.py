"""Proves that rows of a chain that lie over others do not overwrite what is still read.

Each view of such a link is gone through by the reads of its kernel. That other links do
not come between is proven by the walk through the chain.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from tinycnn.compiler.ir.chain import Band, Chain, Link, RowView
from tinycnn.compiler.ir.kernel import Kernel
from tinycnn.compiler.ir.node import Node
from tinycnn.compiler.memory.access import list_reads
from tinycnn.errors import MemoryPlanError

__all__ = ["check_rows_over"]

_HINT = "this is a fault of tinycnn's memory planner; please report it with the model"
Integers = NDArray[np.int64]


def check_rows_over(chain: Chain) -> None:
    """Check the links whose output has no band of its own.

    Raises:
        MemoryPlanError: If one overwrites what it has not read yet.
    """
    for link, band in zip(chain.links, chain.bands[1:], strict=True):
        for view in link.views if band.rows == 0 else ():
            _check_view(link, band, view)


def _check_view(link: Link, band: Band, view: RowView) -> None:
    node, kernel = link.views[view]
    x, y = node.input(), node.output()
    above = view.pad_top * (x.bytes // x.shape[1])
    for elements, moments in list_reads(node, 0):
        written = elements + above + band.offset  # the output element at that place
        inside = written < y.bytes
        wrong = _is_early(kernel, node, written, moments) & inside
        if band.offset < 0 or wrong.any():
            raise MemoryPlanError(
                f"tensor {x.id} ('{x.name}'): rows are overwritten before op "
                f"{link.op.index} ({link.op.kind}) reads them",
                hint=_HINT,
            )


def _is_early(
    kernel: Kernel, node: Node, written: Integers, moments: Integers
) -> NDArray[np.bool_]:
    """Whether what is written there may come before the read at its moment."""
    if not kernel.by_channels:
        return written < moments
    # A channel's rows are read before they are written, and other channels never.
    y = node.output()
    row, depth = y.bytes // y.shape[1], y.shape[3]
    is_other = written % depth != moments % depth
    is_early = written // row < moments // row
    wrong: NDArray[np.bool_] = is_other | is_early
    return wrong
