"""The `.tflite` file as it grows, and what each name of the ONNX graph is in it.

An operator's result is rounded once, onto the grid of the QuantizeLinear behind it;
Relu and Clip on the way there are limits of that grid. What only moves numbers keeps
the grid that it finds.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tinycnn.imports.qdq.layout import Layout
from tinycnn.imports.qdq.reading import Network, Node, Put
from tinycnn.imports.qdq.values import Activation, Grid, Known, Shape
from tinycnn.training.tflite_file import TfliteFile

__all__ = ["LIMITS", "MOVES", "Sheet", "Target", "read_limits"]

# Operators that give numbers of their input, so that rounding may come before them.
MOVES = frozenset(
    "Concat DepthToSpace Dropout Flatten Identity MaxPool Reshape Slice SpaceToDepth "
    "Split Squeeze Transpose Unsqueeze".split()
)
LIMITS = ("Relu", "Clip")
# Limits that the file has a name for, and the number by which operators fuse them.
_NAMED = {(0.0, math.inf): 1, (-1.0, 1.0): 2, (0.0, 6.0): 3}
_INT8 = {"int8": 0, "uint8": 128}  # what is taken from each, to be int8


@dataclass(frozen=True, slots=True)
class Target:
    """What an operator's result is rounded to: a grid, and the limits before it."""

    grid: Grid
    lowest: float
    highest: float


