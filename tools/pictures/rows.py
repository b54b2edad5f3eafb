"""A chain: three operators of which each keeps the rows that the next one needs."""

from __future__ import annotations

from collections.abc import Iterator

from tools.pictures.svg import arrow, box, drawing, text

__all__ = ["draw"]

_WIDTH, _HEIGHT, _ROWS, _ROW = 760, 236, 10, 13
_TENSORS = (  # name, how wide, which rows are kept, which are new
    ("input, whole", 96, range(10), ()),
    ("3 rows are kept", 132, range(4, 7), (6,)),
    ("1 row is kept", 132, range(5, 6), (5,)),
    ("output, whole", 96, range(10), (5,)),
)
_OPERATORS = ("CONV_2D 3x3", "DEPTHWISE 3x3", "CONV_2D 1x1")


def draw() -> str:
    """The SVG."""
    title = "Between the operators of a chain only some rows exist"
    return drawing(_WIDTH, _HEIGHT, title, _parts())


def _parts() -> Iterator[str]:
    x, top = 8.0, 44
    for place, (name, width, kept, new) in enumerate(_TENSORS):
        for row in range(_ROWS):
            kind = "part" if row in new else "box" if row in kept else "none"
            yield box(x, top + row * _ROW, width, _ROW - 2, kind)
        yield text(x + width / 2, top + _ROWS * _ROW + 22, name, "small")
        x += width
        if place < len(_OPERATORS):
            yield arrow(x + 6, top + 71, x + 90, top + 71)
            yield text(x + 48, 24, _OPERATORS[place], "code")
        x += 96
    yield box(8, _HEIGHT - 16, 12, 12, "part")
    yield text(26, _HEIGHT - 5, "computed now", "small", anchor="start")
    yield box(136, _HEIGHT - 16, 12, 12)
    yield text(154, _HEIGHT - 5, "in RAM", "small", anchor="start")
    yield box(222, _HEIGHT - 16, 12, 12, "none")
    yield text(240, _HEIGHT - 5, "never there at this time", "small", anchor="start")
