"""`tinycnn.load_dataset`: what a project's `[dataset]` table names, from Python."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

from tinycnn.datasets import Dataset, dataset_names
from tinycnn.datasets import load_dataset as load
from tinycnn.project import DatasetSettings

__all__ = ["load_dataset"]


def load_dataset(
    data: str | os.PathLike[str], *, seed: int = 1, **options: Any
) -> Dataset:
    """Images and labels, split to train, to watch, and to test by.

    Args:
        data: A name, "digits" or "mnist" say, or the path of a folder or an archive.
        seed: Decides the split.
        options: Other keys of the `[dataset]` table, as `image_size=32`.

    Raises:
        DatasetError: If it cannot be had, or is damaged.
        ValueError: If an option is not known or out of its range.
    """
    is_name = isinstance(data, str) and data in dataset_names()
    source = {"name": data} if is_name else {"path": str(Path(data).resolve())}
    folder = os.environ.get("TINYCNN_DATA")
    return load(
        DatasetSettings(**{**source, **options}),
        seed=seed,
        folders=(Path(folder),) if folder else (),
    )
