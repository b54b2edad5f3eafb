"""Where the windows of convolutions and pools lie, by rows and by columns."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from tinycnn.imports.qdq.reading import Node

__all__ = ["Window", "find_window"]

Pair = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Window:
    """A window over rows and columns; one dimension of space has one row.

    Attributes:
        size: Rows and columns of the kernel.
        strides: From one to the next.
        dilation: Between two of its rows, or columns.
        before: What is added above and on the left.
        after: What is used below and on the right.
        output: How many windows there are.
        same: Whether the file's padding SAME is exactly this.
    """

    size: Pair
    strides: Pair
    dilation: Pair
    before: Pair
    after: Pair
    output: Pair
    same: bool

    @property
    def is_padded(self) -> bool:
        """Whether anything is added."""
        return any((*self.before, *self.after))

    def options(self, *, same: bool) -> dict[str, Any]:
        """Those that the file's operators with windows share."""
        return {
            "padding": 0 if same else 1,
            "strideH": self.strides[0],
            "strideW": self.strides[1],
        }


def find_window(node: Node, inputs: Sequence[int], kernel: Sequence[int]) -> Window:
    """The window of a node of one or two dimensions of space.

    Args:
        node: With its settings.
        inputs: Sizes of space of its input.
        kernel: Those of its kernel.
    """
    rank = len(kernel)
    settings = node.settings
    strides = [*settings.get("strides", [1] * rank)]
    dilation = [*settings.get("dilations", [1] * rank)]
    pads = [*settings.get("pads", [0] * 2 * rank)]
    automatic = settings.get("auto_pad", "NOTSET")
    if min(pads) < 0:
        node.refuse(f"expected paddings of at least 0, got {pads}")
    rows = []
    for i in range(rank):
        reach = (kernel[i] - 1) * dilation[i] + 1
        step, size = strides[i], inputs[i]
        rounded = -(-size // step)
        total = max((rounded - 1) * step + reach - size, 0)
        before, end = pads[i], pads[i + rank]
        if automatic.startswith("SAME"):
            before = -(-total // 2) if automatic == "SAME_LOWER" else total // 2
            end = total - before
        elif automatic == "VALID":
            before = end = 0
        room = size + before + end - reach
        if room < 0:
            node.refuse(f"expected a window within its input, got {reach} of {size}")
        count = room // step + 1
        if settings.get("ceil_mode") and room % step and count * step < size + before:
            count += 1
        after = max((count - 1) * step + reach - size - before, 0)
        is_same = count == rounded and before == total // 2
        rows.append((kernel[i], step, dilation[i], before, after, count, is_same))
    if rank == 1:
        rows.insert(0, (1, 1, 1, 0, 0, 1, True))
    sizes, steps, gaps, before, after, counts, same = zip(*rows, strict=True)
    return Window(sizes, steps, gaps, before, after, counts, all(same))
