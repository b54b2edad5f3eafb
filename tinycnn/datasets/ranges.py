"""What black and white are in stored pixel values.

The lowest and the highest value of a whole data set come in, a `ValueRange` goes out.
One range serves all images of a set: a range an image would make a dark one bright.
Values that can mean one thing only are taken, and `meaning` says as what; anything else
is refused with what is not known about it.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from tinycnn.errors import DatasetError

__all__ = ["StoredValues", "ValueRange", "find_range", "survey"]

_DEPTHS = (8, 10, 12, 14, 16)  # bits that sensors and files have
_BRIGHT = 127  # of 255: a set without a brighter value need not have 255 as its white
_SLACK = 1e-3  # what float32 arithmetic adds to 1
_REACHES_ENDS = 0.98  # -1 and 1, as a byte divided by 127.5 less 1 gives them
_CHUNK = 256  # images at a time, so that a temporary stays small


@dataclass(frozen=True, slots=True)
class StoredValues:
    """Facts about all values of a set as they are stored.

    Attributes:
        kind: The type as a message names it: a NumPy dtype, or "16-bit".
        low: The lowest value; NaN if there is one.
        high: The highest value; NaN if there is one.
        is_whole: Whether no value has a fraction.
    """

    kind: str
    low: float
    high: float
    is_whole: bool

    @classmethod
    def merge_all(cls, stored: Sequence[StoredValues]) -> StoredValues:
        """Facts about the values of all, which are of one kind."""
        return cls(
            stored[0].kind,
            float(np.min([s.low for s in stored])),  # keeps NaN, as Python's does not
            float(np.max([s.high for s in stored])),
            all(s.is_whole for s in stored),
        )

    def __str__(self) -> str:
        return f"{self.kind} from {self.low:,.6g} to {self.high:,.6g}"


@dataclass(frozen=True, slots=True)
class ValueRange:
    """The stored values that are black and white.

    Attributes:
        black: Becomes 0.
        white: Becomes 255.
        meaning: How that was understood, in words.
    """

    black: float
    white: float
    meaning: str

    def to_bytes(self, values: NDArray[np.generic]) -> NDArray[np.uint8]:
        """The values as uint8, rounded half up and clipped; same shape.

        >>> ValueRange(0, 4095, "").to_bytes(np.array([0, 2048, 4095]))
        array([  0, 128, 255], dtype=uint8)
        """
        if values.dtype == np.uint8 and (self.black, self.white) == (0, 255):
            return np.asarray(values, np.uint8)
        scaled = np.empty(values.shape, np.uint8)
        for start in range(0, len(values), _CHUNK):
            part = np.asarray(values[start : start + _CHUNK], np.float64)
            part = (part - self.black) * (255 / (self.white - self.black))
            scaled[start : start + _CHUNK] = np.clip(np.floor(part + 0.5), 0, 255)
        return scaled


def survey(values: NDArray[np.generic]) -> StoredValues:
    """Facts about the values of an array of booleans, integers or floats."""
    kind = values.dtype.name
    parts = [values[i : i + _CHUNK] for i in range(0, len(values), _CHUNK)]
    is_whole = values.dtype.kind in "biu" or all(_is_whole(part) for part in parts)
    return StoredValues(kind, float(np.min(values)), float(np.max(values)), is_whole)


def find_range(subject: str, stored: StoredValues) -> ValueRange:
    """The range that the values of `subject` have.

    uint8 is what it says, unless it holds 0 and 1 only. Other types are told apart by
    how far they reach.

    Raises:
        DatasetError: If the values can mean several things, or no image.
    """
    low, high = stored.low, stored.high
    is_float = stored.kind.startswith("float")
    if not (math.isfinite(low) and math.isfinite(high)):
        raise _refuse(subject, stored, "leave out images with NaN or infinite values")
    if low < 0:
        if is_float and _spans_minus_one_to_one(low, high):
            return ValueRange(-1, 1, "-1 is taken as black, 1 as white")
        raise _refuse(subject, stored, _negative_hint(stored))
    if high <= 1 + _SLACK and (is_float or high == 1):
        return ValueRange(0, 1, "1 is taken as white")
    if stored.kind == "uint8" or _BRIGHT < high <= 255 + _SLACK or high == 0:
        return ValueRange(0, 255, "255 is taken as white")
    if high <= 255:
        raise _refuse(
            subject,
            stored,
            f"no value tells what is white; if {high:g} is, multiply them by "
            f"255 / {high:g} and save them as uint8",
        )
    if not stored.is_whole or high >= 1 << _DEPTHS[-1]:
        raise _refuse(subject, stored, "save them as uint8, with 255 as white")
    bits = next(bits for bits in _DEPTHS if high < 1 << bits)
    white = (1 << bits) - 1
    return ValueRange(0, white, f"taken as {bits}-bit, {white:,} is white")


def _is_whole(values: NDArray[np.generic]) -> bool:
    floats = np.asarray(values, np.float64)
    return bool(np.array_equal(floats, np.floor(floats)))


def _spans_minus_one_to_one(low: float, high: float) -> bool:
    """Whether both ends are reached: what is centred otherwise, rarely does."""
    ends = (-low, high)
    return all(_REACHES_ENDS <= end <= 1 + _SLACK for end in ends)


def _negative_hint(stored: StoredValues) -> str:
    if stored.kind == "int8":
        return (
            "if -128 is black, save x.astype('int16') + 128 as uint8; if values "
            "wrapped around, x.view('uint8')"
        )
    return (
        "standardised or centred values do not tell black and white; save the images "
        "as they were before, as uint8"
    )


def _refuse(subject: str, stored: StoredValues, hint: str) -> DatasetError:
    return DatasetError(
        f"{subject}: expected values from 0 to 255, 0 to 1 or -1 to 1, or whole "
        f"numbers of 10 to 16 bits, got {stored}",
        hint=hint,
    )
