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
from tinycnn.datasets.pictures import read_image
from tinycnn.errors import DatasetError

GRADIENT = np.arange(12 * 16 * 3, dtype=np.uint8).reshape(12, 16, 3)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Two classes: two grey images `b`, one grey image `a`."""
    for name, values in (("b", (10, 20)), ("a", (30,))):
        (tmp_path / name).mkdir()
        for value in values:
            picture = Image.new("L", (4, 4), value)
            picture.save(tmp_path / name / f"{value}.png")
    return tmp_path


def _save(path: Path, pixels: np.ndarray, **options: Any) -> Path:
    Image.fromarray(pixels).save(path, **options)
    return path


def _png(width: int, height: int) -> bytes:
    """A PNG file that claims a size and holds no pixels."""
    body = b"IHDR" + struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    chunk = struct.pack(">I", 13) + body + struct.pack(">I", zlib.crc32(body))
    return b"\x89PNG\r\n\x1a\n" + chunk + b"\0\0\0\0IDAT\x35\xaf\x06\x1e"


def test_folders_are_classes_in_the_order_of_their_names(folder: Path) -> None:
    """Classes and images are sorted; a class's name is its folder's."""
    reading = read_images(folder, size=4, channels=1)
    images = reading.images

    assert reading.class_names == ("a", "b")
    assert images.labels.tolist() == [0, 1, 1]
    assert images.images[:, 0, 0, 0].tolist() == [30, 10, 20]
    assert images.images.shape == (3, 4, 4, 1)
    assert not images.images.flags.writeable


def test_progress_counts_the_images(folder: Path) -> None:
    """Each image that was read, of all."""
    seen: list[tuple[str, int, int]] = []

    read_images(folder, size=4, channels=1, progress=lambda *call: seen.append(call))

    assert seen == [(folder.name, number, 3) for number in (1, 2, 3)]


def test_other_entries_are_left_out(folder: Path) -> None:
    """Links, pipes and other files are not read; a note counts them by kind."""
    (folder / "notes.txt").write_text("")
    (folder / "a" / "notes.txt").write_text("")
    (folder / "a" / "Thumbs.db").write_text("")
    (folder / "a" / ".hidden.png").write_text("")
    (folder / "a" / "folder.png").mkdir()
    (folder / "a" / "link.png").symlink_to(folder / "b" / "10.png")
    (folder / "c").symlink_to(folder / "b")
    os.mkfifo(folder / "a" / "pipe.png")

    reading = read_images(folder, size=4, channels=1)

    assert reading.class_names == ("a", "b")
    assert reading.images.labels.tolist() == [0, 1, 1]
    assert reading.notes == (
        "not read outside of the class folders: 1 link",
        "not read: 1 link, 1 .txt, 1 special file in a, beside pictures: 1; read are "
        ".webp, .gif, .tif, .tiff, .pgm, .ppm, .jfif, .png, .jpg, .jpeg and .bmp",
    )


def test_a_class_without_images_is_named(folder: Path) -> None:
    """An empty class folder is an error, with the suffixes that are read."""
    (folder / "empty").mkdir()

    with pytest.raises(DatasetError) as caught:
        read_images(folder, size=4, channels=1)

    assert str(caught.value) == f"{folder / 'empty'}: class 'empty' has no images"
    assert ".png, .jpg, .jpeg and .bmp" in str(caught.value.hint)


def test_one_class_is_not_enough(folder: Path) -> None:
    """A folder with a single class folder is refused."""
    with pytest.raises(DatasetError, match="expected class folders, or names of files"):
        read_images(folder / "a", size=4, channels=1)


def test_a_folder_that_cannot_be_read_is_named(tmp_path: Path) -> None:
    """The operating system's reason is in the message."""
    with pytest.raises(DatasetError, match="nothing: No such file or directory"):
        read_images(tmp_path / "nothing", size=4, channels=1)


def test_class_names_must_be_printable(folder: Path) -> None:
    """A class folder with a line break in its name is refused."""
    (folder / "x\ny").mkdir()

    with pytest.raises(DatasetError, match=r"class folder 'x\\ny': expected a print"):
        read_images(folder, size=4, channels=1)


def test_too_many_pixels_in_all_are_refused(folder: Path) -> None:
    """The result's size is checked before it is allocated."""
    with pytest.raises(DatasetError, match="at most 2,147,483,648 bytes of images"):
        read_images(folder, size=20_000, channels=3)


def test_the_centre_is_kept(tmp_path: Path) -> None:
    """A wide image loses its sides, equally, and is not squeezed."""
    pixels = np.zeros((4, 8), np.uint8)
    pixels[:, 2:6] = 200

    image = read_image(_save(tmp_path / "wide.png", pixels), size=4, channels=1)

    assert image.tolist() == np.full((4, 4, 1), 200).tolist()


