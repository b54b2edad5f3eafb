"""Rows that may lie over those that they are computed from, and so need no place.

What a link writes may lie over rows that it reads for the last time, if the next link
takes it at once. Between the two lie whole pixels, so that a channel is over its own:
that is safe for kernels that compute pixel after pixel, or channel after channel.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence

from tinycnn.compiler.ir.chain import Rows, RowWindow
from tinycnn.compiler.ir.node import Node
from tinycnn.compiler.memory.overlap import has_many_reads
from tinycnn.compiler.operators import OPERATORS

__all__ = ["find_lifts"]

_AT_ONCE = RowWindow(1, 1, 0)  # takes each row as it comes


def find_lifts(
    nodes: Sequence[Node], links: Sequence[Rows], *, arrives: bool
) -> dict[int, int]:
    """The links whose rows may, and by how many bytes below those that they read.

    Args:
        nodes: The links' operators.
        links: How each goes through its rows.
        arrives: Whether the first band is one of rows, and not the whole input.
    """
    lifts: dict[int, int] = {}
    for number, node in enumerate(nodes):
        band = links[number].inputs[0]
        is_free = band > 0 or arrives
        if is_free and band - 1 not in lifts and _is_taken_at_once(links, number):
            lift = _find_lift(node, links[number])
            if lift is not None:
                lifts[number] = lift
    return lifts


def _is_taken_at_once(links: Sequence[Rows], number: int) -> bool:
    """Whether nobody else has to do with what a link reads and writes."""
    if number + 1 >= len(links):
        return False
    band, taker = links[number].inputs[0], links[number + 1]
    return (
        _list_readers(links, band) == {number}
        and links[number].inputs == (band, band)
        and _list_readers(links, number + 1) == {number + 1}
        and taker.inputs == (number + 1, number + 1)
        and taker.window == _AT_ONCE
        and taker.at_once == 1
    )


def _list_readers(links: Sequence[Rows], band: int) -> Collection[int]:
    return {number for number, rows in enumerate(links) if band in rows.inputs}


def _find_lift(node: Node, rows: Rows) -> int | None:
    """Output column x may not lie over input columns that it or a later one reads."""
    if OPERATORS[node.op.kind].order is None or has_many_reads(node):
        return None
    x, y = node.input(), node.output()
    size, out_size = x.bytes // x.shape[1], y.bytes // y.shape[1]
    is_row_by_row = rows.window.stride == 1 and out_size == size
    if out_size > size or (rows.at_once > 1 and not is_row_by_row):
        return None
    window = OPERATORS[node.op.kind].find_window(node)
    stride, left = (window.stride[1], window.padding[1]) if window else (1, 0)
    depth, out_depth = x.shape[3], y.shape[3]
    return max(
        (column + 1) * out_depth - max(column * stride - left, 0) * depth
        for column in range(y.shape[2])
    )
