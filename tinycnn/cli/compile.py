"""`tinycnn compile`: a .tflite file becomes C."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, get_args

import click

from tinycnn.choices import Numerics, Optimize
from tinycnn.cli.choice import OneOf
from tinycnn.errors import InvalidModelError, ProjectError, ToolchainError
from tinycnn.files import reading

if TYPE_CHECKING:
    from tinycnn.compiler import Compilation
    from tinycnn.firmware import SelfTest
    from tinycnn.reference import Reference

__all__ = ["compile_"]

_MAX_BYTES = 1 << 30  # the compiler takes less, and says so


@click.command("compile")
@click.argument("model", type=click.Path(path_type=Path))
@click.option("-o", "--output", type=click.Path(path_type=Path), required=True)
@click.option("--name", help="Prefix of the C names; by default the file's name.")
@click.option(
    "--labels",
    type=click.Path(path_type=Path),
    help="A text file with the names of the classes, one a line.",
)
@click.option(
    "--numerics",
    type=OneOf(get_args(Numerics)),
    default="litert",
    help="The reference to equal: LiteRT's BUILTIN_REF kernels or TFLite Micro.",
)
@click.option(
    "--board",
    "board_name",
    default="nano33ble",
    help="What kernels are chosen for; the C runs anywhere, on others slower.",
)
@click.option(
    "--optimize",
    type=OneOf(get_args(Optimize)),
    default="speed",
    help="What they are chosen by, on a board with DSP instructions.",
)
def compile_(
    model: Path,
    output: Path,
    name: str | None,
    labels: Path | None,
    numerics: Numerics,
    board_name: str,
    optimize: Optimize,
) -> None:
    """Compile MODEL, an int8 .tflite file, to C in the folder OUTPUT.

    \b
    Example:
      tinycnn compile model.tflite -o model_c
    """
    from tinycnn.analysis.fit import find_objective
    from tinycnn.boards import load_board
    from tinycnn.compiler import compile_tflite
    from tinycnn.firmware import write_library
    from tinycnn.rendering import c_identifier

    reference = _find_reference(model, numerics)
    compilation = compile_tflite(
        _read(model, "give a .tflite file"),
        name=c_identifier(name or model.stem),
        numerics=numerics,
        objective=find_objective(load_board(board_name), optimize),
        reference=str(reference.identity) if reference else "",
        labels=_read_labels(labels) if labels else (),
    )
    self_test = _make_self_test(compilation, reference) if reference else None
    write_library(output, compilation, self_test)
    click.echo(
        f"wrote {output}: {len(compilation.program.calls)} kernel calls, "
        f"arena {compilation.plan.arena_bytes:,} bytes"
    )


def _read(path: Path, hint: str) -> bytes:
    try:
        with reading(path, max_bytes=_MAX_BYTES) as stream:
            return stream.read()
    except OSError as error:
        raise ProjectError(
            f"{path}: cannot be read: {error.strerror}", hint=hint
        ) from error


def _read_labels(path: Path) -> tuple[str, ...]:
    """The lines of a text file."""
    hint = "give a text file with a name on each line"
    try:
        return tuple(_read(path, hint).decode("utf-8").splitlines())
    except UnicodeDecodeError as error:
        raise ProjectError(f"{path}: expected text in UTF-8", hint=hint) from error


def _find_reference(model: Path, numerics: Numerics) -> Reference | None:
    """None, with a line that says why, where it is not installed."""
    from tinycnn.reference import load_isolated_reference

    try:
        return load_isolated_reference(model, numerics)
    except ToolchainError as error:
        click.echo(f"no self-test: {error}", err=True)
        return None


def _make_self_test(compilation: Compilation, reference: Reference) -> SelfTest | None:
    """None, with a line that says why, where the reference refuses the model."""
    from tinycnn.firmware import make_self_test

    try:
        return make_self_test(compilation, reference)
    except InvalidModelError as error:
        click.echo(f"no self-test: {error}", err=True)
        return None
