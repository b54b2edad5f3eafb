"""Preprocessing in C, from what is generated for it, against Pillow."""

from __future__ import annotations

import ctypes
import re
import subprocess
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any, cast

import numpy as np
import PIL
import pytest
from PIL import Image

from tests.conftest import require_tool
from tests.zig import ZIG_CC
from tinycnn.compiler import QuantParams, Tensor
from tinycnn.datasets import fit_image, frame_to_image, quantize_images
from tinycnn.errors import TinycnnError, UnsupportedModelError
from tinycnn.firmware import firmware_dir, frames
from tinycnn.firmware.frames import app_sources
from tinycnn.frames import PIXEL_BYTES, FrameFormat, ImageFit, Pixels

WARNINGS = (
    "-std=c11 -Wall -Wextra -Wpedantic -Werror -Wconversion -Wshadow "
    "-Wdouble-promotion -Wcast-align"
).split()
UBSAN = ["-fsanitize=undefined", "-fsanitize-trap=undefined"]
# Lets a test put in a frame and take out the input.
SHIM = """\
#include <string.h>
#include "preprocess.h"
void run(const tcnn_preprocess_t *p, const uint8_t *data, int8_t *input);
void run(const tcnn_preprocess_t *p, const uint8_t *data, int8_t *input) {
    memcpy(p->frame, data, (size_t)p->width * p->height * p->pixels);
    p->run(p, input);
}
"""
FrameCase = tuple[int, int, Pixels, tuple[int, int, int], ImageFit]
# Frame, pixels, image, crop or pad: cameras, the smallest, enlarged, and on their side.
CASES: list[FrameCase] = [
    (160, 120, "grey", (32, 32, 1), "crop"),
    (160, 120, "rgb565", (32, 32, 3), "crop"),
    (160, 120, "rgb565", (96, 96, 3), "pad"),
    (160, 120, "rgb888", (28, 28, 1), "pad"),
    (1, 1, "grey", (1, 1, 1), "crop"),
    (1, 1, "rgb565", (5, 3, 3), "pad"),
    (2, 3, "rgb888", (20, 30, 3), "crop"),
    (33, 200, "rgb565", (24, 16, 3), "crop"),
    (200, 40, "grey", (8, 8, 3), "pad"),
    (40, 40, "rgb888", (40, 40, 3), "crop"),
    (16, 16, "rgb888", (16, 16, 1), "crop"),
]
TO_GREY = len(CASES) - 1


def random_cases(count: int) -> Iterator[FrameCase]:
    """More of them, small ones."""
    rng = np.random.default_rng(7)
    for _ in range(count):
        width, height, h, w = rng.integers(12, 50, 4).tolist()
        pixels: Any = str(rng.choice(list(PIXEL_BYTES)))
        shape = (h, w, int(rng.choice([1, 3])))
        yield width, height, pixels, shape, cast(ImageFit, rng.choice(["crop", "pad"]))


ALL_CASES = [*CASES, *random_cases(22)]


def make_tensors(
    image_shape: tuple[int, ...],
    classes: int = 2,
    scale: float = 1 / 255,
    zero_point: int = -128,
) -> tuple[Tensor, Tensor]:
    """Input and output of a model."""
    quant = QuantParams((scale,), (zero_point,), None)
    shape = (1, *image_shape)
    return Tensor(0, "x", shape, "int8", quant), Tensor(1, "y", (1, classes), "int8")


def make_sources(
    case: FrameCase, name: str, *, scale: float, zero_point: int, app: Any = "serial"
) -> dict[str, str]:
    """The generated files for a case."""
    width, height, pixels, image_shape, fit = case
    return app_sources(
        app,
        name,
        make_tensors(image_shape, scale=scale, zero_point=zero_point),
        frame=FrameFormat(width=width, height=height, pixels=pixels),
        fit=fit,
        labels=("one", "two"),
    )


def scale_of(number: int) -> tuple[float, int]:
    """A scale and a zero point for a case: the usual ones, and any."""
    rng = np.random.default_rng(number)
    if number % 2:
        return 1 / 255, -128
    return float(rng.uniform(0.001, 0.05)), int(rng.integers(-128, 128))


def build_library(folder: Path, compiler: list[str], *flags: str) -> ctypes.CDLL:
    """All cases in one library; the preprocessing itself is compiled once."""
    include = [f"-I{firmware_dir()}/{path}" for path in ("include", "include/tcnn")]
    sources = [firmware_dir() / "preprocess/tcnn_preprocess.c", folder / "shim.c"]
    sources[1].write_text(SHIM)
    for number, case in enumerate(ALL_CASES):
        scale, zero_point = scale_of(number)
        name = f"m{number}"
        files = make_sources(case, name, scale=scale, zero_point=zero_point)
        (folder / name).mkdir()
        for file in (f"{name}_frames.h", f"{name}_frames.c"):
            (folder / name / file).write_text(files[file])
        sources.append(folder / name / f"{name}_frames.c")
    library = folder / "frames.so"
    command: list[str | Path] = [
        *compiler,
        "-shared",
        "-fPIC",
        *WARNINGS,
        *flags,
        *include,
        *sources,
    ]
    done = subprocess.run(
        [*command, "-o", library], capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stderr) == (0, "")
    return ctypes.CDLL(str(library))