def test_padding_keeps_the_whole_image(tmp_path: Path) -> None:
    """A wide image gets black above and below, as much of each."""
    path = _save(tmp_path / "wide.png", np.full((4, 8), 200, np.uint8))

    image = read_image(path, size=8, channels=1, fit="pad")

    assert (image[2:6] == 200).all()
    assert (image[:2] == 0).all()
    assert (image[6:] == 0).all()


def test_a_large_photo_is_scaled_as_a_whole(tmp_path: Path) -> None:
    """Decoding a JPEG at a fraction of its size gives the averages of its pixels."""
    gradient = np.linspace(0, 255, 1_600).astype(np.uint8)
    path = _save(tmp_path / "a.jpg", np.tile(gradient, (1_200, 1)), quality=95)

    image = read_image(path, size=24, channels=1)[..., 0].astype(int)

    expected = gradient[200:1_400].reshape(24, 50).mean(axis=1)
    assert np.abs(image - expected).max() <= 3


@pytest.mark.parametrize("name", ["a.png", "a.bmp"])
def test_pixels_pass_unchanged(tmp_path: Path, name: str) -> None:
    """A lossless image of the right size and channels keeps its values."""
    square = GRADIENT[:12, :12]

    image = read_image(_save(tmp_path / name, square), size=12, channels=3)

    assert np.array_equal(image, square)


def test_colours_become_grey_and_grey_becomes_rgb(tmp_path: Path) -> None:
    """Channels are converted to what was asked, by ITU-R 601 luma."""
    red = np.zeros((4, 4, 3), np.uint8)
    red[..., 0] = 255
    grey = np.full((4, 4), 77, np.uint8)

    as_grey = read_image(_save(tmp_path / "red.png", red), size=4, channels=1)
    as_rgb = read_image(_save(tmp_path / "grey.png", grey), size=4, channels=3)

    assert as_grey[0, 0].tolist() == [76]
    assert as_rgb[0, 0].tolist() == [77, 77, 77]


def test_exif_orientation_is_applied(tmp_path: Path) -> None:
    """A photo taken with the camera turned stands upright."""
    pixels = np.zeros((8, 8), np.uint8)
    pixels[:, :4] = 255  # bright on the left
    exif = Image.Exif()
    exif[0x0112] = 6  # turn by 90 degrees clockwise

    image = read_image(_save(tmp_path / "a.jpg", pixels, exif=exif), size=8, channels=1)

    assert image[:4].min() > 200  # bright at the top
    assert image[4:].max() < 50


def test_transparent_pixels_are_white(tmp_path: Path) -> None:
    """A drawing without a background gets a white one."""
    clear = np.zeros((4, 4, 4), np.uint8)

    image = read_image(_save(tmp_path / "a.png", clear), size=4, channels=3)

    assert image.min() == 255


def test_sixteen_bits_are_scaled(tmp_path: Path) -> None:
    """The high byte of a 16-bit grey image is its value."""
    deep = np.full((4, 4), 0x8123, np.uint16)

    image = read_image(_save(tmp_path / "a.png", deep), size=4, channels=1)

    assert image[0, 0, 0] == 0x81


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"", "it is empty"),
        (b"not an image", "it holds something else"),
        (b"<!DOCTYPE html><html>", "it holds a web page"),
        (b"version https://git-lfs.github.com/spec/v1", "it holds a Git LFS pointer"),
        (b"GIF89a" + bytes(20), ""),
        (b"\x89PNG\r\n\x1a\n", "its header is damaged"),
        (b"BM" + bytes(60), ""),
    ],
)
def test_a_file_that_is_no_image_is_named(
    tmp_path: Path, data: bytes, reason: str
) -> None:
    """Whatever the content, the message has the path, and what it holds."""
    path = tmp_path / "bad.png"
    path.write_bytes(data)

    with pytest.raises(DatasetError) as caught:
        read_image(path, size=4, channels=1)

    assert str(caught.value).startswith(
        f"{path}: not a readable PNG, JPEG, BMP, GIF, TIFF, WebP or PPM image: {reason}"
    )
    assert "replace the file" in str(caught.value.hint)


@pytest.mark.parametrize("name", ["a.png", "a.jpg", "a.bmp"])
def test_a_truncated_image_is_named(tmp_path: Path, name: str) -> None:
    """Half an image is an error, not a half-black image."""
    rng = np.random.Generator(np.random.PCG64(1))
    path = _save(tmp_path / name, rng.integers(0, 256, (64, 64, 3), np.uint8))
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])

    with pytest.raises(DatasetError, match=name):
        read_image(path, size=4, channels=1)


