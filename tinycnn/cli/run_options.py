"""The options of a validation that can be stopped and go on."""

from __future__ import annotations

import functools
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from tinycnn.harness import Resume

__all__ = ["log_options"]


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
