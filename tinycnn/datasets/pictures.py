"""One picture's file, as the pixels that a model of images is given.

Formats are told by content, not by name. A picture is turned upright as its EXIF data
says, flattened on white where it is transparent, made grey or RGB, cropped about its
centre or padded with black, and resized. Of an animation or a file of several pages the
first is taken. A picture of more than 8 bits a channel keeps its stored values, because
what is white in them only the whole data set can tell (`ranges`).
"""

from __future__ import annotations

import struct
import sys
import warnings
import zlib
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, Literal, TypeAlias

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageFile, ImageOps

from tinycnn.datasets.ranges import StoredValues, ValueRange, find_range
from tinycnn.errors import DatasetError
from tinycnn.files import reading
from tinycnn.frames import ImageFit

__all__ = ["FORMAT_NAMES", "SUFFIXES", "Picture", "fit_image", "read_image"]
__all__ += ["read_picture"]

SUFFIXES: dict[str, str] = {
    ".webp": "WEBP",
    ".gif": "GIF",
    ".tif": "TIFF",
    ".tiff": "TIFF",
    ".pgm": "PPM",
    ".ppm": "PPM",
    ".jfif": "JPEG",
    ".png": "PNG",
    ".jpg": "JPEG",
    ".jpeg": "JPEG",
    ".bmp": "BMP",
}
"""Pillow's format of the files that are taken for pictures, by their suffix."""

FORMAT_NAMES = "PNG, JPEG, BMP, GIF, TIFF, WebP or PPM"
_FORMATS = tuple(dict.fromkeys(SUFFIXES.values()))
_MAX_PIXELS = 50_000_000
_MAX_FILE_BYTES = 256 << 20
# What Pillow raises for a broken file, whichever decoder finds it first.
_IMAGE_ERRORS = (
    Image.DecompressionBombError,
    Image.DecompressionBombWarning,
    ArithmeticError,
    AttributeError,
    EOFError,
    LookupError,
    MemoryError,
    NotImplementedError,
    OSError,
    RuntimeError,
    SyntaxError,
    TypeError,
    ValueError,
    struct.error,
    zlib.error,
)
_FITS = {"crop": ImageOps.fit, "pad": ImageOps.pad}
_LUMA = np.array([0.299, 0.587, 0.114], np.float32)  # ITU-R 601, as Pillow's grey
_OPAQUE = 0xFF00  # of 16-bit alpha
_WHITE_IS_ZERO = 0  # of TIFF's tag PhotometricInterpretation
_PHOTOMETRIC = 262

_TileArgs: TypeAlias = "tuple[object, ...] | str | None"


@dataclass(frozen=True, slots=True, eq=False)
class Picture:
    """A picture in its final shape.

    Attributes:
        pixels: (height, width, channels): uint8, or float32 stored values.
        stored: Facts about the whole file's stored values; None of uint8 pixels.
        format: Pillow's name of what the file really is.
        is_sequence: Whether it holds more pictures than the one that was taken.
    """

    pixels: NDArray[np.uint8] | NDArray[np.float32]
    stored: StoredValues | None
    format: str
    is_sequence: bool


def read_image(
    path: Path,
    *,
    size: int | tuple[int, int],
    channels: Literal[1, 3],
    fit: ImageFit = "crop",
    depth: ValueRange | None = None,
) -> NDArray[np.uint8]:
    """The picture at `path` as uint8 of shape (height, width, channels).

    Args:
        path: The file.
        size: Width and height of the result, or both in one.
        channels: 1 for grey, 3 for RGB.
        fit: How it gets its shape.
        depth: Black and white of more than 8 bits; None to judge by this picture.

    Raises:
        DatasetError: As `read_picture`, or if black and white are unknown.
    """
    picture = read_picture(path, size=size, channels=channels, fit=fit)
    if picture.stored is None:
        return np.asarray(picture.pixels, np.uint8)
    return (depth or find_range(str(path), picture.stored)).to_bytes(picture.pixels)


def read_picture(
    path: Path,
    *,
    size: int | tuple[int, int],
    channels: Literal[1, 3],
    fit: ImageFit = "crop",
) -> Picture:
    """The picture at `path` in its final shape; the arguments are `read_image`'s.

    Raises:
        DatasetError: If it is no regular file of at most 256 MiB, no picture, is
            damaged, or has more than 50 million pixels.
    """
    shape = (size, size) if isinstance(size, int) else size
    try:
        with warnings.catch_warnings(), reading(path, max_bytes=_MAX_FILE_BYTES) as f:
            warnings.simplefilter("ignore")
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            with Image.open(f, formats=_FORMATS) as image:
                return _decode(path, f, image, shape, channels, fit)
    except _IMAGE_ERRORS as error:
        reason = getattr(error, "strerror", None) or str(error) or type(error).__name__
        raise DatasetError(
            f"{path}: not a readable {FORMAT_NAMES} image: {_shorten(reason)}",
            hint="replace the file or move it out of the folder",
        ) from error


