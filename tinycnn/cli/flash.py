"""`tinycnn flash`: the built firmware onto a board."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import click

from tinycnn.cli.console import (
    ConsoleObserver,
    data_folders,
    json_option,
    port_options,
    print_json,
    print_start_up,
    project_argument,
)

if TYPE_CHECKING:
    from tinycnn.device import PortOptions

__all__ = ["flash"]


@click.command()
@project_argument
@port_options
@click.option("--dry-run", is_flag=True, help="Only print what would be done.")
@json_option
def flash(
    project: Path, port: str | None, options: PortOptions, dry_run: bool, as_json: bool
) -> int:
    """Put the firmware of PROJECT on a board, and ask the board which model it runs.

    Where several boards are connected, --port chooses one.

    The board's bootloader is started, the image written and checked, and the board's
    own word taken at the end: the exit code is 0 when it runs the project's model.

    \b
    Example:
      tinycnn flash demo
      tinycnn flash demo --dry-run
    """
    from tinycnn.device.flash import Computer, Flashing
    from tinycnn.device.opening import open_url
    from tinycnn.harness import check_identity
    from tinycnn.pipeline.flash import find_flash_job

    job, identity = find_flash_job(project, data_folders=data_folders())
    with ConsoleObserver(quiet=as_json) as observer:
        flashing = Flashing(
            job,
            port,
            computer=Computer(
                open_link=partial(open_url, dtr=options.dtr), options=options
            ),
            on_page=lambda done, total: observer.progress("pages", done, total),
            is_rehearsal=dry_run,
        )
        steps = flashing.steps
        for number, (text, action) in enumerate(steps, 1):
            if not as_json:
                click.echo(f"{number}/{len(steps)} {text}")
            if not dry_run:
                action()
    info = flashing.info
    if info:
        check_identity(f"port {flashing.port}", identity, info)
    if as_json:
        found = {
            "board": job.board.name,
            "image": str(job.image),
            "model_sha256": job.model_sha256,
            "port": flashing.port,
            "steps": [text for text, _ in steps],
            "retries": flashing.retries,
            "board_id": info.board_id if info else None,
        }
        print_json(found)
    elif info:
        click.echo(f"{flashing.port}: board {info.board_id} runs {info.model}")
        print_start_up(info)
    return 0
