"""Images of another size, from the nearest values or those around."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from tinycnn.models.backend import keras, tf
from tinycnn.training.reading import Call, Place, Reading, expect, refusal
from tinycnn.training.rounding import double, round_half_away
from tinycnn.training.steps import Operator

__all__ = ["READERS"]

_layers = keras.layers
_UNIT = 1 << 10  # of a weight


def _read_upsampling(reading: Reading, call: Call) -> Place:
    layer = call.operation
    expect(layer, "data_format", "channels_last")
    return _resized(reading, call, getattr(layer, "interpolation", "nearest"))


def _read_resize(reading: Reading, call: Call) -> Place:
    operation, (rows, columns, _) = call.operation, call.input_shape
    expect(operation, "data_format", "channels_last", None)
    for option in ("antialias", "crop_to_aspect_ratio", "pad_to_aspect_ratio"):
        expect(operation, option, False)
    is_whole = not (call.shape[0] % rows or call.shape[1] % columns)
    if operation.interpolation == "nearest" and not is_whole:
        raise refusal(operation, "a multiple of the size", "another", "use bilinear")
    return _resized(reading, call, operation.interpolation)


def _resized(reading: Reading, call: Call, how: str) -> Place:
    """An image, or rows of vectors as an image of one column."""
    if how not in ("nearest", "bilinear"):
        hint = "use nearest or bilinear"
        raise refusal(call.operation, "interpolation nearest or bilinear", how, hint)
    source, shape = (
        s if len(s) == 3 else (s[0], 1, s[1]) for s in (call.input_shape, call.shape)
    )
    index = reading.reshaped(call.sources[0], source, f"{call.name}_image")
    operator = _resizing(source[:2], shape[:2], is_bilinear=how == "bilinear")
    index = reading.plain(call.name, (index,), operator, shape)
    return reading.reshaped(index, call.shape, f"{call.name}_row")


def _resizing(
    source: tuple[int, ...], target: tuple[int, ...], *, is_bilinear: bool
) -> Operator:
    """RESIZE_BILINEAR and RESIZE_NEAREST_NEIGHBOR."""
    rows, columns = (_weights(n, m) for n, m in zip(source, target, strict=True))

    def counted(q: Any) -> Any:
        total = tf.einsum("yr,nrxc->nyxc", rows, double(q))
        total = tf.einsum("zx,nyxc->nyzc", columns, total)
        return tf.cast(round_half_away(total / _UNIT**2), tf.float32)

    return Operator(
        "resize",
        lambda x: tf.image.resize(x, target, "bilinear" if is_bilinear else "nearest"),
        "RESIZE_BILINEAR" if is_bilinear else "RESIZE_NEAREST_NEIGHBOR",
        options={"halfPixelCenters": is_bilinear},
        parameters={"size": np.array(target, np.int32)},
        counted=counted if is_bilinear else None,
        keeps_grid=True,
        moves=not is_bilinear,
        channels="kept",
    )


def _weights(size: int, target: int) -> NDArray[np.float64]:
    """What each of `target` places takes of `size`, in the reference's 10 bits."""
    scale = (_UNIT * size + target // 2) // target
    found = np.zeros((target, size))
    for place in range(target):
        position = place * scale + scale // 2 - _UNIT // 2
        low = max(int(position / _UNIT), 0)  # towards zero, as C divides
        high = min(int((position + _UNIT - 1) / _UNIT), size - 1)
        share = position - _UNIT * low
        found[place, low] += _UNIT - share
        found[place, high] += share
    return found


READERS = {
    _layers.UpSampling1D: _read_upsampling,
    _layers.UpSampling2D: _read_upsampling,
    _layers.Resizing: _read_resize,
    "Resize": _read_resize,
}
