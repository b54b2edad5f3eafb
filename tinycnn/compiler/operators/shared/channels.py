"""What operators say of channels (last axis) that carry no information.

A constant channel holds one value whatever the input; a removable one can go without
changing any output. The passes of `passes` find both for a whole graph and ask each
operator about its own inputs and outputs. Arrays and masks are by tensor id.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from tinycnn.compiler.ir.graph import Op, QuantParams, Tensor
from tinycnn.compiler.ir.node import Node

__all__ = [
    "KEEP_ALL",
    "ChannelRules",
    "ChannelValues",
    "Integers",
    "Known",
    "Mask",
    "Masks",
    "Narrow",
    "Shrinking",
    "keep_all",
    "unknown",
]

ChannelValues = NDArray[np.float64]  # NaN where not constant
Integers = NDArray[np.int64]
Mask = NDArray[np.bool_]  # the channels that can go
Known = Mapping[int, ChannelValues]
Masks = dict[int, Mask]
Narrow = Callable[[Masks], None]  # takes out of the masks what an operator needs


def unknown(node: Node, known: Known | None = None) -> ChannelValues:
    """No channel of the output is known to be constant."""
    shape = node.output().shape
    return np.full(shape[-1] if shape else 1, np.nan)


def keep_all(node: Node, known: Known | None = None) -> Narrow:
    """The operator does without none of its channels."""

    def narrow(masks: Masks) -> None:
        for tensor in (*node.op.inputs, *node.op.outputs):
            if tensor in masks:
                masks[tensor][:] = False

    return narrow


def _shrink_nothing(node: Node, shrinking: Shrinking) -> Op:
    """It has nothing of its own that is as many as its channels."""
    return node.op


@dataclass(frozen=True, slots=True)
class ChannelRules:
    """What one operator says.

    Attributes:
        find_constant: The channels of an int8 output. A value counts only if every way
            to round gives it, so that the result holds under all numerics; beside
            padding, only if all pixels have it.
        find_needs: What limits the channels that can go, once for all calls: a filter
            without weights on a channel does without it, an operator that keeps
            channels apart only together with the same channel of its output.
        shrink: The operator on the channels that stay.
    """

    find_constant: Callable[[Node, Known], ChannelValues] = unknown
    find_needs: Callable[[Node, Known], Narrow] = keep_all
    shrink: Callable[[Node, Shrinking], Op] = _shrink_nothing


KEEP_ALL = ChannelRules()


@dataclass(frozen=True, slots=True)
class Shrinking:
    """A graph that loses channels, while its operators are shrunk.

    Attributes:
        tensors: All of them; new constants are added.
        known: The constant channels.
        masks: The channels that go.
    """

    tensors: list[Tensor]
    known: Known
    masks: Masks

    def replace_weights(
        self, node: Node, weights: NDArray[np.generic], moved: Integers
    ) -> Op:
        """The operator with other weights, of the output channels that stay.

        Args:
            node: Its inputs are activation, weights and, where there is one, a bias.
            weights: Those that stay.
            moved: What each of the former output channels gets into its bias.
        """
        kept, w = ~self.masks[node.output().id], node.input(1)
        bias = node.optional_input(2)
        ids = [node.input().id, self._append(w, weights, kept)]
        if bias is not None or moved[kept].any():
            if bias is None:
                none = np.zeros(len(kept), np.int32)
                bias = Tensor(0, f"{w.name}_bias", none.shape, "int32", data=none)
            assert bias.data is not None
            total = bias.data.reshape(-1).astype(np.int64) + moved
            ids.append(self._append(bias, total[kept], kept))
        return replace(node.op, inputs=tuple(ids))

    def _append(self, old: Tensor, data: NDArray[np.generic], kept: Mask) -> int:
        """Add a constant like `old`; returns its id."""
        assert old.data is not None
        values = np.ascontiguousarray(data, old.data.dtype)
        values.setflags(write=False)
        quant = _keep_scales(old.quant, kept)
        number, shape = len(self.tensors), values.shape
        self.tensors.append(
            replace(old, id=number, shape=shape, quant=quant, data=values)
        )
        return number


def _keep_scales(quant: QuantParams | None, kept: Mask) -> QuantParams | None:
    if quant is None or len(quant.scale) == 1:
        return quant
    channels = np.flatnonzero(kept)
    return replace(
        quant,
        scale=tuple(quant.scale[c] for c in channels),
        zero_point=tuple(quant.zero_point[c] for c in channels),
    )