@pytest.fixture(scope="module")
def library(tmp_path_factory: pytest.TempPathFactory) -> ctypes.CDLL:
    """The cases by zig, with the undefined-behaviour sanitizer."""
    zig = ZIG_CC
    return build_library(tmp_path_factory.mktemp("frames"), zig, "-O1", *UBSAN)


def draw_frames(rng: np.random.Generator, size: int) -> Iterator[bytes]:
    """Black, white, the finest stripes, and random bytes."""
    yield bytes(size)
    yield b"\xff" * size
    yield (b"\xff\0" * size)[:size]
    for _ in range(3):
        yield rng.integers(0, 256, size, np.uint8).tobytes()


def expected_input(
    case: FrameCase, data: bytes, *, scale: float, zero_point: int
) -> bytes:
    """What the host computes: Pillow, then the table."""
    width, height, pixels, image_shape, fit = case
    frame = FrameFormat(width=width, height=height, pixels=pixels)
    image = frame_to_image(data, frame, image_shape=image_shape, fit=fit)
    return quantize_images(image, scale=scale, zero_point=zero_point).tobytes()


def check_frame(library: ctypes.CDLL, number: int, data: bytes) -> None:
    """A frame gives the bytes expected, and none beside them."""
    scale, zero_point = scale_of(number)
    case = ALL_CASES[number]
    expected = expected_input(case, data, scale=scale, zero_point=zero_point)
    preprocess = ctypes.c_char.in_dll(library, f"m{number}_preprocess")
    size = len(expected) + 8
    room = ctypes.create_string_buffer(b"\x5a" * size, size)
    library.run(ctypes.byref(preprocess), data, room)
    assert room.raw == expected + b"\x5a" * 8


def check_case(library: ctypes.CDLL, number: int) -> None:
    """Every frame of a case."""
    width, height, pixels, _, _ = ALL_CASES[number]
    size = width * height * PIXEL_BYTES[pixels]
    for data in draw_frames(np.random.default_rng(number), size):
        check_frame(library, number, data)


@pytest.mark.parametrize("number", range(len(ALL_CASES)))
def test_the_device_makes_the_input_that_pillow_makes(
    library: ctypes.CDLL, number: int
) -> None:
    """Byte for byte, for cameras and for any odd shape."""
    check_case(library, number)


def test_colours_between_two_greys_are_rounded_as_pillow_does(
    library: ctypes.CDLL,
) -> None:
    """Those whose weighted sum ends in exactly one half."""
    red, green = np.mgrid[:256, :256]
    blue = (32768 - 19595 * red - 38470 * green) * pow(7471, -1, 65536) % 65536
    colours = np.stack([red, green, blue], axis=-1)[blue < 256]

    assert len(colours) > 200
    data = np.resize(colours, (256, 3)).astype(np.uint8).tobytes()
    check_frame(library, TO_GREY, data)


def test_the_cases_resize_either_axis_first() -> None:
    """Rows first, or columns, as Pillow does since its version 13."""
    orders = set()
    for width, height, pixels, (h, w, _), fit in ALL_CASES:
        frame = FrameFormat(width=width, height=height, pixels=pixels)
        orders.add(frames.measure_resizing(frame, (w, h), fit).rows_first)

    has_both = int(PIL.__version__.split(".")[0]) >= 13
    assert orders == ({True, False} if has_both else {True})


@pytest.mark.parametrize(
    ("scale", "zero_point", "first", "last"),
    [
        (1 / 255, -128, -128, 127),
        (1 / 255, 127, 127, 127),
        (1e-30, -128, -128, 127),
        (1e30, 5, 5, 5),
        (2 / 255, -128, -128, 0),  # 127.5 steps are rounded up
    ],
)
def test_the_table_saturates_and_rounds_as_the_host_does(
    scale: float, zero_point: int, first: int, last: int
) -> None:
    """Black is the zero point; white is as far away as int8 allows."""
    case: FrameCase = (4, 4, "grey", (4, 4, 1), "crop")
    text = make_sources(case, "net", scale=scale, zero_point=zero_point)["net_frames.c"]
    values = text.split("table[256] = {")[1].split("}")[0].split(",")[:-1]

    assert len(values) == 256
    assert (int(values[0]), int(values[-1])) == (first, last)


