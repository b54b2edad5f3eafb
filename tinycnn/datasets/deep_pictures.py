"""Pictures of more than 8 bits a channel, with all their bits.

An open Pillow image comes in, its stored values go out, upright. Pillow itself gives
the high byte of 16-bit colours only and clips deep greys when it makes them 8-bit.
"""

from __future__ import annotations

import sys
from typing import BinaryIO, Literal, TypeAlias

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageFile, ImageOps

from tinycnn.datasets.ranges import StoredValues

__all__ = ["DeepValues", "describe_deep", "read_deep", "split_planes"]

_LUMA = np.array([0.299, 0.587, 0.114], np.float32)  # ITU-R 601, as Pillow's grey
_OPAQUE = 0xFF00  # of 16-bit alpha
_WHITE_IS_ZERO = 0  # of TIFF's tag PhotometricInterpretation
_PHOTOMETRIC = 262
_TileArgs: TypeAlias = "tuple[object, ...] | str | None"

DeepValues: TypeAlias = "NDArray[np.float32] | NDArray[np.uint16]"
"""(height, width) greys, or (height, width, 3 or 4) colours."""


def read_deep(stream: BinaryIO, image: ImageFile.ImageFile) -> DeepValues | None:
    """The stored values; None of 8-bit pictures.

    Args:
        stream: The file that `image` was opened from, which may be opened again.
        image: Not loaded yet.

    Raises:
        ValueError: If white is stored as 0; and what Pillow raises.
    """
    if image.mode[0] in "IF":  # I;16, I;16B, I (32 bits), F (float)
        if getattr(image, "tag_v2", {}).get(_PHOTOMETRIC) == _WHITE_IS_ZERO:
            raise ValueError("16-bit TIFF whose white is 0")
        return np.asarray(ImageOps.exif_transpose(image)).astype(np.float32)
    swapped = _swap_bytes(_raw_mode(image))
    if swapped is None:
        return None
    # Pillow keeps the high byte of a 16-bit colour; read in the other byte order, the
    # same decoder gives the low one.
    high = np.asarray(ImageOps.exif_transpose(image), np.uint16) * np.uint16(256)
    if swapped.startswith("LA"):  # has no decoder for the low byte: take its middle
        return high + np.uint16(128)
    stream.seek(0)
    with Image.open(stream, formats=[str(image.format)]) as again:
        again.tile = [tile._replace(args=_swap_args(tile.args)) for tile in again.tile]
        return high + np.asarray(ImageOps.exif_transpose(again), np.uint16)


def _raw_mode(image: ImageFile.ImageFile) -> str:
    """How the file stores a pixel, as Pillow's decoders call it."""
    args = image.tile[0].args if image.tile else ""
    return str(args[0] if isinstance(args, tuple) and args else args)


def _swap_bytes(raw_mode: str) -> str | None:
    """The raw mode of the other byte order; None where a channel has 8 bits."""
    base, _, order = raw_mode.partition(";16")
    if order not in ("B", "L", "N"):  # BGR;16 has 16 bits a pixel
        return None
    is_big = order == "B" or (order == "N" and sys.byteorder == "big")
    return f"{base};16{'L' if is_big else 'B'}"


def _swap_args(
    args: tuple[object, ...] | str | None,
) -> tuple[object, ...] | str | None:
    if isinstance(args, tuple):
        return (_swap_bytes(str(args[0])), *args[1:])
    return _swap_bytes(str(args))


def describe_deep(image: Image.Image, deep: DeepValues) -> StoredValues:
    """Facts about the stored values, but for those of alpha."""
    if image.mode == "F":
        return StoredValues("float32", float(deep.min()), float(deep.max()), False)
    if image.format == "PPM":  # Pillow has scaled what the header calls white
        return StoredValues("16-bit", 0, 65_535, True)
    colours = deep[..., :3] if deep.ndim == 3 else deep
    return StoredValues("16-bit", float(colours.min()), float(colours.max()), True)


def split_planes(
    deep: DeepValues, channels: Literal[1, 3]
) -> list[NDArray[np.float32]]:
    """Grey, or red, green and blue; on white where alpha says so."""
    if deep.ndim == 2:
        return [deep.astype(np.float32)] * channels
    planes = [deep[..., c].astype(np.float32) for c in range(3)]
    if deep.shape[-1] == 4 and deep[..., 3].min() < _OPAQUE:
        alpha = deep[..., 3].astype(np.float32) / np.float32(65535)
        planes = [65535 + (plane - 65535) * alpha for plane in planes]
    if channels == 1:
        weighted = [w * plane for w, plane in zip(_LUMA, planes, strict=True)]
        return [weighted[0] + weighted[1] + weighted[2]]
    return planes
