"""`tinycnn explain`: a page in which a model is alive, with the board's own bytes."""

from __future__ import annotations

from pathlib import Path
from typing import get_args

import click

from tinycnn.choices import Numerics
from tinycnn.cli.choice import OneOf
from tinycnn.cli.console import ConsoleObserver, claim_build, is_project, open_project
from tinycnn.cli.serving import ServedPlace, serve_options, serve_page

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
    if place is not None:
        _serve(model, output, place, inputs, numerics)
        return
    if is_project(model):
        _explain_project(model, output)
        return
    with ConsoleObserver() as observer:
        exhibit = explorer.exhibit_file(
            model, inputs=inputs, numerics=numerics or "litert", observer=observer
        )
        page = explorer.explain(exhibit, observer)
    _write(page, output or _usual())


def _explain_project(project: Path, output: Path | None) -> None:
    """Its page; the report of the project is renewed, as it links to that."""
    from tinycnn.explorer import exhibit_project
    from tinycnn.explorer import explain as make_page
    from tinycnn.pipeline import report_project

    with ConsoleObserver() as observer:
        workspace = open_project(project, observer)
        with claim_build(workspace, makes=False):
            page = make_page(exhibit_project(workspace), observer)
            _write(page, output or workspace.build.explained)
            if output is None:
                report_project(workspace)


def _serve(
    model: Path,
    output: Path | None,
    place: ServedPlace,
    inputs: Path | None,
    numerics: Numerics | None,
) -> None:
    from tinycnn.explorer import exhibit_file, exhibit_project

    if output is not None:
        raise click.UsageError("--output is without --serve")
    with ConsoleObserver() as observer:
        if is_project(model):
            workspace = open_project(model, observer)
            with claim_build(workspace, makes=False):
                exhibit = exhibit_project(workspace)
        else:
            exhibit = exhibit_file(
                model, inputs=inputs, numerics=numerics or "litert", observer=observer
            )
        serve_page(exhibit, model, observer, place)


def _usual() -> Path:
    """The name that it has in a build folder, here."""
    from tinycnn.artifacts import BuildFolder

    return BuildFolder(Path()).explained


def _write(page: str, output: Path) -> None:
    from tinycnn.files import write_whole

    write_whole(page, output)
    click.echo(f"wrote {output}, {len(page):,} bytes")


def _refuse_options(inputs: Path | None, numerics: Numerics | None) -> None:
    for name, value in (("--inputs", inputs), ("--numerics", numerics)):
        if value is not None:
            raise click.UsageError(f"{name} is for a .tflite file")


def _refuse_model(context: click.Context, place: ServedPlace | None) -> None:
    if place is not None:
        raise click.UsageError("--serve is for a model; the page of --zoo needs none")
    for name in ("model", "inputs", "numerics"):
        source = context.get_parameter_source(name)
        if source is not click.core.ParameterSource.DEFAULT:
            raise click.UsageError("--zoo is without a model and its options")
