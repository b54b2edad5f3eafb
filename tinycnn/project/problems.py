"""What pydantic finds wrong with a project, in words of TOML and on one line."""

from __future__ import annotations

import difflib
import re
from collections.abc import Sequence
from typing import Any, get_args

from pydantic_core import ErrorDetails

from tinycnn.errors import ProjectError
from tinycnn.project.schema import Project

__all__ = ["expectation", "explain"]

# What pydantic expected.
_EXPECTED = {
    "bool_type": "true or false",
    "finite_number": "a finite number",
    "float_type": "a number",
    "int_type": "a whole number",
    "missing": "a value",
    "model_type": "a table",
    "string_type": "a string",
}


def explain(problems: Sequence[ErrorDetails], source: str) -> ProjectError:
    """The first of pydantic's problems; an unknown key, often a typing error, leads."""
    first = min(problems, key=lambda problem: problem["type"] != "extra_forbidden")
    key = ".".join(_show_key(str(part)) for part in first["loc"])
    more = len(problems) - 1
    tail = f" (and {more} more problem{'s' if more > 1 else ''})" if more else ""
    if first["type"] == "extra_forbidden":
        known = _known_keys(first["loc"][:-1])
        near = difflib.get_close_matches(str(first["loc"][-1]), known, 1, cutoff=0.0)[0]
        return ProjectError(
            f"{source}: {key}: unknown key, the nearest valid key is '{near}'{tail}",
            hint=f"valid keys here: {', '.join(known)}",
        )
    return ProjectError(f"{source}: {key}: {expectation(first)}{tail}")


def _known_keys(tables: Sequence[int | str]) -> list[str]:
    model: Any = Project
    for table in tables:
        annotation = model.model_fields[table].annotation
        model = next(
            kind
            for kind in (annotation, *get_args(annotation))
            if hasattr(kind, "model_fields")
        )
    return list(model.model_fields)


def expectation(problem: ErrorDetails) -> str:
    """What was expected and what was got."""
    kind, got = problem["type"], problem["input"]
    if kind == "value_error":
        expected = str(problem["ctx"]["error"])
        return expected if isinstance(got, dict) else f"{expected}, got {_show(got)}"
    expected = _EXPECTED.get(kind, problem["msg"].removeprefix("Input should be "))
    return f"expected {expected}, got {'nothing' if kind == 'missing' else _show(got)}"


def _show(value: object) -> str:
    """A TOML value in a few words; never long, never more than one line."""
    if isinstance(value, dict):
        return "a table"
    if isinstance(value, list):
        return "an array"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int) and value.bit_length() > 64:
        return f"a number of {value.bit_length():,} bits"
    text = repr(value) if isinstance(value, (str, int, float)) else str(value)
    return text if len(text) <= 80 else f"{text[:77]}..."


def _show_key(key: str) -> str:
    return key if re.fullmatch(r"[A-Za-z0-9_-]{1,64}", key) else _show(key)
