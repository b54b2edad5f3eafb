"""ADD and SUB by what the reference computes, for scales that no line fits."""

from __future__ import annotations

from tinycnn.compiler.arithmetic.numerics import Numerics
from tinycnn.compiler.ir.graph import ClampedAttrs
from tinycnn.compiler.ir.kernel import Kernel
from tinycnn.compiler.ir.node import Node
from tinycnn.compiler.operators.add.rules import LEFT_SHIFT, find_multipliers
from tinycnn.compiler.operators.shared.terms import rescale_bytes, term_rows

__all__ = ["add_terms", "subtract_terms"]


def add_terms(node: Node, numerics: Numerics) -> Kernel | None:
    """The kernel of ADD."""
    return _terms(node, 1)


def subtract_terms(node: Node, numerics: Numerics) -> Kernel | None:
    """The same of SUB."""
    return _terms(node, -1)


def _terms(node: Node, sign: int) -> Kernel | None:
    first, second, output = find_multipliers(node)
    terms = (
        2 * rescale_bytes(node, 0, LEFT_SHIFT, first),
        2 * sign * rescale_bytes(node, 1, LEFT_SHIFT, second),
    )
    clamp = node.attrs(ClampedAttrs).clamp
    return term_rows(node, "tcnn_add_terms_s8_dsp", terms, output, clamp)
