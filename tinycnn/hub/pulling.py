"""A repository on the hub -> a project, by the routes of `tinycnn import`."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from tinycnn.errors import ProjectError, UnsupportedModelError
from tinycnn.files import scratch_folder
from tinycnn.hub.client import check_repository, open_hub, telling
from tinycnn.imports import Outcome, Request, import_network
from tinycnn.project import PROJECT_FILE, load_project
from tinycnn.scaling import Scaling
from tinycnn.workbench import Observer

__all__ = ["Wanted", "pull_network"]

_NETWORKS = (".tflite", ".lite", ".keras", ".h5", ".onnx", ".zip")
_BESIDE = ("labels.txt", PROJECT_FILE)
_MOST_TOLD = 6


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is to come down.

    Attributes:
        repository: As "owner/name".
        file: The one of its networks; empty where it has one.
        revision: A branch, a tag or a commit; the newest without.
    """

    repository: str
    file: str = ""
    revision: str | None = None


def pull_network(
    wanted: Wanted, request: Request, folder: Path, observer: Observer
) -> Outcome:
    """Write a new project that holds a network of the hub.

    Args:
        wanted: The network.
        request: What else it becomes a project with; its path does not count.
        folder: The new project's; must not exist, or be empty.
        observer: Told how the work proceeds.

    Raises:
        ProjectError: If the name is none, or the folder is taken.
        ToolchainError: If the client of the hub is not installed.
        UnsupportedModelError: If the repository has no network, or several.
        TinycnnError: If the hub refuses, cannot be reached, or a route fails.
    """
    repository = check_repository(wanted.repository)
    hub = open_hub()
    with scratch_folder() as scratch:
        observer.stage("pull", is_current=False)
        with telling(repository):
            names = hub.list_repo_files(repository, revision=wanted.revision)
        network = _choose(names, wanted)
        place = scratch / repository.replace("/", "_")
        with telling(repository):
            for name in (network, *(n for n in _BESIDE if n in names)):
                hub.hf_hub_download(
                    repository, name, revision=wanted.revision, local_dir=place
                )
        pixels = request.pixels or _read_pixels(place)
        has_labels = _BESIDE[0] in names and Path(network).suffix != ".onnx"
        path = place if has_labels else place / network
        told = replace(request, path=path, title=f"{repository}/{network}")
        return import_network(replace(told, pixels=pixels), folder, observer)


def _choose(names: Sequence[str], wanted: Wanted) -> str:
    """The network that was asked for, or the only one."""
    if wanted.file:
        if wanted.file not in names:
            text = f"{wanted.repository}: expected '{wanted.file}', which is not there"
            raise ProjectError(text, hint=f"there is: {_list(names)}")
        return wanted.file
    found = [name for name in names if Path(name).suffix.lower() in _NETWORKS]
    if len(found) == 1:
        return found[0]
    if not found:
        raise UnsupportedModelError(
            f"{wanted.repository}: expected a network, got {_list(names)}",
            hint=f"taken are files of {', '.join(_NETWORKS)}",
        )
    raise UnsupportedModelError(
        f"{wanted.repository}: expected one network, got {len(found)}",
        hint=f"choose one by --file: {_list(found)}",
    )


def _list(names: Sequence[str]) -> str:
    shown = ", ".join(names[:_MOST_TOLD]) or "nothing"
    return shown if len(names) <= _MOST_TOLD else f"{shown}, ..."


def _read_pixels(folder: Path) -> Scaling | None:
    """What the network expects of a pixel, where a project of ours was pushed."""
    if not (folder / PROJECT_FILE).is_file():
        return None
    try:
        return load_project(folder).model.input_scaling
    except ProjectError:  # one of another version, or none of ours
        return None
