"""The `tinycnn` command: one file a sub-command, each parse -> call -> print.

A command is imported when it is called, and imports what is slow when it needs it:
`--version` and `--help` answer at once. Exit codes: 0 pass, 1 the result is wrong, 2
usage, 3 tool, file or device error, 130 interrupted. Results go to standard output,
errors and hints to standard error.
"""

from __future__ import annotations

import sys
from importlib import import_module

import click

from tinycnn import __version__
from tinycnn.errors import TinycnnError

__all__ = ["cli", "load_command", "main"]

# What `tinycnn --help` says of each; the command itself has more to say.
_SUMMARIES = {
    "analyze": "Tell what a model needs, and which boards have it.",
    "boards": "List the boards that firmware can be made for.",
    "build": "Train, quantize, convert, compile, link, measure, report.",
    "classify": "Send pictures to a device as raw frames; print their labels.",
    "compile": "Compile an int8 .tflite file to C.",
    "convert": "Convert a project's network to a full int8 .tflite.",
    "datasets": "List the data sets that have a name, or show any.",
    "doctor": "Look at all that tinycnn needs, and say what to fix.",
    "flash": "Put a project's firmware on a board.",
    "init": "Write a commented tinycnn.toml.",
    "models": "List the families of networks, or show what one needs.",
    "profile": "Measure each operator of a model on a device.",
    "report": "Write report.html of a built project.",
    "train": "Train a project's network with int8 rounding in the loop.",
    "validate": "Compare a device's raw outputs with the reference's.",
}


class _Commands(click.Group):
    """Knows of each command no more than its summary until it is called."""

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        name, command, rest = super().resolve_command(ctx, args)
        return name, command and load_command(name or ""), rest


def load_command(name: str) -> click.Command:
    """The command of this name, from the module of its own."""
    module = import_module(f"tinycnn.cli.{name}")
    members = vars(module).values()
    return next(m for m in members if isinstance(m, click.Command) and m.name == name)


@click.group(
    cls=_Commands,
    commands=[
        click.Command(name, short_help=text) for name, text in _SUMMARIES.items()
    ],
    context_settings={"help_option_names": ["-h", "--help"]},
)
@click.version_option(__version__, prog_name="tinycnn")
def cli() -> None:
    """From images to a microcontroller that is proven to run the model you trained.

    \b
    Example:
      tinycnn init demo
      tinycnn build demo
      tinycnn validate demo
    """


def main() -> None:
    """Run the command line; errors become one line, a hint and an exit code."""
    try:
        sys.exit(cli.main(standalone_mode=False) or 0)
    except TinycnnError as error:
        _fail(str(error), error.hint, error.exit_code)
    except click.ClickException as error:
        error.show()
        sys.exit(error.exit_code)
    except (KeyboardInterrupt, click.Abort):
        _fail("interrupted", "run the same command again to go on", 130)


def _fail(message: str, hint: str | None, exit_code: int) -> None:
    for line in message.split("\n"):  # a file may have several faults
        click.echo(f"error: {line}", err=True)
    if hint:
        click.echo(f"hint: {hint}", err=True)
    sys.exit(exit_code)
