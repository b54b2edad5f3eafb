"""A picture of a data set: a row a class, with its name, its counts, some images.

Below them are the data set's notes, so that who looks sees what was understood.
"""

from __future__ import annotations

import itertools
import textwrap

import numpy as np
from PIL import Image, ImageDraw, ImageFont

from tinycnn.datasets.dataset import Dataset, Split

__all__ = ["count_classes", "draw_contact_sheet"]

_CELL = 64  # pixels of one image's place
_GAP = 4
_LABEL_WIDTH = 190
_HEADER_HEIGHT = 40
_MAX_ROWS = 100
_MAX_NAME = 22  # letters
_NOTE_HEIGHT = 18
_MAX_NOTE_LINES = 20
_LETTER_WIDTH = 7  # of a note's, at most on average
_FONT_SIZE, _SMALL_SIZE = 16, 12
_PAPER, _INK, _FAINT, _BAR = "#ededed", "#1a1a1a", "#6b6b6b", "#4a7ebb"


def count_classes(split: Split, classes: int) -> list[int]:
    """How many images of each class `split` has."""
    return [int(np.sum(split.having(label))) for label in range(classes)]


def draw_contact_sheet(dataset: Dataset, *, columns: int = 12) -> Image.Image:
    """The first training images of each class, in the order of the split.

    A class has a bar as long as its share of the largest. At most 100 classes and 20
    lines of notes are drawn.

    Args:
        dataset: What to draw.
        columns: Images in a row.
    """
    names = dataset.class_names[:_MAX_ROWS]
    splits = (dataset.train, dataset.validation, dataset.test)
    counts = np.array([count_classes(s, len(dataset.class_names)) for s in splits])
    step = _CELL + _GAP
    width, foot = _LABEL_WIDTH + columns * step, _HEADER_HEIGHT + len(names) * step
    wrapped = (textwrap.wrap(n, width // _LETTER_WIDTH) for n in dataset.notes)
    lines = list(itertools.chain(*wrapped))[:_MAX_NOTE_LINES]
    size = (width, foot + len(lines) * _NOTE_HEIGHT)
    sheet = Image.new("RGB", size, _PAPER)
    draw = ImageDraw.Draw(sheet)
    draw.text((_GAP, _GAP), _title(dataset), _INK, ImageFont.load_default(_FONT_SIZE))
    for label, name in enumerate(names):
        top = _HEADER_HEIGHT + label * step
        share = counts[:, label].sum() / counts.sum(axis=0).max()
        _draw_label(draw, top, name, counts[:, label].tolist(), share)
        chosen = np.flatnonzero(dataset.train.having(label))[:columns]
        for column, index in enumerate(chosen):
            cell = _to_cell(dataset.train.images[index])
            left = _LABEL_WIDTH + column * step + (_CELL - cell.width) // 2
            sheet.paste(cell, (left, top + (_CELL - cell.height) // 2))
    font = ImageFont.load_default(_SMALL_SIZE)
    for number, line in enumerate(lines):
        draw.text((_GAP, foot + number * _NOTE_HEIGHT), line, _INK, font)
    return sheet


def _title(dataset: Dataset) -> str:
    sizes = [len(s) for s in (dataset.train, dataset.validation, dataset.test)]
    h, w, c = dataset.image_shape
    return (
        f"{dataset.name}: {sum(sizes):,} images of {h}x{w}x{c}, "
        f"{len(dataset.class_names):,} classes; train {sizes[0]:,}, "
        f"validation {sizes[1]:,}, test {sizes[2]:,}"
    )


def _draw_label(
    draw: ImageDraw.ImageDraw, top: int, name: str, counts: list[int], share: float
) -> None:
    """Name, counts of train, validation and test, and a bar, left of a row."""
    if len(name) > _MAX_NAME:
        name = f"{name[: _MAX_NAME - 1]}…"
    total = f"{sum(counts):,} = {' + '.join(f'{n:,}' for n in counts)}"
    draw.text((_GAP, top), name, _INK, ImageFont.load_default(_FONT_SIZE))
    draw.text((_GAP, top + 24), total, _FAINT, ImageFont.load_default(_SMALL_SIZE))
    length = round(share * (_LABEL_WIDTH - 4 * _GAP))
    draw.rectangle((_GAP, top + 46, _GAP + length, top + 54), _BAR)


def _to_cell(pixels: np.ndarray) -> Image.Image:
    """The image at its own proportions, as large as a cell allows.

    Few pixels stay visible as pixels; many are averaged.
    """
    image = Image.fromarray(pixels.squeeze(-1) if pixels.shape[-1] == 1 else pixels)
    scale = _CELL / max(image.size)
    size = (max(1, round(image.width * scale)), max(1, round(image.height * scale)))
    method = Image.Resampling.NEAREST if scale >= 1 else Image.Resampling.BOX
    return image.resize(size, method).convert("RGB")