@pytest.mark.parametrize(
    ("width", "message"),
    [
        (5_001, "expected at most 50,000,000 pixels, got 50,010,000"),
        (10_000, "could be decompression bomb"),
        (100_000, "could be decompression bomb"),
    ],
)
def test_huge_images_are_refused(tmp_path: Path, width: int, message: str) -> None:
    """A file that claims too many pixels is refused before they are decoded."""
    path = tmp_path / "huge.png"
    path.write_bytes(_png(width, 10_000))

    with pytest.raises(DatasetError, match=message):
        read_image(path, size=4, channels=1)


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "BMP"])
def test_damaged_images_never_raise_anything_else(
    tmp_path: Path, kind: str, mutants: Callable[..., Iterator[bytes]]
) -> None:
    """300 damaged images of each kind are read or refused."""
    stream = io.BytesIO()
    Image.fromarray(GRADIENT).save(stream, kind, exif=b"Exif\0\0MM\0*\0\0\0\x08\0\0")
    path = tmp_path / "a.image"
    refused = 0

    for mutant in mutants(stream.getvalue(), seed=5, count=300):
        path.write_bytes(mutant)
        refused += _is_refused(path)

    assert refused > 50


def _is_refused(path: Path) -> bool:
    try:
        image = read_image(path, size=4, channels=3)
    except DatasetError:
        return True
    assert image.shape == (4, 4, 3)
    return False


@pytest.fixture
def damaged(folder: Path) -> Path:
    """The same two classes, with five bad files: three of `a`, two of `b`."""
    whole = (folder / "b" / "10.png").read_bytes()
    for number in range(3):
        (folder / "a" / f"bad{number}.png").write_bytes(whole[:40])
    (folder / "b" / "empty.jpg").write_bytes(b"")
    (folder / "b" / "page.png").write_bytes(b"<!DOCTYPE html>")
    return folder


def test_all_bad_files_are_told_at_once(damaged: Path) -> None:
    """How many of which class, the first of them by name, and how to go on."""
    with pytest.raises(DatasetError) as caught:
        read_images(damaged, size=4, channels=1)

    message = str(caught.value)
    assert message.startswith(
        f"{damaged}: 5 of 8 images cannot be read (3 of 'a', 2 of 'b'): a/bad0.png ("
    )
    assert "not a readable" not in message
    assert "a/bad2.png (" in message
    assert message.endswith(" and 2 more")
    assert "\n" not in message
    assert "skip_bad = true in [dataset]" in str(caught.value.hint)


def test_bad_files_can_be_left_out(damaged: Path) -> None:
    """The good ones are as without them; a note counts what is missing."""
    reading = read_images(damaged, size=4, channels=1, skip_bad=True)

    assert reading.images.labels.tolist() == [0, 1, 1]
    assert reading.images.images[:, 0, 0, 0].tolist() == [30, 10, 20]
    assert reading.origins == ("a/30.png", "b/10.png", "b/20.png")
    assert "5 of 8 images cannot be read (3 of 'a', 2 of 'b')" in reading.notes[0]
    assert reading.notes[0].endswith("; they are left out")


def test_half_a_class_in_another_format_stops_the_reading(folder: Path) -> None:
    """Photos of a telephone are not left out unasked, and the message names HEIC."""
    for number in range(4):
        data = b"\0\0\0\x18ftypheic" + bytes(100)
        (folder / "a" / f"{number}.HEIC").write_bytes(data)

    with pytest.raises(DatasetError) as caught:
        read_images(folder, size=4, channels=1)
    reading = read_images(folder, size=4, channels=1, skip_bad=True)

    assert "4 of 7 images cannot be read (4 of 'a'): a/0.HEIC (" in str(caught.value)
    assert "(it holds HEIC)" in str(caught.value)
    assert len(reading.images) == 3


def test_a_class_of_bad_files_only_is_refused(damaged: Path) -> None:
    """Leaving out all would leave a class that nothing shows."""
    (damaged / "a" / "30.png").unlink()

    with pytest.raises(DatasetError, match="class 'a' has no image that can be read: "):
        read_images(damaged, size=4, channels=1, skip_bad=True)


def test_names_with_line_breaks_stay_one_line(folder: Path) -> None:
    """Files of any name are read, and a message about them is one line."""
    (folder / "a" / "x\ny.png").write_bytes(b"")
    (folder / "a" / "z\n.png").write_bytes(b"")

    with pytest.raises(DatasetError) as caught:
        read_images(folder, size=4, channels=1)

    assert "\n" not in str(caught.value)
    assert r"a/x\ny.png (" in str(caught.value)
