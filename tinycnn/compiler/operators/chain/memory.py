"""CHAIN: which rows of its input it still needs, by how much of its output is written.

`reads` walks the chain as the C does, and proves on the way that each window finds
its rows in the band: what `last_readers` and the sizes of the bands come from is not
looked at.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from tinycnn.compiler.ir.chain import Chain, Link
from tinycnn.compiler.ir.graph import Tensor
from tinycnn.compiler.ir.node import Node
from tinycnn.compiler.operators.chain.attrs import chain_of, steps_of
from tinycnn.compiler.operators.shared.memory_order import (
    LastReaders,
    MemoryOrder,
    Reads,
)
from tinycnn.errors import MemoryPlanError

__all__ = ["ORDER"]

_HINT = "this is a fault of tinycnn's memory planner; please report it with the model"


def _last_readers(node: Node, x: Tensor) -> LastReaders:
    """Of a row's elements all alike: what is written before the row is read last.

    A step of the last link may read and write in any order.
    """
    chain, y = chain_of(node), node.output()
    row_size, last = y.size // y.shape[1], np.full(x.shape[1], -1, np.int64)
    written = 0
    for step in steps_of(chain):
        if step.link == len(chain.links) - 1:
            written += step.view.output_rows
        if 0 in chain.links[step.link].rows.inputs:
            last[step.start : step.end] = written * row_size
    return np.broadcast_to(last[:, None, None], x.shape[1:])


def _reads(node: Node, x: Tensor) -> Reads:
    """The rows that each step reads of the chain's input.

    Raises:
        MemoryPlanError: If a step does not find its rows in a band.
    """
    chain, y = chain_of(node), node.output()
    size, row_size = x.size // x.shape[1], y.size // y.shape[1]
    for rows, written in _Walk(chain).list_input_reads():
        elements = np.arange(rows.start * size, rows.stop * size)
        yield elements, np.full(elements.size, written * row_size)


ORDER = MemoryOrder(_last_readers, _reads)


class _Walk:
    """The chain's memory as the C has it, with row numbers in the place of rows."""

    def __init__(self, chain: Chain) -> None:
        self._chain = chain
        self._made = [0] * len(chain.bands)
        self._first = [0] * len(chain.bands)
        self._over: dict[int, int] = {}  # by a band the one over it
        for number, link in enumerate(chain.links):
            if chain.bands[number + 1].rows == 0:
                self._over[link.rows.inputs[0]] = number + 1
                self._first[link.rows.inputs[0]] = -link.rows.window.padding
        self._bands = [np.full(band.rows, -1, np.int64) for band in chain.bands]
        if not chain.arrives:
            self._made[0] = chain.bands[0].tensor.shape[1]
            self._bands[0] = np.arange(self._made[0])
        self._check_places()

    def list_input_reads(self) -> Iterator[tuple[range, int]]:
        """Rows of the input, and the rows of the output that are written by then.

        Raises:
            MemoryPlanError: If a step does not find its rows.
        """
        links = self._chain.links
        while self._made[-1] < links[-1].rows.height:
            number = len(links) - 1
            while number >= 0 and not self._is_ready(number):
                number -= 1
            if number < 0:
                self._arrive()
                continue
            rows, link = self._span(number), links[number].rows
            self._read(number, rows)
            self._write(
                number + 1, min(link.at_once, link.height - self._made[number + 1])
            )
            if 0 in link.inputs:
                yield rows, self._made[-1]

    def _arrive(self) -> None:
        """The next row of the input."""
        if self._made[0] == self._chain.bands[0].tensor.shape[1]:
            raise MemoryPlanError(f"{self._name(0)}: no next rows", hint=_HINT)
        self._write(0, 1)

    def _check_places(self) -> None:
        """Bands, what lies over them, the kernels' memory and counters lie apart."""
        bands = self._chain.bands
        ends = [(8 * len(bands), "the chain's counters")]
        first = 0 if self._chain.arrives else 1
        for number, band in enumerate(bands[first:-1], first):
            if band.rows:
                over = self._over.get(number)
                ends.append((band.offset - (bands[over].offset if over else 0), ""))
                end = band.offset + band.rows * band.row_bytes
                ends.append((end, self._name(number)))
        ends.append((self._chain.kernel_scratch, ""))
        for (end, name), (start, _) in zip(ends[::2], ends[1::2], strict=True):
            if end > start:
                raise MemoryPlanError(f"{name}: overlaps what follows", hint=_HINT)

    def _span(self, number: int) -> range:
        """The rows that the next step of a link reads."""
        rows = self._chain.links[number].rows
        first = self._made[number + 1]
        count = min(rows.at_once, rows.height - first)
        top = first * rows.window.stride - rows.window.padding
        end = top + (count - 1) * rows.window.stride + rows.window.size
        height = self._chain.bands[rows.inputs[0]].tensor.shape[1]
        return range(max(top, 0), min(end, height))

    def _is_ready(self, number: int) -> bool:
        rows, end = self._chain.links[number].rows, self._span(number).stop
        is_done = self._made[number + 1] >= rows.height
        return not is_done and all(self._made[band] >= end for band in rows.inputs)

    def _read(self, number: int, rows: range) -> None:
        for band in self._chain.links[number].rows.inputs:
            start = rows.start - self._first[band]
            there = self._bands[band][start : start + len(rows)]
            if start < 0 or not np.array_equal(there, np.array(rows)):
                raise MemoryPlanError(
                    f"{self._name(band)}: rows {rows.start} to {rows.stop - 1} are not "
                    f"there when {_label(self._chain.links[number])} reads them",
                    hint=_HINT,
                )

    def _write(self, band: int, count: int) -> None:
        if self._chain.bands[band].rows == 0:
            self._write_over(band, count)
            return
        if band in self._over:  # what lies over it is lost
            self._bands[self._over[band]] = np.full(0, -1, np.int64)
        memory, made = self._bands[band], self._made[band]
        is_last = band == len(self._bands) - 1
        if not is_last and made - self._first[band] + count > len(memory):
            oldest = self._oldest(band)
            kept = memory[oldest - self._first[band] : made - self._first[band]].copy()
            memory[: len(kept)] = kept
            self._first[band] = oldest
        start = made - self._first[band]
        if start + count > len(memory):
            raise MemoryPlanError(
                f"{self._name(band)}: expected room for {start + count} rows, got "
                f"{len(memory)}",
                hint=_HINT,
            )
        memory[start : start + count] = np.arange(made, made + count)
        self._made[band] += count

    def _write_over(self, band: int, count: int) -> None:
        """Rows in the place of those that they are computed from."""
        rows, made = self._chain.links[band - 1].rows, self._made[band]
        host, shape = rows.inputs[0], self._chain.bands[band]
        row_bytes = self._chain.bands[host].row_bytes
        top = made * rows.window.stride - rows.window.padding - self._first[host]
        start = top * row_bytes - shape.offset
        end = start + count * shape.row_bytes
        if top < 0 or end > self._chain.bands[host].rows * row_bytes:
            raise MemoryPlanError(f"{self._name(band)}: no room for rows", hint=_HINT)
        self._bands[host][max(start // row_bytes, 0) : -(-end // row_bytes)] = -1
        self._bands[band] = np.arange(made, made + count)
        self._first[band], self._made[band] = made, made + count

    def _oldest(self, band: int) -> int:
        oldest, first = self._made[band], self._first[band]
        for number, link in enumerate(self._chain.links):
            made = self._made[number + 1]
            if band in link.rows.inputs and made < link.rows.height:
                top = made * link.rows.window.stride - link.rows.window.padding
                oldest = min(oldest, max(top, first))
        return oldest

    def _name(self, band: int) -> str:
        tensor = self._chain.bands[band].tensor
        return f"tensor {tensor.id} ('{tensor.name}')"


def _label(link: Link) -> str:
    return f"op {link.op.index} ({link.op.kind})"