def test_the_default_frame_is_the_cameras() -> None:
    """QQVGA, in one byte a pixel where the model wants grey."""
    defaults = {
        (app, channels): frames.app_frame(app, None, channels)
        for app in ("camera", "serial")
        for channels in (1, 3)
    }

    assert {frame.width for frame in defaults.values()} == {160}
    assert {frame.height for frame in defaults.values()} == {120}
    assert {key: frame.pixels for key, frame in defaults.items()} == {
        ("camera", 1): "grey",
        ("camera", 3): "rgb565",
        ("serial", 1): "grey",
        ("serial", 3): "rgb888",
    }


def test_a_project_chooses_the_frames_on_its_link_but_not_the_cameras() -> None:
    """The camera's size and pixels are its own."""
    frame = FrameFormat(width=20, height=10, pixels="rgb888")

    assert frames.app_frame("serial", frame, 1) == frame
    assert frames.app_frame("camera", frame, 1).pixels == "grey"


def test_a_frame_takes_no_more_memory_than_its_bytes() -> None:
    """Beside it, one line of it and those that a line of the image is made of."""
    case: FrameCase = (160, 120, "rgb565", (32, 32, 3), "crop")
    text = make_sources(case, "net", scale=1 / 255, zero_point=-128)["net_frames.c"]
    sizes = dict(re.findall(r"static uint8_t (\w+)\[(\d+)\]", text))

    assert {name: int(size) for name, size in sizes.items()} == {
        "frame": 38_400,
        "line": 160 * 3,
        "lines": 8 * 32 * 3,
    }


@pytest.mark.parametrize("dtype", ["uint8", "float32"])
def test_a_model_of_another_type_is_refused(dtype: Any) -> None:
    """Only int8 images and scores have a table and a score."""
    image, scores = make_tensors((8, 8, 3))
    for borders, message in (
        ((replace(image, dtype=dtype), scores), "input 'x': expected an int8 image"),
        ((image, replace(scores, dtype=dtype)), "output 'y': expected 2 int8 scores"),
    ):
        with pytest.raises(UnsupportedModelError, match=message):
            app_sources(
                "serial", "net", borders, frame=None, fit="crop", labels=("a", "b")
            )


def test_an_unknown_way_of_resizing_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    """Rather than firmware that is wrong by a little."""
    fit = fit_image

    def fit_brighter(
        image: Image.Image, size: tuple[int, int], how: ImageFit
    ) -> Image.Image:
        made = fit(image, size, how)
        pixels = np.asarray(made)
        return Image.fromarray(pixels | 1) if pixels.dtype == np.uint8 else made

    monkeypatch.setattr(frames, "fit_image", fit_brighter)
    frame = FrameFormat(width=9, height=9, pixels="grey")
    with pytest.raises(TinycnnError, match="resizes in another way") as error:
        frames.measure_resizing(frame, (5, 5), "crop")

    assert error.value.hint


def test_validate_adds_nothing() -> None:
    """The sketch is the harness alone."""
    assert (
        app_sources(
            "validate",
            "net",
            make_tensors((8, 8, 3), classes=9),
            frame=None,
            fit="crop",
            labels=("a",),
        )
        == {}
    )


@pytest.mark.external
def test_gcc_finds_no_byte_out_of_place(tmp_path: Path) -> None:
    """With the address sanitizer, and at the optimization of Arduino's core."""
    require_tool("gcc")
    flags = ["-Os", "-funsigned-char", "-g", "-fsanitize=address,undefined"]
    flags += ["-fno-sanitize-recover=all", "-static-libasan"]
    sources = "\n".join(
        f"    check(&m{n}_preprocess, {int(np.prod(case[3]))});"
        for n, case in enumerate(ALL_CASES)
    )
    names = "\n".join(
        f"extern const tcnn_preprocess_t m{n}_preprocess;"
        for n in range(len(ALL_CASES))
    )
    main = tmp_path / "main.c"
    main.write_text(
        "#include <stdlib.h>\n#include <string.h>\n"
        f'#include "preprocess.h"\n{names}\n'
        "static void check(const tcnn_preprocess_t *p, size_t bytes) {\n"
        "    int8_t *input = malloc(bytes);\n"
        "    memset(p->frame, 255, (size_t)p->width * p->height * p->pixels);\n"
        "    p->run(p, input);\n    free(input);\n}\n"
        f"int main(void) {{\n{sources}\n    return 0;\n}}\n"
    )
    build_library(tmp_path, ["gcc"])
    objects = sorted(tmp_path.glob("m*/*_frames.c"))
    include = [f"-I{firmware_dir()}/{path}" for path in ("include", "include/tcnn")]
    command = ["gcc", "-std=c11", *flags, *include, str(main)]
    parts = [*objects, firmware_dir() / "preprocess/tcnn_preprocess.c"]
    subprocess.run([*command, *parts, "-o", tmp_path / "check"], check=True)

    done = subprocess.run([tmp_path / "check"], capture_output=True, text=True)
    assert (done.returncode, done.stderr) == (0, "")
