"""A built project on the bench: what is found is kept, and shown in its report.

A build of another project file than today's is refused before any device is opened.
"""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from pathlib import Path

from tinycnn.artifacts import BuildFolder, Validated
from tinycnn.compiler import read_tflite
from tinycnn.device.upload import find_method, image_suffix
from tinycnn.errors import TinycnnError
from tinycnn.files import make_way, write_whole
from tinycnn.harness import (
    Profile,
    ValidationResult,
    profile_to_json,
    result_to_json,
)
from tinycnn.pipeline.build import Workspace, report_project
from tinycnn.pipeline.freshness import check_board_image, check_current
from tinycnn.pipeline.ladder import keep_answers
from tinycnn.pipeline.subject import known_outputs, linked_subject
from tinycnn.report import checks_of, render_junit, verdict_of
from tinycnn.tasks import task_of
from tinycnn.workbench import ImageChoice, Subject, describe_tensor, pick_images

__all__ = ["bench_project"]

_ALL = ImageChoice()


def bench_project(workspace: Workspace, images: ImageChoice = _ALL) -> Subject:
    """The model of a built project, to be validated and profiled.

    Args:
        workspace: The project.
        images: Which test images are asked for; those that the reference is least sure
            of come first, if no order was chosen.

    Raises:
        StaleBuildError: If the project changed since it was built.
        ProjectError: If it was not built yet, or so many images show nothing.
    """
    project, build, dataset = workspace.project, workspace.build, workspace.dataset
    check_current(project, build, dataset)
    subject = linked_subject(project, build, dataset)
    graph = read_tflite(build.model.read_bytes())
    scores = graph.tensors[graph.outputs[0]]
    subject = replace(subject, expected=known_outputs(project, build))
    subject = pick_images(
        subject,
        images,
        workspace.observer,
        output=describe_tensor(scores),
        task=task_of(dataset.test.labels, scores.size),
    )
    return replace(
        subject,
        keep=partial(_keep, workspace),
        board_image=_find_board_image(workspace),
    )


def _find_board_image(workspace: Workspace) -> Path | None:
    """What the board's own tools linked, if it is today's project's."""
    build, name = workspace.build, workspace.project.name
    try:
        method = find_method(workspace.board, workspace.project.target.framework)
        check_board_image(workspace.project, build)
    except TinycnnError:
        return None
    image = build.uploadable(name, image_suffix(method))
    return image if image.is_file() else None


def _keep(workspace: Workspace, found: ValidationResult | Profile) -> None:
    """Write what was found, and bring the report up to date."""
    build = workspace.build
    if isinstance(found, ValidationResult) and found.device.foreign is not None:
        return  # of a firmware that this project did not build
    if isinstance(found, Profile):
        _write(profile_to_json(found), build.profile.path)
    else:
        _keep_result(build, found)
        keep_answers(build, found)
        known = _results_of(build, found.model_sha256)
        checks = checks_of(map(verdict_of, known))
        _write(render_junit(checks, name=workspace.project.name), build.junit)
    report_project(workspace)


def _keep_result(build: BuildFolder, found: ValidationResult) -> None:
    """Write a result where the fullest one belongs, or beside a fuller one.

    Less than what is known of a device replaces it only if it found a difference.
    """
    text, beside = result_to_json(found), build.partial_results
    fullest, other = (
        known if known and known.model_sha256 == found.model_sha256 else None
        for known in (build.results.read_if_there(), beside.read_if_there())
    )
    if other is not None and other.device.name != found.device_name:
        known = 0
    else:
        known = other.images if other else 0
    if fullest is None or fullest.images <= found.images:
        _write(text, build.results.path)
        if other is None or other.device.name == found.device_name:
            beside.path.unlink(missing_ok=True)
    elif found.different or known <= found.images:
        _write(text, beside.path)


def _results_of(build: BuildFolder, model_sha256: str) -> list[Validated]:
    """What is known of a model, the fullest first."""
    files = (build.results, build.partial_results)
    found = [file.read_if_there() for file in files]
    return [one for one in found if one and one.model_sha256 == model_sha256]


def _write(text: str, path: Path) -> None:
    make_way(path)
    write_whole(text, path)
