"""Layers that only move numbers: of each of the output, where it was in the input."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import DTypeLike, NDArray

from tinycnn.compiler import Tensor
from tinycnn.compiler.ir.node import Node
from tinycnn.compiler.operators.mirror_pad import MirrorPadAttrs
from tinycnn.compiler.operators.rearrange import RearrangeAttrs
from tinycnn.compiler.operators.slice import SliceAttrs
from tinycnn.explorer.learned.real.layer import Array, Layer

__all__ = ["Picked", "mirror", "rearrange", "take_slice"]

_Places = NDArray[np.int64]


@dataclass(frozen=True, slots=True, eq=False)
class Picked:
    """Attributes: for each number of one output, its place in one input."""

    places: _Places

    def forward(self, *inputs: Array) -> Array:
        """The numbers from there."""
        return inputs[0].reshape(len(inputs[0]), -1)[:, self.places]

    def backward(self, gradient: Array, *inputs: Array) -> tuple[Array, ...]:
        """Back to there; what was taken twice gets the sum."""
        (x,) = inputs
        back = np.zeros((math.prod(x.shape[1:]), len(x)), x.dtype)
        np.add.at(back, self.places.ravel(), gradient.reshape(len(x), -1).T)
        return (back.T.reshape(x.shape),)


def rearrange(node: Node, dtype: DTypeLike) -> Layer | None:
    """The input read along other dimensions."""
    attrs = node.attrs(RearrangeAttrs)
    places = np.zeros(attrs.sizes, np.int64)
    for axis, (size, stride) in enumerate(zip(attrs.sizes, attrs.strides, strict=True)):
        shape = [1] * len(attrs.sizes)
        shape[axis] = size
        places += (np.arange(size) * stride).reshape(shape)
    return _picked(node, places)


def take_slice(node: Node, dtype: DTypeLike) -> Layer | None:
    """Some indices of each dimension."""
    taken = [
        r.start + r.step * np.arange(r.size) for r in node.attrs(SliceAttrs).ranges
    ]
    return _picked(node, _number(node.input())[np.ix_(*taken)])


def mirror(node: Node, dtype: DTypeLike) -> Layer | None:
    """With a border that repeats what lies inside."""
    attrs = node.attrs(MirrorPadAttrs)
    numbers = _number(node.input())
    if attrs.skip:
        return _picked(node, np.pad(numbers, attrs.padding, mode="reflect"))
    return _picked(node, np.pad(numbers, attrs.padding, mode="symmetric"))


def _number(tensor: Tensor) -> _Places:
    return np.arange(tensor.size).reshape(tensor.shape)


def _picked(node: Node, places: _Places) -> Picked:
    return Picked(places.reshape(node.output().shape[1:]))
