"""Mistakes with the values of an input: offsets, scales, ranges, colours.

A pixel p of 0 to 255 is the real number p / 255, of which the model's input is
`round(real / scale) + zero point`. Each function here takes inputs as they should be
and gives what is made of the same pixels by mistake, in the input's own type.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import numpy as np
from numpy.typing import NDArray

from tinycnn.device import TensorInfo
from tinycnn.harness.mistakes.mistake import Given, Indices, Mistake, Trial

__all__ = ["PIXEL_MISTAKES", "Values", "change_values", "fill_value", "read_values"]

Values = NDArray[np.generic]
_Change = Callable[[Values, TensorInfo], "Values | None"]

_IMAGENET_MEAN = (0.485, 0.456, 0.406)
_IMAGENET_DEVIATION = (0.229, 0.224, 0.225)


def read_values(given: Given, picked: Indices) -> Values | None:
    """Inputs of a model with one input, as (images, height, width, channels)."""
    if given.input is None:
        return None
    shape = given.input.shape[1:]
    shape = {1: (1, *shape, 1), 2: (*shape, 1)}.get(len(shape), shape)
    if len(shape) != 3:
        return None
    dtype = np.dtype(given.input.dtype).newbyteorder("<")
    rows = given.inputs[picked].view(dtype)
    values: Values = np.reshape(rows, (len(picked), *shape))
    return values


def change_values(change: _Change, given: Given, picked: Indices) -> Trial | None:
    """The replay that runs the model on changed inputs."""
    values = read_values(given, picked)
    if values is None or given.input is None:
        return None
    made = change(values, given.input)
    if made is None:
        return None
    rows = np.ascontiguousarray(made, values.dtype).reshape(len(values), -1)
    return Trial(given.model, given.numerics, rows.view(np.int8))


def fill_value(tensor: TensorInfo) -> int:
    """The input's value for the real number 0."""
    return 0 if tensor.dtype == "float32" else tensor.zero_point


def _real(x: Values, tensor: TensorInfo) -> NDArray[np.float64]:
    real = x.astype(np.float64)
    if tensor.dtype == "float32":
        return real
    return tensor.scale * (real - tensor.zero_point)


def _quantize(real: NDArray[np.float64], tensor: TensorInfo) -> Values:
    if tensor.dtype == "float32":
        return real.astype(np.float32)
    info = np.iinfo(tensor.dtype)
    steps = real / (tensor.scale or 1.0)
    rounded = np.copysign(np.floor(np.abs(steps) + 0.5), steps)  # half away from zero
    return np.asarray(np.clip(rounded + tensor.zero_point, info.min, info.max))


def _pixels(x: Values, tensor: TensorInfo) -> NDArray[np.int64]:
    """The pixels that inputs were made of."""
    return np.clip(np.rint(255 * _real(x, tensor)), 0, 255).astype(np.int64)


def _bytes(values: NDArray[np.int64], tensor: TensorInfo) -> Values | None:
    """Numbers stored in the input as they are; the upper bits are cut off."""
    if tensor.dtype == "float32":
        return values.astype(np.float32)
    return values.astype(np.uint8).view(tensor.dtype)


def _other_sign(x: Values, tensor: TensorInfo) -> Values | None:
    if tensor.dtype == "float32":
        return None
    return (x.view(np.uint8) ^ np.uint8(0x80)).view(x.dtype)


def _no_zero_point(x: Values, tensor: TensorInfo) -> Values | None:
    if tensor.dtype == "float32" or tensor.zero_point in (-128, 0, 128):
        return None  # what _other_sign replays, or nothing to forget
    return _bytes(x.astype(np.int64) - tensor.zero_point, tensor)


def _saturated(x: Values, tensor: TensorInfo) -> Values | None:
    return np.minimum(_pixels(x, tensor), 127) if tensor.dtype == "int8" else None


