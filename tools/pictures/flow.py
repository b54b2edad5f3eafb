"""What tinycnn does, from images to a verdict, in one picture."""

from __future__ import annotations

from collections.abc import Iterator

from tools.pictures.svg import arrow, box, drawing, text

__all__ = ["draw"]

_WIDTH, _HEIGHT, _SIDE, _GAP = 820, 250, 140, 27
_STEPS = (
    ("your images", "a folder, a table,", "arrays"),
    ("train", "with int8 rounding", "in the loop"),
    ("model.tflite", "int8; or one that", "you have"),
    ("compile", "plain C, planned", "to the byte"),
    ("firmware", "Arduino, Zephyr,", "a C library"),
)


def draw() -> str:
    """The SVG."""
    return drawing(_WIDTH, _HEIGHT, "From images to a verdict", _parts())


def _parts() -> Iterator[str]:
    top, pitch = 4, _SIDE + _GAP
    for place, (name, *words) in enumerate(_STEPS):
        x = 6 + place * pitch
        kind = "part" if name == "model.tflite" else "box"
        yield box(x, top, _SIDE, 84, kind)
        yield text(x + _SIDE / 2, top + 27, name, "strong")
        for line, said in enumerate(words):
            yield text(x + _SIDE / 2, top + 50 + 19 * line, said, "small")
        if place:
            yield arrow(x - _GAP + 3, top + 42, x - 3, top + 42)
    yield from _proof(6 + 2 * pitch, 6 + 4 * pitch)


def _proof(model: float, firmware: float) -> Iterator[str]:
    """Both ways that a test image takes, and where they meet."""
    y, middle = 128, _SIDE / 2
    yield arrow(model + middle, 91, model + middle, y - 3)
    yield arrow(firmware + middle, 91, firmware + middle, y - 3)
    for x, name, words in (
        (model, "reference", "TFLite's own kernels"),
        (firmware, "board", "or simulated board"),
    ):
        yield box(x, y, _SIDE, 60)
        yield text(x + middle, y + 25, name, "strong")
        yield text(x + middle, y + 46, words, "small")
    left, right = model + _SIDE, firmware
    centre = (left + right) / 2
    yield arrow(left + 3, y + 30, centre - 53, y + 30)
    yield arrow(right - 3, y + 30, centre + 53, y + 30)
    yield box(centre - 50, y, 100, 60, "goal")
    yield text(centre, y + 25, "every byte", "strong")
    yield text(centre, y + 46, "equal?", "strong")
    yield arrow(centre, y + 63, centre, y + 88)
    words = "PASS, with evidence; or the first wrong operator, number and why"
    yield text(_WIDTH - 6, y + 108, words, "strong", anchor="end")
    yield text(6, y + 25, "the same test images", anchor="start")
    yield text(6, y + 46, "go both ways", anchor="start")
    yield arrow(190, y + 30, model - 3, y + 30)
