"""What a page needs to make a model's input of any picture, as a device does.

The device's own C, compiled to WebAssembly, and the facts that are the project's. The
weights by which pictures of any size are resized are Pillow's, computed in the page
(`web/src/input/resizing.ts`), which is told in what order Pillow goes.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tinycnn.compiler import Tensor, read_tflite
from tinycnn.datasets import pixel_table
from tinycnn.explorer.exhibit import Exhibit, Made
from tinycnn.explorer.page import pack_json
from tinycnn.files import scratch_folder
from tinycnn.firmware import compile_wasm
from tinycnn.firmware.frames import app_frame, measure_resizing
from tinycnn.frames import FrameFormat, ImageFit, Pixels
from tinycnn.runtime import firmware_dir, included_headers
from tinycnn.scaling import UNIT, Scaling

__all__ = ["build_preprocess", "describe_preprocess", "gather_preprocess"]

_SOURCES = (
    "preprocess/tcnn_preprocess.c",
    "ports/page/page_preprocess.c",
    "ports/wasm/wasm_module.h",
    "ports/wasm/string.h",
    "ports/wasm/wasm_string.c",
)

# A picture whose height shrinks by more than twice what its width does: some Pillows
# resize its columns first.
_TALL, _TALL_IMAGE = FrameFormat(3, 16, "grey"), (61, 13)


def gather_preprocess(exhibit: Exhibit) -> dict[str, bytes]:
    """The pieces; none of a model without an image among its inputs.

    Raises:
        ToolchainError: If the compiler is missing or fails.
    """
    graph = read_tflite(exhibit.content)
    said = describe_preprocess([graph.tensors[i] for i in graph.inputs], exhibit.made)
    if said is None:
        return {}
    return {"preprocess": pack_json(said), "preprocess-module": build_preprocess()}


def describe_preprocess(
    inputs: Sequence[Tensor], made: Made | None
) -> dict[str, Any] | None:
    """What the page is told: which input is an image, and how pictures become one.

    Args:
        inputs: The model's.
        made: The project that it is of; without, pixels become 0 to 1 as is usual.
    """
    place = next((i for i, tensor in enumerate(inputs) if _is_image(tensor)), None)
    scaling = made.project.model.input_scaling if made else UNIT
    if place is None or len(scaling.mean) > 1:  # the page has one table
        return None
    image = inputs[place]
    _, height, width, channels = image.shape
    fit, pixels = _rule_of(made, channels)
    return {
        "input": place,
        "height": height,
        "width": width,
        "channels": channels,
        "fit": fit,
        "pixels": pixels,
        "tallFirst": not measure_resizing(_TALL, _TALL_IMAGE, "crop").rows_first,
        "dtype": image.dtype,
        "table": _make_table(image, scaling).tolist(),
        "isProjects": made is not None,
    }


@lru_cache
def build_preprocess() -> bytes:
    """The module, for any processor: a picture is small.

    Raises:
        ToolchainError: If the compiler is missing or fails.
    """
    paths = [firmware_dir() / path for path in _SOURCES]
    sources = {path.name: path.read_text("utf-8") for path in paths}
    sources |= included_headers(sources.values())
    with scratch_folder() as work:
        for name, text in sources.items():
            (work / name).write_text(text, "utf-8", newline="\n")
        return _compile(work)


def _compile(work: Path) -> bytes:
    output = work / "preprocess.wasm"
    compile_wasm(work, ["."], output=output, variant="mvp")
    return output.read_bytes()


def _is_image(tensor: Tensor) -> bool:
    """Whether a picture can become it."""
    is_known = tensor.dtype in ("int8", "uint8", "float32")
    if not is_known or len(tensor.shape) != 4 or tensor.shape[3] not in (1, 3):
        return False
    return tensor.shape[0] == 1 and min(tensor.shape[1:3]) > 1


def _rule_of(made: Made | None, channels: int) -> tuple[ImageFit, Pixels]:
    """How a picture gets its shape, and what a sensor would deliver of it."""
    if made is None:
        return "crop", "rgb888"
    project = made.project
    if project.target.app == "validate":
        return project.dataset.fit, "rgb888"
    sensor = project.target.frame
    frame = sensor.format if sensor else None
    frame = app_frame(project.target.app, frame, channels)
    return project.dataset.fit, frame.pixels


def _make_table(image: Tensor, scaling: Scaling) -> NDArray[Any]:
    """The value of each byte of an image, as the model takes it."""
    is_real = image.dtype == "float32"
    if is_real and scaling == UNIT:
        return np.arange(256) / 255
    grid = (1.0, 0) if is_real else (image.scale, image.zero_point)
    return pixel_table(image.dtype, *grid, scaling)[:, 0]
