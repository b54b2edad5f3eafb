"""Images with their cells as they are in truth and as they are answered."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tinycnn.harness.margins import least_sure
from tinycnn.report.data import Report
from tinycnn.report.picture import encode_png
from tinycnn.report.text import Name, shorten
from tinycnn.tasks import TASKS, answers_of, name_cells

__all__ = ["GridSample", "Grids", "draw_grids"]

_MOST_SAMPLES, _MOST_CLASSES = 12, 12
_LEAST_SIDE = 96  # pixels of a drawing, at least
_STRENGTH = 0.6  # of a class's colour over the image
_NAME_LENGTH = 40
_COLOURS = (  # of Okabe and Ito, that all can tell apart; again after the last
    (230, 159, 0),
    (86, 180, 233),
    (0, 158, 115),
    (240, 228, 66),
    (213, 94, 0),
    (204, 121, 167),
    (0, 114, 178),
)


@dataclass(frozen=True, slots=True)
class GridSample:
    """One image: three pictures, two texts, and what it earns."""

    index: int
    image: str
    truth: str
    answer: str
    true: Name
    said: Name
    credit: str


@dataclass(frozen=True, slots=True)
class Grids:
    """The worst images first; colours of the classes."""

    colours: tuple[tuple[Name, str], ...]
    samples: tuple[GridSample, ...]


def draw_grids(report: Report) -> Grids | None:
    """Those images that are answered worst; None of other tasks."""
    if report.task != "segmentation" or not len(report.labels):
        return None
    credits_ = TASKS[report.task].credits(report.scores, report.labels)
    answers, names = answers_of(report.task, report.scores), report.class_names
    samples = tuple(
        GridSample(
            index=i,
            image=encode_png(_enlarged(report.images[i])),
            truth=encode_png(_painted(report.images[i], report.labels[i])),
            answer=encode_png(_painted(report.images[i], answers[i])),
            true=shorten(name_cells(names, report.labels[i]), _NAME_LENGTH),
            said=shorten(name_cells(names, answers[i]), _NAME_LENGTH),
            credit=f"{credits_[i]:.3f}",
        )
        for i in least_sure(credits_)[:_MOST_SAMPLES].tolist()
    )
    colours = tuple(
        (shorten(name), "#{:02x}{:02x}{:02x}".format(*_COLOURS[i % len(_COLOURS)]))
        for i, name in enumerate(names[1 : 1 + _MOST_CLASSES])
    )
    return Grids(colours, samples)


def _enlarged(image: NDArray[np.uint8]) -> NDArray[np.uint8]:
    factor = -(-_LEAST_SIDE // max(image.shape[:2]))
    grey = image if image.shape[2] == 3 else image.mean(axis=2, keepdims=True)
    colour = np.broadcast_to(grey, (*image.shape[:2], 3)).astype(np.uint8)
    return colour.repeat(factor, axis=0).repeat(factor, axis=1)


def _painted(image: NDArray[np.uint8], cells: NDArray[Any]) -> NDArray[np.uint8]:
    """The image with each cell's colour over it; the background as it is."""
    picture = _enlarged(image)
    h, w, _ = picture.shape
    rows = np.arange(h) * cells.shape[0] // h
    columns = np.arange(w) * cells.shape[1] // w
    labels = cells[rows][:, columns]
    colours = np.array(_COLOURS)[(labels - 1) % len(_COLOURS)]
    mixed = (1 - _STRENGTH) * picture + _STRENGTH * colours
    return np.where(labels[..., None] > 0, mixed, picture).astype(np.uint8)
