"""The pieces of test images that excite a channel most, each as it was found.

A value of a map depends on a window of the image, its receptive field. Of each channel
the largest values are followed back to their windows, no two in the same image.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tinycnn.analysis.geometry import Field, trace_fields
from tinycnn.compiler import Graph
from tinycnn.compiler.ir.node import Node
from tinycnn.compiler.operators import OPERATORS
from tinycnn.explorer.learned.sample import Sample

__all__ = ["Best", "cut_patch", "cut_patches", "find_layers", "keep_best"]
__all__ += ["patch_side"]

COUNT = 9
MOST_SIDE = 24  # pixels of a patch that is shown; larger ones are made smaller
MOST_BYTES = 300_000  # of all patches


@dataclass(slots=True, eq=False)
class Best:
    """The largest values of a layer's channels so far, the largest first.

    Attributes:
        values: Shape (channels, COUNT).
        places: Image, row and column of each, shape (channels, COUNT, 3); the image is
            -1 where there are fewer.
    """

    values: NDArray[np.int64]
    places: NDArray[np.int64]

    @classmethod
    def of(cls, channels: int) -> Best:
        """Nothing yet."""
        lowest = np.full((channels, COUNT), -(1 << 31))
        return cls(lowest, np.full((channels, COUNT, 3), -1))


def find_layers(graph: Graph) -> tuple[int, ...]:
    """The tensors of maps that convolutions write."""
    found = []
    for op in graph.ops:
        output = graph.tensors[op.outputs[0]]
        is_window = OPERATORS[op.kind].find_window(Node(graph, op)) is not None
        has_weights = len(op.inputs) > 1
        if is_window and has_weights and len(output.shape) == 4:
            found.append(output.id)
    return tuple(found)


def keep_best(best: Best, maps: NDArray[Any], first: int) -> None:
    """Merge the maps of some images, shape (N, 1, H, W, C), into the best."""
    flat = maps.reshape(len(maps), -1, maps.shape[-1])
    width = maps.shape[-2]
    where = flat.argmax(axis=1)  # of each image and channel the largest value
    values = np.take_along_axis(flat, where[:, None], axis=1)[:, 0].astype(np.int64)
    images = np.arange(first, first + len(maps))[:, None].repeat(values.shape[1], 1)
    places = np.stack([images, where // width, where % width], axis=-1)
    all_values = np.concatenate([best.values, values.T], axis=1)
    all_places = np.concatenate([best.places, places.transpose(1, 0, 2)], axis=1)
    order = np.argsort(-all_values, axis=1, kind="stable")[:, :COUNT]
    best.values = np.take_along_axis(all_values, order, axis=1)
    best.places = np.take_along_axis(all_places, order[..., None], axis=1)


def cut_patches(
    graph: Graph, found: Mapping[int, Best], sample: Sample
) -> tuple[dict[str, Any], bytes]:
    """What is known of each patch, and all their pixels end to end.

    Of each layer as many channels are shown as have room.
    """
    images = sample.images
    assert images is not None
    fields = trace_fields(graph)
    room = MOST_BYTES // max(len(found), 1)
    layers, pixels = {}, []
    for tensor, best in found.items():
        side = patch_side(fields[tensor], images.shape[1:3])
        shown = tuple(min(s, MOST_SIDE) for s in side)
        channels = max(1, room // (COUNT * shown[0] * shown[1] * images.shape[3]))
        channels = min(channels, len(best.values))
        layers[f"t{tensor}"] = {
            "side": list(shown),
            "of": list(side),
            "channels": channels,
            "values": best.values[:channels].tolist(),
            "places": _tell(best.places[:channels], sample.indices),
        }
        pixels += [
            cut_patch(images[max(image, 0)], (row, column), fields[tensor], side, shown)
            for image, row, column in best.places[:channels].reshape(-1, 3).tolist()
        ]
    return layers, b"".join(patch.tobytes() for patch in pixels)


def _tell(places: NDArray[np.int64], indices: NDArray[np.int64]) -> list[Any]:
    """With each image by its place in the data set."""
    told = places.copy()
    told[..., 0] = np.where(places[..., 0] < 0, -1, indices[places[..., 0]])
    return list(told.tolist())


def patch_side(fields: tuple[Field, Field], size: Iterable[int]) -> tuple[int, int]:
    """Rows and columns of a patch: of the receptive field, at most the image's."""
    rows, columns = (min(f.size, n) for f, n in zip(fields, size, strict=True))
    return rows, columns


def cut_patch(
    image: NDArray[np.uint8],
    place: tuple[int, int],
    fields: tuple[Field, Field],
    side: tuple[int, int],
    shown: tuple[int, ...],
) -> NDArray[np.uint8]:
    """What a value sees of an image, moved into it where it reaches beyond it.

    Args:
        image: Shape (H, W, C).
        place: Row and column of the value in its map.
        fields: What the map's values see.
        side: Rows and columns of the patch.
        shown: Rows and columns that it is made smaller to.
    """
    starts = []
    for axis in (0, 1):
        field, wide = fields[axis], side[axis]
        middle = field.start + place[axis] * field.distance + field.size / 2
        start = round(middle - wide / 2)
        starts.append(min(max(start, 0), image.shape[axis] - wide))
    patch = image[starts[0] : starts[0] + side[0], starts[1] : starts[1] + side[1]]
    rows, columns = (
        (np.arange(n) * s / n).astype(np.int64)
        for n, s in zip(shown, side, strict=True)
    )
    return np.ascontiguousarray(patch[rows][:, columns])