class Sheet:
    """What is translated so far."""

    def __init__(self, network: Network) -> None:
        self.file = TfliteFile()
        self.network = network
        self.known: dict[str, Known] = dict(network.constants)
        self.active: dict[str, Activation] = {}
        self.absorbed: set[str] = set()  # outputs of Relu and Clip that are done
        self.rounded: list[str] = []  # outputs of QuantizeLinear
        # Names that are integers in ONNX, and what was taken from those to be int8.
        self.integers_of: dict[str, int] = {}
        self.transposes = 0
        self._arranged: dict[tuple[int, Shape, Shape], int] = {}
        self._readers: dict[str, list[Node]] = {}
        for node in network.nodes:
            for name in dict.fromkeys(node.inputs):
                self._readers.setdefault(name, []).append(node)

    # What nodes ask for

    def activation(self, node: Node, index: int = 0) -> Activation:
        """An input that is computed, in int8."""
        name = node.inputs[index] if index < len(node.inputs) else ""
        if name not in self.active:
            what = "a constant" if name in self.known else "real numbers"
            node.refuse(f"expected a quantized input {index}, got {what} ('{name}')")
        return self.active[name]

    def constant(self, node: Node, index: int) -> Known | None:
        """An input that is known; None if it is left out.

        Raises:
            UnsupportedModelError: If it is computed.
        """
        name = node.inputs[index] if index < len(node.inputs) else ""
        if not name:
            return None
        if name not in self.known:
            node.refuse(f"expected a constant input {index}, got '{name}'")
        return self.known[name]

    def setting(self, node: Node, key: str, index: int) -> list[int] | None:
        """Integers that older versions have as an attribute, newer ones as an input."""
        if key in node.settings:
            return [*np.ravel(node.settings[key]).tolist()]
        known = self.constant(node, index)
        return None if known is None else [*np.ravel(known.values).astype(int).tolist()]

    def shift_of(self, node: Node) -> int:
        """What is taken from the integers of a QuantizeLinear, to be int8."""
        zero = self.constant(node, 2)
        return _INT8["uint8" if zero is None else zero.values.dtype.name]

    def grid_of(self, node: Node) -> Grid:
        """That of a QuantizeLinear or DequantizeLinear of activations."""
        scale = self.constant(node, 1)
        zero = self.constant(node, 2)
        if scale is None or scale.values.size != 1 or node.settings.get("block_size"):
            node.refuse("expected one scale for all activations")
        default = np.zeros((), np.uint8)
        point = zero.values if zero is not None else default
        if point.dtype.name not in _INT8:
            node.refuse(f"expected int8 or uint8 activations, got {point.dtype}")
        value = float(np.ravel(scale.values)[0])
        if not (math.isfinite(value) and value > 0):
            node.refuse(f"expected a scale above 0, got {value}")
        zero_point = int(np.ravel(point)[0]) - _INT8[point.dtype.name]
        return Grid(float(np.float32(value)), zero_point)

    def target(self, node: Node) -> Target | None:
        """Where the result is rounded next; None if it goes on in real numbers."""
        name, lowest, highest = node.outputs[0], -math.inf, math.inf
        passed: list[str] = []
        is_joined = False
        while name not in self.network.outputs:
            readers = self._readers.get(name, [])
            if readers and all(r.kind == "QuantizeLinear" for r in readers):
                grids = {self.grid_of(reader) for reader in readers}
                if len(grids) > 1:
                    node.refuse("its result is quantized by several scales")
                self.absorbed.update(passed)
                return Target(grids.pop(), lowest, highest)
            if len(readers) != 1 or readers[0].kind not in (*LIMITS, *MOVES):
                return None
            if readers[0].kind in LIMITS:
                if is_joined:  # they hold for more than this result
                    name = readers[0].outputs[0]
                    continue
                low, high = read_limits(self, readers[0])
                lowest, highest = (min(max(b, low), high) for b in (lowest, highest))
                passed.append(readers[0].outputs[0])
            is_joined = is_joined or readers[0].kind == "Concat"
            name = readers[0].outputs[0]
        return None

    def input_grid(self, put: Put) -> Grid | None:
        """How an input of the network is quantized; None if it is not."""
        names, seen = [put.name], {put.name}
        while names:
            for reader in self._readers.get(names.pop(0), []):
                if reader.kind in ("QuantizeLinear", "DequantizeLinear"):
                    return self.grid_of(reader)
                if reader.kind in MOVES:
                    names += [n for n in reader.outputs if n not in seen]
                    seen.update(reader.outputs)
        return None

    # What is written

    def write(
        self,
        node: Node,
        kind: str,
        inputs: Sequence[int],
        shape: Sequence[int],
        layout: Layout,
        *,
        grid: Grid | None = None,
        options: Mapping[str, Any] | None = None,
        fuses: bool = False,
        rescales: bool = True,
    ) -> Activation:
        """Add the operator that computes a node's result.

        Args:
            node: The node.
            kind: The file's operator.
            inputs: Numbers of its tensors.
            shape: That of the result in the file.
            layout: That of the result.
            grid: The result's where nothing behind says one, or of an operator that
                can give no other.
            options: The operator's.
            fuses: That it can apply limits itself.
            rescales: That it rounds its result to any grid.
        """
        target = self.target(node) if rescales else None
        own = target.grid if target else grid
        if own is None:
            node.refuse(
                "expected QuantizeLinear behind it, got a result that goes on in real "
                "numbers",
                "quantize_static with quant_format=QDQ and all operators",
            )
        name = node.outputs[0]
        limits = (target.lowest, target.highest) if target else None
        fused = _NAMED.get(limits, 0) if limits and fuses else 0
        settings = dict(options or {})
        if fuses:
            settings["fusedActivationFunction"] = fused
        number = self.add(kind, inputs, name, shape, own, settings)
        if limits and not fused:
            number = self.limited(number, own, *limits, name)
        self.active[name] = Activation(number, own, layout)
        return self.active[name]

    def add(
        self,
        kind: str,
        inputs: Sequence[int],
        name: str,
        shape: Sequence[int],
        grid: Grid,
        options: Mapping[str, Any] | None = None,
    ) -> int:
        """The tensor that a new operator writes."""
        number = self.file.tensor(name, shape, (grid.scale, grid.zero_point))
        self.file.operator(kind, inputs, number, options or {})
        return number

    def limited(
        self, number: int, grid: Grid, lowest: float, highest: float, name: str
    ) -> int:
        """The tensor with its numbers within limits, which the grid may have itself."""
        shape, scale = self.file.shape(number), np.array([grid.scale])
        bounds = (("MAXIMUM", lowest, -128), ("MINIMUM", highest, 127))
        for kind, bound, end in bounds:
            integer = end if math.isinf(bound) else grid.integer(bound)
            if integer != end:
                value = np.full([1] * len(shape), integer, np.int8)
                limit = self.file.constant(
                    f"{name}/limit", value, scale, zero_point=grid.zero_point
                )
                inputs = [number, limit]
                number = self.add(kind, inputs, f"{name}/{kind.lower()}", shape, grid)
        return number

    def requantized(self, x: Activation, grid: Grid, name: str) -> Activation:
        """The activation on another grid."""
        if x.grid == grid:
            return x
        number = self.add("QUANTIZE", [x.number], name, self.file.shape(x.number), grid)
        return Activation(number, grid, x.layout)

    def arranged(
        self, x: Activation, order: Sequence[int], shape: Sequence[int] | None = None
    ) -> int:
        """The tensor of an activation with its axes in an order, in a shape."""
        wanted = [x.shape[axis] for axis in order] if shape is None else shape
        return self.by_atoms(x, x.layout.atoms(order), wanted)

    def by_atoms(
        self, x: Activation, atoms: Sequence[int], shape: Sequence[int]
    ) -> int:
        """The tensor of an activation with its atoms in an order, in a shape."""
        key = (x.number, tuple(atoms), tuple(shape))
        if key not in self._arranged:
            number = x.number
            if tuple(atoms) != x.layout.order:
                self.transposes += 1
                now, permutation = x.layout.path_to(atoms)
                number = self._reshaped(number, x.grid, now)
                order = self.integers(permutation, "permutation")
                sizes = [now[i] for i in permutation]
                number = self.add(
                    "TRANSPOSE", [number, order], f"moved/{number}", sizes, x.grid
                )
            self._arranged[key] = self._reshaped(number, x.grid, shape)
        return self._arranged[key]

    def integers(self, values: Any, name: str) -> int:
        """A constant of int32."""
        return self.file.constant(name, np.asarray(values, np.int32))

    def steps_constant(self, name: str, integers: NDArray[np.int8], grid: Grid) -> int:
        """A constant of int8."""
        scale = np.array([grid.scale])
        return self.file.constant(name, integers, scale, zero_point=grid.zero_point)

    def _reshaped(self, number: int, grid: Grid, shape: Sequence[int]) -> int:
        if self.file.shape(number) == tuple(shape):
            return number
        size = self.integers(shape, "shape")
        options = {"newShape": np.array(shape, np.int32)}
        return self.add(
            "RESHAPE", [number, size], f"reshaped/{number}", shape, grid, options
        )


def read_limits(sheet: Sheet, node: Node) -> tuple[float, float]:
    """The least and greatest result of a Relu or a Clip."""
    if node.kind == "Relu":
        return 0.0, math.inf
    limits = []
    for index, key, default in ((1, "min", -math.inf), (2, "max", math.inf)):
        known = sheet.constant(node, index)
        value = node.settings.get(key) if known is None else known.values
        limits.append(default if value is None else float(np.ravel(value)[0]))
    low, high = (b if abs(b) < 1e30 else math.copysign(math.inf, b) for b in limits)
    return low, high
