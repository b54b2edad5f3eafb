"""Pools, means and extremes over axes, and softmax along one."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import partial

from tinycnn.imports.qdq.layout import Layout, channels_last
from tinycnn.imports.qdq.linear import padded
from tinycnn.imports.qdq.reading import Node
from tinycnn.imports.qdq.sheet import Sheet
from tinycnn.imports.qdq.values import Grid
from tinycnn.imports.qdq.windows import find_window

__all__ = ["OPERATORS"]

_LOWEST = -128
_SOFTMAX = Grid(1 / 256, -128)  # as LiteRT's kernels give it
_LOG_SOFTMAX = Grid(1 / 16, 127)


def _pool(sheet: Sheet, node: Node, *, kind: str) -> None:
    """On the input's grid; what SAME does not add is added before."""
    x, settings = sheet.activation(node), node.settings
    rank = len(x.shape)
    if rank not in (3, 4) or any(d != 1 for d in settings.get("dilations", [1])):
        node.refuse("expected 1 or 2 dimensions of space and dilation 1")
    if len(node.outputs) > 1 and node.outputs[1]:
        node.refuse("expected one output, got the places of the largest numbers, too")
    window = find_window(node, x.shape[2:], settings["kernel_shape"])
    space, channels = (1,) * (4 - rank) + x.shape[2:], x.shape[1]
    number = sheet.arranged(x, channels_last(rank), (1, *space, channels))
    counts_border = kind == "AVERAGE_POOL_2D" and settings.get("count_include_pad")
    same = window.is_padded and window.same and not counts_border
    if window.is_padded and not same:
        if kind == "AVERAGE_POOL_2D" and not counts_border:
            node.refuse("expected a padding that counts, or that of SAME")
        filler = _LOWEST if kind == "MAX_POOL_2D" else None
        number = padded(sheet, number, x.grid, window, node.outputs[0], filler)
    options = {
        **window.options(same=same),
        "filterHeight": window.size[0],
        "filterWidth": window.size[1],
    }
    shape = (1, *window.output, channels)
    layout = Layout.of((1, channels, *window.output[4 - rank :]), channels_last(rank))
    sheet.write(
        node,
        kind,
        [number],
        shape,
        layout,
        grid=x.grid,
        options=options,
        rescales=False,
    )


def _global(sheet: Sheet, node: Node, *, kind: str) -> None:
    axes = range(2, len(sheet.activation(node).shape))
    _reduce_over(sheet, node, kind, axes, keeps=True)


def _reduce(sheet: Sheet, node: Node, *, kind: str) -> None:
    rank = len(sheet.activation(node).shape)
    axes = sheet.setting(node, "axes", 1)
    if not axes:
        if node.settings.get("noop_with_empty_axes"):
            node.refuse("expected axes, got none")
        axes = [*range(rank)]
    keeps = bool(node.settings.get("keepdims", 1))
    _reduce_over(sheet, node, kind, [a % rank for a in axes], keeps=keeps)


def _reduce_over(
    sheet: Sheet, node: Node, kind: str, axes: Sequence[int], *, keeps: bool
) -> None:
    x = sheet.activation(node)
    order = x.layout.file_order()
    number = sheet.arranged(x, order)
    places = sorted(order.index(axis) for axis in axes)
    shape = tuple(1 if a in axes else n for a, n in enumerate(x.shape))
    file_shape = [shape[axis] for axis in order]
    kept = [axis for axis in range(len(shape)) if keeps or axis not in axes]
    file_order = [kept.index(axis) for axis in order if axis in kept]
    layout = Layout.of([shape[axis] for axis in kept], file_order)
    if not keeps:
        file_shape = [n for i, n in enumerate(file_shape) if i not in places]
    inputs = [number, sheet.integers(places, "axes")]
    sheet.write(
        node,
        kind,
        inputs,
        file_shape,
        layout,
        grid=x.grid,
        options={"keepDims": keeps},
        rescales=kind in ("MEAN", "SUM"),
    )


def _softmax(sheet: Sheet, node: Node, *, kind: str, grid: Grid) -> None:
    """Along the file's last axis."""
    x = sheet.activation(node)
    rank, default = len(x.shape), -1 if sheet.network.opset >= 13 else 1
    axis = node.settings.get("axis", default) % rank
    if sheet.network.opset < 13 and axis != rank - 1:
        node.refuse("expected softmax along the last axis, got several as one")
    now = x.layout.file_order()
    order = [*(a for a in now if a != axis), axis]
    number = sheet.arranged(x, order)
    shape = [x.shape[a] for a in order]
    options = {"beta": 1.0} if kind == "SOFTMAX" else None
    sheet.write(
        node,
        kind,
        [number],
        shape,
        Layout.of(x.shape, order),
        grid=grid,
        options=options,
        rescales=False,
    )


OPERATORS: Mapping[str, Callable[[Sheet, Node], None]] = {
    "MaxPool": partial(_pool, kind="MAX_POOL_2D"),
    "AveragePool": partial(_pool, kind="AVERAGE_POOL_2D"),
    "GlobalAveragePool": partial(_global, kind="MEAN"),
    "GlobalMaxPool": partial(_global, kind="REDUCE_MAX"),
    "ReduceMean": partial(_reduce, kind="MEAN"),
    "ReduceSum": partial(_reduce, kind="SUM"),
    "ReduceMax": partial(_reduce, kind="REDUCE_MAX"),
    "ReduceMin": partial(_reduce, kind="REDUCE_MIN"),
    "Softmax": partial(_softmax, kind="SOFTMAX", grid=_SOFTMAX),
    "LogSoftmax": partial(_softmax, kind="LOG_SOFTMAX", grid=_LOG_SOFTMAX),
}
