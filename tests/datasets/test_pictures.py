from __future__ import annotations

import io
import os
import struct
import zlib
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from tinycnn.datasets.images import read_images
from tinycnn.datasets.pictures import read_image, read_picture
from tinycnn.datasets.ranges import ValueRange
from tinycnn.errors import DatasetError

PIXELS = np.arange(12 * 12 * 3, dtype=np.uint8).reshape(12, 12, 3)
COLOUR, GREY_ALPHA, COLOUR_ALPHA = 2, 4, 6  # a PNG's colour types


def _save(path: Path, pixels: np.ndarray, **options: Any) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.fromarray(pixels).save(path, **options)
    return path


def _chunk(kind: bytes, data: bytes) -> bytes:
    check = struct.pack(">I", zlib.crc32(kind + data))
    return struct.pack(">I", len(data)) + kind + data + check


def _deep_png(path: Path, pixels: np.ndarray, colour_type: int) -> Path:
    """A PNG of 16 bits a channel, which Pillow reads but does not write."""
    height, width = pixels.shape[:2]
    rows = b"".join(b"\0" + row.astype(">u2").tobytes() for row in pixels)
    header = struct.pack(">IIBBBBB", width, height, 16, colour_type, 0, 0, 0)
    chunks = ((b"IHDR", header), (b"IDAT", zlib.compress(rows)), (b"IEND", b""))
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(b"\x89PNG\r\n\x1a\n" + b"".join(_chunk(*c) for c in chunks))
    return path


def _deep_tiff(path: Path, pixels: np.ndarray, order: str, *, deflate: bool) -> Path:
    """An RGB TIFF of 16 bits a channel, in a byte order."""
    height, width, channels = pixels.shape
    data = pixels.astype(f"{order}u2").tobytes()
    data = zlib.compress(data) if deflate else data
    method = 8 if deflate else 1
    tags = [(256, width), (257, height), (258, 0), (259, method), (262, 2), (273, 0)]
    tags += [(277, channels), (278, height), (279, len(data))]
    bits_at = 8 + 2 + 12 * len(tags) + 4
    values = {258: bits_at, 273: bits_at + 2 * channels}
    entries = b"".join(
        struct.pack(
            f"{order}HHII",
            tag,
            3 if tag == 258 else 4,
            channels if tag == 258 else 1,
            values.get(tag, value),
        )
        for tag, value in tags
    )
    head = (b"II*\0" if order == "<" else b"MM\0*") + struct.pack(f"{order}I", 8)
    ifd = struct.pack(f"{order}H", len(tags)) + entries + bytes(4)
    bits = struct.pack(f"{order}3H", 16, 16, 16)
    path.write_bytes(head + ifd + bits + data)
    return path


@pytest.mark.parametrize("suffix", ["png", "bmp", "tiff", "tif", "webp", "ppm"])
def test_every_format_gives_its_pixels(tmp_path: Path, suffix: str) -> None:
    """Lossless ones exactly, whatever the case of the suffix."""
    options = {"lossless": True} if suffix == "webp" else {}
    path = _save(tmp_path / f"a.{suffix}", PIXELS, **options)

    image = read_image(path, size=12, channels=3)

    assert np.array_equal(image, PIXELS)


def test_the_first_of_several_pictures_is_taken(tmp_path: Path) -> None:
    """Of an animation and of a file of pages; a note says so."""
    frames = [Image.new("L", (8, 8), value) for value in (50, 200)]
    for name in ("a/1.gif", "b/1.tif"):
        (tmp_path / name).parent.mkdir()
        frames[0].save(tmp_path / name, save_all=True, append_images=frames[1:])

    reading = read_images(tmp_path, size=8, channels=1)

    assert reading.images.images[:, 0, 0, 0].tolist() == [50, 50]
    assert reading.notes == ("files of several pictures, whose first is taken: 2",)


def test_content_counts_not_the_suffix(tmp_path: Path) -> None:
    """A PNG that is called .jpg is read; a note names it."""
    _save(tmp_path / "a" / "1.jpg", PIXELS, format="PNG")
    _save(tmp_path / "b" / "1.png", PIXELS)

    reading = read_images(tmp_path, size=12, channels=3)

    assert np.array_equal(reading.images.images[0], PIXELS)
    assert reading.notes == (
        "files read as what they hold, not as what they are called: 1 (a/1.jpg is PNG)",
    )


@pytest.mark.parametrize("mode", ["1", "L", "P", "LA", "PA", "RGB", "RGBA", "CMYK"])
def test_every_mode_keeps_its_greys(tmp_path: Path, mode: str) -> None:
    """Black stays black and white white, in one bit, a palette, four inks."""
    half = np.zeros((8, 8), np.uint8)
    half[:4] = 255
    picture = Image.fromarray(half).convert("RGB").convert(mode)
    path = tmp_path / "a.tif" if mode in ("CMYK", "PA") else tmp_path / "a.png"
    if mode == "PA":
        picture = picture.convert("LA")
    picture.save(path)

    image = read_image(path, size=8, channels=3)

    assert image[0, 0].tolist() == [255, 255, 255]
    assert image[7, 7].tolist() == [0, 0, 0]


