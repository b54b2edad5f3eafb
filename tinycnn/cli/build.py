"""`tinycnn build`: the whole chain, from data set to firmware image and report."""

from __future__ import annotations

from dataclasses import asdict, replace
from pathlib import Path
from typing import TYPE_CHECKING, get_args

import click

from tinycnn.choices import Dialect
from tinycnn.cli.choice import OneOf
from tinycnn.cli.console import (
    ConsoleObserver,
    claim_build,
    dialect_option,
    json_option,
    open_project,
    print_json,
    print_notes,
    print_table,
    project_argument,
)
from tinycnn.frames import App

if TYPE_CHECKING:
    from tinycnn.artifacts import BoardImage, TflmFacts
    from tinycnn.boards import Board
    from tinycnn.pipeline import Workspace
    from tinycnn.report.data import AccuracyStep, Report
    from tinycnn.tasks import Task

__all__ = ["build"]


@click.command()
@project_argument
@click.option(
    "--app",
    type=OneOf(get_args(App)),
    help="Instead of target.app: what the firmware does beside serving the model.",
)
@dialect_option
@click.option(
    "--trace",
    "is_traced",
    is_flag=True,
    help="Make the project debug firmware, for validate --bisect on a board.",
)
@json_option
def build(
    project: Path,
    app: App | None,
    dialect: Dialect | None,
    is_traced: bool,
    as_json: bool,
) -> int:
    """Build PROJECT: train, quantize, convert, compile, link, measure, report.

    The firmware is linked for the real board, too, if arduino-cli or west is installed
    with what the board needs. Stages whose inputs did not change are not run again. The
    exit code is 1 when a budget of tinycnn.toml is exceeded. A model of your own
    (my_model.py) is run.

    \b
    Example:
      tinycnn build demo
      tinycnn build demo --app camera
      tinycnn build demo --dialect mlperf
      tinycnn build demo --trace
    """
    from tinycnn.pipeline import build_project, check_budgets, link_project

    with ConsoleObserver(quiet=as_json) as observer:
        workspace = open_project(project, observer, app, dialect)
        workspace = _trace(workspace) if is_traced else workspace
        print_notes(project, workspace)
        with claim_build(workspace):
            found = build_project(workspace)
            image = link_project(workspace)
    exceeded = check_budgets(workspace.project.budgets, found)
    if as_json:
        linked = {"board_image": asdict(image), "exceeded": list(exceeded)}
        print_json({**_to_json(found), **linked})
    else:
        print_table(_to_rows(found, image, workspace), title=f"\n{found.name}")
        for line in exceeded:
            click.echo(f"budget exceeded: {line}", err=True)
    return 1 if exceeded else 0


def _trace(workspace: Workspace) -> Workspace:
    """The same with debug firmware, which not every project can have."""
    if workspace.asked.target.dialect != "packets":
        raise click.UsageError("--trace needs packets, not another dialect")
    return replace(workspace, is_traced=True)


def _to_rows(found: Report, image: BoardImage, workspace: Workspace) -> dict[str, str]:
    from tinycnn.analysis.ram import itemize_ram
    from tinycnn.tasks import measure_of

    target, build = workspace.project.target, workspace.build
    agreement = found.agreement
    rows = {
        f"{measure_of(found.labels)}, {step.label}": _describe_step(step, found.task)
        for step in found.ladder
    }
    if agreement.total:
        rows["fake-quantized vs int8"] = (
            f"{agreement.differing_images} of {agreement.total} images differ, "
            f"by at most {agreement.largest_lsb} LSB"
        )
    stands_in = found.engine != target.engine
    whose = ", of C in TFLite Micro's place" if stands_in else ""
    rows["flash"] = f"{found.flash_bytes:,} bytes{whose}"
    rows |= itemize_ram(found.ram, found.board, found.stack_measured_bytes)
    if target.engine == "tflm":
        rows["TFLite Micro"] = _describe_tflm(build.tflm.read())
    rows["MACs"] = f"{found.analysis.macs:,}"
    latency = f"{found.latency_ms:.2f} ms" if found.cycles else "not known"
    by = f" with the probe of board {found.probed_board}" if found.probed_board else ""
    rows["latency"] = f"{latency} on {found.board.title} (estimated{by})"
    rows["model"] = str(build.model)
    what = ", debug firmware" if workspace.is_traced else ""
    folder = build.firmware_project(target.framework, found.name)
    rows["project"] = f"{folder}{what}"
    rows["simulated board"] = str(build.simulated_image)
    rows["real board"] = _describe_image(image, build.board, found.board)
    rows["report"] = str(build.report)
    return rows


def _describe_step(step: AccuracyStep, task: Task) -> str:
    from tinycnn.tasks import TASKS

    answers = f"  ({step.correct}/{step.total})" if TASKS[task].is_counted else ""
    return f"{step.accuracy:.2%}{answers}"


def _describe_tflm(facts: TflmFacts) -> str:
    text = f"arena {facts.arena_bytes:,} bytes; a device says what it uses"
    if facts.differing:
        text += "; not rounded as in the reference, so that outputs may differ by one: "
    return text + ", ".join(facts.differing)


def _describe_image(image: BoardImage, folder: Path, board: Board) -> str:
    if image.missing:
        return f"not linked: {image.missing}"
    flash = f"flash {image.flash_bytes:,} of {board.flash_bytes:,}"
    ram = f"RAM {image.ram_bytes:,} of {board.ram_bytes:,}"
    return f"{folder}: {flash}, {ram} bytes ({image.tool})"


def _to_json(found: Report) -> dict[str, object]:
    from tinycnn.analysis.ram import ram_to_json

    return {
        "name": found.name,
        "model_sha256": found.model_sha256,
        "reference": found.reference,
        "accuracy": {step.label: step.accuracy for step in found.ladder},
        "differing_images": found.agreement.differing_images,
        "largest_lsb": found.agreement.largest_lsb,
        "flash_bytes": found.flash_bytes,
        "ram_bytes": found.ram_bytes,
        "ram": ram_to_json(found.ram, found.board, found.stack_measured_bytes),
        "arena_bytes": found.analysis.plan.arena_bytes,
        "macs": found.analysis.macs,
        "estimated_latency_ms": found.latency_ms or None,
        "estimated_cycles": found.cycles or None,
        "probed_board": found.probed_board or None,
    }
