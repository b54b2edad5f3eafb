"""Where the file has each number of a tensor of ONNX, without one being moved.

A tensor is a box of atoms: sizes whose product it is. An axis of ONNX is a sequence of
atoms, the first the slowest; the file has all atoms in an order of its own. So
Transpose and Reshape of ONNX change what an axis is, and no number's place.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import prod

import numpy as np
from numpy.typing import NDArray

__all__ = ["Layout", "channels_last"]


@dataclass(frozen=True, slots=True)
class Layout:
    """Axes of ONNX and order of the file, both by numbers of atoms.

    Attributes:
        sizes: That of each atom, above 1.
        axes: The atoms of each axis; none of an axis of size 1.
        order: All atoms, the slowest of the file first.
    """

    sizes: tuple[int, ...]
    axes: tuple[tuple[int, ...], ...]
    order: tuple[int, ...]

    @classmethod
    def of(cls, shape: Sequence[int], order: Sequence[int] | None = None) -> Layout:
        """That of a tensor whose axes the file has in `order`; by default as ONNX."""
        wide = [axis for axis, size in enumerate(shape) if size != 1]
        axes = tuple((wide.index(a),) if a in wide else () for a in range(len(shape)))
        file_axes = range(len(shape)) if order is None else order
        return cls(
            tuple(shape[axis] for axis in wide),
            axes,
            tuple(wide.index(axis) for axis in file_axes if axis in wide),
        )

    @property
    def shape(self) -> tuple[int, ...]:
        """Sizes of the axes in ONNX."""
        return tuple(prod(self.sizes[atom] for atom in axis) for axis in self.axes)

    @property
    def size(self) -> int:
        """How many numbers it has."""
        return prod(self.sizes)

    def transposed(self, permutation: Sequence[int]) -> Layout:
        """The layout after ONNX's Transpose."""
        axes = tuple(self.axes[axis] for axis in permutation)
        return Layout(self.sizes, axes, self.order)

    def reshaped(self, shape: Sequence[int]) -> Layout | None:
        """The layout after ONNX's Reshape; None where atoms do not fit the shape."""
        sizes, order = list(self.sizes), list(self.order)
        rest = [atom for axis in self.axes for atom in axis]
        axes = []
        for size in shape:
            axis: list[int] = []
            while size > 1:
                atom = rest.pop(0)
                if size % sizes[atom]:
                    if sizes[atom] % size:
                        return None
                    faster = len(sizes)  # the atom's part that is left for later axes
                    sizes.append(sizes[atom] // size)
                    sizes[atom] = size
                    order.insert(order.index(atom) + 1, faster)
                    rest.insert(0, faster)
                axis.append(atom)
                size //= sizes[atom]
            axes.append(tuple(axis))
        return Layout(tuple(sizes), tuple(axes), tuple(order))

    def atoms(self, axes: Sequence[int]) -> tuple[int, ...]:
        """Those of axes, one after the other."""
        return tuple(atom for axis in axes for atom in self.axes[axis])

    def file_order(self) -> tuple[int, ...]:
        """The axes as the file has them; channels last where it has one in pieces.

        Axes of size 1 are where they give the order of channels last, or of ONNX.
        """
        rank = len(self.axes)
        for order in (channels_last(rank), tuple(range(rank))):
            if self.atoms(order) == self.order:
                return order
        place = {atom: i for i, atom in enumerate(self.order)}
        order = tuple(
            sorted(
                range(rank),
                key=lambda a: place[self.axes[a][0]] if self.axes[a] else -1,
            )
        )
        return order if self.atoms(order) == self.order else channels_last(rank)

    def path_to(self, atoms: Sequence[int]) -> tuple[tuple[int, ...], tuple[int, ...]]:
        """A shape of the file as it is, and the permutation that gives `atoms`."""
        follows = dict(zip(self.order, self.order[1:], strict=False))
        blocks: list[list[int]] = []
        for atom in atoms:
            if blocks and follows.get(blocks[-1][-1]) == atom:
                blocks[-1].append(atom)
            else:
                blocks.append([atom])
        now = sorted(blocks, key=lambda block: self.order.index(block[0]))
        shape = tuple(prod(self.sizes[atom] for atom in block) for block in now)
        return shape, tuple(now.index(block) for block in blocks)

    def places(self, axis: int) -> NDArray[np.int64]:
        """Which index of an axis the file has first, second, ... of those."""
        own = self.axes[axis]
        indices = np.arange(self.shape[axis]).reshape([self.sizes[a] for a in own])
        in_file = [atom for atom in self.order if atom in own]
        return indices.transpose([own.index(atom) for atom in in_file]).reshape(-1)

    def in_onnx(self, integers: NDArray[np.int8]) -> NDArray[np.int8]:
        """A batch of the file's numbers, (N, numbers), in ONNX's order and shape."""
        parts = [self.sizes[atom] for atom in self.order]
        atoms = [atom for axis in self.axes for atom in axis]
        turned = [1 + self.order.index(atom) for atom in atoms]
        count = len(integers)
        moved = integers.reshape(count, *parts).transpose(0, *turned)
        return moved.reshape(count, *self.shape)


def channels_last(rank: int) -> tuple[int, ...]:
    """The order of axes that convolutions of the file take, of ONNX's axes."""
    return (0, *range(2, rank), 1) if rank > 2 else tuple(range(rank))
