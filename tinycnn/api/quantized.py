"""`tinycnn.quantize`: any Keras model -> its fake-quantized twin -> int8 bytes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tinycnn.api.compiled import Compiled, compile
from tinycnn.choices import Numerics, Optimize
from tinycnn.errors import ProjectError
from tinycnn.pipeline.training import require_tensorflow

__all__ = ["Quantized", "quantize"]

Data = NDArray[Any] | Sequence[NDArray[Any]]


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Quantized:
    """A model that computes what its int8 file will.

    Attributes:
        model: The fake-quantized twin, a Keras model like any other: compile and fit
            it to go on training with the rounding of int8 in the loop.
    """

    model: Any

    def __repr__(self) -> str:
        return (
            f"fake-quantized '{self.model.name}', {self.model.count_params():,} values"
        )

    def freeze(self) -> None:
        """Keep all ranges from now on, as for the last third of a training."""
        from tinycnn.training.quantize import freeze_ranges

        freeze_ranges(self.model)

    def to_tflite(self) -> bytes:
        """The full int8 `.tflite`, with the grids and weights of now."""
        from tinycnn.training.convert import convert_model

        return convert_model(self.model)

    def compile(
        self,
        *,
        board: str = "nano33ble",
        optimize: Optimize = "speed",
        numerics: Numerics = "litert",
        name: str | None = None,
    ) -> Compiled:
        """`tinycnn.compile` of that file."""
        return compile(
            self.to_tflite(),
            board=board,
            optimize=optimize,
            numerics=numerics,
            name=name or self.model.name,
        )


def quantize(model: Any, data: Data, *, ternary: bool = False) -> Quantized:
    """The fake-quantized twin of a trained Keras model, its ranges set from `data`.

    That alone is post-training quantization; training the twin on makes it
    quantization-aware (Jacob et al., 2018).

    Args:
        model: A Keras 3 model; it stays as it is.
        data: Inputs as the model is called with, some hundred of those that it was
            trained on, one a row: pixels as uint8, which are divided by 255 as the
            model expects it, or real numbers. One array for each input, in a list.
        ternary: Whether weights are -1, 0 and 1 times a scale, but those of the first
            and the last layer.

    Raises:
        ToolchainError: If TensorFlow is not installed.
        UnsupportedModelError: If the model holds something without int8 counterpart.
        ProjectError: If data do not suit.
    """
    require_tensorflow()
    from tinycnn.training.quantize import calibrate, quantize_model

    arrays = [data] if isinstance(data, np.ndarray) else [np.asarray(d) for d in data]
    _check(model, arrays)
    is_image = all(array.dtype == np.uint8 for array in arrays)
    twin = quantize_model(
        model, ternary=ternary, inputs="images" if is_image else "numbers"
    )
    calibrate(twin, arrays)
    return Quantized(twin)


def _check(model: Any, arrays: list[NDArray[Any]]) -> None:
    shapes = [tuple(image.shape[1:]) for image in model.inputs]
    got = [array.shape[1:] for array in arrays]
    is_whole = all(
        len(a) == len(b) and all(n in (m, None) for n, m in zip(a, b, strict=True))
        for a, b in zip(shapes, got, strict=False)
    )
    if len(shapes) != len(got) or not is_whole or min(map(len, arrays)) == 0:
        raise ProjectError(
            f"data: expected rows of shape {', '.join(map(str, shapes))} for model "
            f"'{model.name}', got {', '.join(str(array.shape) for array in arrays)}",
            hint="give inputs as the model is called with, one a row",
        )
    if len({array.dtype == np.uint8 for array in arrays}) > 1 or not all(
        array.dtype == np.uint8 or array.dtype.kind == "f" for array in arrays
    ):
        kinds = ", ".join(str(array.dtype) for array in arrays)
        raise ProjectError(
            f"data: expected all as uint8 or all as real numbers, got {kinds}",
            hint="array.astype('float32')",
        )
    if not all(np.isfinite(array).all() for array in arrays):
        raise ProjectError(
            "data: expected finite numbers, got NaN or infinity",
            hint="numpy.isfinite finds them",
        )
