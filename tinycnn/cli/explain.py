"""`tinycnn explain`: a page in which a model is alive, with the board's own bytes."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, get_args

import click

from tinycnn.choices import Numerics
from tinycnn.cli.choice import OneOf
from tinycnn.cli.console import ConsoleObserver, claim_build, is_project, open_project
from tinycnn.cli.serving import ServedPlace, serve_options, serve_page

if TYPE_CHECKING:
    from tinycnn.explorer import Exhibit
    from tinycnn.pipeline import Workspace

__all__ = ["explain"]


@click.command()
@click.argument("model", type=click.Path(path_type=Path), default=".")
@click.option(
    "-o",
    "--output",
    type=click.Path(path_type=Path),
    help="The page; explain.html without, of a project in its build folder.",
)
@click.option(
    "--inputs",
    type=click.Path(path_type=Path),
    help="Of a .tflite file: a .npy file with an input a row; random bytes without.",
)
@click.option(
    "--numerics",
    type=OneOf(get_args(Numerics)),
    help="Of a .tflite file: the reference to equal; litert without.",
)
@click.option(
    "--beside",
    type=click.Path(path_type=Path),
    help="Another project or .tflite for the same images: both answer in the lab.",
)
@click.option(
    "--zoo",
    "is_zoo",
    is_flag=True,
    help="The architectures side by side, without a model.",
)
@serve_options
@click.pass_context
def explain(
    context: click.Context,
    model: Path,
    output: Path | None,
    inputs: Path | None,
    numerics: Numerics | None,
    beside: Path | None,
    is_zoo: bool,
    place: ServedPlace | None,
) -> None:
    """Write a page that shows MODEL at work: a project that was built, or a .tflite.

    One file that needs no network. It runs the model's own C as WebAssembly, and begins
    by comparing its outputs with the reference's.

    \b
    Example:
      tinycnn explain demo
      tinycnn explain model.tflite --inputs images.npy -o model.html
      tinycnn explain demo --beside robust
      tinycnn explain --zoo
      tinycnn explain demo --serve
    """
    from tinycnn import explorer

    if is_zoo:
        _refuse_model(context, place)
        _write(explorer.explain_zoo(), output or _usual())
        return
    if is_project(model):
        _refuse_options(inputs, numerics)
    if place is not None and output is not None:
        raise click.UsageError("--output is without --serve")
    with ConsoleObserver() as observer:
        with _open(model, inputs, numerics, observer) as (exhibit, workspace):
            if beside is not None:
                exhibit = _place_beside(exhibit, beside, observer)
            if place is None:
                page = explorer.explain(exhibit, observer)
                _write_exhibit(page, output, workspace)
        if place is not None:
            serve_page(exhibit, model, observer, place)


@contextmanager
def _open(
    model: Path,
    inputs: Path | None,
    numerics: Numerics | None,
    observer: ConsoleObserver,
) -> Iterator[tuple[Exhibit, Workspace | None]]:
    """What a page is of; of a project its workspace, which is this command's."""
    from tinycnn.explorer import exhibit_file, exhibit_project

    if is_project(model):
        workspace = open_project(model, observer)
        with claim_build(workspace, makes=False):
            yield exhibit_project(workspace), workspace
    else:
        numerics = numerics or "litert"
        yield (
            exhibit_file(model, inputs=inputs, numerics=numerics, observer=observer),
            None,
        )


def _place_beside(exhibit: Exhibit, path: Path, observer: ConsoleObserver) -> Exhibit:
    """Where both have one name, as copied projects have, the other has its folder's."""
    from tinycnn.explorer import place_beside

    with _open(path, None, exhibit.numerics, observer) as (other, _):
        if other.title == exhibit.title:
            whole = path.resolve()
            folder = whole if whole.is_dir() else whole.parent
            other = replace(other, title=folder.name)
        return place_beside(exhibit, other)


def _write_exhibit(page: str, output: Path | None, workspace: Workspace | None) -> None:
    """The report of a project is renewed, as it links to the page."""
    from tinycnn.pipeline import report_project

    if workspace is None or output is not None:
        _write(page, output or _usual())
    else:
        _write(page, workspace.build.explained)
        report_project(workspace)


def _usual() -> Path:
    """The name that it has in a build folder, here."""
    from tinycnn.artifacts import BuildFolder

    return BuildFolder(Path()).explained


def _write(page: str, output: Path) -> None:
    from tinycnn.files import write_whole

    write_whole(page, output)
    click.echo(f"wrote {output}, {len(page.encode()):,} bytes")


def _refuse_options(inputs: Path | None, numerics: Numerics | None) -> None:
    for name, value in (("--inputs", inputs), ("--numerics", numerics)):
        if value is not None:
            raise click.UsageError(f"{name} is for a .tflite file")


def _refuse_model(context: click.Context, place: ServedPlace | None) -> None:
    if place is not None:
        raise click.UsageError("--serve is for a model; the page of --zoo needs none")
    for name in ("model", "inputs", "numerics", "beside"):
        source = context.get_parameter_source(name)
        if source is not click.core.ParameterSource.DEFAULT:
            raise click.UsageError("--zoo is without a model and its options")
