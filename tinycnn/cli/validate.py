"""`tinycnn validate`: does the device compute what the reference computes?"""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, get_args

import click

from tinycnn.choices import Numerics
from tinycnn.cli.asked import Asked
from tinycnn.cli.bench import open_subject
from tinycnn.cli.choice import OneOf
from tinycnn.cli.console import (
    ConsoleObserver,
    device_options,
    dialect_option,
    is_project,
    json_option,
    print_table,
)
from tinycnn.cli.each import validate_each
from tinycnn.cli.findings import findings_options
from tinycnn.cli.images import image_options
from tinycnn.cli.lines import echo_wrapped
from tinycnn.cli.many import many_options
from tinycnn.cli.replay import replay
from tinycnn.cli.run_options import boards_option, log_options
from tinycnn.cli.sections import SectionedCommand
from tinycnn.cli.verdict import print_next_step, print_verdict
from tinycnn.errors import TinycnnError

if TYPE_CHECKING:
    from tinycnn.harness import ValidationResult
    from tinycnn.workbench import Subject

__all__ = ["validate"]


_SECTIONS = {
    "Device": (
        *("--device", "--boards", "--port", "--all", "--each", "--baud", "--timeout"),
        *("--no-reset", "--dialect", "--place", "--coordinator"),
    ),
    "Images": (
        *("--count", "--order", "--seed", "--agreement", "--confidence", "--inputs"),
        *("--numerics", "--frames"),
    ),
    "Differences and faults": ("--bisect", "--strict", "--health"),
    "A run that was stopped": ("--log", "--resume", "--fresh"),
    "Evidence": ("--evidence", "--replay", "--junit", "--summary"),
}


@click.command(cls=SectionedCommand, sections=_SECTIONS)
@click.argument("model", type=click.Path(path_type=Path), default=".")
@partial(device_options, several=True)
@boards_option
@many_options
@image_options
@click.option(
    "--inputs",
    type=click.Path(path_type=Path),
    help="Of a .tflite file: an array, one input a row (.npy); random without.",
)
@click.option(
    "--numerics",
    type=OneOf(get_args(Numerics)),
    help="Of a .tflite file: the reference to equal, litert without; a project has its "
    "own, target.numerics.",
)
@click.option(
    "--frames",
    is_flag=True,
    help="Raw frames to a project built with --app: is the device's input the host's?",
)
@click.option(
    "--bisect",
    "is_bisected",
    is_flag=True,
    help="Where outputs differ: find the first wrong operator and number, with debug "
    "firmware.",
)
@click.option(
    "--strict",
    "is_strict",
    is_flag=True,
    help="Forgive no difference: not TFLite Micro's own rounding, either.",
)
@click.option(
    "--health",
    is_flag=True,
    help="Examine the device, too: the same image twice, another order, memory between "
    "two runs, a restart, and an hour later on the simulated board.",
)
@log_options
@findings_options
@click.option(
    "--replay",
    "archive",
    type=click.Path(path_type=Path, dir_okay=False),
    help="Judge again what --evidence has written, without a device.",
)
@dialect_option
@json_option
def validate(**options: Any) -> int:
    """Stream inputs of MODEL to a device and compare raw outputs with the reference.

    MODEL is a project that was built, whose test images are sent, or a .tflite file.

    The exit code is 0 when every output byte equals the reference, 1 when any differs;
    also if another reference's rounding explains it, unless the firmware is not
    tinycnn's own but TFLite Micro, and all of it is explained; --strict forgives
    nothing. With --agreement it is 0 when that is shown. It is 1, too, when the device
    is not sound: a guard of its memory was overwritten, its stack is too small, a
    budget is exceeded, or a check of --health failed. A run that is stopped, by
    whatever, goes on when the same command is given again.

    \b
    Example:
      tinycnn validate demo
      tinycnn validate demo --port /dev/ttyACM0
      tinycnn validate demo --confidence 0.99 --agreement 0.995
      tinycnn validate model.tflite
      tinycnn validate demo --frames
      tinycnn validate demo --evidence run.zip
      tinycnn validate --replay run.zip
      tinycnn validate model.tflite --port /dev/ttyACM0 --dialect mlperf
      tinycnn validate demo --bisect
      tinycnn validate demo --health
      tinycnn validate demo --port /dev/ttyACM0 --port /dev/ttyACM1
      tinycnn validate demo --all --each
    """
    asked = Asked(**options)
    asked.check()
    if asked.archive is not None:
        return replay(
            asked.archive,
            asked.model,
            asked.inputs,
            is_strict=asked.is_strict,
            as_json=asked.as_json,
        )
    asked = replace(asked, choice=replace(asked.choice, dialect=asked.dialect))
    if asked.frames:
        from tinycnn.cli.frames import show_frame_check

        return show_frame_check(
            asked.model, asked.choice, count=asked.images.count, as_json=asked.as_json
        )
    return _validate(asked)


