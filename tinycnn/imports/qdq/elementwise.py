"""Functions of one number; sums, products and extremes of two, by broadcasting."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Any

import numpy as np

from tinycnn.imports.qdq.layout import Layout
from tinycnn.imports.qdq.reading import Node
from tinycnn.imports.qdq.sheet import Sheet, read_limits
from tinycnn.imports.qdq.values import Activation, Grid, Known, Shape

__all__ = ["OPERATORS"]

# The limits that the file has an operator for.
_RELUS = {
    (0.0, float("inf")): "RELU",
    (0.0, 6.0): "RELU6",
    (-1.0, 1.0): "RELU_N1_TO_1",
    (0.0, 1.0): "RELU_0_TO_1",
}
# Results that LiteRT gives on one grid alone; QUANTIZE follows to that of the graph.
_HALF = Grid(1 / 256, -128)
_WHOLE = Grid(1 / 128, 0)


def _limit(sheet: Sheet, node: Node) -> None:
    """Relu and Clip that are not done with the operator before them."""
    x, name = sheet.activation(node), node.outputs[0]
    if name in sheet.absorbed:
        sheet.active[name] = x
        return
    limits = read_limits(sheet, node)
    if limits in _RELUS:
        _write(sheet, node, x, _RELUS[limits], grid=x.grid)
        return
    target = sheet.target(node)
    x = sheet.requantized(x, target.grid if target else x.grid, f"{name}/rescaled")
    low, high = limits
    if target is not None:
        low, high = (min(max(b, target.lowest), target.highest) for b in limits)
    number = sheet.limited(x.number, x.grid, low, high, name)
    sheet.active[name] = Activation(number, x.grid, x.layout)


def _function(
    sheet: Sheet,
    node: Node,
    *,
    kind: str,
    grid: Grid | None = None,
    options: Callable[[Node], dict[str, Any]] | None = None,
) -> None:
    x = sheet.activation(node)
    _write(sheet, node, x, kind, grid=grid, options=options and options(node))


def _write(
    sheet: Sheet,
    node: Node,
    x: Activation,
    kind: str,
    *,
    grid: Grid | None = None,
    options: Mapping[str, Any] | None = None,
) -> None:
    is_fixed = grid in (_HALF, _WHOLE) and kind in ("LOGISTIC", "TANH")
    shape = sheet.file.shape(x.number)
    sheet.write(
        node,
        kind,
        [x.number],
        shape,
        x.layout,
        grid=grid,
        options=options,
        rescales=not is_fixed,
    )


def _prelu(sheet: Sheet, node: Node) -> None:
    x, slope = sheet.activation(node), sheet.constant(node, 1)
    order = x.layout.file_order()
    number = sheet.arranged(x, order)
    alpha = _constant(sheet, node, slope, order, len(x.shape))
    shape = tuple(x.shape[axis] for axis in order)
    layout = Layout.of(x.shape, order)
    sheet.write(node, "PRELU", [number, alpha], shape, layout)


def _binary(sheet: Sheet, node: Node, *, kind: str) -> None:
    """Fused limits; the result has the axes of ONNX's broadcasting."""
    terms = _terms(sheet, node)
    _combine(sheet, node, kind, terms, fuses=True)


def _extreme(sheet: Sheet, node: Node, *, kind: str) -> None:
    """Of terms on the result's grid, as rounding keeps the order of numbers."""
    terms = _terms(sheet, node)
    target = sheet.target(node)
    first = next(t for t in terms if isinstance(t, Activation))
    grid = target.grid if target else first.grid
    moved: list[Activation | Known] = []
    for index, term in enumerate(terms):
        if isinstance(term, Activation):
            term = sheet.requantized(term, grid, f"{node.name}/term{index}")
        moved.append(term)
    _combine(sheet, node, kind, moved, fuses=False, grid=grid)


def _divide(sheet: Sheet, node: Node) -> None:
    """By one number: a product."""
    x, divisor = sheet.activation(node), sheet.constant(node, 1)
    if divisor is None or divisor.values.size != 1 or not divisor.values.any():
        node.refuse("expected a divisor of one number, not 0")
    factor = Known(np.float32(1) / divisor.values.astype(np.float32))
    _combine(sheet, node, "MUL", [x, factor], fuses=True)


def _terms(sheet: Sheet, node: Node) -> list[Activation | Known]:
    if len(node.inputs) != 2:
        node.refuse(f"expected 2 inputs, got {len(node.inputs)}")
    return [
        sheet.known[name] if name in sheet.known else sheet.activation(node, index)
        for index, name in enumerate(node.inputs)
    ]


