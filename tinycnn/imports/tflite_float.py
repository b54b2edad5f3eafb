"""Float `.tflite` files, with weights in float32, float16 or int8.

They are rebuilt in Keras, to be trained on or quantized as any other; one that Keras
cannot express is quantized by Google's tool. Other routes end here, too: each brings
its network to such a file.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from tinycnn.compiler.reading.number_kind import find_number_kind
from tinycnn.errors import UnsupportedModelError
from tinycnn.imports.imported import Imported, Route, Run, Source, Wishes
from tinycnn.reference.float_litert import FloatRunner, look
from tinycnn.scaling import SCALINGS

__all__ = ["ROUTE", "take_float"]

_INT16 = "int16 activations"
_MOST = 300  # images that are quantized with


def take_float(
    content: bytes, name: str, wishes: Wishes, *, run: Run | None = None
) -> Imported:
    """A float `.tflite` as a Keras model, or as int8 where there is none.

    Args:
        content: The file.
        name: What messages call it.
        wishes: Of the user.
        run: What ran the network before it became this file; LiteRT without.

    Raises:
        UnsupportedModelError: If neither can be made.
    """
    from tinycnn.pipeline.training import require_tensorflow

    require_tensorflow()
    from tinycnn.imports.rebuild import rebuild
    from tinycnn.models.saved import model_to_bytes
    from tinycnn.training.read_steps import read_network

    try:
        rebuilt = rebuild(content, name)
        read_network(rebuilt.model)
    except UnsupportedModelError as error:
        return _quantized(content, name, wishes, run, error)
    model = rebuilt.model
    said = (
        f"rebuilt in Keras: {len(model.layers)} layers, {model.count_params():,} "
        f"parameters; outputs within {rebuilt.difference:.0e} of LiteRT's",
    )
    own = run or (lambda images: rebuilt.run(images)[0])
    return Imported("keras", model_to_bytes(model), run=own, said=said)


def _quantized(
    content: bytes,
    name: str,
    wishes: Wishes,
    run: Run | None,
    why: UnsupportedModelError,
) -> Imported:
    reason = str(why).removeprefix(f"{name}: ")
    shape = _image_shape(content)
    if shape is None:
        raise why
    if wishes.images is None or wishes.pixels is None:
        missing = "--data" if wishes.images is None else "--pixels"
        raise UnsupportedModelError(
            f"{name}: {reason}",
            hint=f"with {missing} Google's quantizer makes int8 of it: it needs images "
            f"as the network takes them; --pixels is one of {', '.join(SCALINGS)}",
        ) from why
    from tinycnn.imports.quantizer import quantize_float

    images = wishes.images(shape)[:_MOST].astype(np.float64) / 255
    pixels = wishes.pixels
    real = (images - np.asarray(pixels.mean)) / np.asarray(pixels.deviation)
    made = quantize_float(content, real.astype(np.float32), name)
    said = (
        f"not rebuilt in Keras: {reason}",
        f"quantized by litert-quantizer with {len(images)} images, not to be trained",
    )
    own = run or _runner(content)
    return Imported("int8", made, pixels=pixels, run=own, said=said)


def _image_shape(content: bytes) -> tuple[int, int, int] | None:
    """Height, width and channels of the one input; None if that is something else."""
    found = look(content, ())
    shapes = [found.tensors[number]["shape"] for number in found.inputs]
    if len(shapes) != 1 or len(shapes[0]) != 4 or shapes[0][3] not in (1, 3):
        return None
    _, height, width, channels = shapes[0]
    return height, width, channels


def _runner(content: bytes) -> Run:
    def run(images: NDArray[np.float32]) -> NDArray[np.float32]:
        outputs = FloatRunner(content)(images)[0]
        return outputs.reshape(len(images), -1)

    return run


def _matches(source: Source) -> bool:
    return source.data[4:8] == b"TFL3" and find_number_kind(source.data) is not None


def _read(source: Source, wishes: Wishes) -> Imported:
    kind = str(find_number_kind(source.data))
    if kind.startswith(_INT16):
        raise UnsupportedModelError(
            f"{source.name}: expected float32 or int8 activations, got {kind}",
            hint="convert the float model again, without the int16 option",
        )
    return take_float(source.data, source.name, wishes).after(f"a .tflite of {kind}")


ROUTE = Route("a float .tflite", _matches, _read)
