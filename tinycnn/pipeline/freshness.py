"""Does a build folder belong to today's tinycnn.toml?

What each stage was made of is compared with what it would be made of now. The first
difference is told by the name that it has in the project file, so that a verdict, a
figure or an image is never another project's. The versions of programs do not count:
what an older one made is no less this project's.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from tinycnn.analysis.fit import analyze
from tinycnn.artifacts import BuildFolder, Inputs, Record, is_unchanged
from tinycnn.compiler import read_tflite
from tinycnn.datasets import Dataset
from tinycnn.errors import DatasetError, ProjectError, StaleBuildError
from tinycnn.pipeline.borrowing import hash_borrowed_if_there
from tinycnn.pipeline.data import load_images
from tinycnn.pipeline.finished import finished_inputs
from tinycnn.pipeline.firmware import compile_project, plan_receive_of
from tinycnn.pipeline.inputs import (
    DATA,
    convert_inputs,
    evaluate_inputs,
    firmware_inputs,
    hash_dataset,
    project_inputs,
    quantize_inputs,
    tflm_inputs,
    train_inputs,
)
from tinycnn.project import PROJECT_FILE, Project, with_options

__all__ = ["check_board_image", "check_current", "load_own_images"]

_HINT = "run tinycnn build"
# What the command line may ask for instead of [target], and what it was before.
_OPTIONS = {"app": "validate", "dialect": "packets"}
_LONGEST = 60  # characters of a value in a message


def check_current(
    project: Project,
    build: BuildFolder,
    dataset: Dataset | None = None,
    *,
    through: str = "evaluate",
) -> None:
    """Do nothing if the project was built as it is now.

    Args:
        project: Today's project file.
        build: The build folder.
        dataset: Its data set; None where that is not at hand, so that only its settings
            are compared.
        through: The last stage that counts.

    Raises:
        StaleBuildError: If something changed since.
        ProjectError: If it was never built.
        TinycnnError: If the build folder's records are broken.
    """
    if not build.records.path.exists():
        raise ProjectError(f"{build.path}: not built yet", hint=_HINT)
    records = build.records.read()
    for stage, today in _list_stages(project, build, records, dataset):
        if stage not in records:
            raise ProjectError(
                f"{build.path}: not built yet: stage {stage} did not end", hint=_HINT
            )
        _check_stage(records[stage], today, project, build, stage)
        if stage == through:
            return


def check_board_image(project: Project, build: BuildFolder) -> None:
    """Do nothing if the real board's image was linked of the sources that are there.

    Raises:
        StaleBuildError: If it was not, or was replaced.
        TinycnnError: If the build folder's records are broken.
    """
    record = build.records.read().get("board")
    sources = build.firmware_project(project.target.framework, project.name)
    made_of = {} if record is None else record.inputs.made_of
    if record is None or not is_unchanged(sources, made_of.get(sources.name)):
        text = f"{build.board}: made of other sources than {sources}"
        raise StaleBuildError(text, hint=_HINT)
    for damage in _list_damages(record, build):
        raise StaleBuildError(damage, hint=_HINT)


def load_own_images(
    project: Project, build: BuildFolder, folders: Sequence[Path]
) -> Dataset | None:
    """The user's own images, which may have changed; None where they are not at hand.

    A published data set is always the same, and a computer that only flashes need not
    have either.

    Args:
        project: Whose they are.
        build: Its build folder.
        folders: Where they may lie, if not in the project's folder.
    """
    if project.dataset.path is None:
        return None
    try:
        return load_images(project, build, folders)
    except DatasetError:
        return None


def _list_stages(
    project: Project,
    build: BuildFolder,
    records: dict[str, Record],
    dataset: Dataset | None,
) -> Iterator[tuple[str, Inputs]]:
    """Each stage with what it would be made of today, in the order of the build."""
    data = hash_dataset(dataset)
    if project.model.is_finished:
        yield "convert", finished_inputs(project, build.project)
    else:
        borrowed = hash_borrowed_if_there(project, build)
        yield "train", train_inputs(project, build.project, data, borrowed, {})
        yield "quantize", quantize_inputs(project, records["train"].digest)
        yield "convert", convert_inputs(records["quantize"].digest)
    labels = None if dataset is None else dataset.class_names
    model, tflm = records["convert"].digest, None
    made = project_inputs(
        project,
        labels,
        model,
        asked=_find_asked(records, project),
    )
    if project.target.tflm_library is not None and "tflm" in records:
        library = build.project / project.target.tflm_library
        if library.is_dir():
            yield "tflm", tflm_inputs(project, library)
        tflm = records["tflm"].digest
    yield "firmware", firmware_inputs(made, tflm)
    yield (
        "evaluate",
        evaluate_inputs(
            data, records["firmware"].digest, model, pixels=project.model.input_pixels
        ),
    )


def _find_asked(records: dict[str, Record], project: Project) -> Project:
    """The project as the build was asked to take it, while the file is as it was.

    An option of the command line is not in the file, so it cannot be missing there.
    """
    options = records["firmware"].inputs.options if "firmware" in records else {}
    asked: dict[str, Any] = {}
    for name in _OPTIONS:
        own = getattr(project.target, name)
        if own in (options.get(name), options.get(f"target.{name}")):
            asked[name] = options.get(name)
    return with_options(project, **asked)


def _check_stage(
    record: Record, today: Inputs, project: Project, build: BuildFolder, stage: str
) -> None:
    change = next(_list_changes(record, today, project, build), None)
    if change is None:
        change = next(_list_damages(record, build), None)
    if change is not None:
        raise StaleBuildError(change, hint=_HINT)


def _list_changes(
    record: Record, today: Inputs, project: Project, build: BuildFolder
) -> Iterator[str]:
    """One line for each input that is another now."""
    then = record.inputs
    for name, usual in _OPTIONS.items():
        was = then.options.get(name, usual)
        if name in today.options and was != today.options[name]:
            yield _tell(f"target.{name}", was, getattr(project.target, name))
    changed = _differing(then.settings, today.settings)
    if not _steers_nothing(changed, project, build):
        for key in changed:
            yield _tell(key, then.settings.get(key), today.settings.get(key))
    touched = [
        name for name in today.files if today.files[name] != then.files.get(name)
    ]
    if touched or DATA not in today.files:  # a setting may say why, or alone say that
        for key in _differing(then.told, today.told):
            yield _tell(key, then.told.get(key), today.told.get(key))
    for name in touched:
        counts = _tell_counts(then.files.get(name, ""), today.files[name])
        yield f"{name}: changed since the build{counts}"
    for name, digest in today.made_of.items():
        if then.made_of.get(name) != digest:
            made = build.path / next(iter(record.outputs), "")
            yield f"{made}: made of an older {name}"


def _list_damages(record: Record, build: BuildFolder) -> Iterator[str]:
    """One line for each output that is no longer what the stage made."""
    arrays = (build.c_header, build.c_source)  # for the user
    weights = (build.float_weights, build.twin_weights)  # for who trains
    unread = (*arrays, *weights, build.report)
    for name, digest in record.outputs.items():
        path = build.path / name
        if path in unread:
            continue
        if not is_unchanged(path, digest):
            what = "changed" if path.exists() else "deleted"
            yield f"{path}: {what} since the build"


def _differing(then: Mapping[str, Any], now: Mapping[str, Any]) -> list[str]:
    keys = dict.fromkeys((*now, *then))
    return [key for key in keys if then.get(key) != now.get(key)]


def _steers_nothing(changed: list[str], project: Project, build: BuildFolder) -> bool:
    """Whether other budgets, and nothing else, lead to what was linked."""
    if not changed or not all(key.startswith("budgets.") for key in changed):
        return False
    content, linked = build.model.read_bytes(), build.linked.read()
    compilation = compile_project(project, content)
    receive = plan_receive_of(project, compilation, linked.ram.arena_bytes)
    found = analyze(compilation, file=read_tflite(content))
    return (linked.analysis, linked.ram.receive_bytes) == (found, receive.bytes)


def _tell(key: str, then: object, now: object) -> str:
    word = "for" if key.startswith(("target.", "budgets.")) else "with"
    built = "built without" if then is None else f"built {word} {_show(then)}"
    return f"{key}: {built}, {PROJECT_FILE} now says {_show(now)}"


def _tell_counts(then: str, now: str) -> str:
    """How a data set grew or shrank, by what stands behind its digests."""
    was, has = then.partition(" ")[2], now.partition(" ")[2]
    return f": it had {was}, now {has}" if was and was != has else ""


def _show(value: object) -> str:
    """A value of the project file in a few words."""
    if value is None:
        return "nothing"
    text = value if isinstance(value, str) else json.dumps(value)
    return text if len(text) <= _LONGEST else f"{text[: _LONGEST - 3]}..."
