"""The `tinycnn` command: one file a sub-command, each parse -> call -> print.

Exit codes: 0 pass, 1 the result is wrong, 2 usage, 3 tool, file or device error, 130
interrupted. Results go to standard output, errors and hints to standard error.
"""

from __future__ import annotations

import sys

import click

from tinycnn import __version__
from tinycnn.cli.analyze import analyze
from tinycnn.cli.boards import boards
from tinycnn.cli.build import build
from tinycnn.cli.classify import classify
from tinycnn.cli.compile import compile_
from tinycnn.cli.convert import convert
from tinycnn.cli.datasets import datasets
from tinycnn.cli.doctor import doctor
from tinycnn.cli.flash import flash
from tinycnn.cli.init import init
from tinycnn.cli.models import models
from tinycnn.cli.profile import profile
from tinycnn.cli.report import report
from tinycnn.cli.train import train
from tinycnn.cli.validate import validate
from tinycnn.errors import TinycnnError

__all__ = ["cli", "main"]


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="tinycnn")
def cli() -> None:
    """From images to a microcontroller that is proven to run the model you trained.

    \b
    Example:
      tinycnn init demo
      tinycnn build demo
      tinycnn validate demo
    """


for command in (
    init,
    train,
    convert,
    analyze,
    build,
    compile_,
    flash,
    validate,
    classify,
    profile,
    report,
    models,
    doctor,
    datasets,
    boards,
):
    cli.add_command(command)


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
    click.echo(f"error: {message}", err=True)
    if hint:
        click.echo(f"hint: {hint}", err=True)
    sys.exit(exit_code)