def fit_image(image: Image.Image, size: tuple[int, int], fit: ImageFit) -> Image.Image:
    """The image cropped or padded with black to the shape of `size`, and resized.

    Args:
        image: Of any mode.
        size: Width and height of the result.
        fit: How it gets its shape.
    """
    return _FITS[fit](image, size, Image.Resampling.BILINEAR)


def _decode(
    path: Path,
    stream: BinaryIO,
    image: ImageFile.ImageFile,
    size: tuple[int, int],
    channels: Literal[1, 3],
    fit: ImageFit,
) -> Picture:
    _check_pixels(path, image)
    found, is_sequence = str(image.format), bool(getattr(image, "is_animated", False))
    deep = _read_deep(stream, image)
    if deep is not None:
        stored = StoredValues(_deep_kind(image), *_extremes(image, deep))
        planes = [Image.fromarray(p) for p in _to_planes(deep, channels)]
        fitted = [np.asarray(fit_image(plane, size, fit)) for plane in planes]
        return Picture(np.stack(fitted, axis=-1), stored, found, is_sequence)
    image.draft(None, (2 * size[0], 2 * size[1]))  # large JPEGs load 7x faster
    upright = ImageOps.exif_transpose(image)
    flat = _flatten(upright).convert("L" if channels == 1 else "RGB")
    pixels = np.asarray(fit_image(flat, size, fit), np.uint8)
    return Picture(pixels.reshape(size[1], size[0], -1), None, found, is_sequence)


def _check_pixels(path: Path, image: Image.Image) -> None:
    pixels = image.width * image.height
    if pixels > _MAX_PIXELS:
        raise DatasetError(
            f"{path}: expected at most {_MAX_PIXELS:,} pixels, got {pixels:,}"
        )


def _flatten(image: Image.Image) -> Image.Image:
    """The image without transparency."""
    if not image.has_transparency_data:
        return image
    layer = image.convert("RGBA")
    white = Image.new("RGBA", layer.size, "white")
    return Image.alpha_composite(white, layer)


def _read_deep(
    stream: BinaryIO, image: ImageFile.ImageFile
) -> NDArray[np.float32] | NDArray[np.uint16] | None:
    """The stored values, upright, (H, W) or (H, W, 3 or 4); None of 8-bit pictures."""
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
    with Image.open(stream, formats=_FORMATS) as again:
        again.tile = [tile._replace(args=_swap_args(tile.args)) for tile in again.tile]
        return high + np.asarray(ImageOps.exif_transpose(again), np.uint16)


def _raw_mode(image: ImageFile.ImageFile) -> str:
    """How the file stores a pixel, as Pillow's decoders call it."""
    args = image.tile[0].args if image.tile else ""
    return str(args[0] if isinstance(args, tuple) and args else args)


def _swap_bytes(raw_mode: str) -> str | None:
    """The raw mode of the other byte order; None where a channel has 8 bits."""
    base, is_deep, order = raw_mode.partition(";16")
    if not is_deep:
        return None
    is_big = order == "B" or (order == "N" and sys.byteorder == "big")
    return f"{base};16{'L' if is_big else 'B'}"


def _swap_args(
    args: tuple[object, ...] | str | None,
) -> tuple[object, ...] | str | None:
    if isinstance(args, tuple):
        return (_swap_bytes(str(args[0])), *args[1:])
    return _swap_bytes(str(args))


def _deep_kind(image: Image.Image) -> str:
    return "float32" if image.mode == "F" else "16-bit"


def _extremes(
    image: Image.Image, deep: NDArray[np.float32] | NDArray[np.uint16]
) -> tuple[float, float, bool]:
    """Lowest and highest value of the channels that are no alpha, whether whole."""
    if image.format == "PPM" and image.mode != "F":  # white is known, and scaled to
        return 0.0, 65535.0, True
    colours = deep[..., :3] if deep.ndim == 3 else deep
    return float(colours.min()), float(colours.max()), image.mode != "F"


def _to_planes(
    deep: NDArray[np.float32] | NDArray[np.uint16], channels: Literal[1, 3]
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


def _shorten(reason: str, limit: int = 120) -> str:
    """One line of what a decoder says."""
    line = " ".join(reason.split())
    return line if len(line) <= limit else f"{line[: limit - 1]}…"