@pytest.mark.parametrize("name", ["deep.png", "deep.tif", "deep.pgm"])
def test_deep_greys_are_scaled_by_what_is_white(tmp_path: Path, name: str) -> None:
    """16 bits of which 12 are used: not sixteen greys near black."""
    deep = np.linspace(0, 4_095, 64).reshape(8, 8).astype(np.uint16)
    path = tmp_path / name
    if name.endswith(".pgm"):
        path.write_bytes(b"P5 8 8 4095\n" + deep.astype(">u2").tobytes())
    else:
        _save(path, deep)

    image = read_image(path, size=8, channels=1)[..., 0]

    assert np.abs(image - deep * (255 / 4_095)).max() <= 0.51


@pytest.mark.parametrize(
    "write", ["png", "png-alpha", "tiff <", "tiff >", "deflated tiff <", "deflated >"]
)
def test_deep_colours_keep_both_their_bytes(tmp_path: Path, write: str) -> None:
    """Pillow gives the high byte of 16-bit colours only."""
    rng = np.random.Generator(np.random.PCG64(1))
    deep = rng.integers(0, 4_096, (8, 8, 3))
    deep[0, 0] = 4_095
    path = tmp_path / "a.png"
    if write == "png":
        _deep_png(path, deep, COLOUR)
    elif write == "png-alpha":
        opaque = np.full((8, 8, 1), 65_535)
        _deep_png(path, np.concatenate([deep, opaque], axis=2), COLOUR_ALPHA)
    else:
        _deep_tiff(path, deep, write[-1], deflate="deflated" in write)

    image = read_image(path, size=8, channels=3)

    assert np.abs(image - deep * (255 / 4_095)).max() <= 0.51


def test_colours_of_two_bytes_in_all_are_not_deep(tmp_path: Path) -> None:
    """A BMP of 5, 6 and 5 bits: 16 a pixel, not 16 a channel."""
    red = np.full((4, 4), 0xF800, "<u2").tobytes()
    info = struct.pack("<IiiHHIIiiII", 40, 4, 4, 1, 16, 3, len(red), 0, 0, 0, 0)
    masks = struct.pack("<III", 0xF800, 0x07E0, 0x001F)
    offset = 14 + len(info) + len(masks)
    head = b"BM" + struct.pack("<IHHI", offset + len(red), 0, 0, offset)
    (tmp_path / "a.bmp").write_bytes(head + info + masks + red)

    picture = read_picture(tmp_path / "a.bmp", size=4, channels=3)

    assert picture.stored is None
    assert picture.pixels[0, 0].tolist() == [255, 0, 0]


def test_deep_transparent_pixels_are_white(tmp_path: Path) -> None:
    """As those of 8 bits."""
    clear = np.zeros((4, 4, 4))
    clear[:2, :, 3] = 65_535
    path = _deep_png(tmp_path / "a.png", clear, COLOUR_ALPHA)

    image = read_image(path, size=4, channels=1, depth=ValueRange(0, 65_535, ""))

    assert image[..., 0].tolist() == [[0] * 4] * 2 + [[255] * 4] * 2


def test_deep_grey_with_alpha_is_scaled_too(tmp_path: Path) -> None:
    """Of its low byte the middle is taken: within half a step of 16."""
    grey = np.linspace(0, 4_095, 64).reshape(8, 8)
    pixels = np.stack([grey, np.full((8, 8), 65_535)], axis=2)
    path = _deep_png(tmp_path / "a.png", pixels, GREY_ALPHA)

    image = read_image(path, size=8, channels=1)[..., 0]

    assert np.abs(image - grey * (255 / 4_095)).max() <= 9


def test_a_folder_has_one_white(tmp_path: Path) -> None:
    """Dark pictures stay dark beside bright ones; a note says what was understood."""
    for name, high in (("a/1", 900), ("b/1", 4_000), ("b/2", 100)):
        _save(tmp_path / f"{name}.png", np.full((4, 4), high, np.uint16))
    _save(tmp_path / "a" / "2.png", np.full((4, 4), 77, np.uint8))

    reading = read_images(tmp_path, size=4, channels=1)

    assert reading.images.images[:, 0, 0, 0].tolist() == [56, 77, 249, 6]
    assert reading.depth == ValueRange(0, 4_095, "taken as 12-bit, 4,095 is white")
    assert reading.notes == (
        "3 of 4 images have 16-bit from 100 to 4,000: taken as 12-bit, 4,095 is white",
    )


