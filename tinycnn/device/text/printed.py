"""Printed numbers become the bytes that they may stand for.

A device that follows the public dialect writes real = scale * (q - zero point) with
some decimals; which q it was follows from that, where the steps of the output are wide
enough. A whole unit of the last decimal is allowed for: printf rounds to the nearest,
half a unit, but the small ones of embedded libraries cut off, up to a whole one. Where
the steps are finer, several q remain; which of them it was cannot be known.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from tinycnn.device.hello import TensorInfo
from tinycnn.errors import ProtocolError

__all__ = ["Printed", "read_printed"]

_RANGES = {"int8": (-128, 127), "uint8": (0, 255)}
_SINGLE = 2.0**-22  # what single precision may add, as a share


@dataclass(frozen=True, slots=True, eq=False)
class Printed:
    """What printed numbers stand for.

    Attributes:
        lowest: The least byte that each may be.
        slack: How many more steps up it may be; 0 where it is known.
        decimals: Of the numbers; None where they are whole, the quantized values.
    """

    lowest: NDArray[np.int8]
    slack: NDArray[np.uint8]
    decimals: int | None


def read_printed(numbers: Sequence[str], outputs: Sequence[TensorInfo]) -> Printed:
    """The bytes that `numbers` may stand for.

    >>> softmax = TensorInfo("int8", (1, 2), 1 / 256, -128, 2)
    >>> printed = read_printed(["0.996", "0.003"], [softmax])
    >>> printed.lowest.tolist(), printed.slack.tolist(), printed.decimals
    ([127, -127], [0, 0], 3)

    Args:
        numbers: As they are written.
        outputs: Of the model.

    Raises:
        ProtocolError: If they cannot be the outputs of that model.
    """
    wanted = sum(tensor.bytes for tensor in outputs)
    if any(tensor.dtype not in _RANGES for tensor in outputs):
        types = ", ".join(tensor.dtype for tensor in outputs)
        text = f"expected int8 or uint8 outputs, got {types}"
        raise ProtocolError(text, hint="text tells too few digits of other numbers")
    if len(numbers) != wanted:
        hint = "the firmware runs another model, or prints something made of its output"
        text = f"m-results: expected {wanted} numbers, got {len(numbers)}"
        raise ProtocolError(text, hint=hint)
    decimals = max(len(number.partition(".")[2]) for number in numbers)
    tensors = [tensor for tensor in outputs for _ in range(tensor.bytes)]
    pairs = list(zip(numbers, tensors, strict=True))
    if decimals == 0:
        found = [_read_whole(i, *pair) for i, pair in enumerate(pairs)]
    else:
        found = [_read_real(i, *pair) for i, pair in enumerate(pairs)]
    lowest = np.array([low & 0xFF for low, _ in found], np.uint8).view(np.int8)
    slack = np.array([high - low for low, high in found], np.uint8)
    return Printed(lowest, slack, decimals or None)


def _read_whole(index: int, number: str, tensor: TensorInfo) -> tuple[int, int]:
    least, most = _RANGES[tensor.dtype]
    value = int(number)
    if not least <= value <= most:
        raise _not_possible(index, number, f"whole numbers are {least} to {most}")
    return value, value


def _read_real(index: int, number: str, tensor: TensorInfo) -> tuple[int, int]:
    least, most = _RANGES[tensor.dtype]
    value, scale, zero = float(number), tensor.scale, tensor.zero_point
    unit = 10.0 ** -len(number.partition(".")[2])
    allowed = unit + abs(value) * _SINGLE
    low = max(math.ceil((value - allowed) / scale + zero), least)
    high = min(math.floor((value + allowed) / scale + zero), most)
    if low > high:
        ends = f"{scale * (least - zero):.6g} to {scale * (most - zero):.6g}"
        raise _not_possible(index, number, f"it has {ends} in steps of {scale:.6g}")
    return low, high


def _not_possible(index: int, number: str, why: str) -> ProtocolError:
    text = f"m-results: number {index} is {number}, which the output cannot be: {why}"
    hint = "the firmware runs another model, or prints something made of its output"
    return ProtocolError(text, hint=hint)
