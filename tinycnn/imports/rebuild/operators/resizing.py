"""Images of another size."""

from __future__ import annotations

from tinycnn.imports.rebuild.building import Builder, Operation
from tinycnn.imports.rebuild.view import View
from tinycnn.models.backend import keras

__all__ = ["BUILDERS"]

_layers = keras.layers


def _resize(how: str, *, aligned: int, half: int) -> Builder:
    """Of an interpolation of Keras; options by their numbers."""

    def build(operation: Operation) -> list[View]:
        raw, view = operation.raw, operation.view()
        if raw.int8(aligned):
            raise operation.refusal("corners that are not aligned", "align_corners")
        x = operation.image()
        sizes = zip(operation.output.shape[1:3], view.shape[1:3], strict=True)
        factors = [divmod(m, n) for m, n in sizes]
        is_whole = not any(rest for _, rest in factors)
        if not raw.int8(half) and not (is_whole and how == "nearest"):
            raise operation.refusal("centers of half a pixel", "none")
        if is_whole:
            times = tuple(times for times, _ in factors)
            layer = operation.layer(_layers.UpSampling2D, times, interpolation=how)
        else:
            size = operation.output.shape[1:3]
            layer = operation.layer(_layers.Resizing, *size, interpolation=how)
        return [operation.plain(layer(x), is_positive=view.is_positive)]

    return build


BUILDERS = {
    "RESIZE_NEAREST_NEIGHBOR": _resize("nearest", aligned=0, half=1),
    "RESIZE_BILINEAR": _resize("bilinear", aligned=2, half=3),
}
