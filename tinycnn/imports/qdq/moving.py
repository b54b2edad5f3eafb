"""What moves, joins, cuts and pads numbers, on the grid that they have.

Reshape, Transpose and their kin write nothing: they change what the axes are. Where an
operator needs the numbers in another order, TRANSPOSE comes before that operator.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from math import prod

import numpy as np

from tinycnn.imports.qdq.layout import Layout
from tinycnn.imports.qdq.reading import Node
from tinycnn.imports.qdq.sheet import Sheet
from tinycnn.imports.qdq.values import Activation

__all__ = ["OPERATORS"]


def _alias(sheet: Sheet, node: Node) -> None:
    sheet.active[node.outputs[0]] = sheet.activation(node)


def _transpose(sheet: Sheet, node: Node) -> None:
    x = sheet.activation(node)
    order = node.settings.get("perm", range(len(x.shape))[::-1])
    layout = x.layout.transposed(order)
    sheet.active[node.outputs[0]] = Activation(x.number, x.grid, layout)


def _reshape(sheet: Sheet, node: Node) -> None:
    x, asked = sheet.activation(node), sheet.setting(node, "shape", 1) or []
    zeros_copy = not node.settings.get("allowzero")
    shape = [
        x.shape[i] if size == 0 and zeros_copy else size for i, size in enumerate(asked)
    ]
    if -1 in shape:
        rest = prod(size for size in shape if size != -1)
        shape[shape.index(-1)] = prod(x.shape) // max(rest, 1)
    _become(sheet, node, shape)


def _flatten(sheet: Sheet, node: Node) -> None:
    shape = sheet.activation(node).shape
    axis = node.settings.get("axis", 1)
    axis += len(shape) if axis < 0 else 0
    _become(sheet, node, [prod(shape[:axis]), prod(shape[axis:])])


def _squeeze(sheet: Sheet, node: Node) -> None:
    shape = sheet.activation(node).shape
    axes = sheet.setting(node, "axes", 1)
    gone = {a % len(shape) for a in axes} if axes else set()
    kept = [n for a, n in enumerate(shape) if (a not in gone if axes else n != 1)]
    _become(sheet, node, kept)


def _unsqueeze(sheet: Sheet, node: Node) -> None:
    shape = [*sheet.activation(node).shape]
    axes = sheet.setting(node, "axes", 1) or []
    rank = len(shape) + len(axes)
    for axis in sorted(a % rank for a in axes):
        shape.insert(axis, 1)
    _become(sheet, node, shape)


def _become(sheet: Sheet, node: Node, shape: Sequence[int]) -> None:
    """The same numbers in another shape."""
    x = sheet.activation(node)
    if prod(shape) != prod(x.shape) or min(shape, default=1) < 1:
        node.refuse(f"expected {prod(x.shape)} numbers as {x.shape}, got {shape}")
    number, layout = x.number, x.layout.reshaped(shape)
    if layout is None:  # an axis would begin within an atom
        number = sheet.arranged(x, range(len(x.shape)))
        layout = Layout.of(shape)
    sheet.active[node.outputs[0]] = Activation(number, x.grid, layout)


def _concat(sheet: Sheet, node: Node) -> None:
    """Of inputs on one grid, that of the result."""
    inputs = [sheet.activation(node, i) for i in range(len(node.inputs))]
    is_integers = node.inputs[0] in sheet.integers_of
    if is_integers and len({x.grid for x in inputs}) > 1:
        node.refuse("expected integers of one scale, got several")
    target = sheet.target(node)
    grid = target.grid if target else inputs[0].grid
    rank = len(inputs[0].shape)
    axis = node.settings["axis"] % rank
    order = inputs[0].layout.file_order()
    numbers = [
        sheet.arranged(sheet.requantized(x, grid, f"{node.name}/input{i}"), order)
        for i, x in enumerate(inputs)
    ]
    shape = list(inputs[0].shape)
    shape[axis] = sum(x.shape[axis] for x in inputs)
    file_shape = [shape[a] for a in order]
    sheet.write(
        node,
        "CONCATENATION",
        numbers,
        file_shape,
        Layout.of(shape, order),
        grid=grid,
        options={"axis": order.index(axis)},
    )


def _slice(sheet: Sheet, node: Node) -> None:
    x = sheet.activation(node)
    starts, ends = (
        sheet.setting(node, key, i) or [] for key, i in (("starts", 1), ("ends", 2))
    )
    axes = sheet.setting(node, "axes", 3) or [*range(len(starts))]
    steps = sheet.setting(node, "steps", 4) or [1] * len(starts)
    ranges = [range(n) for n in x.shape]
    for axis, start, end, step in zip(axes, starts, ends, steps, strict=True):
        axis %= len(x.shape)
        ranges[axis] = ranges[axis][start:end:step]
    _cut(sheet, node, x, ranges, node.outputs[0])


def _split(sheet: Sheet, node: Node) -> None:
    x = sheet.activation(node)
    axis = node.settings.get("axis", 0) % len(x.shape)
    count = len(node.outputs)
    sizes = sheet.setting(node, "split", 1)
    if not sizes:
        most = -(-x.shape[axis] // count)
        sizes = [most] * (count - 1) + [x.shape[axis] - most * (count - 1)]
    start = 0
    for size, name in zip(sizes, node.outputs, strict=True):
        ranges = [range(n) for n in x.shape]
        ranges[axis] = range(start, start + size)
        _cut(sheet, node, x, ranges, name)
        start += size


def _cut(
    sheet: Sheet, node: Node, x: Activation, ranges: Sequence[range], name: str
) -> None:
    """The indices in ranges of each axis."""
    shape = [len(taken) for taken in ranges]
    if min(shape) < 1 or any(taken.step < 1 for taken in ranges):
        node.refuse("expected something to be left, by steps of at least 1")
    order = x.layout.file_order()
    number = sheet.arranged(x, order)
    ends = [taken.start + len(taken) * taken.step for taken in ranges]
    bounds = ([taken.start for taken in ranges], ends, [r.step for r in ranges])
    limits = [sheet.integers([b[a] for a in order], "bounds") for b in bounds]
    file_shape = [shape[a] for a in order]
    result = sheet.add("STRIDED_SLICE", [number, *limits], name, file_shape, x.grid)
    sheet.active[name] = Activation(result, x.grid, Layout.of(shape, order))


def _pad(sheet: Sheet, node: Node) -> None:
    x, rank = sheet.activation(node), len(sheet.activation(node).shape)
    mode = node.settings.get("mode", "constant")
    if mode not in ("constant", "reflect"):
        node.refuse(f"expected mode constant or reflect, got {mode}")
    pads, axes = sheet.setting(node, "pads", 1) or [], sheet.setting(node, "axes", 3)
    sides = [(0, 0)] * rank
    for i, axis in enumerate(axes or range(rank)):
        sides[axis % rank] = (pads[i], pads[i + len(pads) // 2])
    if min(map(min, sides)) < 0:
        node.refuse("expected paddings of at least 0")
    order = x.layout.file_order()
    inputs = [
        sheet.arranged(x, order),
        sheet.integers([sides[a] for a in order], "padding"),
    ]
    shape = [n + sum(side) for n, side in zip(x.shape, sides, strict=True)]
    kind, options = "PAD", {}
    known = sheet.constant(node, 2) if mode == "constant" else None
    value = node.settings.get("value", 0.0)
    if known is not None and known.values.size:
        value = float(np.ravel(known.values)[0])
    shift = sheet.integers_of.get(node.inputs[0])
    # Where integers are padded, the value is one, too.
    integer = x.grid.integer(value) if shift is None else int(value) - shift
    if mode == "reflect":
        kind, options = "MIRROR_PAD", {"mode": 0}
    elif integer != x.grid.zero_point:
        filler = np.array([integer], np.int8)
        kind = "PADV2"
        inputs.append(sheet.steps_constant(f"{node.name}/filler", filler, x.grid))
    sheet.write(
        node,
        kind,
        inputs,
        [shape[a] for a in order],
        Layout.of(shape, order),
        grid=x.grid,
        options=options,
        rescales=False,
    )


def _depth_to_space(sheet: Sheet, node: Node) -> None:
    """A view: blocks become rows and columns."""
    x, block = sheet.activation(node), node.settings["blocksize"]
    n, channels, height, width = x.shape
    rest = channels // block**2
    is_crd = node.settings.get("mode", "DCR") == "CRD"
    inner = [rest, block, block] if is_crd else [block, block, rest]
    order = (0, 1, 4, 2, 5, 3) if is_crd else (0, 3, 4, 1, 5, 2)
    _view(
        sheet,
        node,
        [n, *inner, height, width],
        order,
        [n, rest, height * block, width * block],
    )


def _space_to_depth(sheet: Sheet, node: Node) -> None:
    x, block = sheet.activation(node), node.settings["blocksize"]
    n, channels, height, width = x.shape
    rows, columns = height // block, width // block
    _view(
        sheet,
        node,
        [n, channels, rows, block, columns, block],
        (0, 3, 5, 1, 2, 4),
        [n, channels * block**2, rows, columns],
    )


def _view(
    sheet: Sheet,
    node: Node,
    inner: Sequence[int],
    order: Sequence[int],
    outer: Sequence[int],
) -> None:
    """A Reshape, a Transpose and a Reshape."""
    x = sheet.activation(node)
    parts = x.layout.reshaped(inner)
    layout = parts.transposed(order).reshaped(outer) if parts else None
    if layout is None:
        node.refuse(f"expected blocks that divide {x.shape}")
    sheet.active[node.outputs[0]] = Activation(x.number, x.grid, layout)


OPERATORS: Mapping[str, Callable[[Sheet, Node], None]] = {
    "Identity": _alias,
    "Dropout": _alias,
    "Transpose": _transpose,
    "Reshape": _reshape,
    "Flatten": _flatten,
    "Squeeze": _squeeze,
    "Unsqueeze": _unsqueeze,
    "Concat": _concat,
    "Slice": _slice,
    "Split": _split,
    "Pad": _pad,
    "DepthToSpace": _depth_to_space,
    "SpaceToDepth": _space_to_depth,
}
