"""What pydantic finds wrong with a project, in words of TOML: a line for each fault.

Every line starts with file, line and column, as compilers' messages do.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any, get_args

from pydantic_core import ErrorDetails

from tinycnn.errors import ProjectError
from tinycnn.names import did_you_mean, nearest_name
from tinycnn.project.places import Key, Place, find_place, list_places
from tinycnn.project.schema import Project

__all__ = ["expectation", "explain"]

_MOST = 20  # faults that are told
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


def explain(
    problems: Sequence[ErrorDetails], source: str, text: str = ""
) -> ProjectError:
    """All of pydantic's problems, in the order of the text.

    Args:
        problems: At least one.
        source: What is wrong, for the messages: a file, or a command's argument.
        text: Of the file; without, no places are told.
    """
    places = list_places(text)
    ordered = sorted(problems, key=lambda problem: _order(places, problem))
    lines = [_describe(places, source, problem) for problem in ordered[:_MOST]]
    if len(ordered) > _MOST:
        lines.append(f"{source}: and {len(ordered) - _MOST} more problems")
    unknown = [p["loc"][:-1] for p in ordered if p["type"] == "extra_forbidden"]
    hints = dict.fromkeys(map(_list_keys, unknown))
    return ProjectError("\n".join(lines), hint="; ".join(hints) or None)


def _order(places: Mapping[Key, Place], problem: ErrorDetails) -> Place:
    """What is not in the text comes last."""
    return find_place(places, problem["loc"]) or (1 << 30, 0)


def _describe(places: Mapping[Key, Place], source: str, problem: ErrorDetails) -> str:
    place = find_place(places, problem["loc"])
    where = ":".join(map(str, (source, *(place or ()))))
    key = ".".join(_show_key(str(part)) for part in problem["loc"])
    if problem["type"] != "extra_forbidden":
        return f"{where}: {key}: {expectation(problem)}"
    near = nearest_name(str(problem["loc"][-1]), _known_keys(problem["loc"][:-1]))
    advice = f", the nearest valid key is '{near}'" if near else ""
    return f"{where}: {key}: unknown key{advice}"


def _list_keys(tables: Sequence[int | str]) -> str:
    where = f"in [{'.'.join(map(str, tables))}]" if tables else "outside of tables"
    return f"valid keys {where}: {', '.join(_known_keys(tables))}"


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
    """What was expected and what was got, and what was probably meant."""
    kind, got, context = problem["type"], problem["input"], problem.get("ctx", {})
    if kind == "value_error":
        expected = str(context["error"])
        return expected if isinstance(got, dict) else f"{expected}, got {_show(got)}"
    expected = _EXPECTED.get(kind, problem["msg"].removeprefix("Input should be "))
    text = f"expected {expected}, got {'nothing' if kind == 'missing' else _show(got)}"
    known = context.get("known", re.findall(r"'([^']*)'", context.get("expected", "")))
    question = did_you_mean(got, known) if isinstance(got, str) else ""
    return f"{text}; {question}" if question else text


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
