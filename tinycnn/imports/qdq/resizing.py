"""Resize and Upsample: nearest and bilinear, where the file has the same rule."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tinycnn.imports.qdq.layout import Layout, channels_last
from tinycnn.imports.qdq.reading import Node
from tinycnn.imports.qdq.sheet import Sheet

__all__ = ["OPERATORS"]


def _resize(sheet: Sheet, node: Node) -> None:
    """Nearest pixels and bilinear, where the file has the same rule."""
    x, settings = sheet.activation(node), node.settings
    if len(x.shape) != 4:
        node.refuse(f"expected a map of 4 dimensions, got {x.shape}")
    is_old = len(node.inputs) < 3  # Upsample, and Resize of version 10
    scales = sheet.constant(node, 1 if is_old else 2)
    sizes = None if is_old else sheet.setting(node, "", 3)
    if sizes is not None:
        shape = sizes
    else:
        given = settings["scales"] if scales is None else np.ravel(scales.values)
        shape = [int(np.floor(n * s)) for n, s in zip(x.shape, given, strict=True)]
    if [*shape[:2]] != [*x.shape[:2]] or settings.get("axes"):
        node.refuse("expected new rows and columns, and no other axes")
    rule = settings.get("coordinate_transformation_mode")
    rule = rule or ("asymmetric" if is_old else "half_pixel")
    order = channels_last(4)
    number = sheet.arranged(x, order)
    file_shape = [shape[a] for a in order]
    flags = _find_flags(node, x.shape[2:], shape[2:], rule)
    kind = {"nearest": "RESIZE_NEAREST_NEIGHBOR", "linear": "RESIZE_BILINEAR"}
    size = sheet.integers(shape[2:], "size")
    sheet.write(
        node,
        kind[settings.get("mode", "nearest")],
        [number, size],
        file_shape,
        Layout.of(shape, order),
        grid=x.grid,
        options=flags,
        rescales=False,
    )


def _find_flags(
    node: Node, inputs: Sequence[int], outputs: Sequence[int], rule: str
) -> dict[str, bool]:
    """How the file aligns pixels, so that each is taken from where ONNX takes it."""
    mode = node.settings.get("mode", "nearest")
    half = {"alignCorners": False, "halfPixelCenters": True}
    corners = {"alignCorners": True, "halfPixelCenters": False}
    none = {"alignCorners": False, "halfPixelCenters": False}
    if mode == "linear" and not node.settings.get("antialias"):
        known = {"half_pixel": half, "align_corners": corners, "asymmetric": none}
        if min(outputs) > 1:
            known["pytorch_half_pixel"] = half
        if rule in known:
            return known[rule]
    elif mode == "nearest":
        pairs = [*zip(inputs, outputs, strict=True)]
        wanted = [_nearest(node, rule, *pair) for pair in pairs]
        for flags in (none, half, corners):
            if all(
                np.array_equal(found, _nearest_of_file(flags, *pair))
                for found, pair in zip(wanted, pairs, strict=True)
            ):
                return flags
    node.refuse(f"a rule that the file does not have: {mode}, {rule}")


def _nearest(node: Node, rule: str, size: int, output: int) -> NDArray[np.float64]:
    """Which pixel each output pixel is, by ONNX."""
    places = np.arange(output)
    by = {
        "half_pixel": (places + 0.5) * size / output - 0.5,
        "pytorch_half_pixel": (places + 0.5) * size / output - 0.5,
        "asymmetric": places * size / output,
        "align_corners": places * (size - 1) / max(output - 1, 1),
    }
    roundings: dict[str, Callable[[Any], Any]] = {
        "round_prefer_floor": lambda x: np.ceil(x - 0.5),
        "round_prefer_ceil": lambda x: np.floor(x + 0.5),
        "floor": np.floor,
        "ceil": np.ceil,
    }
    rounding = node.settings.get("nearest_mode", "round_prefer_floor")
    if "coordinate_transformation_mode" not in node.settings and rule == "asymmetric":
        rounding = "floor"  # of old versions, which do not say
    if rule not in by or rounding not in roundings:
        node.refuse(f"a rule that the file does not have: {rule}, {rounding}")
    return np.asarray(np.clip(roundings[rounding](by[rule]), 0, size - 1))


def _nearest_of_file(
    flags: Mapping[str, bool], size: int, output: int
) -> NDArray[np.float64]:
    """The same by LiteRT."""
    places = np.arange(output)
    if flags["alignCorners"]:
        scaled = places * (size - 1) / max(output - 1, 1)
        return np.asarray(np.clip(np.floor(scaled + 0.5), 0, size - 1))
    offset = 0.5 if flags["halfPixelCenters"] else 0.0
    return np.asarray(np.clip(np.floor((places + offset) * size / output), 0, size - 1))


OPERATORS: Mapping[str, Callable[[Sheet, Node], None]] = {
    "Resize": _resize,
    "Upsample": _resize,
}
