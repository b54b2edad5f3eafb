"""Pages of the reference, each made of the code that it describes."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from tools.docs.reference import (
    boards,
    commands,
    errors,
    names,
    operators,
    project_file,
    protocol,
)

__all__ = ["PAGES"]

PAGES: Mapping[str, Callable[[], str]] = {
    "commands": commands.render,
    "project-file": project_file.render,
    "names": names.render,
    "operators": operators.render,
    "boards": boards.render,
    "protocol": protocol.render,
    "errors": errors.render,
}
