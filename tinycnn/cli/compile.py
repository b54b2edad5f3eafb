"""`tinycnn compile`: a .tflite file becomes C."""

from __future__ import annotations

from pathlib import Path
from typing import get_args

import click

from tinycnn.analysis.fit import find_objective
from tinycnn.boards import load_board
from tinycnn.compiler import Numerics, Optimize, compile_tflite
from tinycnn.errors import InvalidModelError, ProjectError, ToolchainError
from tinycnn.firmware import make_self_test, write_library
from tinycnn.reference import load_isolated_reference
from tinycnn.rendering import c_identifier

__all__ = ["compile_"]


@click.command("compile")
@click.argument("model", type=click.Path(path_type=Path))
@click.option("-o", "--output", type=click.Path(path_type=Path), required=True)
@click.option("--name", help="Prefix of the C names; by default the file's name.")
@click.option(
    "--numerics",
    type=click.Choice(get_args(Numerics)),
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
    type=click.Choice(get_args(Optimize)),
    default="speed",
    help="What they are chosen by, on a board with DSP instructions.",
)
def compile_(
    model: Path,
    output: Path,
    name: str | None,
    numerics: Numerics,
    board_name: str,
    optimize: Optimize,
) -> None:
    """Compile MODEL, an int8 .tflite file, to C in the folder OUTPUT.

    \b
    Example:
      tinycnn compile model.tflite -o model_c
    """
    objective = find_objective(load_board(board_name), optimize)
    try:
        content = model.read_bytes()
    except OSError as error:
        raise ProjectError(
            f"{model}: cannot be read: {error.strerror}", hint="give a .tflite file"
        ) from error
    compilation = compile_tflite(
        content,
        name=c_identifier(name or model.stem),
        numerics=numerics,
        objective=objective,
    )
    try:
        reference = load_isolated_reference(model, numerics)
        self_test = make_self_test(compilation.program, reference)
    except (InvalidModelError, ToolchainError) as error:
        click.echo(f"no self-test: {error}", err=True)
        self_test = None
    write_library(output, compilation, self_test)
    click.echo(
        f"wrote {output}: {len(compilation.program.calls)} kernel calls, "
        f"arena {compilation.plan.arena_bytes:,} bytes"
    )
