"""Winograd's way to a 3x3 convolution beside the plain one."""

from __future__ import annotations

from collections.abc import Iterator

from tools.pictures.svg import arrow, box, drawing, text

__all__ = ["draw"]

_CELL = 17
_WIDTH, _HEIGHT = 760, 268


def draw() -> str:
    """The SVG."""
    title = "Four by four outputs of a 3x3 window: 144 products, or 36"
    return drawing(_WIDTH, _HEIGHT, title, (*_plain(), *_winograd()))


def _plain() -> Iterator[str]:
    yield text(6, 20, "Plain: each output is 9 products", "strong", anchor="start")
    yield from _grid(6, 34, 6, "box", marked=3)
    yield text(57, 156, "6 x 6 inputs", "small")
    yield arrow(114, 85, 246, 85)
    yield text(180, 76, "x 9 weights", "small")
    yield from _grid(256, 51, 4, "goal", marked=1)
    yield text(290, 156, "4 x 4 outputs", "small")
    yield text(180, 112, "16 x 9 = 144", "strong")


def _winograd() -> Iterator[str]:
    top, left = 34, 396
    words = "Winograd: 36 products for 16 outputs"
    yield text(left, 20, words, "strong", anchor="start")
    yield from _grid(left, top, 6, "box")
    yield text(left + 51, 156, "6 x 6 inputs", "small")
    yield arrow(left + 51, 164, left + 51, 182)
    yield text(left + 51, 200, "B u B'", "code")
    yield arrow(left + 82, 195, left + 118, 195)
    yield from _grid(left + 124, 144, 6, "part", cell=15)
    yield text(left + 169, 256, "36 products", "strong")
    yield arrow(left + 220, 195, left + 252, 195)
    yield text(left + 284, 200, "A' m A", "code")
    yield arrow(left + 284, 182, left + 284, 128)
    yield from _grid(left + 250, 51, 4, "goal")
    yield text(left + 169, 76, "weights: G w G',", "small")
    yield text(left + 169, 94, "when compiled", "small")
    yield arrow(left + 169, 102, left + 169, 138)


def _grid(
    x: float, y: float, side: int, kind: str, *, marked: int = 0, cell: int = _CELL
) -> Iterator[str]:
    """Squares; the first `marked` rows and columns are those of one output."""
    for row in range(side):
        for column in range(side):
            inside = row < marked and column < marked
            place = (x + cell * column, y + cell * row)
            yield box(*place, cell - 2, cell - 2, "part" if inside else kind)
