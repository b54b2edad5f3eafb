"""What references lack."""

from __future__ import annotations

from tinycnn.compiler.arithmetic.numerics import Numerics
from tinycnn.compiler.ir.node import Node

__all__ = ["not_in_litert", "not_in_tflm"]


def not_in_litert(node: Node, numerics: Numerics) -> None:
    """LiteRT's reference kernels do not have the operator.

    Raises:
        UnsupportedModelError: If its numerics are asked for.
    """
    if numerics == "litert":
        hint = "use the numerics tflm"
        node.refuse("LiteRT's reference kernels have no such operator", hint=hint)


def not_in_tflm(node: Node, numerics: Numerics) -> None:
    """TFLite Micro does not have the operator.

    Raises:
        UnsupportedModelError: If its numerics are asked for.
    """
    if numerics == "tflm":
        hint = 'use the numerics litert; in a project, engine = "compiled"'
        node.refuse("TFLite Micro has no such operator for int8", hint=hint)
