"""A built project -> a repository on the hub: the network, its card, its settings."""

from __future__ import annotations

import shutil
from dataclasses import dataclass

from tinycnn.files import scratch_folder, write_whole
from tinycnn.hub.card import render_card
from tinycnn.hub.client import check_repository, open_hub, telling
from tinycnn.pipeline import Workspace
from tinycnn.pipeline.freshness import check_current
from tinycnn.pipeline.summary import gather_report
from tinycnn.project import PROJECT_FILE

__all__ = ["Pushed", "push_project"]


@dataclass(frozen=True, slots=True)
class Pushed:
    """What was pushed.

    Attributes:
        url: Where it is.
        commit: The revision that it is.
        files: What it holds, sorted.
    """

    url: str
    commit: str
    files: tuple[str, ...]


def push_project(
    workspace: Workspace, repository: str, *, private: bool = False
) -> Pushed:
    """Push what was built, its numbers in the card, in one commit.

    Args:
        workspace: The project.
        repository: Where to, as "owner/name"; made if it is not there.
        private: Whether a new one is for its owner alone.

    Raises:
        ProjectError: If the project was not built as it is now, or the name is none.
        ToolchainError: If the client of the hub is not installed.
        TinycnnError: If the hub refuses, or cannot be reached.
    """
    check_repository(repository)
    hub = open_hub()
    build, project = workspace.build, workspace.project
    check_current(project, build, workspace.dataset)
    report = gather_report(project, workspace.dataset, workspace.board, build)
    with scratch_folder() as folder:
        shutil.copyfile(build.model, folder / build.model.name)
        shutil.copyfile(build.project / PROJECT_FILE, folder / PROJECT_FILE)
        labels = "".join(f"{name}\n" for name in report.class_names)
        write_whole(labels, folder / "labels.txt")
        write_whole(render_card(report, repository), folder / "README.md")
        files = tuple(sorted(path.name for path in folder.iterdir()))
        with telling(repository):
            hub.create_repo(repository, private=private, exist_ok=True)
            done = hub.upload_folder(
                repo_id=repository,
                folder_path=folder,
                commit_message=f"{project.name}, built by {report.generator}",
            )
    url = f"{hub.endpoint}/{repository}"
    return Pushed(url, str(done.oid), files)
