"""The public names of `import tinycnn`, with signatures and what they say of them."""

from __future__ import annotations

import inspect
from collections.abc import Iterator
from typing import Any

import tinycnn
from tools.docs.markdown import code

__all__ = ["render"]

_HEAD = """# Names of Python

All that `import tinycnn` has. [tinycnn from Python](../python.md) shows them at work.
"""


def render() -> str:
    """The page."""
    parts = [_HEAD]
    for name in tinycnn.__all__:
        found = getattr(tinycnn, name)
        parts.append(f"## {code(name)}\n")
        if inspect.isclass(found):
            parts += _describe_class(found)
        elif callable(found):
            parts += _describe_call(name, found)
        else:
            parts.append(f"`{found!r}`\n")
    return "\n".join(parts)


def _describe_class(found: type) -> Iterator[str]:
    yield _docstring(found)
    for name, member in vars(found).items():
        if name.startswith("_"):
            continue
        if isinstance(member, property):
            yield f"### `.{name}`\n"
            yield _docstring(member)
        elif inspect.isfunction(member):
            yield f"### `.{name}()`\n"
            yield from _describe_call(name, member)


def _describe_call(name: str, found: Any) -> Iterator[str]:
    signature = str(inspect.signature(found)).replace("(self, ", "(")
    yield f"```python\n{name}{signature.replace('(self)', '()')}\n```\n"
    yield _docstring(found)


def _docstring(found: object) -> str:
    text = inspect.getdoc(found) or ""
    return f"```text\n{text}\n```\n" if "\n" in text else f"{text}\n"
