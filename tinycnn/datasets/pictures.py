"""One picture's file, as the pixels that a model of images is given.

Formats are told by content, not by name. A picture is turned upright as its EXIF data
says, flattened on white where it is transparent, made grey or RGB, cropped about its
centre or padded with black, and resized. Of an animation or a file of several pages the
first is taken. A picture of more than 8 bits a channel keeps its stored values, because
what is white in them only the whole data set can tell (`ranges`).
"""

from __future__ import annotations

import io
import struct
import warnings
import zlib
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, Literal

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageFile, ImageOps, UnidentifiedImageError

from tinycnn.datasets.deep_pictures import describe_deep, read_deep, split_planes
from tinycnn.datasets.ranges import StoredValues, ValueRange, find_range
from tinycnn.errors import DatasetError
from tinycnn.files import reading
from tinycnn.frames import ImageFit

__all__ = ["FORMAT_NAMES", "OTHER_SUFFIXES", "SUFFIXES", "Glance", "Picture"]
__all__ += ["fit_image", "glance_at", "printable", "read_image", "read_picture"]

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
"""Pillow's format of the files that are read, by their suffix."""

OTHER_SUFFIXES = frozenset(
    ".heic .heif .avif .jxl .jp2 .svg .ico .tga .psd .dng .cr2 .nef".split()
)
"""Of pictures that are not read; leaving them out unasked would halve a class."""

FORMAT_NAMES = "PNG, JPEG, BMP, GIF, TIFF, WebP or PPM"
_FORMATS = tuple(dict.fromkeys(SUFFIXES.values()))
_ORIENTATION = 274  # of EXIF
_GLANCE = 32  # pixels a side that show colours
_SPREAD = 4  # of 255, on average between channels: more than a JPEG's noise
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
# What else people give for a picture, by bytes near its start.
_SIGNATURES = {
    b"ftyphei": "HEIC",
    b"ftypmif1": "HEIC",
    b"ftypavif": "AVIF",
    b"<svg": "SVG",
    b"<html": "a web page",
    b"<!doctype": "a web page",
    b"%pdf": "PDF",
    b"git-lfs": "a Git LFS pointer: run git lfs pull",
}
_OWN_SIGNATURES = (b"\x89PNG", b"\xff\xd8", b"GIF8", b"RIFF", b"BM", b"II*\0", b"MM\0*")
_FITS = {"crop": ImageOps.fit, "pad": ImageOps.pad}


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


@dataclass(frozen=True, slots=True)
class Glance:
    """What a picture looks like.

    Attributes:
        width: In pixels, upright.
        height: Likewise.
        is_coloured: Whether it is more than shades of grey.
    """

    width: int
    height: int
    is_coloured: bool


def printable(name: str) -> str:
    r"""A file's name as one line that every terminal can show.

    >>> printable("a.png"), printable("a\nb")
    ('a.png', 'a\\nb')
    """
    return name if name.isprintable() else ascii(name)[1:-1]


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
    content: bytes | None = None,
) -> Picture:
    """The picture at `path`, or in `content`, in its final shape.

    The other arguments are those of `read_image`.

    Raises:
        DatasetError: If it is no regular file of at most 256 MiB, no picture, is
            damaged, or has more than 50 million pixels.
    """
    shape = (size, size) if isinstance(size, int) else size
    subject = printable(str(path))
    try:
        with warnings.catch_warnings(), _open(path, content) as f:
            warnings.simplefilter("ignore")
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            with Image.open(f, formats=_FORMATS) as image:
                return _decode(subject, f, image, shape, channels, fit)
    except FileNotFoundError as error:
        message = f"{subject}: there is no such file"
        raise DatasetError(message, hint="check the path of the picture") from error
    except _IMAGE_ERRORS as error:
        reason = _explain(path, content, error)
        raise DatasetError(
            f"{subject}: not a readable {FORMAT_NAMES} image: {reason}",
            hint="replace the file: save the picture anew, as PNG",
        ) from error


