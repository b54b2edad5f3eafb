"""`tinycnn compile`: a .tflite file becomes C, which is compared with its reference."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, get_args

import click

from tinycnn.choices import Arrival, CompileTarget, Numerics, Optimize
from tinycnn.cli.choice import OneOf
from tinycnn.cli.console import json_option, print_json, print_table
from tinycnn.errors import ProjectError
from tinycnn.files import read_whole

if TYPE_CHECKING:
    from tinycnn.compiler import Compilation
    from tinycnn.firmware import Proof
    from tinycnn.workbench.web_assembly import WasmFile

__all__ = ["compile_"]


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
    help="What they are chosen by, on a board that some are for.",
)
@click.option(
    "--input",
    "arrival",
    type=OneOf(get_args(Arrival)),
    default="whole",
    help="rows: it comes row by row, and has no place in RAM.",
)
@click.option(
    "--target",
    type=OneOf(get_args(CompileTarget)),
    default="c",
    help="wasm: the same C as WebAssembly too, with SIMD and without.",
)
@click.option(
    "--strict", is_flag=True, help="Exit code 1 if the C was not found equal here."
)
@json_option
def compile_(
    model: Path,
    output: Path,
    name: str | None,
    labels: Path | None,
    numerics: Numerics,
    board_name: str,
    optimize: Optimize,
    arrival: Arrival,
    target: CompileTarget,
    strict: bool,
    as_json: bool,
) -> int:
    """Compile MODEL, an int8 .tflite file, to C in the folder OUTPUT.

    The C is built and run here, and its outputs are compared with the reference's. The
    exit code is 1 when any differs, with --strict also when nothing could be compared.

    \b
    Example:
      tinycnn compile model.tflite -o model_c
      tinycnn compile model.tflite -o model_web --target wasm
    """
    from tinycnn.analysis.fit import find_objective
    from tinycnn.boards import load_board
    from tinycnn.compiler.reading.model_file import read_model
    from tinycnn.rendering import c_identifier
    from tinycnn.workbench.library import write_c

    content = read_model(model)
    board = load_board(board_name)
    if (arrival, target) == ("rows", "wasm"):
        raise ProjectError(
            "--input rows: expected --target c, as modules take inputs that are whole"
        )
    compilation, proof, self_test = write_c(
        output,
        model,
        content,
        name=c_identifier(name or model.stem),
        numerics=numerics,
        objective=find_objective(board, optimize, arrival=arrival),
        labels=_read_labels(labels) if labels else (),
    )
    modules: tuple[WasmFile, ...] = ()
    if target == "wasm":
        from tinycnn.workbench.web_assembly import write_modules

        modules = write_modules(output, compilation, board, self_test)
    show = _print_as_json if as_json else _print
    show(output, compilation, proof, modules)
    is_wrong = proof.verdict == "WRONG" or any(m.different for m in modules)
    is_open = bool(proof.reason) or any(m.reason for m in modules)
    return 1 if is_wrong or (strict and is_open) else 0


def _print(
    output: Path,
    compilation: Compilation,
    proof: Proof,
    modules: tuple[WasmFile, ...],
) -> None:
    program = compilation.program
    click.echo(
        f"wrote {output}: {len(program.calls)} kernel calls, "
        f"arena {program.arena_bytes:,} bytes"
    )
    rows = {module.path.name: str(module) for module in modules}
    print_table({"numerics": program.numerics, "proof": str(proof), **rows})
    if proof.hint:
        click.echo(f"hint: {proof.hint}", err=True)


def _print_as_json(
    output: Path,
    compilation: Compilation,
    proof: Proof,
    modules: tuple[WasmFile, ...],
) -> None:
    program = compilation.program
    print_json(
        {
            "output": str(output),
            "kernel_calls": len(program.calls),
            "arena_bytes": program.arena_bytes,
            "numerics": program.numerics,
            "proof": {"verdict": proof.verdict, **asdict(proof)},
            "modules": [{**asdict(m), "path": str(m.path)} for m in modules],
        }
    )


def _read_labels(path: Path) -> tuple[str, ...]:
    """The lines of a text file."""
    hint = "give a text file with a name on each line"
    try:
        return tuple(read_whole(path, hint=hint).decode("utf-8").splitlines())
    except UnicodeDecodeError as error:
        raise ProjectError(f"{path}: expected text in UTF-8", hint=hint) from error
