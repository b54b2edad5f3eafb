"""Load the data set that a project names.

The one entrance for later stages: `[dataset]` of `tinycnn.toml` in, `Dataset` out.
"""

from __future__ import annotations

import difflib
import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from tinycnn.datasets.archive import is_pixel_table
from tinycnn.datasets.cifar10 import CIFAR10_ARCHIVE, find_compact, load_cifar10
from tinycnn.datasets.dataset import Dataset
from tinycnn.datasets.digits import read_digits
from tinycnn.datasets.divide import divide
from tinycnn.datasets.download import Progress, locate_file
from tinycnn.datasets.idx import IDX_SOURCES, load_idx_dataset
from tinycnn.datasets.images import read_images
from tinycnn.datasets.look import Look, look_at
from tinycnn.datasets.npz import read_npz
from tinycnn.datasets.tables import TABLE_SUFFIXES
from tinycnn.errors import DatasetError

if TYPE_CHECKING:  # reading an image needs no project
    from tinycnn.project import DatasetSettings

__all__ = [
    "KnownDataset",
    "check_dataset_path",
    "dataset_names",
    "find_dataset_path",
    "list_datasets",
    "load_dataset",
    "look_at_path",
]

_DEFAULT_IMAGE_SIZE = 32
_ARRAYS = (".npz", ".npy")
_FILES = (*_ARRAYS, *TABLE_SUFFIXES)
_PATH_HINT = (
    "dataset.path is relative to the folder of tinycnn.toml, or to the one that "
    "TINYCNN_DATA names"
)
_KIND_HINT = "give a folder that holds a folder of pictures for each class"
_UNPACK = "unpack it and give the folder inside"
_SAVE = "save its images and labels by numpy.savez('data.npz', x=images, y=labels)"
_HINTS = {
    **dict.fromkeys((".zip", ".tar", ".gz", ".tgz", ".7z", ".rar"), _UNPACK),
    **dict.fromkeys((".mat", ".h5", ".hdf5", ".pkl"), _SAVE),
    ".parquet": "give the folder that it is in",
}
_SUMMARIES = {
    "cifar10": "60,000 photos of animals and vehicles, 32x32x3, 10 classes",
    "digits": "1,797 handwritten digits, 8x8x1, 10 classes; part of tinycnn",
    "fashion-mnist": "70,000 pieces of clothing, 28x28x1, 10 classes",
    "mnist": "70,000 handwritten digits, 28x28x1, 10 classes",
}


@dataclass(frozen=True, slots=True)
class KnownDataset:
    """A data set that has a name.

    Attributes:
        summary: How many images, of what, their shape and classes.
        download_bytes: What is not on this computer yet.
    """

    name: str
    summary: str
    download_bytes: int


def dataset_names() -> tuple[str, ...]:
    """The data sets known by name, sorted.

    >>> dataset_names()
    ('cifar10', 'digits', 'fashion-mnist', 'mnist')
    """
    return tuple(sorted(_SUMMARIES))