def glance_at(path: Path, content: bytes | None = None) -> Glance | None:
    """A picture's size and whether it has colours; None if it cannot be read.

    Args:
        path: Its file.
        content: The bytes of a picture that is no file.
    """
    try:
        with warnings.catch_warnings(), _open(path, content) as f:
            warnings.simplefilter("ignore")
            with Image.open(f, formats=_FORMATS) as image:
                width, height = image.size
                if image.getexif().get(_ORIENTATION, 1) > 4:  # lies on its side
                    width, height = height, width
                image.draft(None, (_GLANCE, _GLANCE))
                small = _flatten(image).convert("RGB").resize((_GLANCE, _GLANCE))
    except _IMAGE_ERRORS:
        return None
    pixels = np.asarray(small, np.int16)
    spread = pixels.max(axis=2) - pixels.min(axis=2)
    return Glance(width, height, bool(spread.mean() > _SPREAD))


def fit_image(image: Image.Image, size: tuple[int, int], fit: ImageFit) -> Image.Image:
    """The image cropped or padded with black to the shape of `size`, and resized.

    Args:
        image: Of any mode.
        size: Width and height of the result.
        fit: How it gets its shape.
    """
    return _FITS[fit](image, size, Image.Resampling.BILINEAR)


def _decode(
    subject: str,
    stream: BinaryIO,
    image: ImageFile.ImageFile,
    size: tuple[int, int],
    channels: Literal[1, 3],
    fit: ImageFit,
) -> Picture:
    _check_pixels(subject, image)
    found, is_sequence = str(image.format), bool(getattr(image, "is_animated", False))
    deep = read_deep(stream, image)
    if deep is not None:
        stored = describe_deep(image, deep)
        planes = [Image.fromarray(p) for p in split_planes(deep, channels)]
        fitted = [np.asarray(fit_image(plane, size, fit)) for plane in planes]
        return Picture(np.stack(fitted, axis=-1), stored, found, is_sequence)
    image.draft(None, (2 * size[0], 2 * size[1]))  # large JPEGs load 7x faster
    upright = ImageOps.exif_transpose(image)
    flat = _flatten(upright).convert("L" if channels == 1 else "RGB")
    pixels = np.asarray(fit_image(flat, size, fit), np.uint8)
    return Picture(pixels.reshape(size[1], size[0], -1), None, found, is_sequence)


def _check_pixels(subject: str, image: Image.Image) -> None:
    pixels = image.width * image.height
    if pixels > _MAX_PIXELS:
        raise DatasetError(
            f"{subject}: expected at most {_MAX_PIXELS:,} pixels, got {pixels:,}"
        )


def _flatten(image: Image.Image) -> Image.Image:
    """The image without transparency."""
    if not image.has_transparency_data:
        return image
    layer = image.convert("RGBA")
    white = Image.new("RGBA", layer.size, "white")
    return Image.alpha_composite(white, layer)


def _open(path: Path, content: bytes | None) -> AbstractContextManager[BinaryIO]:
    if content is None:
        return reading(path, max_bytes=_MAX_FILE_BYTES)
    return io.BytesIO(content)


def _explain(
    path: Path, content: bytes | None, error: Exception, limit: int = 120
) -> str:
    """One line on why a picture cannot be read."""
    if isinstance(error, UnidentifiedImageError):  # names a Python object only
        with _open(path, content) as stream:
            head = stream.read(512)
        if not head:
            return "it is empty"
        if head.startswith(_OWN_SIGNATURES):
            return "its header is damaged"
        matches = (n for s, n in _SIGNATURES.items() if s in head.lower())
        return f"it holds {next(matches, 'something else')}"
    reason = getattr(error, "strerror", None) or str(error) or type(error).__name__
    line = " ".join(reason.split())
    return line if len(line) <= limit else f"{line[: limit - 1]}…"
