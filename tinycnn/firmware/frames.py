"""Raw frames of a sensor -> C constants by which a device makes the model's input.

The integers are those of `firmware/include/tcnn/preprocess.h`. What each line of a
frame contributes to each line of an image is measured: Pillow itself resizes a frame
that is black but for this line, so that cropping, padding and rounding are those of
the images that the model was trained with. Likewise, which axis Pillow resizes first.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import PIL
from numpy.typing import NDArray
from PIL import Image

from tinycnn.about import __version__
from tinycnn.compiler import Tensor
from tinycnn.datasets import fit_image, quantize_images
from tinycnn.errors import ProjectError, TinycnnError, UnsupportedModelError
from tinycnn.frames import PIXEL_BYTES, App, FrameFormat, ImageFit, Pixels
from tinycnn.rendering import render_c
from tinycnn.runtime import firmware_dir, included_headers
from tinycnn.scaling import UNIT, Scaling

__all__ = ["CAMERA_LIBRARIES", "Axis", "Resizing", "app_frame", "app_sources"]
__all__ += ["measure_resizing"]

# What the app "camera" needs of Arduino's library manager.
CAMERA_LIBRARIES = {"Arduino_OV767X": "0.0.2"}

_CAMERA_SIZE = (160, 120)
_WEIGHT_BITS = 22
_PROBES = 8

_Weights = NDArray[np.int64]


@dataclass(frozen=True, slots=True, eq=False)
class Axis:
    """How one axis is resized: a `tcnn_axis_t`.

    Attributes:
        inputs: Lines of a frame.
        first: The first that an output is made of, one an output.
        weights: Of that one and those behind it, one row an output.
    """

    inputs: int
    first: NDArray[np.int64]
    weights: _Weights

    def fields(self, name: str) -> dict[str, int | str]:
        """The fields of its C struct; `name` begins the names of its arrays."""
        outputs, taps = self.weights.shape
        arrays = {"first": f"{name}_first", "weights": f"{name}_weights"}
        return {"inputs": self.inputs, "outputs": outputs, "taps": taps, **arrays}


@dataclass(frozen=True, slots=True, eq=False)
class Resizing:
    """How a frame gets the shape of an image.

    Attributes:
        rows_first: Whether rows are resized before columns.
        x: The horizontal axis.
        y: The vertical axis.
    """

    rows_first: bool
    x: Axis
    y: Axis


def app_frame(app: App, frame: FrameFormat | None, channels: int) -> FrameFormat:
    """What a frame of an app is.

    Args:
        app: "camera" or "serial".
        frame: What the project says of a sensor on the link.
        channels: Of the model's input.
    """
    if app == "serial" and frame is not None:
        return frame
    width, height = _CAMERA_SIZE
    pixels: Pixels = "grey"
    if channels == 3:
        pixels = "rgb565" if app == "camera" else "rgb888"
    return FrameFormat(width=width, height=height, pixels=pixels)


def app_sources(
    app: App,
    name: str,
    borders: tuple[Tensor, Tensor],
    *,
    frame: FrameFormat | None,
    fit: ImageFit,
    labels: Sequence[str],
    scaling: Scaling = UNIT,
) -> dict[str, str]:
    """The C and C++ files by path that an app adds to the model's; none to validate.

    Args:
        app: What the firmware does.
        name: Prefix of its C names.
        borders: The model's input and output.
        frame: What the project says of a sensor on the link.
        fit: How a frame gets the shape of the model's images.
        labels: Of the model's classes.
        scaling: What the model expects of a pixel.

    Raises:
        UnsupportedModelError: If the model has no int8 image as input, or no int8
            score for each class.
        ProjectError: If nothing of a frame would be left.
        TinycnnError: If this Pillow resizes in an unknown way.
    """
    if app == "validate":
        return {}
    if len(scaling.mean) > 1:
        raise ProjectError(
            f"target.app: expected 'validate', as a device has one table for all "
            f"channels and model.pixels has a mean for each, got '{app}'"
        )
    image, scores = borders
    _check_borders(image, scores, labels)
    _, height, width, channels = image.shape
    frame = app_frame(app, frame, channels)
    resizing = measure_resizing(frame, (width, height), fit)
    values = {
        "name": name,
        "version": __version__,
        "frame": frame,
        "fit": fit,
        "image": (height, width, channels),
        **_constants(resizing, frame, (width, height), channels),
        "table": quantize_images(
            np.arange(256, dtype=np.uint8),
            scale=image.scale,
            zero_point=image.zero_point,
            scaling=scaling,
        ),
    }
    root = firmware_dir()
    paths = [root / "preprocess/tcnn_preprocess.c"]
    if app == "camera":
        paths += sorted((root / "apps/camera").iterdir())
    templates = "firmware/templates/frames"
    sources = {path.name: path.read_text("utf-8") for path in paths}
    sources |= included_headers(sources.values())
    return {
        **{f"tcnn/{file}": text for file, text in sources.items()},
        f"{name}_frames.h": render_c(f"{templates}/frames.h.j2", **values),
        f"{name}_frames.c": render_c(f"{templates}/frames.c.j2", **values),
    }


def measure_resizing(
    frame: FrameFormat, size: tuple[int, int], fit: ImageFit
) -> Resizing:
    """How Pillow brings frames to images of `size`, width and height.

    Raises:
        ProjectError: If it cannot.
        TinycnnError: If it is not two weighted sums of integers.
    """
    shape = (frame.height, frame.width)
    try:
        weights = [_measure_axis(shape, size, fit, axis) for axis in (0, 1)]
    except ValueError as error:  # before Pillow 13, where padding leaves no pixel
        raise ProjectError(
            f"target.frame: {frame.width}x{frame.height} pixels cannot be made an "
            f"image of {size[0]}x{size[1]}: {error}"
        ) from error
    probes = np.random.default_rng(0).integers(0, 256, (_PROBES, *shape), np.uint8)
    images = [np.asarray(fit_image(Image.fromarray(p), size, fit)) for p in probes]
    for first in (1, 0):
        sums = _resize(_resize(probes, weights, first), weights, 1 - first)
        if np.array_equal(sums, images):
            return Resizing(first == 1, _to_axis(weights[1]), _to_axis(weights[0]))
    raise TinycnnError(
        f"pillow {PIL.__version__}: resizes in another way than the device can",
        hint="pip install 'pillow<14'",
    )


def _measure_axis(
    shape: tuple[int, int], size: tuple[int, int], fit: ImageFit, axis: int
) -> _Weights:
    """What each line of a frame is multiplied by for each line of an image.

    Pillow's sums of 32-bit pixels are exact, and a line's 1 gives the weight itself.
    """
    weights = []
    for number in range(shape[axis]):
        probe = np.zeros(shape, np.int32)
        probe[(slice(None),) * axis + (number,)] = 1 << _WEIGHT_BITS
        shaped = np.asarray(fit_image(Image.fromarray(probe), size, fit))
        weights.append(shaped.max(axis=1 - axis))
    return np.stack(weights).astype(np.int64)


def _resize(
    images: NDArray[np.integer], weights: Sequence[_Weights], axis: int
) -> NDArray[np.uint8]:
    """One of the two weighted sums of `tcnn_preprocess`, of one channel."""
    lines = np.moveaxis(images.astype(np.int64), axis + 1, -1)
    sums = lines @ weights[axis] + (1 << (_WEIGHT_BITS - 1)) >> _WEIGHT_BITS
    return np.moveaxis(sums, -1, axis + 1).astype(np.uint8)


def _to_axis(weights: _Weights) -> Axis:
    """The weights without the zeros around them, in windows of one size."""
    inputs, outputs = weights.shape
    used = weights > 0
    first = np.where(used.any(axis=0), used.argmax(axis=0), 0)
    last = inputs - 1 - used[::-1].argmax(axis=0)
    taps = int(np.where(used.any(axis=0), last - first + 1, 1).max())
    first = np.maximum.accumulate(np.minimum(first, inputs - taps))
    window = first[:, None] + np.arange(taps)
    return Axis(inputs, first, weights[window, np.arange(outputs)[:, None]])


def _constants(
    resizing: Resizing, frame: FrameFormat, size: tuple[int, int], channels: int
) -> dict[str, object]:
    """Axes, steps and sizes of a `tcnn_preprocess_t`."""
    axes = [resizing.x, resizing.y]
    pixel_bytes = PIXEL_BYTES[frame.pixels]
    frame_steps = [pixel_bytes, pixel_bytes * frame.width]
    input_steps = [channels, channels * size[0]]
    if not resizing.rows_first:
        for pair in (axes, frame_steps, input_steps):
            pair.reverse()
    along, across = axes
    line_bytes = len(along.first) * channels
    return {
        "axes": {"along": along, "across": across},
        "steps": {
            "frame_pixel_step": frame_steps[0],
            "frame_line_step": frame_steps[1],
            "input_pixel_step": input_steps[0],
            "input_line_step": input_steps[1],
        },
        "line_bytes": along.inputs * channels,
        "lines_bytes": across.weights.shape[1] * line_bytes,
    }


def _check_borders(image: Tensor, scores: Tensor, labels: Sequence[str]) -> None:
    hint = 'set target.app = "validate"'
    if image.dtype != "int8" or len(image.shape) != 4 or image.shape[3] not in (1, 3):
        raise UnsupportedModelError(
            f"input '{image.name}': expected an int8 image of 1 or 3 channels, "
            f"got {image.dtype} of shape {image.shape}",
            hint=hint,
        )
    sizes = (len(labels), 1) if len(labels) == 2 else (len(labels),)
    is_grid = len(scores.shape) == 4 and scores.shape[3:] == (len(labels),)
    if scores.dtype != "int8" or (scores.size not in sizes and not is_grid):
        raise UnsupportedModelError(
            f"output '{scores.name}': expected {len(labels)} int8 scores, "
            f"got {scores.dtype} of shape {scores.shape}",
            hint=hint,
        )
