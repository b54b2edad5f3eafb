"""Cells of one class that touch are an object: where they are, and which are found."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

__all__ = ["CellGroup", "count_found", "find_groups"]


@dataclass(frozen=True, slots=True)
class CellGroup:
    """Cells of one class that touch each other along a side.

    Attributes:
        label: Their class; never 0, the background.
        cells: Row and column of each.
    """

    label: int
    cells: frozenset[tuple[int, int]]

    @property
    def centre(self) -> tuple[float, float]:
        """Mean row and column, from the middle of the first cell."""
        rows, columns = zip(*self.cells, strict=True)
        return sum(rows) / len(rows), sum(columns) / len(columns)


def find_groups(grid: NDArray[Any]) -> tuple[CellGroup, ...]:
    """The groups of a grid of classes, from top to bottom.

    >>> [(g.label, sorted(g.cells)) for g in find_groups(np.array([[1, 0], [1, 2]]))]
    [(1, [(0, 0), (1, 0)]), (2, [(1, 1)])]
    """
    open_ = {(int(r), int(c)): int(grid[r, c]) for r, c in np.argwhere(grid > 0)}
    groups = []
    while open_:
        first = next(iter(open_))
        label, cells, edge = open_.pop(first), {first}, [first]
        while edge:
            row, column = edge.pop()
            for near in (
                (row - 1, column),
                (row + 1, column),
                (row, column - 1),
                (row, column + 1),
            ):
                if open_.get(near) == label:
                    del open_[near]
                    cells.add(near)
                    edge.append(near)
        groups.append(CellGroup(label, frozenset(cells)))
    return tuple(groups)


def count_found(
    answers: NDArray[Any], labels: NDArray[Any], classes: int
) -> NDArray[np.int64]:
    """Of each class: groups that hit a true one, all answered, true ones hit, all true.

    Args:
        answers: A class a cell, shape (N, rows, columns).
        labels: What is true, likewise.
        classes: How many there are.

    Returns:
        Counts, shape (classes, 4).
    """
    counts = np.zeros((classes, 4), np.int64)
    for said, true in zip(answers, labels, strict=True):
        for first, own, other in ((0, said, true), (2, true, said)):
            for group in find_groups(own):
                is_hit = any(other[cell] == group.label for cell in group.cells)
                counts[group.label, first : first + 2] += (is_hit, 1)
    return counts
