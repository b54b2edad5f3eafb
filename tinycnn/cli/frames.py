"""`tinycnn validate --frames`: does the device preprocess as the host does?"""

from __future__ import annotations

from pathlib import Path

import click

from tinycnn.cli.console import ConsoleObserver, open_project, print_json
from tinycnn.harness.frames import FrameCheck, frame_check_to_json
from tinycnn.pipeline import validate_frames
from tinycnn.workbench import DeviceChoice

__all__ = ["show_frame_check"]


def show_frame_check(
    project: Path, choice: DeviceChoice, *, count: int | None, as_json: bool
) -> int:
    """Check the preprocessing of a built project; the exit code."""
    with ConsoleObserver(quiet=as_json) as observer:
        workspace = open_project(project, observer)
        check = validate_frames(workspace, choice, count=count)
    if as_json:
        print_json(frame_check_to_json(check))
    else:
        _print_verdict(check)
    return 0 if check.equal else 1


def _print_verdict(check: FrameCheck) -> None:
    for difference in check.differences:
        click.echo(
            f"frame '{difference.frame}': {difference.bytes} bytes differ, the first "
            f"is {difference.first}: expected {difference.expected}, "
            f"got {difference.got}"
        )
    equal = check.frames - len(check.differences)
    frame = check.frame
    click.echo(
        f"{'PASS' if check.equal else 'FAIL'}: {equal} of {check.frames} frames "
        f"({frame.width}x{frame.height}, {frame.pixels}) preprocessed alike on "
        f"{check.device_name}"
    )
    click.echo(f"preprocessing: {check.micros / 1000:.2f} ms")
