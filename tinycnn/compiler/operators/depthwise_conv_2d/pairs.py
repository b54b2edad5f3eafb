"""DEPTHWISE_CONV_2D of one input channel, which is a CONV_2D: by that one's kernels."""

from __future__ import annotations

from tinycnn.compiler.arithmetic.numerics import Numerics
from tinycnn.compiler.ir.kernel import Kernel
from tinycnn.compiler.ir.node import Node
from tinycnn.compiler.operators.conv_2d.pairs import pairs_kernel, wide_pairs_kernel
from tinycnn.compiler.operators.conv_2d.triples import triples_kernel
from tinycnn.compiler.operators.conv_2d.windows import windows_kernel

__all__ = ["depthwise_pairs", "depthwise_triples"]
__all__ += ["depthwise_wide_pairs", "depthwise_windows"]


def depthwise_pairs(node: Node, numerics: Numerics) -> Kernel | None:
    """The kernel, where its arithmetic is exact for `node`."""
    return pairs_kernel(node, axis=3) if node.input().shape[3] == 1 else None


def depthwise_wide_pairs(node: Node, numerics: Numerics) -> Kernel | None:
    """The same for neighbours as one pixel, where that is faster."""
    return wide_pairs_kernel(node, axis=3) if node.input().shape[3] == 1 else None


def depthwise_triples(node: Node, numerics: Numerics) -> Kernel | None:
    """The kernel for cores without DSP, likewise."""
    return triples_kernel(node, axis=3) if node.input().shape[3] == 1 else None


def depthwise_windows(node: Node, numerics: Numerics) -> Kernel | None:
    """The kernel that takes one window at a time, likewise."""
    return windows_kernel(node, axis=3) if node.input().shape[3] == 1 else None
