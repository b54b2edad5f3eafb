"""From what a reader found to a data set of three splits.

Splits that the source has itself are kept; missing ones are held out of what is left to
train on. What is strange about the result, for all that it can be read, is noted.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from tinycnn.datasets.dataset import SPLITS, Dataset, Reading
from tinycnn.datasets.oddities import find_oddities
from tinycnn.datasets.split import make_split, split_by_class
from tinycnn.datasets.targets import as_targets
from tinycnn.errors import DatasetError

if TYPE_CHECKING:  # a data set needs no project
    from tinycnn.project import DatasetSettings

__all__ = ["divide"]

_Indices = NDArray[np.intp]


def divide(
    name: str, reading: Reading, settings: DatasetSettings, seed: int
) -> Dataset:
    """The data set `name` of what was read, its missing splits held out by `seed`.

    Raises:
        DatasetError: If a class has too few images, or none to train on, or labels are
            not what the settings say.
    """
    reading = as_targets(name, reading, settings.task)
    own = _own_splits(reading)
    _check_classes(reading, own)
    shares = {"validation": settings.validation_share, "test": settings.test_fraction}
    missing = [split for split in shares if split not in own]
    train = own["train"]
    splits = dict(own)
    if missing:
        train_after, *held = split_by_class(
            reading.images.labels[train],
            reading.class_names,
            held_out=[round(len(train) * shares[split]) for split in missing],
            seed=seed,
        )
        splits["train"] = train[train_after]
        splits |= {split: train[i] for split, i in zip(missing, held, strict=True)}
    rng = np.random.Generator(np.random.PCG64(seed))
    for split in SPLITS[1:]:
        if split in own:
            splits[split] = rng.permutation(splits[split])  # they are sorted by class
    images, labels = reading.images.images, reading.images.labels
    return Dataset(
        name,
        reading.class_names,
        **{split: make_split(images, labels, splits[split]) for split in SPLITS},
        notes=(
            *reading.notes,
            *_split_notes(reading, own, missing),
            *find_oddities(reading, splits),
        ),
        depth=reading.depth,
    )


def _own_splits(reading: Reading) -> dict[str, _Indices]:
    """Which images the source puts into which split; all into train if into none."""
    if not reading.parts:
        return {"train": np.arange(len(reading.images))}
    parts = np.array(reading.parts)
    found = {split: np.flatnonzero(parts == i) for i, split in enumerate(SPLITS)}
    return {split: indices for split, indices in found.items() if len(indices)}


def _check_classes(reading: Reading, own: dict[str, _Indices]) -> None:
    """Each class is in train, for no network can know another."""
    images = reading.images
    for label, name in enumerate(reading.class_names):
        if len(own) > 1 and not images.having(label)[own["train"]].any():
            raise DatasetError(
                f"class '{name}': expected images to train on, got none; it is in "
                f"{' and '.join(split for split in own if split != 'train')} only",
                hint="the splits need the same classes, spelled alike",
            )


def _split_notes(
    reading: Reading, own: dict[str, _Indices], missing: list[str]
) -> list[str]:
    if len(own) == 1:
        return []
    notes = [f"{split} is held out of train: there is none" for split in missing]
    for split, indices in own.items():
        absent = [
            f"'{name}'"
            for label, name in enumerate(reading.class_names)
            if not reading.images.having(label)[indices].any()
        ]
        if absent:
            notes.append(f"{split} has no images of {', '.join(absent)}")
    return notes
