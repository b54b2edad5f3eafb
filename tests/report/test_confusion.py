"""The confusion matrix, for few classes and for many."""

from __future__ import annotations

import base64
import io
from collections.abc import Sequence

import numpy as np
import pytest
from PIL import Image

from tinycnn.report.confusion import Confusion, count_confusion


def _count(
    labels: Sequence[int], predictions: Sequence[int], names: Sequence[str]
) -> Confusion:
    return count_confusion(np.array(labels), np.array(predictions), tuple(names))


def test_cells_count_images() -> None:
    """Rows are true classes; colours are shares of the row."""
    confusion = _count([0, 0, 0, 0, 1], [0, 0, 0, 1, 1], ["cat", "dog"])
    cat, dog = confusion.rows

    assert [cell.text for cell in cat.cells] == ["3", "1"]
    assert [cell.state for cell in cat.cells] == ["right", "wrong"]
    assert [cell.strength for cell in cat.cells] == ["78", "36"]
    assert (cat.images, cat.recall) == ("4", "75.00 %")
    assert [cell.state for cell in dog.cells] == ["none", "right"]
    assert dog.cells[1].strength == "100"
    assert confusion.summary == "4 of 5 test images on the diagonal"


def test_class_without_images() -> None:
    """A class that the test set lacks has no recall."""
    assert _count([0], [0], ["cat", "dog"]).rows[1].recall == "none"


@pytest.mark.parametrize(
    ("names", "upright"),
    [("0123456789", True), (["no person", "person"], True), (["0123456"] * 12, False)],
)
def test_headers_turn_when_they_are_long(names: Sequence[str], upright: bool) -> None:
    """Digits stand side by side, words of many classes are turned."""
    assert _count([0], [0], names).upright is upright


def test_many_classes_are_a_picture() -> None:
    """From 21 classes on a pixel is a cell, and mistakes are a list."""
    names = [f"class {i}" for i in range(21)]
    confusion = _count([0, 1, 1, 2, 3], [0, 2, 2, 2, 4], names)
    data = base64.b64decode(confusion.picture.partition(",")[2])
    picture = Image.open(io.BytesIO(data)).convert("RGBA")

    assert confusion.rows == ()
    assert picture.size == (21, 21)
    alpha = picture.getchannel("A")
    assert alpha.getpixel((0, 0)) == 255
    assert alpha.getpixel((2, 1)) == 255
    assert alpha.getpixel((5, 5)) == 0
    assert [(m.true.text, m.predicted.text, m.images) for m in confusion.mistakes] == [
        ("class 1", "class 2", "2"),
        ("class 3", "class 4", "1"),
    ]
    assert confusion.mistakes[0].share == "100.00 %"


def test_twenty_classes_are_a_table() -> None:
    """Twenty columns still fit."""
    assert len(_count([0], [0], "abcdefghijklmnopqrst").rows) == 20
