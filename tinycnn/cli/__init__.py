"""The `tinycnn` command: one file a sub-command, each parse -> call -> print.

A command is imported when it is called, and imports what is slow when it needs it:
`--version` and `--help` answer at once. Exit codes: 0 pass, 1 the result is wrong, 2
usage, 3 tool, file or device error or a fault of tinycnn's own, 130 and 143
interrupted, 141 nobody reads. Results go to standard output, errors and hints to
standard error.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from importlib import import_module
from typing import Any

import click

from tinycnn.about import __version__
from tinycnn.cli.ends import VERBOSE, Fault, run_to_its_end

__all__ = ["cli", "load_command", "main"]

# What `tinycnn --help` says of each; the command itself has more to say.
_SUMMARIES = {
    "analyze": "Tell what a model needs, and which boards have it.",
    "boards": "List the boards that firmware can be made for.",
    "build": "Train, quantize, convert, compile, link, measure, report.",
    "classify": "Send pictures to a device as raw frames; print their labels.",
    "clean": "Delete what was built of a project.",
    "compare": "Tell how two built projects differ.",
    "compile": "Compile an int8 .tflite file to C.",
    "convert": "Convert a project's network to a full int8 .tflite.",
    "datasets": "List the data sets that have a name, or show any.",
    "doctor": "Look at all that tinycnn needs, and say what to fix.",
    "explain": "Write a page in which a model is alive.",
    "flash": "Put a project's firmware on a board.",
    "import": "Make a project of a network of another tool.",
    "init": "Write a commented tinycnn.toml.",
    "models": "List the families of networks, or show what one needs.",
    "probe": "Measure what a board takes, beside the simulated one.",
    "profile": "Measure each operator of a model on a device.",
    "pull": "Make a project of a network on the Hugging Face hub.",
    "push": "Push a built project to the Hugging Face hub.",
    "report": "Write report.html of a built project.",
    "search": "Find the best networks for a project's images and board.",
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

    def invoke(self, ctx: click.Context) -> Any:
        """Run the command; what click would take for an end of its own is a fault."""
        try:
            return super().invoke(ctx)
        except (OSError, EOFError, KeyboardInterrupt, SystemExit) as error:
            raise Fault from error


def load_command(name: str) -> click.Command:
    """The command of this name, from the module of its own."""
    module = import_module(f"tinycnn.cli.{name}")
    members = vars(module).values()
    found = next(m for m in members if isinstance(m, click.Command) and m.name == name)
    for command in _with_parts(found):
        if not any(VERBOSE in option.opts for option in command.params):
            command.params.append(_verbose_option())
    return found


def _with_parts(command: click.Command) -> Iterator[click.Command]:
    """A command, and those that it is a group of."""
    yield command
    if isinstance(command, click.Group):
        for part in command.commands.values():
            yield from _with_parts(part)


def _verbose_option() -> click.Option:
    """Taken anywhere; who tells of an error looks for it, whatever was read by then."""
    text = "Show where an error came from."
    return click.Option([VERBOSE], is_flag=True, expose_value=False, help=text)


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


cli.params.append(_verbose_option())


def main() -> None:
    """Run the command line; whatever happens becomes a line and an exit code."""
    sys.exit(run_to_its_end(lambda: int(cli.main(standalone_mode=False) or 0)))