@pytest.mark.parametrize(
    ("pixels", "got"),
    [
        (np.arange(16, dtype=np.uint16), "16-bit from 0 to 15"),
        (np.arange(16, dtype=np.int32) - 8, "16-bit from -8 to 7"),
        (np.arange(16, dtype=np.int32) << 16, "16-bit from 0 to 983,040"),
        (np.arange(16, dtype=np.float32) - 8, "float32 from -8 to 7"),
    ],
)
def test_deep_pictures_without_a_white_are_refused(
    tmp_path: Path, pixels: np.ndarray, got: str
) -> None:
    """Nothing is made black without a word."""
    for name in ("a", "b"):
        _save(tmp_path / name / "1.tif", pixels.reshape(4, 4))

    with pytest.raises(DatasetError) as caught:
        read_images(tmp_path, size=4, channels=1)

    assert str(caught.value).startswith(
        f"{tmp_path}: 2 images such as a/1.tif: expected values from 0 to 255"
    )
    assert str(caught.value).endswith(f"got {got}")


def test_floats_and_deep_integers_do_not_mix(tmp_path: Path) -> None:
    """They have no white in common."""
    _save(tmp_path / "a" / "1.tif", np.full((4, 4), 0.5, np.float32))
    _save(tmp_path / "b" / "1.png", np.full((4, 4), 9_000, np.uint16))

    with pytest.raises(DatasetError) as caught:
        read_images(tmp_path, size=4, channels=1)

    assert str(caught.value) == (
        f"{tmp_path}: expected images of one depth above 8 bits, got 16-bit (b/1.png) "
        "and float32 (a/1.tif)"
    )


def test_a_deep_picture_stands_upright(tmp_path: Path) -> None:
    """EXIF data counts for 16 bits, too."""
    pixels = np.zeros((8, 8), np.uint16)
    pixels[:, :4] = 40_000  # bright on the left
    exif = Image.Exif()
    exif[0x0112] = 6  # turn by 90 degrees clockwise

    image = read_image(_save(tmp_path / "a.png", pixels, exif=exif), size=8, channels=1)

    assert image[:4].min() > 150  # bright at the top
    assert image[4:].max() == 0


@pytest.mark.parametrize("place", ["pipe.png", "/dev/zero", "folder.png", "huge.png"])
def test_only_files_of_a_bounded_size_are_opened(tmp_path: Path, place: str) -> None:
    """Nothing waits for a pipe or reads for ever."""
    os.mkfifo(tmp_path / "pipe.png")
    (tmp_path / "folder.png").mkdir()
    with (tmp_path / "huge.png").open("wb") as stream:
        stream.truncate(300 << 20)

    with pytest.raises(DatasetError, match=r"expected (a file|at most 268,435,456 by)"):
        read_picture(tmp_path / place, size=4, channels=1)


def test_a_missing_picture_is_not_a_broken_one(tmp_path: Path) -> None:
    """There is nothing to replace or to move."""
    with pytest.raises(DatasetError, match="png: there is no such file") as caught:
        read_image(tmp_path / "a.png", size=4, channels=1)

    assert caught.value.hint == "check the path of the picture"


@pytest.mark.parametrize("kind", ["GIF", "TIFF", "WEBP", "PPM"])
def test_damaged_files_never_raise_anything_else(
    tmp_path: Path, kind: str, mutants: Callable[..., Iterator[bytes]]
) -> None:
    """300 damaged pictures of each kind are read or refused."""
    stream = io.BytesIO()
    Image.fromarray(PIXELS).save(stream, kind)
    path = tmp_path / "a.image"
    refused = 0

    for mutant in mutants(stream.getvalue(), seed=5, count=300):
        path.write_bytes(mutant)
        refused += _is_refused(path)

    assert refused > 25


@pytest.mark.parametrize("colour_type", [0, COLOUR, GREY_ALPHA, COLOUR_ALPHA])
def test_damaged_deep_files_never_raise_anything_else(
    tmp_path: Path, colour_type: int, mutants: Callable[..., Iterator[bytes]]
) -> None:
    """Nor do 16-bit ones, whose bytes are decoded twice."""
    channels = {0: 1, COLOUR: 3, GREY_ALPHA: 2, COLOUR_ALPHA: 4}[colour_type]
    pixels = np.arange(64 * channels).reshape(8, 8, channels) * 100
    whole = _deep_png(tmp_path / "whole.png", pixels, colour_type).read_bytes()

    refused = 0
    for mutant in mutants(whole, seed=6, count=300):
        (tmp_path / "a.png").write_bytes(mutant)
        refused += _is_refused(tmp_path / "a.png")

    assert refused > 100


def _is_refused(path: Path) -> bool:
    try:
        picture = read_picture(path, size=4, channels=3)
    except DatasetError:
        return True
    assert picture.pixels.shape == (4, 4, 3)
    return False
