"""Values changed in the text of a project file; comments and all else stay."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any

__all__ = ["with_values"]

_HEADER = re.compile(r"\s*\[([^\[\]]+)\]\s*(?:#.*)?$")
_KEY = re.compile(r"\s*([A-Za-z_][A-Za-z0-9_]*)\s*=")
_COMMENT = re.compile(r"\s+#[^\"']*$")


def with_values(text: str, changes: Mapping[str, Mapping[str, Any]]) -> str:
    r"""The file with other values: of None a key is gone.

    Args:
        text: TOML, whose values of the changed keys take one line each.
        changes: New values by key, by table; the keys before any table are those of "".

    >>> with_values('seed = 1  # of all\n[model]\nname = "vgg"\n',
    ...             {"": {"seed": 2}, "model": {"width": 0.5}})
    'seed = 2  # of all\n[model]\nwidth = 0.5\nname = "vgg"\n'
    """
    left = {table: dict(values) for table, values in changes.items()}
    lines: list[str] = []
    table = ""
    starts = {"": 0}
    for line in text.splitlines():
        header, key = _HEADER.match(line), _KEY.match(line)
        if header:
            table = header[1].strip()
            starts[table] = len(lines) + 1
        values = left.get(table, {})
        if not header and key and key[1] in values:
            value = values.pop(key[1])
            if value is not None:
                comment = _COMMENT.search(line)
                lines.append(
                    f"{key[1]} = {_dump(value)}{comment[0] if comment else ''}"
                )
            continue
        lines.append(line)
    for name, values in sorted(left.items(), key=lambda item: -starts.get(item[0], 0)):
        new = [f"{k} = {_dump(v)}" for k, v in values.items() if v is not None]
        if new and name not in starts:
            lines += ["", f"[{name}]", *new]
        elif new:
            lines[starts[name] : starts[name]] = new
    return "\n".join(lines) + "\n"


def _dump(value: Any) -> str:
    """As TOML has it, of which JSON's plain values are a part."""
    return json.dumps(list(value) if isinstance(value, tuple) else value)
