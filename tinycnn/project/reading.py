"""Reads a project file: `tinycnn.toml` in, a checked `Project` out.

An error names file, line, column and key, what was expected and what was got.
"""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from tinycnn.about import PROJECT_FILE
from tinycnn.choices import Dialect
from tinycnn.errors import ProjectError
from tinycnn.families import KnobValue, knob_values
from tinycnn.frames import App
from tinycnn.project.problems import expectation, explain
from tinycnn.project.schema import ModelSettings, Project, TargetSettings, read_model

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

__all__ = ["load_project", "parse_model", "parse_project", "with_options"]

_PROJECT_HINT = "give the project's folder; `tinycnn init` makes one"
_MODEL_HINT = "analyze, compile, profile and validate are what takes a .tflite file"
_MAX_BYTES = 1 << 20
_MAX_LINE = 4_096  # the parser's time grows with the square of a dotted key


def load_project(path: Path) -> Project:
    """The project at `path`: the file, or the folder that holds `tinycnn.toml`.

    Raises:
        ProjectError: If there is none, or something in it is wrong.
    """
    file = path / PROJECT_FILE if os.path.isdir(path) else path
    if os.path.isfile(file) and file.suffix != Path(PROJECT_FILE).suffix:
        raise ProjectError(
            f"{file}: expected a project, a folder with {PROJECT_FILE}",
            hint=_MODEL_HINT if file.suffix == ".tflite" else _PROJECT_HINT,
        )
    if not os.path.isfile(file):  # unlike Path's, false for a name that is too long
        raise ProjectError(
            f"{file}: no such project file",
            hint="`tinycnn init` writes one",
        )
    try:
        with file.open("rb") as stream:
            data = stream.read(_MAX_BYTES + 1)
        text = data.decode("utf-8-sig")
    except OSError as error:
        text = f"{file}: cannot be read: {error.strerror}"
        raise ProjectError(text, hint="check its permissions") from error
    except UnicodeDecodeError as error:
        raise ProjectError(
            f"{file.name}: expected UTF-8 text, got byte 0x{data[error.start]:02x} "
            f"at offset {error.start}",
            hint="save it as text in UTF-8",
        ) from error
    if len(data) > _MAX_BYTES:
        raise ProjectError(f"{file.name}: expected at most {_MAX_BYTES:,} bytes")
    return parse_project(text, source=file.name)


def parse_project(text: str, *, source: str = PROJECT_FILE) -> Project:
    """The project that the TOML in `text` describes.

    Args:
        text: What the file holds.
        source: Its name, for messages.

    Raises:
        ProjectError: If something in it is wrong.
    """
    try:
        return Project.model_validate(_parse_toml(text, source))
    except ValidationError as error:
        problems = error.errors(include_url=False)
        raise explain(problems, source, text) from error


def parse_model(text: str, knobs: Mapping[str, KnobValue]) -> ModelSettings:
    """The `[model]` table that a command line means.

    Args:
        text: A family, or the user's own as `my_model.py:build`.
        knobs: The knobs that are set.

    Raises:
        ProjectError: If something in it is wrong.
    """
    model = read_model(text)
    if "name" in model:
        knob_values(text, knobs)
    try:
        return ModelSettings.model_validate({**model, **knobs})
    except ValidationError as error:
        raise explain(error.errors(include_url=False), f"model '{text}'") from error


def with_options(
    project: Project, *, app: App | None = None, dialect: Dialect | None = None
) -> Project:
    """The project, with what a command line asks of its firmware instead.

    Args:
        project: What tinycnn.toml says.
        app: What the firmware does.
        dialect: What it speaks.

    Raises:
        ProjectError: If its board cannot, or the two do not go together.
    """
    options = {"app": app, "dialect": dialect}
    asked = {name: option for name, option in options.items() if option is not None}
    table = {**project.target.model_dump(), **asked}
    try:
        target = TargetSettings.model_validate(table)
    except ValidationError as error:
        raise ProjectError(expectation(error.errors()[0])) from error
    return project.model_copy(update={"target": target})


def _parse_toml(text: str, source: str) -> dict[str, Any]:
    for number, line in enumerate(text.split("\n"), 1):
        if len(line) > _MAX_LINE:
            raise ProjectError(
                f"{source}:{number}:{_MAX_LINE + 1}: expected at most {_MAX_LINE:,} "
                f"characters a line, got {len(line):,}"
            )
    try:
        return tomllib.loads(text)
    except ValueError as error:  # TOMLDecodeError is one
        raise _syntax_error(str(error), text, source) from error
    except RecursionError as error:
        raise ProjectError(f"{source}: nested too deeply") from error


def _syntax_error(message: str, text: str, source: str) -> ProjectError:
    """The parser's `message`, led by file, line and column."""
    where = re.search(r" \(at (?:line (\d+), column (\d+)|end of document)\)$", message)
    what = message[: where.start()] if where else message
    what = what[:1].lower() + what[1:]
    hint = "see toml.io for the syntax"
    lines = text.rstrip().split("\n")
    line, column = len(lines), len(lines[-1]) + 1  # where the document ends
    if where is not None and where[1] is not None:
        line, column = int(where[1]), int(where[2])
    return ProjectError(f"{source}:{line}:{column}: {what}", hint)
