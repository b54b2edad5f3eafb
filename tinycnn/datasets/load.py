"""Load the data set that a project names.

The one entrance for later stages: `[dataset]` of `tinycnn.toml` in, `Dataset` out.
"""

from __future__ import annotations

import difflib
import os
from collections.abc import Sequence
from pathlib import Path

from tinycnn.datasets.dataset import Dataset, Split
from tinycnn.datasets.digits import read_digits
from tinycnn.datasets.download import Progress
from tinycnn.datasets.idx import IDX_SOURCES, load_idx_dataset
from tinycnn.datasets.images import read_images
from tinycnn.datasets.npz import read_npz
from tinycnn.datasets.split import make_split, split_by_class
from tinycnn.errors import DatasetError
from tinycnn.project import DatasetSettings

__all__ = ["dataset_names", "load_dataset"]

_DEFAULT_IMAGE_SIZE = 32


def dataset_names() -> tuple[str, ...]:
    """The data sets known by name, sorted.

    >>> dataset_names()
    ('digits', 'fashion-mnist', 'mnist')
    """
    return tuple(sorted({"digits", *IDX_SOURCES}))


def load_dataset(
    settings: DatasetSettings,
    *,
    seed: int,
    root: Path = Path(),
    folders: Sequence[Path] = (),
    cache: Path | None = None,
    progress: Progress | None = None,
) -> Dataset:
    """The data set that `settings` name, split by `seed`.

    Args:
        settings: The `[dataset]` table of a project.
        seed: Decides the split; the same seed gives the same one.
        root: The project's folder, which `settings.path` is relative to.
        folders: Where published files may lie, as `folder/dataset/file`.
        cache: Where they are downloaded to; the user's cache folder when None.
        progress: Told how a download proceeds.

    Raises:
        DatasetError: If the data set is not known, cannot be had, or is damaged.
    """
    if settings.path is not None:
        dataset = _load_path(root / settings.path, settings, seed)
    elif settings.name == "digits":
        dataset = _hold_out("digits", *read_digits(), settings, seed)
    elif settings.name in IDX_SOURCES:
        dataset = load_idx_dataset(
            IDX_SOURCES[settings.name],
            seed=seed,
            folders=folders,
            cache=cache,
            progress=progress,
        )
    else:
        raise _unknown(str(settings.name))
    _check_shape(dataset, settings)
    return dataset


def _load_path(path: Path, settings: DatasetSettings, seed: int) -> Dataset:
    """The data set in a folder of images or an `.npz` file, named after it."""
    if os.path.isdir(path):  # unlike Path's, false for a name that is too long
        images, class_names = read_images(
            path,
            size=settings.image_size or _DEFAULT_IMAGE_SIZE,
            channels=settings.channels or 1,
        )
    elif os.path.isfile(path) and path.suffix == ".npz":
        images, class_names = read_npz(path)
    else:
        found = "something else" if os.path.lexists(path) else "nothing"
        raise DatasetError(
            f"{path}: expected a folder of images or an .npz file, got {found}",
            hint="dataset.path is relative to the folder of tinycnn.toml",
        )
    return _hold_out(path.resolve().stem, images, class_names, settings, seed)


def _hold_out(
    name: str,
    images: Split,
    class_names: tuple[str, ...],
    settings: DatasetSettings,
    seed: int,
) -> Dataset:
    fractions = (settings.validation_fraction, settings.test_fraction)
    train, validation, test = split_by_class(
        images.labels,
        class_names,
        held_out=[round(len(images) * fraction) for fraction in fractions],
        seed=seed,
    )
    return Dataset(
        name,
        class_names,
        train=make_split(images.images, images.labels, train),
        validation=make_split(images.images, images.labels, validation),
        test=make_split(images.images, images.labels, test),
    )


def _unknown(name: str) -> DatasetError:
    near = difflib.get_close_matches(name, dataset_names(), n=1, cutoff=0.0)[0]
    known = ", ".join(dataset_names())
    return DatasetError(
        f"data set '{name}': not known, the nearest name is '{near}'",
        hint=f"data sets: {known}; a folder or an .npz file is given by dataset.path",
    )


def _check_shape(dataset: Dataset, settings: DatasetSettings) -> None:
    """Refuse an image size or channels that the data set does not have."""
    height, width, channels = dataset.image_shape
    for key, wanted, found in (
        ("image_size", settings.image_size, height),
        ("image_size", settings.image_size, width),
        ("channels", settings.channels, channels),
    ):
        if wanted is not None and wanted != found:
            raise DatasetError(
                f"data set '{dataset.name}': {key}: expected {found}, got {wanted}; "
                f"its images are {height}x{width}x{channels}",
                hint=f"leave {key} out; only a folder of images is resized",
            )
