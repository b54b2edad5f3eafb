"""What an imported network takes and gives, and how its original is run."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from tinycnn.compiler import Tensor, read_tflite
from tinycnn.imports.imported import Imported, Run
from tinycnn.pipeline.finished import borders_of
from tinycnn.scaling import SCALINGS, Scaling

__all__ = ["Original", "inspect"]

_TOLERANCE = 0.08  # of a range, which calibration does not meet exactly


@dataclass(frozen=True, slots=True, eq=False)
class Original:
    """A network as it was before quantization.

    Attributes:
        image_shape: Height, width and channels of what it takes.
        outputs: How many numbers it gives.
        run: Its real outputs for real inputs; None of what came as int8.
        pixels: What it says that it expects of a pixel; None if it does not.
        why: How that is known, in a line; empty if it is not.
    """

    image_shape: tuple[int, int, int]
    outputs: int
    run: Run | None
    pixels: Scaling | None
    why: str = ""


def inspect(imported: Imported, name: str) -> Original:
    """What is known of a network without data.

    Raises:
        ModelError: If it takes no image, or gives several outputs.
    """
    look = _inspect_keras if imported.kind == "keras" else _inspect_int8
    return look(imported, name)


def _inspect_int8(imported: Imported, name: str) -> Original:
    image, scores = borders_of(imported.content, name)
    _, height, width, channels = image.shape
    pixels, why, grid = imported.pixels, "", _grid_of(imported.content, image)
    if pixels is None and grid is not None:
        limits = np.iinfo(grid.dtype)
        ends = [grid.scale * (n - grid.zero_point) for n in (limits.min, limits.max)]
        pixels = _nearest(ends)
        why = f"its input is {ends[0]:.4g} to {ends[1]:.4g}" if pixels else ""
    shape = (height, width, channels)
    return Original(shape, scores.size, imported.run, pixels, why)


def _grid_of(content: bytes, image: Tensor) -> Tensor | None:
    """Where the image is first in integers: the input, or what is made of it."""
    if image.dtype != "float32":
        return image
    graph = read_tflite(content)
    first = next((op for op in graph.ops if image.id in op.inputs), None)
    made = graph.tensors[first.outputs[0]] if first else None
    return made if made and made.dtype in ("int8", "uint8") else None


def _nearest(ends: list[float]) -> Scaling | None:
    """The usual expectation whose white and black are these."""
    for known in SCALINGS.values():
        pairs = list(zip(known.mean, known.deviation, strict=True))
        black = min(-m / d for m, d in pairs)
        white = max((1 - m) / d for m, d in pairs)
        room = _TOLERANCE * (white - black)
        if abs(ends[0] - black) < room and abs(ends[1] - white) < room:
            return known
    return None


def _inspect_keras(imported: Imported, name: str) -> Original:
    from tinycnn.models.pixels import expects_bytes
    from tinycnn.models.saved import image_model, read_keras_model

    model = image_model(read_keras_model(imported.content, name), name)
    pixels, why = imported.pixels, ""
    if pixels is None and expects_bytes(model):
        pixels, why = SCALINGS["0..255"], "its first layer makes them small"
    outputs = int(np.prod(model.output_shape[1:]))
    run = imported.run or _runner(model)
    return Original(model.input_shape[1:], outputs, run, pixels, why)


def _runner(model: object) -> Callable[[NDArray[np.float32]], NDArray[np.float32]]:
    def run(images: NDArray[np.float32]) -> NDArray[np.float32]:
        from tinycnn.training.fit import predict_real

        return predict_real(model, images)

    return run
