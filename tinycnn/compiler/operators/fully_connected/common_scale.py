"""One multiplier and offset for all channels of a dense layer that rounds once.

Of sums times 256, with the shift of the kernels, where that is the same for every sum.
"""

from __future__ import annotations

import numpy as np

from tinycnn.compiler.operators.shared.folded_channels import FoldedChannels

__all__ = ["find_common_scale"]

_SHIFT = 10  # that of the kernels: more would leave out layers that scale by much
_OUTPUTS = np.arange(-127, 128)  # each begins at some sum; the least at any


def find_common_scale(
    channels: FoldedChannels, zero_point: int
) -> tuple[int, int] | None:
    """Multiplier and offset, or None where none is found that gives the same.

    Both ways rise with the sum, so they are equal if each output begins at the same
    sum, of those that are reached.

    Args:
        channels: The exact ones; they round once.
        zero_point: Of the outputs.
    """
    multiplier, shift = int(channels.multiplier[0]), int(channels.shift[0])
    if np.any(channels.multiplier != multiplier) or np.any(channels.shift != shift):
        return None
    rest = shift + 7 - _SHIFT
    if multiplier == 0 or rest < 0:
        return None
    least = ((_OUTPUTS << shift) - int(channels.offset[0])) << 31
    largest = int(channels.largest.max())
    begins = np.clip(-(-least // multiplier), -largest, largest + 1)
    offset = (zero_point << _SHIFT) + (1 << _SHIFT >> 1)
    nearest = (multiplier + (1 << rest >> 1)) >> rest
    for near in (0, 1, -1, 2, -2):
        high = [((begins - i) * 256 * (nearest + near)) >> 32 for i in (0, 1)]
        at, before = ((part + offset) >> _SHIFT for part in high)
        same = (at >= _OUTPUTS) | (begins > largest)
        if np.all(same & ((before < _OUTPUTS) | (begins == -largest))):
            return nearest + near, offset
    return None