def list_datasets(
    *, folders: Sequence[Path] = (), cache: Path | None = None
) -> tuple[KnownDataset, ...]:
    """What is known of each data set with a name, sorted; nothing is loaded.

    Args:
        folders: Where published files may lie, as `folder/dataset/file`.
        cache: Where they are downloaded to; the user's cache folder when None.
    """
    files = {name: source.files for name, source in IDX_SOURCES.items()}
    files["cifar10"] = () if find_compact(folders, cache) else (CIFAR10_ARCHIVE,)
    return tuple(
        KnownDataset(
            name,
            _SUMMARIES[name],
            sum(
                file.bytes
                for file in files.get(name, ())
                if locate_file(name, file, folders=folders, cache=cache) is None
            ),
        )
        for name in dataset_names()
    )


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
        folders: Where published files may lie, as `folder/dataset/file`; and what
            `settings.path` names, if the project's folder does not have it.
        cache: Where they are downloaded to; the user's cache folder when None.
        progress: Told how a download or the reading of a folder proceeds.

    Raises:
        DatasetError: If the data set is not known, cannot be had, or is damaged.
    """
    if settings.path is not None:
        path = find_dataset_path(settings.path, root=root, folders=folders)
        dataset = _load_path(path, settings, seed, progress)
    elif settings.name == "digits":
        dataset = divide("digits", read_digits(), settings, seed)
    elif settings.name in IDX_SOURCES:
        dataset = load_idx_dataset(
            IDX_SOURCES[settings.name],
            seed=seed,
            validation=settings.validation_fraction,
            folders=folders,
            cache=cache,
            progress=progress,
        )
    elif settings.name == "cifar10":
        dataset = load_cifar10(
            seed=seed,
            validation=settings.validation_share,
            folders=folders,
            cache=cache,
            progress=progress,
        )
    else:
        raise _unknown(str(settings.name))
    _check_shape(dataset, settings)
    return dataset


def find_dataset_path(
    path: str, *, root: Path = Path(), folders: Sequence[Path] = ()
) -> Path:
    """Where `path` is: in `root`, or else in `folders`; in `root` if it is nowhere."""
    places = [folder / path for folder in (root, *folders)]
    return next(filter(os.path.exists, places), places[0])


def check_dataset_path(path: Path) -> None:
    """Refuse what is neither a folder nor an array or table that is read.

    Raises:
        DatasetError: If it is not.
    """
    if os.path.isdir(path):  # unlike Path's, false for a name that is too long
        return
    if os.path.isfile(path) and path.suffix.lower() in _FILES:
        return
    is_there = os.path.lexists(path)
    found = "something else" if is_there else "nothing"
    usual_hint = _KIND_HINT if is_there else _PATH_HINT
    raise DatasetError(
        f"{path}: expected a folder of images, an .npz, .npy or .csv file, got {found}",
        hint=_HINTS.get(path.suffix.lower(), usual_hint),
    )


def _load_path(
    path: Path, settings: DatasetSettings, seed: int, progress: Progress | None
) -> Dataset:
    """The data set in a folder or a file, named after it."""
    check_dataset_path(path)
    if _holds_arrays(path):
        reading = read_npz(path)
    else:
        folder, table = _place(path)
        reading = read_images(
            folder,
            size=settings.sides[::-1] if settings.sides else _DEFAULT_IMAGE_SIZE,
            channels=settings.channels or 1,
            fit=settings.fit,
            table=table,
            skip_bad=settings.skip_bad,
            progress=progress,
        )
    return divide(path.resolve().stem, reading, settings, seed)


def look_at_path(path: Path) -> Look | None:
    """What the pictures at a path are like; None of arrays.

    Raises:
        DatasetError: If there is no data set.
    """
    check_dataset_path(path)
    return None if _holds_arrays(path) else look_at(*_place(path))


def _place(path: Path) -> tuple[Path, Path | None]:
    """The folder of pictures, and the table in it that a path names."""
    return (path, None) if os.path.isdir(path) else (path.parent, path)


def _holds_arrays(path: Path) -> bool:
    """Whether a path is of arrays, which have their size, or of pictures."""
    if os.path.isdir(path):  # unlike Path's, false for a name that is too long
        with os.scandir(path) as entries:
            shown = [entry for entry in entries if not entry.name.startswith(".")]
        return any(e.name.lower().endswith(".npy") for e in shown) and not any(
            e.is_dir() for e in shown
        )
    suffix = path.suffix.lower()
    return suffix in _ARRAYS or (suffix == ".csv" and is_pixel_table(path))


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
    size: object = height if height == width else [height, width]
    wants_size = settings.sides not in (None, (height, width))
    wants_channels = settings.channels not in (None, channels)
    for key, wanted, found, differs in (
        ("image_size", settings.image_size, size, wants_size),
        ("channels", settings.channels, channels, wants_channels),
    ):
        if differs:
            shown = list(wanted) if isinstance(wanted, tuple) else wanted
            raise DatasetError(
                f"data set '{dataset.name}': {key}: expected {found}, got {shown}; "
                f"its images are {height}x{width}x{channels}",
                hint=f"leave {key} out; only a folder of images is resized",
            )
