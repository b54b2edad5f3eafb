"""The options of a validation that is long: it can be stopped, and be shared."""

from __future__ import annotations

import functools
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from tinycnn.harness import Resume
    from tinycnn.workbench import DeviceChoice

__all__ = ["boards_option", "log_options"]


def log_options(command: Callable[..., object]) -> Callable[..., object]:
    """--log, --resume, --fresh: `command` gets `log` and `resume`."""

    @functools.wraps(command)
    def with_log(*, must_resume: bool, fresh: bool, **arguments: Any) -> object:
        if must_resume and fresh:
            raise click.UsageError("expected --resume or --fresh, got both")
        resume: Resume = "if possible"
        if must_resume or fresh:
            resume = "always" if must_resume else "never"
        return command(resume=resume, **arguments)

    text = "Start anew, even if the last run of the same broke off."
    add_fresh = click.option("--fresh", is_flag=True, help=text)
    text = "Go on with the run that broke off; an error if there is none. A project's "
    text += "run goes on by itself."
    add_resume = click.option("--resume", "must_resume", is_flag=True, help=text)
    text = "Where each answer is kept, so that a run that is stopped can go on; a "
    text += "project has build/run.jsonl."
    file = click.Path(path_type=Path)
    add_log = click.option("--log", type=file, metavar="FILE", help=text)
    return add_log(add_resume(add_fresh(with_log)))


def boards_option(command: Callable[..., object]) -> Callable[..., object]:
    """--boards: `command` gets it in its `choice`."""

    @functools.wraps(command)
    def with_boards(
        *, boards: int | None, choice: DeviceChoice, **arguments: Any
    ) -> object:
        if boards is not None and (choice.port is not None or choice.kind != "sim"):
            raise click.UsageError("--boards is for simulated boards")
        return command(choice=replace(choice, boards=boards), **arguments)

    text = "Simulated boards that share the images; without, as many as processor "
    text += "cores where the run is long."
    number = click.IntRange(min=1, max=64)
    return click.option("--boards", type=number, help=text)(with_boards)
