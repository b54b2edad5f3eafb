"""Pictures become inputs in the page as on a device and in training: byte for byte."""

from __future__ import annotations

import base64
import json
import random
from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest

from tests.explorer.typescript import call_page
from tinycnn.compiler import QuantParams, Tensor
from tinycnn.datasets import frame_to_image, image_to_frame, quantize_images
from tinycnn.explorer.preprocess import build_preprocess, describe_preprocess
from tinycnn.frames import PIXEL_BYTES, FrameFormat, ImageFit, Pixels

pytestmark = pytest.mark.external

FITS: tuple[ImageFit, ...] = ("crop", "pad")
# Width and height: of cameras, the smallest, tall ones, and by chance.
SIZES = [(160, 120), (320, 240), (1, 1), (3, 200), (200, 3), (28, 28), (97, 61)]
IMAGES = [(28, 28, 1), (32, 32, 3), (13, 61, 1), (5, 3, 3), (49, 10, 1)]


def tensor_of(shape: tuple[int, ...], dtype: str, quant: QuantParams | None) -> Tensor:
    """An input of a model."""
    return Tensor(0, "image", shape, dtype, quant)  # type: ignore[arg-type]


def draw_frames(rng: random.Random) -> Iterator[tuple[FrameFormat, bytes]]:
    """Frames of many sizes and formats."""
    sizes = [*SIZES, *((rng.randint(1, 90), rng.randint(1, 90)) for _ in range(12))]
    for width, height in sizes:
        pixels: Pixels = rng.choice(list(PIXEL_BYTES))
        yield (
            FrameFormat(width, height, pixels),
            rng.randbytes(width * height * PIXEL_BYTES[pixels]),
        )


def encode(data: bytes) -> str:
    """Bytes as JSON carries them."""
    return base64.b64encode(data).decode()


def expect(
    said: dict[str, Any], frame: FrameFormat, data: bytes, scale: float
) -> bytes:
    """What training's own functions make of a frame."""
    shape = said["height"], said["width"], said["channels"]
    image = frame_to_image(data, frame, image_shape=shape, fit=said["fit"])
    if said["dtype"] == "float32":
        return (image / np.float64(255)).astype(np.float32).tobytes()
    inputs = quantize_images(image, scale=scale, zero_point=-128)
    return (inputs.view(np.uint8) ^ (128 if said["dtype"] == "uint8" else 0)).tobytes()


def test_every_byte_is_trainings() -> None:
    """Any size, cropped and padded, all formats and types of a model's input."""
    rng = random.Random(3)
    cases, expected = [], []
    for number, shape in enumerate(IMAGES):
        dtype, zero = [("int8", -128), ("uint8", 0), ("float32", 0)][number % 3]
        scale = 1 / 255 if number % 2 else 0.0039
        quant = QuantParams((scale,), (zero,))
        image_tensor = tensor_of((1, *shape), dtype, quant)
        said = describe_preprocess(
            [tensor_of((1, 4), dtype, quant), image_tensor], None
        )
        assert said is not None
        assert said["input"] == 1
        for fit in FITS:
            facts = json.loads(json.dumps({**said, "fit": fit}))
            frames = list(draw_frames(rng))
            cases.append(
                {
                    "facts": facts,
                    "frames": [
                        {
                            "width": frame.width,
                            "height": frame.height,
                            "pixels": frame.pixels,
                            "bytes": encode(data),
                        }
                        for frame, data in frames
                    ],
                }
            )
            expected.append([encode(expect(facts, *f, scale)) for f in frames])
    picture = np.random.default_rng(1).integers(0, 256, (7, 5, 4), np.uint8)
    image = {"width": 5, "height": 7, "rgba": encode(picture.tobytes())}

    got = call_page(
        "input/preprocess_call.ts",
        {"module": encode(build_preprocess()), "cases": cases, "images": [image]},
    )

    assert got["inputs"] == expected
    rgb = np.ascontiguousarray(picture[..., :3])
    formats: list[Pixels] = ["grey", "rgb565", "rgb888"]
    assert got["frames"] == [[encode(image_to_frame(rgb, p)) for p in formats]]


@pytest.mark.parametrize("shape", [(1, 10), (1, 6, 6, 2), (1, 1, 40, 1)])
def test_what_is_no_image_has_no_pieces(shape: tuple[int, ...]) -> None:
    """The page then offers no picture."""
    assert describe_preprocess([tensor_of(shape, "int8", None)], None) is None