def _validate(asked: Asked) -> int:
    """Validate, and print and write what was found; the exit code."""
    from tinycnn import workbench

    validate_one = partial(
        workbench.validate,
        resume=asked.resume,
        explaining=workbench.Explaining(asked.is_bisected, asked.is_strict),
        health=asked.health,
    )
    found: list[Any] = []
    written: list[Any] = []  # as far as the disk took it
    try:
        with (
            ConsoleObserver(quiet=asked.as_json) as observer,
            open_subject(
                asked.model,
                observer,
                inputs=asked.inputs,
                images=asked.images,
                numerics=asked.numerics or "litert",
                dialect=asked.dialect,
            ) as subject,
            asked.many.hold(asked.choice, observer) as choice,
        ):
            subject = replace(subject, log=asked.log or subject.log)
            choice = asked.many.find(subject, choice, observer)
            bench = subject, choice, observer
            if asked.many.is_each:
                return validate_each(
                    *bench, validate_one, asked.findings, as_json=asked.as_json
                )

            def keep(one: Any) -> None:
                found.append(one)
                subject.keep(one)
                asked.findings.write(subject, choice, one)
                written.append(one)

            result = validate_one(replace(subject, keep=keep), choice, observer)
    except TinycnnError as error:
        if any(one.is_wrong for one in found):
            error.exit_code = 1  # how it ended does not make that right
        raise
    finally:  # also of a run that was ended: what it found
        for one in found:
            _show(asked, subject, one)
        if written and not asked.as_json:
            asked.findings.show()
    return 0 if result.passed and result.is_sound else 1


def _show(asked: Asked, subject: Subject, result: ValidationResult) -> None:
    """Print what was found, and where it is kept."""
    from tinycnn.analysis.ram import estimate_ram, itemize_ram
    from tinycnn.artifacts import BuildFolder
    from tinycnn.harness import result_to_json

    if asked.as_json:
        click.echo(result_to_json(result), nl=False)
        return
    print_verdict(result)
    print_next_step(result)
    if result.device.foreign is not None:
        return  # its memory is its own affair, and the project keeps nothing of it
    ram = subject.ram or estimate_ram(subject.analysis, subject.board)
    # of a run that was ended the device was not asked again how deep its stack grew
    stack_bytes = 0 if result.ended else result.device.stack_bytes
    account = itemize_ram(ram, subject.board, stack_bytes)
    print_table(account, is_wrapped=True)
    if result.ended and subject.log is not None:
        echo_wrapped(f"log: {subject.log}; the same command goes on from there")
    if not is_project(asked.model):
        return
    build = BuildFolder.of(asked.model)
    kept = build.results.read_if_there()
    if kept is None or kept.images <= result.images:
        click.echo(f"results: {build.results.path}")
    else:
        path, whose = build.partial_results.path, f"{kept.images} on {kept.device.name}"
        name = build.results.path.name
        echo_wrapped(f"results: {path}; {name} keeps those of {whose}")
