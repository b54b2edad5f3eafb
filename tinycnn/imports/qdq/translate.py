"""A quantized ONNX graph -> an int8 `.tflite` with the same scales and zero points.

Each QuantizeLinear is the grid of the operator before it; where one comes upon numbers
that have another grid already, it is a QUANTIZE of the file. Images of ONNX are
(channels, height, width): the input is turned once, by name, and all else follows.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from tinycnn.errors import UnsupportedModelError
from tinycnn.imports.qdq import elementwise, linear, moving, pooling, resizing
from tinycnn.imports.qdq.folding import dequantize, fold
from tinycnn.imports.qdq.layout import Layout, channels_last
from tinycnn.imports.qdq.reading import Network, Node
from tinycnn.imports.qdq.sheet import MOVES, Sheet
from tinycnn.imports.qdq.values import Activation, Known, Shape

__all__ = ["OPERATORS", "Translation", "translate"]

OPERATORS = {
    **linear.OPERATORS,
    **elementwise.OPERATORS,
    **pooling.OPERATORS,
    **moving.OPERATORS,
    **resizing.OPERATORS,
}
# Operators that give some of their input's numbers, be those integers or real.
_INTEGERS = MOVES | {"GlobalMaxPool", "Pad", "ReduceMax", "ReduceMin"}


@dataclass(frozen=True, slots=True)
class Translation:
    """The file that a graph became.

    Attributes:
        content: Its bytes.
        input_orders: The axes of each input of ONNX as the file has them.
        output_orders: Those of each output.
        transposes: How many TRANSPOSE it has.
        inputs: What each input of ONNX became.
        tensors: What each QuantizeLinear of an activation became.
    """

    content: bytes
    input_orders: tuple[tuple[int, ...], ...]
    output_orders: tuple[tuple[int, ...], ...]
    transposes: int
    inputs: Mapping[str, Activation]
    tensors: Mapping[str, Activation]


def translate(network: Network) -> Translation:
    """The file with the fewest TRANSPOSE: inputs have their channels last, or not.

    Raises:
        UnsupportedModelError: If a node cannot be translated, which it names.
    """
    for put in network.inputs:
        if put.dtype not in ("float32", "int8", "uint8"):
            raise UnsupportedModelError(
                f"input '{put.name}': expected float32, int8 or uint8, got {put.dtype}"
            )
    turned = [channels_last(len(put.shape)) for put in network.inputs]
    found = _translate(network, turned)
    straight = [tuple(range(len(put.shape))) for put in network.inputs]
    if turned == straight:
        return found
    other = _translate(network, straight)
    is_turned = all(_has_channels_first(put.shape) for put in network.inputs)
    if (other.transposes, is_turned) < (found.transposes, not is_turned):
        return other
    return found


def _has_channels_first(shape: Shape) -> bool:
    few = (1, 3, 4)
    return len(shape) != 4 or shape[1] in few or shape[3] not in few


def _translate(network: Network, orders: Sequence[tuple[int, ...]]) -> Translation:
    sheet = Sheet(network)
    numbers = []
    for put, order in zip(network.inputs, orders, strict=True):
        grid = sheet.input_grid(put)
        if grid is None:
            raise UnsupportedModelError(
                f"input '{put.name}': expected QuantizeLinear behind it, got real "
                "numbers that go into the network",
                hint="quantize_static with quant_format=QDQ and all operators",
            )
        shape = [put.shape[axis] for axis in order]
        number = sheet.file.tensor(put.name, shape, (grid.scale, grid.zero_point))
        layout = Layout.of(put.shape, order)
        sheet.active[put.name] = Activation(number, grid, layout)
        if put.dtype in ("int8", "uint8"):
            sheet.integers_of[put.name] = 128 if put.dtype == "uint8" else 0
        numbers.append(number)
    for node in network.nodes:
        try:
            _translate_node(sheet, node)
        except (ArithmeticError, LookupError, TypeError, ValueError) as error:
            text = str(error).strip().splitlines() or [type(error).__name__]
            node.refuse(f"its settings do not fit its inputs: {text[0]}")
    results = [_result(sheet, name) for name in network.outputs]
    return Translation(
        sheet.file.content(numbers, [number for number, _ in results]),
        tuple(orders),
        tuple(order for _, order in results),
        sheet.transposes,
        {put.name: sheet.active[put.name] for put in network.inputs},
        {name: sheet.active[name] for name in sheet.rounded},
    )


def _translate_node(sheet: Sheet, node: Node) -> None:
    is_known = all(name in sheet.known for name in node.inputs if name)
    if node.kind == "DequantizeLinear":
        _dequantize(sheet, node)
    elif node.kind in ("Shape", "Size") and node.inputs[0] in sheet.active:
        shape = np.array(sheet.activation(node).shape, np.int64)
        start, end = node.settings.get("start", 0), node.settings.get("end")
        values = shape[start:end] if node.kind == "Shape" else np.prod(shape)
        sheet.known[node.outputs[0]] = Known(np.asarray(values))
    elif is_known:
        sheet.known.update(fold(node, sheet.known, sheet.network.opset))
    elif node.kind == "QuantizeLinear":
        _quantize(sheet, node)
    elif node.kind in OPERATORS:
        _write(sheet, node)
    else:
        node.refuse(
            "an operator that cannot be taken from a quantized ONNX file",
            f"taken: {', '.join(sorted(OPERATORS))}; import the float ONNX file",
        )


def _write(sheet: Sheet, node: Node) -> None:
    """The node's operator; of integers, where it does not compute, integers."""
    shift = sheet.integers_of.get(node.inputs[0]) if node.inputs else None
    if shift is not None and node.kind not in _INTEGERS:
        node.refuse("expected real numbers, got integers that it would compute with")
    OPERATORS[node.kind](sheet, node)
    if shift is not None:
        sheet.integers_of.update(dict.fromkeys(node.outputs, shift))


def _quantize(sheet: Sheet, node: Node) -> None:
    x = sheet.activation(node)
    name = node.outputs[0]
    sheet.active[name] = sheet.requantized(x, sheet.grid_of(node), name)
    sheet.rounded.append(name)
    sheet.integers_of[name] = sheet.shift_of(node)


def _dequantize(sheet: Sheet, node: Node) -> None:
    if node.inputs[0] in sheet.known:
        sheet.known[node.outputs[0]] = dequantize(node, sheet.known)
        return
    x, grid = sheet.activation(node), sheet.grid_of(node)
    if x.grid != grid:
        node.refuse(
            f"expected the scale that its integers were made with, {x.grid.scale} and "
            f"{x.grid.zero_point}, got {grid.scale} and {grid.zero_point}"
        )
    sheet.active[node.outputs[0]] = x


def _result(sheet: Sheet, name: str) -> tuple[int, tuple[int, ...]]:
    """The tensor of an output, and its axes of ONNX as the file has them."""
    if name not in sheet.active:
        raise UnsupportedModelError(f"output '{name}': expected int8, got a constant")
    x = sheet.active[name]
    order = x.layout.file_order()
    return sheet.arranged(x, order), order