def _combine(
    sheet: Sheet,
    node: Node,
    kind: str,
    terms: Sequence[Activation | Known],
    *,
    fuses: bool,
    grid: Grid | None = None,
) -> None:
    computed = [term for term in terms if isinstance(term, Activation)]
    alike = {(term.layout, sheet.file.shape(term.number)) for term in computed}
    shape = np.broadcast_shapes(*map(_shape_of, terms))
    if len(computed) == 2 and len(alike) == 1:
        numbers = [term.number for term in computed]
        layout, file_shape = alike.pop()
        sheet.write(node, kind, numbers, file_shape, layout, fuses=fuses, grid=grid)
        return
    largest = max(computed, key=lambda term: int(np.prod(term.shape)))
    order = _widened(largest, len(shape)).layout.file_order()
    numbers = [
        sheet.arranged(_widened(term, len(shape)), order)
        if isinstance(term, Activation)
        else _constant(sheet, node, term, order, len(shape), grid)
        for term in terms
    ]
    file_shape = tuple(shape[axis] for axis in order)
    layout = Layout.of(shape, order)
    sheet.write(node, kind, numbers, file_shape, layout, fuses=fuses, grid=grid)


def _shape_of(term: Activation | Known) -> Shape:
    return term.shape if isinstance(term, Activation) else term.values.shape


def _widened(x: Activation, rank: int) -> Activation:
    """With axes of size 1 in front, as broadcasting adds them."""
    layout = x.layout
    axes = ((),) * (rank - len(layout.axes)) + layout.axes
    return Activation(x.number, x.grid, Layout(layout.sizes, axes, layout.order))


def _constant(
    sheet: Sheet,
    node: Node,
    known: Known | None,
    order: Sequence[int],
    rank: int,
    grid: Grid | None = None,
) -> int:
    """A constant term with its axes in an order; one real number is its own scale.

    Args:
        sheet: The file.
        node: Whose term it is.
        known: The constant.
        order: Of the axes of the result.
        rank: How many those are.
        grid: The grid that it must be on, if any.
    """
    if known is None:
        node.refuse("expected a constant, got none")
    integers, own = _integers_of(node, known)
    if grid is not None and own != grid:
        real = own.scale * (integers.astype(np.float64) - own.zero_point)
        steps = np.rint(real / grid.scale) + grid.zero_point
        integers, own = np.clip(steps, -128, 127).astype(np.int8), grid
    wide = integers.reshape((1,) * (rank - integers.ndim) + integers.shape)
    return sheet.steps_constant(f"{node.name}/constant", wide.transpose(order), own)


def _integers_of(node: Node, known: Known) -> tuple[Any, Grid]:
    steps = known.steps
    if steps is None:
        if known.values.size != 1:
            node.refuse("expected a quantized constant, got real numbers")
        value = float(np.ravel(known.values)[0])
        scale = float(np.float32(abs(value) or 1.0))
        return np.sign(known.values).astype(np.int8), Grid(scale, 0)
    middle = {"int8": 0, "uint8": 128}.get(steps.integers.dtype.name)
    if middle is None or len(steps.scales) != 1:
        node.refuse("expected a constant of int8 with one scale")
    integers = (steps.integers.astype(np.int16) - middle).astype(np.int8)
    return integers, Grid(float(steps.scales[0]), int(steps.zero_points[0]) - middle)


def _leak(node: Node) -> dict[str, Any]:
    return {"alpha": float(node.settings.get("alpha", 0.01))}


def _gelu(node: Node) -> dict[str, Any]:
    return {"approximate": node.settings.get("approximate", "none") == "tanh"}


OPERATORS: Mapping[str, Callable[[Sheet, Node], None]] = {
    "Relu": _limit,
    "Clip": _limit,
    "LeakyRelu": partial(_function, kind="LEAKY_RELU", options=_leak),
    "PRelu": _prelu,
    "HardSwish": partial(_function, kind="HARD_SWISH"),
    "Sigmoid": partial(_function, kind="LOGISTIC", grid=_HALF),
    "Tanh": partial(_function, kind="TANH", grid=_WHOLE),
    "Gelu": partial(_function, kind="GELU", options=_gelu),
    "Abs": partial(_function, kind="ABS"),
    "Exp": partial(_function, kind="EXP"),
    "Add": partial(_binary, kind="ADD"),
    "Sub": partial(_binary, kind="SUB"),
    "Mul": partial(_binary, kind="MUL"),
    "Div": _divide,
    "Max": partial(_extreme, kind="MAXIMUM"),
    "Min": partial(_extreme, kind="MINIMUM"),
}
