"""`tinycnn datasets`: the data sets that have a name, and pictures of any."""

from __future__ import annotations

import os
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from tinycnn.about import PROJECT_FILE
from tinycnn.cli.choice import OneOf
from tinycnn.cli.console import (
    ConsoleObserver,
    data_folders,
    json_option,
    print_columns,
    print_json,
)
from tinycnn.errors import DatasetError, ProjectError
from tinycnn.names import did_you_mean

if TYPE_CHECKING:
    from tinycnn.datasets import Dataset, Look

__all__ = ["datasets", "print_dataset", "resolve_dataset", "write_sheet"]

_SPLITS = ("train", "validation", "test")
_UNBALANCED = 1.5  # times as many images in the largest class as in the smallest


def _read_size(
    context: click.Context, option: click.Parameter, value: str | None
) -> int | tuple[int, ...] | None:
    """A side in pixels, or height and width with an x between them."""
    if value is None:
        return None
    side, parts = click.IntRange(4, 512), value.split("x", 1)
    sides = tuple(side(part, option, context) for part in parts)
    return sides if len(sides) == 2 else sides[0]


@click.group(invoke_without_command=True)
@json_option
@click.pass_context
def datasets(context: click.Context, as_json: bool) -> None:
    """List the data sets that have a name, or `show` any.

    \b
    Example:
      tinycnn datasets
      tinycnn datasets show photos/ --image-size 96 --channels 3 -o photos.png
    """
    if context.invoked_subcommand is not None:
        return
    from tinycnn.datasets import list_datasets

    known = list_datasets(folders=data_folders())
    if as_json:
        print_json({entry.name: asdict(entry) for entry in known})
        return
    rows = (
        (
            entry.name,
            entry.summary,
            f"download of {entry.download_bytes / 1e6:,.0f} MB"
            if entry.download_bytes
            else "on this computer",
        )
        for entry in known
    )
    print_columns(("data set", "what", "where"), rows, left=(0, 1, 2))
    click.echo(
        "or the path of a folder with images in a folder per class, of a table of "
        "files\nand labels, or of an .npz or .npy"
    )


@datasets.command()
@click.argument("dataset")
@click.option("-o", "--output", type=click.Path(path_type=Path), help="A .png to draw.")
@click.option(
    "--image-size",
    metavar="SIDE|HxW",
    callback=_read_size,
    help="Of a folder's images: 96, or 96x128 pixels.",
)
@click.option("--channels", type=OneOf(["1", "3"]), help="1 grey, 3 RGB.")
@click.option("--fit", type=OneOf(["crop", "pad"]), help="To give them that shape.")
@click.option(
    "--skip-bad", is_flag=True, default=None, help="Leave unreadable files out."
)
@click.option("--seed", type=int, help="Decides the split; 1, or as a project says.")
@json_option
def show(
    dataset: str,
    output: Path | None,
    channels: str | None,
    seed: int | None,
    as_json: bool,
    **settings: Any,
) -> None:
    """Count the images of each class in DATASET, and draw some.

    DATASET is a name, the path of a folder, a table (.csv) or arrays (.npz, .npy), or
    a project's folder.
    Notes say what was understood of the files, and what is strange about them.

    \b
    Example:
      tinycnn datasets show digits -o digits.png
    """
    given = {key: value for key, value in settings.items() if value is not None}
    if channels:
        given["channels"] = int(channels)
    with ConsoleObserver(quiet=as_json) as observer:
        found, look = _load(dataset, given, seed, observer)
    if as_json:
        counts = _count(found)
        facts = {"name": found.name, "image_shape": found.image_shape}
        print_json({**facts, "classes": counts, "notes": found.notes})
    else:
        print_dataset(found, look)
    if output:
        write_sheet(found, output)


def print_dataset(found: Dataset, look: Look | None) -> None:
    """What was understood of a data set: pictures, counts and notes."""
    if look is not None:
        shape = "x".join(map(str, found.image_shape))
        click.echo(f"{look}; the network is given {shape}")
    _print_counts(_count(found), {s: len(getattr(found, s)) for s in _SPLITS})
    for note in found.notes:
        click.echo(f"note: {note}")


def _load(
    dataset: str, given: dict[str, Any], seed: int | None, observer: ConsoleObserver
) -> tuple[Dataset, Look | None]:
    """What a name, a path or a project means, with some of its settings replaced.

    Size and colour of pictures at a path are chosen as `tinycnn init` does.
    """
    from tinycnn.datasets import dataset_names, load_dataset, look_at_path
    from tinycnn.project import DatasetSettings, load_project

    root, project_seed, look = Path(), 1, None
    if os.path.exists(os.path.join(dataset, PROJECT_FILE)):
        project, root = load_project(Path(dataset)), Path(dataset)
        given = {**project.dataset.model_dump(exclude_unset=True), **given}
        project_seed = project.seed
    else:
        key = "name" if dataset in dataset_names() else "path"
        given = {key: resolve_dataset(dataset), **given}
        if key == "path" and (look := look_at_path(Path(given[key]))) is not None:
            chosen = {"image_size": look.image_size, "channels": look.channels}
            given = {**chosen, **given}
    found = load_dataset(
        DatasetSettings.model_validate(given),
        seed=project_seed if seed is None else seed,
        root=root,
        folders=data_folders(),
        progress=observer.progress,
    )
    return found, look


def resolve_dataset(dataset: str) -> str:
    """A known name as it is, a path so that every folder can see it.

    Raises:
        ProjectError: If `dataset` is neither.
        DatasetError: If there is something else at the path.
    """
    from tinycnn.datasets import check_dataset_path, dataset_names, find_dataset_path

    if dataset in dataset_names():
        return dataset
    path = find_dataset_path(dataset, folders=data_folders())
    if os.path.exists(path):  # unlike Path's, false for a name that is too long
        check_dataset_path(path)
        return str(path.resolve())
    question = did_you_mean(dataset, dataset_names())
    hint = (
        f"{question} known: {', '.join(dataset_names())}; or give a folder of images, "
        "an .npz, .npy or .csv file"
    )
    raise ProjectError(
        f"data set '{dataset}': not known, and no such path", hint=hint.lstrip()
    )


def _count(dataset: Dataset) -> dict[str, dict[str, int]]:
    """How many images each class has in each split."""
    from tinycnn.datasets import count_classes

    classes = len(dataset.class_names)
    splits = {name: count_classes(getattr(dataset, name), classes) for name in _SPLITS}
    return {
        name: {split: counts[label] for split, counts in splits.items()}
        for label, name in enumerate(dataset.class_names)
    }


def _print_counts(counts: dict[str, dict[str, int]], sizes: dict[str, int]) -> None:
    rows = [
        (name, *(f"{row[split]:,}" for split in sizes))
        for name, row in {**counts, "all": sizes}.items()
    ]
    print_columns(("class", *sizes), rows, left=(0,))
    trained = [row["train"] for row in counts.values()]
    are_classes = sum(trained) == sizes["train"]
    if are_classes and max(trained) > _UNBALANCED * min(trained):
        click.echo("unbalanced: consider class_weights = true in [training]")


def write_sheet(dataset: Dataset, path: Path) -> None:
    """Draw some images of each class into a .png."""
    from tinycnn.datasets import draw_contact_sheet
    from tinycnn.files import writing

    try:
        with writing(path) as stream:
            draw_contact_sheet(dataset).save(stream, "PNG")
    except OSError as error:
        text = f"{path}: {error.strerror or error}"
        raise DatasetError(text, hint="choose another file for the picture") from error
    click.echo(f"wrote {path}", err=True)
