"""Mistakes with the places of an input's values: order, direction, crop, transfer.

Values stay what they are and come to lie elsewhere, or do not arrive.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial

import numpy as np
from numpy.typing import NDArray

from tinycnn.device import TensorInfo
from tinycnn.harness.mistakes.mistake import Given, Indices, Mistake, Trial
from tinycnn.harness.mistakes.pixels import Values, change_values, fill_value

__all__ = ["LAYOUT_MISTAKES", "list_moves", "list_truncations"]

_Move = Callable[[Values], Values]
_BUFFERS = (20, 48, 96, 100, 192, 200, 240, 244, 250, 255, 384, 500, 768, 1000)
_SIZES = (*_BUFFERS, *(1 << n for n in range(4, 16)))  # of packets and buffers
_MOST_ROWS = 40


def _swap_bytes(size: int, x: Values) -> Values:
    """Bytes in reverse within each group of `size`; a rest keeps its order."""
    rows = x.reshape(len(x), -1).view(np.uint8).copy()
    whole = rows.shape[1] // size * size
    groups = rows[:, :whole].reshape(len(rows), -1, size)
    rows[:, :whole] = groups[:, :, ::-1].reshape(len(rows), whole)
    return rows.view(x.dtype)


def _planar(x: Values) -> Values:
    return x.transpose(0, 3, 1, 2)


def _interleaved(x: Values) -> Values:
    n, h, w, c = x.shape
    return x.reshape(n, c, h, w).transpose(0, 2, 3, 1)


def _crop(share: float, smooth: bool, x: Values) -> Values:
    """The middle of each picture, drawn to the whole size."""
    h, w = x.shape[1:3]
    y, above = _places(h, share)
    z, left = _places(w, share)
    if not smooth:
        return x[:, np.rint(y).astype(int)][:, :, np.rint(z).astype(int)]
    real = x.astype(np.float64)
    rows = _blend(real, above, y - above, axis=1)
    return np.rint(_blend(rows, left, z - left, axis=2))


def _places(size: int, share: float) -> tuple[NDArray[np.float64], NDArray[np.intp]]:
    """Where each pixel is taken from, by the rule of pixel centres."""
    place = (np.arange(size) + 0.5) * share + size * (1 - share) / 2 - 0.5
    place = np.clip(place, 0, size - 1)
    return place, place.astype(np.intp)


def _blend(
    x: NDArray[np.float64],
    low: NDArray[np.intp],
    part: NDArray[np.float64],
    *,
    axis: int,
) -> NDArray[np.float64]:
    high = np.minimum(low + 1, x.shape[axis] - 1)
    part = part.reshape([-1 if a == axis else 1 for a in range(x.ndim)])
    low_values, high_values = x.take(low, axis), x.take(high, axis)
    return np.asarray(low_values * (1 - part) + high_values * part)


def _coarse(x: Values) -> Values:
    """Every second pixel, drawn twice."""
    h, w = x.shape[1:3]
    return x[:, np.arange(h) // 2 * 2][:, :, np.arange(w) // 2 * 2]


def _shift(rows: int, columns: int, x: Values, tensor: TensorInfo) -> Values:
    moved = np.full_like(x, fill_value(tensor))
    h, w = x.shape[1:3]
    moved[:, _span(rows, h), _span(columns, w)] = x[
        :, _span(-rows, h), _span(-columns, w)
    ]
    return moved


def _span(shift: int, size: int) -> slice:
    return slice(max(shift, 0), max(size + min(shift, 0), 0))


def _offset(count: int, x: Values) -> Values:
    """All bytes `count` places later; those at the end come to the beginning."""
    rows = x.reshape(len(x), -1).view(np.uint8)
    return np.roll(rows, count, axis=1).view(x.dtype)


def _keep_type(move: _Move, x: Values, tensor: TensorInfo) -> Values | None:
    made = move(x)
    return None if made is x else made


def _mistake(
    name: str, explanation: str, hint: str, move: _Move, family: str = ""
) -> Mistake:
    replay = partial(change_values, partial(_keep_type, move))
    return Mistake(name, explanation, hint, replay, family or name)


_ORDER = "lay the input out by rows, columns, channels (NHWC)"
_MOUNTED = "check how the camera is mounted, and how its rows are read"

LAYOUT_MISTAKES: tuple[Mistake, ...] = (
    _mistake(
        "red and blue swapped",
        "the channels are fed as BGR where the model takes RGB",
        "swap the first and the last channel of each pixel",
        lambda x: x[..., ::-1],
    ),
    _mistake(
        "channels first",
        "the image is fed plane after plane (NCHW)",
        _ORDER,
        _planar,
    ),
    _mistake(
        "channels last of channels first",
        "the image's bytes are taken as planes (NCHW) and reordered once too often",
        _ORDER,
        _interleaved,
    ),
    _mistake(
        "rows and columns swapped",
        "the image is transposed",
        _ORDER,
        lambda x: x.transpose(0, 2, 1, 3),
    ),
    _mistake("mirrored", "left is right", _MOUNTED, lambda x: x[:, :, ::-1]),
    _mistake("upside down", "the last row comes first", _MOUNTED, lambda x: x[:, ::-1]),
    _mistake(
        "turned by 180 degrees",
        "the image is turned",
        _MOUNTED,
        lambda x: x[:, ::-1, ::-1],
    ),
    _mistake(
        "turned by 90 degrees, to the left",
        "the image is turned",
        _MOUNTED,
        lambda x: np.rot90(x, 1, (1, 2)),
    ),
    _mistake(
        "turned by 90 degrees, to the right",
        "the image is turned",
        _MOUNTED,
        lambda x: np.rot90(x, 3, (1, 2)),
    ),
    _mistake(
        "bytes of 16-bit words swapped",
        "the bytes of each pair are in reverse",
        "check the byte order of what is copied by 16-bit words (SPI, DMA, RGB565)",
        partial(_swap_bytes, 2),
    ),
    _mistake(
        "bytes of 32-bit words swapped",
        "the bytes of each group of four are in reverse",
        "check the byte order of what is copied by 32-bit words (SPI, DMA)",
        partial(_swap_bytes, 4),
    ),
    _mistake(
        "picture of half the size",
        "every second pixel is drawn twice",
        "take the camera's picture at the model's size or above",
        _coarse,
        "crop",
    ),
)


def list_moves() -> Iterator[Mistake]:
    """Pictures moved or cropped by a few pixels or bytes."""
    for share, smooth in ((s, k) for s in (7 / 8, 3 / 4, 2 / 3, 1 / 2) for k in (0, 1)):
        way = "smoothly" if smooth else "to nearest pixels"
        yield _mistake(
            f"cropped to its middle {share:.1%}",
            f"the picture's middle is drawn to the whole size, {way}",
            "crop and resize as the data set does",
            partial(_crop, share, bool(smooth)),
            "crop",
        )
    for rows, columns in ((r, c) for r in range(-2, 3) for c in range(-2, 3)):
        if rows or columns:
            replay = partial(change_values, partial(_shift, rows, columns))
            yield Mistake(
                f"moved by {rows:+} rows, {columns:+} columns",
                "the picture is cropped elsewhere",
                "check the first row and column of the crop",
                replay,
                "moved",
            )
    for count in (-8, -4, -3, -2, -1, 1, 2, 3, 4, 8):
        yield _mistake(
            f"moved by {count:+} bytes",
            "the image does not start where the input does",
            "check headers and offsets of the image's buffer",
            partial(_offset, count),
            "offset",
        )


def list_truncations(given: Given) -> Iterator[Mistake]:
    """Only the first bytes arrive; the rest is zero, black or of the image before."""
    row_bytes = given.inputs.shape[1]
    shape = given.input.shape if given.input else ()
    line = row_bytes // shape[1] if len(shape) > 2 else row_bytes
    step = max(row_bytes // line // _MOST_ROWS, 1) * line
    counts = {*_SIZES, *range(step, row_bytes, step), row_bytes // 2, row_bytes - 1}
    rests = {"zero": 0, "of the image before": None}
    if given.input is not None and given.input.dtype != "float32":
        black = np.array(given.input.zero_point).astype(np.uint8).view(np.int8)
        rests["black"] = int(black)
    for count in sorted(n for n in counts if 0 < n < row_bytes):
        for name, value in dict.fromkeys(rests.items()):
            yield Mistake(
                f"only the first {count:,} bytes arrive",
                f"the rest of the input is {name}",
                "copy the whole image before the model runs; check buffer sizes",
                partial(_truncate, count, value),
                "truncated",
            )


def _truncate(count: int, value: int | None, given: Given, picked: Indices) -> Trial:
    rows = given.inputs[picked].copy()
    before = given.inputs[np.maximum(picked - 1, 0)]
    rows[:, count:] = before[:, count:] if value is None else value
    return Trial(given.model, given.numerics, rows)