def _halved(x: Values, tensor: TensorInfo) -> Values | None:
    return _bytes(_pixels(x, tensor) // 2, tensor)


def _not_quantized(x: Values, tensor: TensorInfo) -> Values | None:
    if tensor.dtype == "float32":
        return None
    return _bytes(_real(x, tensor).astype(np.int64), tensor)


def _inverted(x: Values, tensor: TensorInfo) -> Values:
    return _quantize(1 - _real(x, tensor), tensor)


def _normalized(x: Values, tensor: TensorInfo) -> Values | None:
    if x.shape[-1] != len(_IMAGENET_MEAN):
        return None
    real = (_real(x, tensor) - _IMAGENET_MEAN) / _IMAGENET_DEVIATION
    return _quantize(real, tensor)


def _of_565(x: Values, tensor: TensorInfo) -> Values | None:
    """Colours of 5, 6 and 5 bits, their upper bits repeated below."""
    if x.shape[-1] != 3:
        return None
    p = _pixels(x, tensor)
    lost = np.array([3, 2, 3])
    p = p >> lost << lost
    return _quantize((p | p >> (8 - lost)) / 255, tensor)


def _grey(x: Values, tensor: TensorInfo) -> Values | None:
    if x.shape[-1] != 3:
        return None
    grey = _pixels(x, tensor) @ np.array([0.299, 0.587, 0.114])
    return _quantize(np.repeat(np.rint(grey)[..., None], 3, axis=-1) / 255, tensor)


def _scaled(factor: float, offset: float, x: Values, tensor: TensorInfo) -> Values:
    return _quantize(factor * _real(x, tensor) + offset, tensor)


def _blank(value: int | None, x: Values, tensor: TensorInfo) -> Values | None:
    if value is None:
        value = fill_value(tensor)
        if value == 0:
            return None  # the same as zero bytes
    return np.full_like(x, value)


def _mistake(name: str, explanation: str, hint: str, change: _Change) -> Mistake:
    replay = partial(change_values, change)
    return Mistake(name, explanation, hint, replay, family=name)


_FEED = "feed round(pixel / 255 / scale) + zero point, as NAME_model.h says"

PIXEL_MISTAKES: tuple[Mistake, ...] = (
    _mistake(
        "128 forgotten, or subtracted twice",
        "uint8 pixels are fed where the model takes int8, or the other way round",
        "subtract 128 from each pixel exactly once before it is int8",
        _other_sign,
    ),
    _mistake(
        "zero point forgotten",
        "the input is pixel / 255 / scale without its zero point",
        _FEED,
        _no_zero_point,
    ),
    _mistake(
        "pixels cut off at 127",
        "uint8 pixels are converted to int8 with saturation, without the offset",
        "subtract 128 from each pixel before it is int8",
        _saturated,
    ),
    _mistake(
        "pixels halved",
        "pixels are divided by 2 to fit int8, where 128 must be subtracted",
        "subtract 128 from each pixel instead",
        _halved,
    ),
    _mistake(
        "scale 1/255 forgotten",
        "pixels of 0 to 255 are quantized as if they were 0 to 1",
        "divide by 255 before the input's scale is applied",
        partial(_scaled, 255.0, 0.0),
    ),
    _mistake(
        "scale 1/255 applied twice",
        "pixels are divided by 255 twice",
        "divide by 255 once",
        partial(_scaled, 1 / 255, 0.0),
    ),
    _mistake(
        "real numbers not quantized",
        "pixel / 255 is stored as int8 as it is, which leaves 0 and 1",
        _FEED,
        _not_quantized,
    ),
    _mistake(
        "pixels of -1 to 1",
        "pixels are mapped to -1 to 1 where the model takes 0 to 1",
        "divide by 255, and subtract nothing",
        partial(_scaled, 2.0, -1.0),
    ),
    _mistake(
        "pixels of 0 to 1",
        "pixels are mapped to 0 to 1 where the model takes -1 to 1",
        "divide by 127.5 and subtract 1",
        partial(_scaled, 0.5, 0.5),
    ),
    _mistake(
        "mean and deviation of ImageNet",
        "pixels are normalized with ImageNet's mean and deviation",
        "divide by 255 only",
        _normalized,
    ),
    _mistake(
        "inverted",
        "black is white and white is black",
        "feed 255 for white; check the camera's or the display's polarity",
        _inverted,
    ),
    _mistake(
        "colours of 16 bits",
        "colours have lost their lower bits on the way through RGB565",
        "take 24-bit colours, or train on images that went through RGB565",
        _of_565,
    ),
    _mistake(
        "grey instead of colours",
        "all three channels are the image's grey",
        "set the camera to colours",
        _grey,
    ),
    _mistake(
        "no image: zeros",
        "the model runs on an input of zero bytes",
        "copy the image into the model's input before each run",
        partial(_blank, 0),
    ),
    _mistake(
        "no image: black",
        "the model runs on an input of its zero point",
        "copy the image into the model's input before each run",
        partial(_blank, None),
    ),
)
