"""A built project on the bench: what is found is kept, and shown in its report.

A build of another project file than today's is refused before any device is opened.
"""

from __future__ import annotations

from dataclasses import replace
from functools import partial

from tinycnn.files import write_whole
from tinycnn.harness import (
    Profile,
    ValidationResult,
    profile_to_json,
    result_to_json,
)
from tinycnn.pipeline.build import Workspace, report_project
from tinycnn.pipeline.freshness import check_current
from tinycnn.pipeline.subject import linked_subject
from tinycnn.report import Check, render_junit
from tinycnn.workbench import Subject

__all__ = ["bench_project"]


def bench_project(workspace: Workspace, *, count: int | None = None) -> Subject:
    """The model of a built project, to be validated and profiled.

    Args:
        workspace: The project.
        count: Use only the first test images.

    Raises:
        StaleBuildError: If the project changed since it was built.
        ProjectError: If it was not built yet.
    """
    project, build, dataset = workspace.project, workspace.build, workspace.dataset
    check_current(project, build, dataset)
    subject = linked_subject(project, build, dataset, count=count)
    return replace(subject, keep=partial(_keep, workspace))


def _keep(workspace: Workspace, found: ValidationResult | Profile) -> None:
    """Write what was found, and bring the report up to date."""
    build = workspace.build
    if isinstance(found, Profile):
        write_whole(profile_to_json(found), build.profile.path)
    else:
        write_whole(result_to_json(found), build.results.path)
        message = f"{found.different} of {found.images} images differ"
        check = Check("outputs equal the reference", found.equal, message)
        write_whole(render_junit([check], name=workspace.project.name), build.junit)
    report_project(workspace)
