"""`tinycnn explain`: a page in which a model is alive, with the board's own bytes."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, get_args

import click

from tinycnn.choices import Numerics
from tinycnn.cli.choice import OneOf
from tinycnn.cli.console import ConsoleObserver, claim_build, is_project, open_project

if TYPE_CHECKING:
    from tinycnn.explorer import Exhibit

__all__ = ["explain"]


@click.command()
@click.argument("model", type=click.Path(path_type=Path), default=".")
@click.option(
    "-o",
    "--output",
    type=click.Path(path_type=Path),
    default="explain.html",
    show_default=True,
    help="The page.",
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
def explain(
    model: Path, output: Path, inputs: Path | None, numerics: Numerics | None
) -> None:
    """Write a page that shows MODEL at work: a project that was built, or a .tflite.

    One file that needs no network. It runs the model's own C as WebAssembly, and begins
    by comparing its outputs with the reference's.

    \b
    Example:
      tinycnn explain demo
      tinycnn explain model.tflite --inputs images.npy -o model.html
    """
    from tinycnn import explorer
    from tinycnn.files import write_whole

    with ConsoleObserver() as observer:
        exhibit = _find(model, inputs, numerics, observer)
        page = explorer.explain(exhibit, observer)
    write_whole(page, output)
    click.echo(f"wrote {output}, {len(page):,} bytes")


def _find(
    model: Path,
    inputs: Path | None,
    numerics: Numerics | None,
    observer: ConsoleObserver,
) -> Exhibit:
    from tinycnn.explorer import exhibit_file, exhibit_project

    if not is_project(model):
        return exhibit_file(
            model, inputs=inputs, numerics=numerics or "litert", observer=observer
        )
    for name, value in (("--inputs", inputs), ("--numerics", numerics)):
        if value is not None:
            raise click.UsageError(f"{name} is for a .tflite file")
    workspace = open_project(model, observer)
    with claim_build(workspace, makes=False):
        return exhibit_project(workspace)
