from __future__ import annotations

from dataclasses import replace

import numpy as np

from tinycnn.datasets import Dataset, count_classes, draw_contact_sheet
from tinycnn.datasets.split import make_split

CELL, GAP, LABEL, HEADER = 64, 4, 190, 40


def _dataset(classes: int, size: int = 8, channels: int = 3) -> Dataset:
    """Images of one value each, 10 times their class; class 0 has twice as many."""
    labels = np.array([0, *range(classes)], np.int64)
    values = (10 * labels).astype(np.uint8)[:, None, None, None]
    images = np.broadcast_to(values, (len(labels), size, size, channels))
    split = make_split(images, labels)
    names = tuple(f"class {n}" for n in range(classes))
    return Dataset("some", names, train=split, validation=split, test=split)


def test_classes_are_counted() -> None:
    """Classes without images count 0."""
    split = _dataset(3).train

    assert count_classes(split, 4) == [2, 1, 1, 0]


def test_each_row_holds_the_images_of_its_class() -> None:
    """In the order of the split, as many as there are."""
    sheet = np.asarray(draw_contact_sheet(_dataset(3), columns=3))

    paper = sheet[0, 0].tolist()
    step = CELL + GAP
    assert sheet.shape == (HEADER + 3 * step, LABEL + 3 * step, 3)
    rows = [
        sheet[HEADER + row * step + 5, LABEL + 5 :: step].tolist() for row in range(3)
    ]
    assert rows == [
        [[0, 0, 0], [0, 0, 0], paper],
        [[10, 10, 10], paper, paper],
        [[20, 20, 20], paper, paper],
    ]


def test_bars_are_as_long_as_the_classes_are_large() -> None:
    """The largest class fills its place."""
    sheet = np.asarray(draw_contact_sheet(_dataset(2), columns=1))

    blue = (sheet[:, :LABEL] == (0x4A, 0x7E, 0xBB)).all(axis=2)
    first, second = (blue[HEADER + row * (CELL + GAP) + 50].sum() for row in range(2))
    assert abs(first - 2 * second) <= 2
    assert 160 < first < LABEL


def test_grey_and_large_images_fit_their_cells() -> None:
    """A grey image is drawn as grey; a large one is made smaller."""
    sheet = np.asarray(draw_contact_sheet(_dataset(2, 200, 1), columns=1))

    assert (sheet[HEADER + CELL + GAP :, LABEL : LABEL + CELL][:CELL] == 10).all()


def test_many_classes_and_long_names_stay_on_the_sheet() -> None:
    """At most 100 rows, whatever the data set holds."""
    sheet = draw_contact_sheet(_dataset(120), columns=1)

    assert sheet.height == HEADER + 100 * (CELL + GAP)


def test_notes_are_written_below_the_images() -> None:
    """What was understood is seen with what it gave; long notes are wrapped."""
    dataset = replace(_dataset(2), notes=("1 is taken as white", "long " * 60))

    sheet = np.asarray(draw_contact_sheet(dataset, columns=4))

    plain = HEADER + 2 * (CELL + GAP)
    assert sheet.shape[0] >= plain + 4 * 18
    for line in range(4):
        text = sheet[plain + line * 18 : plain + (line + 1) * 18]
        assert (text < 64).any()
