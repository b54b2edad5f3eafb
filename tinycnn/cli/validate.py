"""`tinycnn validate`: does the device compute what the reference computes?"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, get_args

import click

from tinycnn.choices import Dialect, Numerics
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
from tinycnn.cli.findings import Findings, findings_options
from tinycnn.cli.images import image_options
from tinycnn.cli.lines import echo_wrapped
from tinycnn.cli.many import Many, many_options
from tinycnn.cli.replay import replay
from tinycnn.cli.run_options import boards_option, log_options
from tinycnn.cli.sections import SectionedCommand
from tinycnn.cli.verdict import print_verdict
from tinycnn.errors import TinycnnError

if TYPE_CHECKING:
    from tinycnn.harness import Profile, Resume, ValidationResult
    from tinycnn.workbench import DeviceChoice, ImageChoice, Subject

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
def validate(
    model: Path,
    choice: DeviceChoice,
    many: Many,
    dialect: Dialect | None,
    images: ImageChoice,
    inputs: Path | None,
    numerics: Numerics | None,
    frames: bool,
    health: bool,
    log: Path | None,
    resume: Resume,
    findings: Findings,
    archive: Path | None,
    is_bisected: bool,
    is_strict: bool,
    as_json: bool,
) -> int:
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
    if frames and not is_project(model):
        raise click.UsageError("--frames is for a project")
    if findings.is_asked and (frames or archive):
        one = "--frames" if frames else "--replay"
        raise click.UsageError(f"{one} writes no evidence, JUnit or summary")
    if archive is not None:
        return replay(archive, model, inputs, is_strict=is_strict, as_json=as_json)
    from tinycnn import workbench

    _check_together(
        model,
        choice,
        many,
        images,
        dialect=dialect,
        inputs=inputs,
        numerics=numerics,
        frames=frames,
        health=health,
        log=log,
        resume=resume,
        is_bisected=is_bisected,
    )
    choice = replace(choice, dialect=dialect)
    if frames:
        from tinycnn.cli.frames import show_frame_check

        return show_frame_check(model, choice, count=images.count, as_json=as_json)
    found: list[Any] = []
    explaining = workbench.Explaining(is_bisected, is_strict)
    try:
        with (
            ConsoleObserver(quiet=as_json) as observer,
            open_subject(
                model,
                observer,
                inputs=inputs,
                images=images,
                numerics=numerics or "litert",
                dialect=dialect,
            ) as subject,
            many.hold(choice, observer) as choice,
        ):
            log = log or subject.log
            choice = many.find(subject, choice, observer)
            validate_one = partial(
                workbench.validate, resume=resume, explaining=explaining, health=health
            )
            if many.is_each:
                return validate_each(
                    replace(subject, log=log),
                    choice,
                    observer,
                    validate_one,
                    findings,
                    as_json=as_json,
                )
            write = partial(findings.write, subject, choice)
            keep = partial(_keep, subject, found, write)
            result = validate_one(
                replace(subject, keep=keep, log=log), choice, observer
            )
    except TinycnnError as error:
        if any(one.is_wrong for one in found):
            error.exit_code = 1  # how it ended does not make that right
        raise
    finally:  # also of a run that was ended: what it found
        for one in found:
            _show(model, subject, one, log, as_json=as_json)
            if not as_json:
                findings.show()
    return 0 if result.passed and result.is_sound else 1


def _check_together(
    model: Path,
    choice: DeviceChoice,
    many: Many,
    images: ImageChoice,
    *,
    dialect: Dialect | None,
    inputs: Path | None,
    numerics: Numerics | None,
    frames: bool,
    health: bool,
    log: Path | None,
    resume: Resume,
    is_bisected: bool,
) -> None:
    """Refuse options that do not go together."""
    if inputs is not None and is_project(model):
        raise click.UsageError("--inputs is for a .tflite file")
    if numerics is not None and is_project(model):
        text = "a project's is target.numerics in its tinycnn.toml"
        raise click.UsageError(f"--numerics is for a .tflite file: {text}")
    if resume == "always" and log is None and not is_project(model):
        raise click.UsageError("--resume of a .tflite file's run needs its --log")
    if frames and (many.count(choice) > 1 or many.is_each or many.places):
        raise click.UsageError("--frames is for one board, on a --port")
    if health and many.count(choice) > 1 and not many.is_each:
        raise click.UsageError("--health of several boards needs --each")
    if many.is_each and resume == "always":
        raise click.UsageError("--each goes on by itself, not by --resume")
    if frames and health:
        raise click.UsageError("--health is for images, not for --frames")
    if health and dialect is not None:
        raise click.UsageError("--health needs packets, not --dialect")
    if frames and (log is not None or resume != "if possible"):
        raise click.UsageError("--frames keeps no log")
    if frames and dialect is not None:
        raise click.UsageError("--frames needs packets, not --dialect")
    if frames and is_bisected:
        raise click.UsageError("--bisect is for a model's outputs, not for --frames")
    from tinycnn.workbench import ImageChoice

    if frames and images != ImageChoice(images.count):
        raise click.UsageError("--frames are random: of the images only --count counts")


def _keep(
    subject: Subject,
    shown: list[Any],
    write: Callable[[Any], None],
    found: ValidationResult | Profile,
) -> None:
    shown.append(found)
    subject.keep(found)
    write(found)


def _show(
    model: Path,
    subject: Subject,
    result: ValidationResult,
    log: Path | None,
    *,
    as_json: bool,
) -> None:
    """Print what was found, and where it is kept."""
    from tinycnn.analysis.ram import estimate_ram, itemize_ram
    from tinycnn.artifacts import BuildFolder
    from tinycnn.harness import result_to_json

    if as_json:
        click.echo(result_to_json(result), nl=False)
        return
    print_verdict(result)
    if result.device.foreign is not None:
        return  # its memory is its own affair, and the project keeps nothing of it
    ram = subject.ram or estimate_ram(subject.analysis, subject.board)
    print_table(itemize_ram(ram, subject.board, result.device.stack_bytes))
    if result.ended and log is not None:
        echo_wrapped(f"log: {log}; the same command goes on from there")
    if not is_project(model):
        return
    build = BuildFolder.of(model)
    kept = build.results.read_if_there()
    if kept is None or kept.images <= result.images:
        click.echo(f"results: {build.results.path}")
    else:
        path, whose = build.partial_results.path, f"{kept.images} on {kept.device.name}"
        name = build.results.path.name
        echo_wrapped(f"results: {path}; {name} keeps those of {whose}")
