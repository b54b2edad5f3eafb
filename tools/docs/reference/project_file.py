"""`tinycnn.toml`, key by key: what the checked schema says of each."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from pydantic import BaseModel

from tinycnn.project.schema import Project
from tools.docs.markdown import code, plain, read_attributes, table

__all__ = ["render"]

_HEAD = """# `tinycnn.toml`, key by key

A file without unknown keys: what is misspelt is an error that names the nearest key,
with line and column. What has no default must be given. `tinycnn init` writes a
commented one; paths are relative to the project's folder.
"""


def render() -> str:
    """The page."""
    return "\n".join([_HEAD, *_describe(Project, ())])


def _describe(model: type[BaseModel], path: tuple[str, ...]) -> Iterator[str]:
    """A table, then those inside of it."""
    said, schema = read_attributes(model), model.model_json_schema()
    if path:
        yield f"## `[{'.'.join(path)}]`\n"
        yield f"{plain((model.__doc__ or '').split(chr(10))[0])}\n"
    inner: list[tuple[str, type[BaseModel]]] = []
    rows = []
    for name, field in model.model_fields.items():
        part = _find_model(field.annotation)
        if part is not None:
            inner.append((name, part))
        kind = _kind(schema["properties"][name], schema.get("$defs", {}))
        default = "" if field.is_required() else _show(field.default)
        if part is not None and not path:
            continue  # a table of the file, which has a heading
        rows.append((code(name), plain(kind), code(default), plain(said.get(name, ""))))
    yield table(("key", "value", "default", "meaning"), rows)
    for name, part in inner:
        yield from _describe(part, (*path, name))


def _find_model(annotation: Any) -> type[BaseModel] | None:
    """The table that a key holds, if it does."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation
    parts = getattr(annotation, "__args__", ())
    return next(filter(None, map(_find_model, parts)), None)


def _kind(schema: Mapping[str, Any], known: Mapping[str, Any]) -> str:
    """What a value may be, in a few words."""
    if "$ref" in schema:
        return "a table"
    if "anyOf" in schema:
        kinds = [_kind(s, known) for s in schema["anyOf"] if s.get("type") != "null"]
        return " or ".join(dict.fromkeys(kinds))
    if "enum" in schema or "const" in schema:
        values = schema.get("enum", [schema.get("const")])
        return ", ".join(code(_show(value)) for value in values)
    if schema.get("type") == "array":
        return "an array"
    word = {"integer": "whole number", "number": "number", "boolean": "true or false"}
    return word.get(schema.get("type", ""), "text") + _limits(schema)


def _limits(schema: Mapping[str, Any]) -> str:
    words = {
        "minimum": "at least",
        "exclusiveMinimum": "above",
        "maximum": "at most",
        "exclusiveMaximum": "below",
    }
    found = [f"{word} {schema[key]:,}" for key, word in words.items() if key in schema]
    return f", {', '.join(found)}" if found else ""


def _show(value: Any) -> str:
    """A value as TOML has it."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, str):
        return f'"{value}"'
    if isinstance(value, BaseModel):
        shown = value.model_dump(exclude_defaults=True)
        pairs = (f"{key} = {round(item, 4)}" for key, item in shown.items())
        return f"{{{', '.join(pairs)}}}" if shown else "{}"
    return str(value)
