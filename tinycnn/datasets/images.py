"""Images from a folder with a sub-folder per class.

PNG, JPEG and BMP files are read, in the order of their names. Each is turned upright as
its EXIF data says, flattened on white where it is transparent, made grey or RGB,
cropped about its centre or padded with black to a square, and resized. Links and
special files are skipped.
"""

from __future__ import annotations

import logging
import os
import struct
import warnings
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import Literal

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageOps

from tinycnn.datasets.dataset import Split
from tinycnn.datasets.download import Progress
from tinycnn.datasets.split import make_split
from tinycnn.errors import DatasetError
from tinycnn.frames import ImageFit

__all__ = ["fit_image", "read_image", "read_images"]

_FORMATS = ("PNG", "JPEG", "BMP")
_SUFFIXES = frozenset({".png", ".jpg", ".jpeg", ".bmp"})
_MAX_PIXELS = 50_000_000
_MAX_BYTES = 2 << 30
_MAX_CLASSES = 1_000
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
    SyntaxError,
    TypeError,
    ValueError,
    struct.error,
    zlib.error,
)

_FITS = {"crop": ImageOps.fit, "pad": ImageOps.pad}

_log = logging.getLogger(__name__)


def read_images(
    folder: Path,
    *,
    size: int,
    channels: Literal[1, 3],
    fit: ImageFit = "crop",
    progress: Progress | None = None,
) -> tuple[Split, tuple[str, ...]]:
    """All images under `folder`, class by class, and the class names.

    Args:
        folder: Holds one folder per class.
        size: Height and width of the result, in pixels.
        channels: 1 for grey, 3 for RGB.
        fit: How an image becomes square.
        progress: Told how many images were read.

    Raises:
        DatasetError: If there are no classes, a class has no images, or an image
            cannot be read.
    """
    classes = {path.name: _image_paths(path) for path in _class_folders(folder)}
    total = sum(len(paths) for paths in classes.values())
    total_bytes = total * size * size * channels
    if total_bytes > _MAX_BYTES:
        raise DatasetError(
            f"{folder}: expected at most {_MAX_BYTES:,} bytes of images, "
            f"got {total_bytes:,}",
            hint="make image_size smaller",
        )
    images = np.empty((total, size, size, channels), np.uint8)
    paths = (path for paths in classes.values() for path in paths)
    for number, path in enumerate(paths):
        images[number] = read_image(path, size=size, channels=channels, fit=fit)
        if progress is not None:
            progress(folder.name, number + 1, total)
    counts = [len(paths) for paths in classes.values()]
    labels = np.repeat(np.arange(len(counts), dtype=np.int64), counts)
    return make_split(images, labels), tuple(classes)


def fit_image(image: Image.Image, size: tuple[int, int], fit: ImageFit) -> Image.Image:
    """The image cropped or padded with black to the shape of `size`, and resized.

    Args:
        image: Of any mode.
        size: Width and height of the result.
        fit: How it gets its shape.
    """
    return _FITS[fit](image, size, Image.Resampling.BILINEAR)


def read_image(
    path: Path,
    *,
    size: int | tuple[int, int],
    channels: Literal[1, 3],
    fit: ImageFit = "crop",
) -> NDArray[np.uint8]:
    """The image at `path` as uint8 of shape (height, width, channels).

    Args:
        path: The file.
        size: Width and height of the result, or both in one.
        channels: 1 for grey, 3 for RGB.
        fit: How it gets its shape.

    Raises:
        DatasetError: If it is no PNG, JPEG or BMP image, is damaged, or has more than
            50 million pixels.
    """
    width, height = (size, size) if isinstance(size, int) else size
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            with Image.open(path, formats=_FORMATS) as image:
                _check_pixels(path, image)
                image.draft(None, (2 * width, 2 * height))  # large JPEGs load 7x faster
                upright = ImageOps.exif_transpose(image)
                flat = _flatten(upright).convert("L" if channels == 1 else "RGB")
        shaped = fit_image(flat, (width, height), fit)
    except _IMAGE_ERRORS as error:
        reason = str(error) or type(error).__name__
        raise DatasetError(
            f"{path}: not a readable PNG, JPEG or BMP image: {reason}",
            hint="replace the file or move it out of the folder",
        ) from error
    return np.asarray(shaped, np.uint8).reshape(height, width, channels)


def _class_folders(folder: Path) -> list[Path]:
    """The sub-folders of `folder`, sorted by name."""
    folders = [Path(e) for e in _entries(folder) if e.is_dir(follow_symlinks=False)]
    if not 2 <= len(folders) <= _MAX_CLASSES:
        raise DatasetError(
            f"{folder}: expected 2 to {_MAX_CLASSES:,} class folders, "
            f"got {len(folders)}",
            hint="put the images of each class into a folder with the class's name",
        )
    for path in folders:
        if not path.name.isprintable():
            raise DatasetError(
                f"{folder}: class folder {path.name!a}: expected a printable name"
            )
    return folders


def _image_paths(folder: Path) -> list[Path]:
    """The image files in a class folder, sorted by name."""
    paths, skipped = [], 0
    for entry in _entries(folder):
        suffix = os.path.splitext(entry.name)[1].lower()
        if entry.is_file(follow_symlinks=False) and suffix in _SUFFIXES:
            paths.append(Path(entry))
        else:
            skipped += 1
    if not paths:
        raise DatasetError(
            f"{folder}: class '{folder.name}' has no images",
            hint="only .png, .jpg, .jpeg and .bmp files directly inside are read",
        )
    if skipped:
        _log.warning("%s: skipped %d entries that are no images", folder, skipped)
    return paths


def _entries(folder: Path) -> Iterator[os.DirEntry[str]]:
    """What `folder` holds, sorted by name, without hidden entries."""
    try:
        with os.scandir(folder) as entries:
            found = sorted(entries, key=lambda entry: entry.name)
    except OSError as error:
        raise DatasetError(f"{folder}: {error.strerror}") from error
    return (entry for entry in found if not entry.name.startswith("."))


def _check_pixels(path: Path, image: Image.Image) -> None:
    pixels = image.width * image.height
    if pixels > _MAX_PIXELS:
        raise DatasetError(
            f"{path}: expected at most {_MAX_PIXELS:,} pixels, got {pixels:,}"
        )


def _flatten(image: Image.Image) -> Image.Image:
    """The image without transparency and with 8 bits a channel."""
    if image.mode.startswith("I"):  # 16-bit grey, which Pillow would clip, not scale
        high = np.asarray(image) >> 8
        return Image.fromarray(np.clip(high, 0, 255).astype(np.uint8))
    if not image.has_transparency_data:
        return image
    layer = image.convert("RGBA")
    white = Image.new("RGBA", layer.size, "white")
    return Image.alpha_composite(white, layer)
