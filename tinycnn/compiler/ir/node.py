"""One operator within its graph: the view that rules work on.

It names the operator in messages, reaches the tensors behind its ids, and holds the
checks that many operators share.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import NoReturn, TypeVar

from tinycnn.compiler.arithmetic.numerics import Multiplier
from tinycnn.compiler.ir.graph import Attrs, Graph, Op, Tensor
from tinycnn.errors import InvalidModelError, UnsupportedModelError

__all__ = ["Node", "ShapeError", "is_dead", "op_label"]

_DEAD_SCALES = 5e-9, 1e-7  # the converter gives what was always zero 7.8e-9
_DEAD_HINT = (
    "it was zero for all images that the model was calibrated with: train the layer "
    "again, or leave it out"
)
_INT8_HINT = "convert the model with full int8 quantization"

AnyAttrs = TypeVar("AnyAttrs", bound=Attrs)


def op_label(index: int, kind: str, output: Tensor) -> str:
    """How messages name an operator."""
    return f"op {index} ({kind} '{output.name}')"


class ShapeError(InvalidModelError):
    """An output is declared with another shape than its operator computes.

    Args:
        message: What was expected and what was met, in one line.
        tensor: The output.
        expected: Its computed shape.
    """

    def __init__(self, message: str, tensor: Tensor, expected: tuple[int, ...]) -> None:
        super().__init__(message)
        self.tensor = tensor
        self.expected = expected


def is_dead(tensor: Tensor) -> bool:
    """Whether it is an activation that was zero for all images of calibration."""
    quant = tensor.quant
    is_alone = tensor.data is None and quant is not None and len(quant.scale) == 1
    return is_alone and _DEAD_SCALES[0] < tensor.scale < _DEAD_SCALES[1]


@dataclass(frozen=True, slots=True, eq=False)
class Node:
    """One operator within its graph."""

    graph: Graph
    op: Op

    @property
    def label(self) -> str:
        """How messages name it."""
        return op_label(self.op.index, self.op.kind, self.output())

    def attrs(self, expected: type[AnyAttrs]) -> AnyAttrs:
        """The attributes, which are of that class."""
        assert isinstance(self.op.attrs, expected)
        return self.op.attrs

    def input(self, number: int = 0) -> Tensor:
        """An input that is known to be there."""
        return self.graph.tensors[self.op.inputs[number]]

    def optional_input(self, number: int) -> Tensor | None:
        """An input, or None where it is left out."""
        ids = self.op.inputs
        return self.input(number) if number < len(ids) and ids[number] >= 0 else None

    def output(self, number: int = 0) -> Tensor:
        """An output."""
        return self.graph.tensors[self.op.outputs[number]]

    def invalid(self, message: str) -> NoReturn:
        """Refuse a contradiction in the file."""
        raise InvalidModelError(f"{self.label}: {message}")

    def refuse(self, message: str, hint: str | None = None) -> NoReturn:
        """Refuse what is valid but not supported."""
        raise UnsupportedModelError(f"{self.label}: {message}", hint=hint)

    def refuse_scales(self, message: str) -> NoReturn:
        """Refuse scales beyond the reference's arithmetic; name a dead layer as one."""
        y = self.output()
        inputs = [self.input(n) for n, i in enumerate(self.op.inputs) if i >= 0]
        if is_dead(y):
            where = (
                f"this layer is always zero: at the scale {y.scale:.3g} of its output"
            )
            self.refuse(f"{where} {message}", hint=_DEAD_HINT)
        for x in filter(is_dead, inputs):
            where = f"its input '{x.name}' is always zero: at the scale {x.scale:.3g}"
            self.refuse(f"{where} {message}", hint=_DEAD_HINT)
        hint = "check the scales of the model's inputs, weights and outputs"
        self.refuse(message, hint=hint)

    def check_inputs(self, least: int, most: int | None = None) -> None:
        """Check the number of inputs; the first `least` may not be left out.

        Raises:
            InvalidModelError: If it is another.
        """
        ids, most = self.op.inputs, most or least
        if not least <= len(ids) <= most or any(i < 0 for i in ids[:least]):
            self.invalid(f"expected {least} to {most} inputs, got {len(ids)}")

    def check_activation(self, tensor: Tensor, *dtypes: str) -> Tensor:
        """`tensor`, proven to be an activation of one of `dtypes`.

        Raises:
            ModelError: If it is a constant, of another type, or its zero point is
                outside its type.
        """
        if tensor.data is not None or tensor.dtype not in dtypes:
            constant = " (a constant)" if tensor.data is not None else ""
            self.refuse(
                f"expected an activation of type {' or '.join(dtypes)}, got "
                f"{tensor.dtype} '{tensor.name}'{constant}",
                hint=_INT8_HINT,
            )
        if tensor.dtype in ("int8", "uint8"):
            self._check_quant(tensor)
        return tensor

    def check_int8(self, tensor: Tensor) -> Tensor:
        """`tensor`, an activation or a constant, proven to be int8 of one scale.

        Raises:
            ModelError: If it is not.
        """
        if tensor.data is None:
            return self.check_activation(tensor, "int8")
        if tensor.dtype != "int8":
            self.refuse(
                f"expected an int8 constant, got {tensor.dtype} '{tensor.name}'",
                hint=_INT8_HINT,
            )
        self._check_quant(tensor)
        return tensor

    def int8_input(self, number: int = 0) -> Tensor:
        """An input, proven to be an int8 activation."""
        return self.check_activation(self.input(number), "int8")

    def int8_output(self, number: int = 0) -> Tensor:
        """An output, proven to be int8."""
        return self.check_activation(self.output(number), "int8")

    def check_output_shape(
        self, expected: tuple[int, ...], number: int | None = None
    ) -> None:
        """Check the declared shape of an output against the computed one.

        Raises:
            ShapeError: If they differ.
        """
        if (y := self.output(number or 0)).shape != expected:
            which = "an output" if number is None else f"output {number}"
            text = f"expected {which} of shape {expected}, got {y.shape}"
            raise ShapeError(f"{self.label}: {text}", y, expected)

    def check_same_quant(self, x: Tensor, y: Tensor) -> None:
        """Check that two tensors share scale and zero point, as TFLite demands.

        Raises:
            UnsupportedModelError: If they do not.
        """
        if x.zero_point != y.zero_point or abs(x.scale - y.scale) > 1e-6:
            self.refuse(
                "expected input and output of one scale and zero point, got "
                f"{x.scale}, {x.zero_point} and {y.scale}, {y.zero_point}"
            )

    def check_headroom(self, multiplier: Multiplier, largest: int) -> None:
        """Check that values up to `largest` survive the left shift in 32 bits.

        Raises:
            UnsupportedModelError: If they do not.
        """
        if largest << max(multiplier.shift, 0) >= 2**31:
            self.refuse_scales(
                f"values up to {largest} scaled by 2^{multiplier.shift} exceed 32 bits"
            )

    def _check_quant(self, tensor: Tensor) -> None:
        quant = tensor.quant
        if quant is None or len(quant.scale) != 1:
            self.refuse(
                f"expected one scale for tensor '{tensor.name}', got "
                f"{0 if quant is None else len(quant.scale)}"
            )
        lowest, highest = (-128, 127) if tensor.dtype == "int8" else (0, 255)
        if not lowest <= quant.zero_point[0] <= highest:
            self.invalid(
                f"expected a zero point of {lowest} to {highest} for tensor "
                f"'{tensor.name}', got {quant.zero_point[0]}"
            )
