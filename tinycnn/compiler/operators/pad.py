"""PAD with the zero point."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from tinycnn.compiler.graph import Attrs
from tinycnn.compiler.lowering import Lowering
from tinycnn.compiler.operators.operator import Node, Operator, RawOp, no_macs
from tinycnn.compiler.program import Param
from tinycnn.errors import InvalidModelError

__all__ = ["PAD", "PadAttrs"]


@dataclass(frozen=True, slots=True)
class PadAttrs(Attrs):
    """Options: (before, after) for each dimension."""

    padding: tuple[tuple[int, int], ...]


def _read(raw: RawOp) -> PadAttrs:
    rank = len(raw.input(0).shape)
    padding = raw.constant(1)
    if padding.shape != (rank, 2) or np.any(padding < 0):
        raise InvalidModelError(
            f"{raw.label}: expected paddings of shape ({rank}, 2), at least 0"
        )
    return PadAttrs(tuple((int(b), int(a)) for b, a in padding))


def _check(node: Node) -> None:
    node.check_inputs(2)
    x, y = node.int8_input(), node.int8_output()
    if len(x.shape) > 4:
        node.refuse(f"expected at most 4 dimensions, got {x.shape}")
    node.check_same_quant(x, y)
    pairs = zip(x.shape, node.attrs(PadAttrs).padding, strict=True)
    node.check_output_shape(tuple(d + before + after for d, (before, after) in pairs))


def _lower(lowering: Lowering, node: Node) -> None:
    x = node.input()
    missing = 4 - len(x.shape)
    padding = ((0, 0),) * missing + node.attrs(PadAttrs).padding
    params: dict[str, Param] = {
        "input_shape": (1,) * missing + x.shape,
        "before": tuple(before for before, _ in padding),
        "after": tuple(after for _, after in padding),
        "value": node.output().zero_point,
    }
    lowering.call(node, "tcnn_pad_s8", "tcnn_pad_params_t", params)


PAD = Operator("PAD", 34, _read, _check, _lower, no_macs)
