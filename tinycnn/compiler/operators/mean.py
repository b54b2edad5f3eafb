"""MEAN over neighbouring axes."""

from __future__ import annotations

import math
from dataclasses import dataclass

from tinycnn.compiler.graph import Attrs
from tinycnn.compiler.lowering import Lowering
from tinycnn.compiler.numerics import mean_multiplier
from tinycnn.compiler.operators.operator import Node, Operator, RawOp, no_macs
from tinycnn.compiler.program import Param
from tinycnn.errors import InvalidModelError

__all__ = ["MEAN", "MeanAttrs"]


@dataclass(frozen=True, slots=True)
class MeanAttrs(Attrs):
    """Options; axes are sorted and not negative."""

    axes: tuple[int, ...]


def _read(raw: RawOp) -> MeanAttrs:
    rank = len(raw.input(0).shape)
    axes = [int(a) for a in raw.constant(1).reshape(-1)]
    if not axes or any(not -rank <= a < rank for a in axes):
        raise InvalidModelError(
            f"{raw.label}: expected axes of a {rank}-D input, got {axes}"
        )
    return MeanAttrs(tuple(sorted({a % rank for a in axes})))


def _check(node: Node) -> None:
    node.check_inputs(2)
    x, y, axes = node.int8_input(), node.int8_output(), node.attrs(MeanAttrs).axes
    kept = tuple(1 if i in axes else d for i, d in enumerate(x.shape))
    if y.shape != kept:
        dropped = tuple(d for i, d in enumerate(x.shape) if i not in axes)
        node.check_output_shape(dropped)
    if axes != tuple(range(axes[0], axes[-1] + 1)):
        node.refuse(f"expected neighbouring axes, got {axes}")
    count = math.prod(x.shape[a] for a in axes)
    node.check_headroom(mean_multiplier(x.scale / y.scale, count), count * 255)


def _lower(lowering: Lowering, node: Node) -> None:
    x, y, axes = node.input(), node.output(), node.attrs(MeanAttrs).axes
    count = math.prod(x.shape[a] for a in axes)
    multiplier = mean_multiplier(x.scale / y.scale, count)
    params: dict[str, Param] = {
        "outer": math.prod(x.shape[: axes[0]]),
        "count": count,
        "inner": math.prod(x.shape[axes[-1] + 1 :]),
        "input_zero_point": x.zero_point,
        "output_zero_point": y.zero_point,
        "multiplier": multiplier.value,
        "shift": multiplier.shift,
    }
    lowering.call(node, "tcnn_mean_s8", "tcnn_mean_params_t", params)


MEAN = Operator("MEAN", 40, _read, _check, _lower, no_macs)
