"""A chain: operators that run together, row by row, so that no tensor between is whole.

Each operator of a chain is a `Link`. What it writes is a `Band`: so many rows of a
tensor, which move up as rows are no longer needed. Band 0 is the chain's input, whole,
or, where it arrives row by row, a band like the others; link n writes band n + 1; the
last band is the chain's output, whole again. Rows that the next link takes at once may
lie over those that they are computed from, and have no band of their own.

Which link computes next is decided the same way here and in chain_steps.h: the last one
whose rows can be computed from what is there, or where there is none, the next row
arrives. That keeps the fewest rows.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass

from tinycnn.compiler.ir.graph import Attrs, Op, Tensor
from tinycnn.compiler.ir.kernel import Kernel
from tinycnn.compiler.ir.node import Node

__all__ = ["ARRIVAL", "Band", "Chain", "Link", "RowView", "RowWindow", "Rows", "Step"]
__all__ += ["count_band_rows", "count_moved_bytes", "find_reach", "list_steps"]
__all__ += ["list_tops"]

ARRIVAL = -1  # writes band 0, as link n does band n + 1


@dataclass(frozen=True, slots=True)
class RowView:
    """Some rows of an operator, as an operator of its own on an image of fewer rows.

    Attributes:
        input_rows: Those that are read.
        pad_top: Rows above them that lie outside the image.
        pad_bottom: Likewise below.
        output_rows: Those that are computed.
    """

    input_rows: int
    pad_top: int
    pad_bottom: int
    output_rows: int


@dataclass(frozen=True, slots=True)
class RowWindow:
    """Which rows an operator reads: row y reads `size` from `y * stride - padding` on.

    Attributes:
        size: Rows from the first to the last that is read; 1 for what goes by elements.
        stride: Rows from one window to the next.
        padding: Rows above the image.
    """

    size: int
    stride: int
    padding: int


@dataclass(frozen=True, slots=True)
class Rows:
    """How a link goes through its rows.

    Attributes:
        inputs: The bands that it reads; one twice where it reads only one.
        window: What it reads of them.
        height: Rows of its output.
        at_once: Rows that it computes in one step, the last but for the rest.
    """

    inputs: tuple[int, int]
    window: RowWindow
    height: int
    at_once: int = 1


@dataclass(frozen=True, slots=True)
class Step:
    """Some rows of one link, or a row of the input that arrives.

    Attributes:
        link: Its number; `ARRIVAL` where none computes.
        first: The first row that is computed.
        start: The first row that is read.
        end: The row behind the last one that is read.
        view: The same as an operator.
    """

    link: int
    first: int
    start: int
    end: int
    view: RowView


@dataclass(frozen=True, slots=True, eq=False)
class Link:
    """One operator of a chain.

    Attributes:
        op: The operator.
        rows: How it goes through its rows.
        views: Each view of it that occurs as a node, and the kernel that computes it.
    """

    op: Op
    rows: Rows
    views: Mapping[RowView, tuple[Node, Kernel]]


@dataclass(frozen=True, slots=True, eq=False)
class Band:
    """Rows of a tensor.

    Attributes:
        tensor: The whole.
        rows: The most that are kept; 0 where they lie over those that their link reads.
        offset: Bytes from the start of the chain's scratch memory; 0 for the chain's
            output, and for its input if that is whole: they do not lie there. Of rows
            that lie over others: bytes below the first that is read.
    """

    tensor: Tensor
    rows: int
    offset: int

    @property
    def row_bytes(self) -> int:
        """Bytes of a row."""
        return self.tensor.bytes // self.tensor.shape[1]


@dataclass(frozen=True, slots=True, eq=False)
class Chain(Attrs):
    """What a chain consists of.

    Attributes:
        links: In the order of the graph.
        bands: One more than links.
        kernel_scratch: Offset of what links' kernels work in, which they share.
        macs: Multiply-accumulates of all links.
        arrives: Whether its input does, row by row.
    """

    links: tuple[Link, ...]
    bands: tuple[Band, ...]
    kernel_scratch: int
    macs: int
    arrives: bool = False


def list_steps(
    input_height: int, links: Sequence[Rows], *, arrives: bool = False
) -> Iterator[Step]:
    """The steps that compute the last link's rows, in order.

    Args:
        input_height: Rows of the chain's input.
        links: What is computed.
        arrives: Whether the input does, row by row; each is a step, too.
    """
    heights = [input_height, *(rows.height for rows in links)]
    made = [0 if arrives else input_height, *([0] * len(links))]
    reach, last = find_reach(links), len(links) - 1
    number = last
    while made[-1] < heights[-1]:
        # What a step makes possible is not further than the readers of its rows.
        number = min(number + reach, last)
        while (step := _next_step(number, links, heights, made)) is None:
            number -= 1
        made[number + 1] += step.view.output_rows
        yield step


def find_reach(links: Sequence[Rows]) -> int:
    """Links from one to the last that reads its rows, at most."""
    distances = [n + 1 - band for n, rows in enumerate(links) for band in rows.inputs]
    return max(distances)


def _next_step(
    link: int, links: Sequence[Rows], heights: Sequence[int], made: Sequence[int]
) -> Step | None:
    """The next rows of a link; None if they are not needed or cannot be computed."""
    if link == ARRIVAL:
        return Step(ARRIVAL, made[0], 0, 0, RowView(0, 0, 0, 1))
    rows = links[link]
    first, window, height = made[link + 1], rows.window, heights[rows.inputs[0]]
    count = min(rows.at_once, rows.height - first)
    top = first * window.stride - window.padding
    bottom = top + (count - 1) * window.stride + window.size
    start, end = max(top, 0), min(bottom, height)
    if count <= 0 or any(made[band] < end for band in rows.inputs):
        return None
    view = RowView(end - start, start - top, bottom - end, count)
    return Step(link, first, start, end, view)


def count_band_rows(
    input_height: int,
    links: Sequence[Rows],
    steps: Sequence[Step],
    over: Collection[int] = (),
) -> list[int]:
    """The most rows of each band that are there at once; all, where it is whole.

    Args:
        input_height: Rows of the chain's input.
        links: What is computed.
        steps: All of them.
        over: Links whose rows lie over those that they read: there is room for padding
            above these, and their own bands have none.
    """
    heights = [input_height, *(rows.height for rows in links)]
    last_needs = _list_last_needs(links, steps)
    kept, made = [0] * len(heights), [0] * len(heights)
    first = list_tops(links, over)
    for number, step in enumerate(steps):
        band = step.link + 1
        while first[band] < made[band] and last_needs[band][first[band]] < number:
            first[band] += 1
        made[band] += step.view.output_rows
        kept[band] = max(kept[band], made[band] - first[band])
    kept = [0 if band - 1 in over else rows for band, rows in enumerate(kept)]
    return [kept[0] or input_height, *kept[1:-1], heights[-1]]


def list_tops(links: Sequence[Rows], over: Collection[int]) -> list[int]:
    """The first row of each band at the start: padding, where rows lie over it."""
    tops = [0] * (len(links) + 1)
    for number in over:
        tops[links[number].inputs[0]] = -links[number].window.padding
    return tops


def _list_last_needs(
    links: Sequence[Rows], steps: Sequence[Step]
) -> list[dict[int, int]]:
    """For each band the last step that reads each row, or one above it.

    Rows leave a band from the top, so a row stays while one above it is needed.
    """
    needs: list[dict[int, int]] = [{} for _ in range(len(links) + 1)]
    for number, step in enumerate(steps):
        for band in set(links[step.link].inputs) if step.link != ARRIVAL else ():
            top = step.start - step.view.pad_top
            needs[band].update(dict.fromkeys(range(top, step.end), number))
    for step in steps:  # rows that nothing reads
        for row in range(step.first, step.first + step.view.output_rows):
            needs[step.link + 1].setdefault(row, -1)
    return needs


def count_moved_bytes(
    links: Sequence[Rows],
    steps: Sequence[Step],
    bands: Sequence[Band],
    over: Collection[int] = (),
) -> int:
    """Bytes that are moved up within bands, since rows are added at their ends."""
    last_needs = _list_last_needs(links, steps)
    first, made, moved = list_tops(links, over), [0] * len(bands), 0
    for number, step in enumerate(steps):
        band = step.link + 1
        if made[band] - first[band] + step.view.output_rows > bands[band].rows:
            while first[band] < made[band] and last_needs[band][first[band]] < number:
                first[band] += 1
            moved += (made[band] - first[band]) * bands[band].row_bytes
        made[band] += step.view.output_rows
    return moved
