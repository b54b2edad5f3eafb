"""All errors that tinycnn raises, with their remedies, as the code has them."""

from __future__ import annotations

import ast
import inspect
from collections.abc import Iterator, Mapping
from pathlib import Path

import tinycnn
from tinycnn import errors
from tools.docs.markdown import table

__all__ = ["render"]

_DOTS = "\N{HORIZONTAL ELLIPSIS}"
_HEAD = """# Errors and their remedies

An error is one line, `error: ...` on standard error, and mostly a second, `hint: ...`,
which says what to do. Exit codes: 0 pass, 1 the result is wrong, 2 usage, 3 tool, file
or device, 130 and 143 interrupted. Dots stand for what differs from case to case:
search this page for the words between.
"""


def render() -> str:
    """The page."""
    parts, found = [_HEAD], sorted(_find_raises())
    for name in errors.__all__:
        rows = [row[1:] for row in dict.fromkeys(found) if row[0] == name]
        if rows:
            kind = getattr(errors, name)
            parts.append(f"## {name}\n")
            parts.append((inspect.getdoc(kind) or "").splitlines()[0])
            parts.append(f"Exit code {kind.exit_code}.\n")
            parts.append(table(("message", "remedy"), rows))
    return "\n".join(parts)


def _find_raises() -> Iterator[tuple[str, str, str]]:
    """Class, message and remedy of each error that is made somewhere."""
    for path in sorted(Path(tinycnn.__file__).parent.rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
                name = node.func.id
                if name in errors.__all__ and node.args:
                    yield from _describe(name, node)


def _describe(name: str, call: ast.Call) -> Iterator[tuple[str, str, str]]:
    given: Mapping[str | None, ast.expr] = {k.arg: k.value for k in call.keywords}
    hint = call.args[1] if len(call.args) > 1 else given.get("hint")
    message = _text(call.args[0])
    if message.strip(f"{_DOTS} :") == "":
        return  # all of it is another's
    remedy = _text(hint) if hint is not None else getattr(errors, name).usual_hint or ""
    yield name, _quote(message), _quote(remedy)


def _text(node: ast.expr) -> str:
    """A text as it will read, with dots for what is put in."""
    if isinstance(node, ast.Constant):
        return str(node.value) if node.value is not None else ""
    if isinstance(node, ast.JoinedStr):
        return "".join(map(_text, node.values))
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add):
        return _text(node.left) + _text(node.right)
    return _DOTS


def _quote(text: str) -> str:
    """As code, whatever is in it."""
    text = " ".join(text.split()).replace("`", "'")
    return (
        f"`{text}`"
        if text.strip(f"{_DOTS} ")
        else text and "in the message's own words"
    )
