"""The commands with all of their options, as `--help` has them."""

from __future__ import annotations

import inspect
import re
from collections.abc import Iterator

import click

from tinycnn.cli import cli, load_command
from tools.docs.markdown import code, plain, table

__all__ = ["render"]

_HEAD = """# Commands, option by option

What `--help` says of each. [The commands](../commands.md) tells what they are for.
"""


def render() -> str:
    """The page."""
    top = click.Context(cli, info_name="tinycnn")
    parts = [_HEAD]
    for name in sorted(cli.commands):
        parts += _describe(load_command(name), top, name)
    return "\n".join(parts)


def _describe(
    command: click.Command, parent: click.Context, name: str
) -> Iterator[str]:
    context = click.Context(command, info_name=name, parent=parent)
    path = context.command_path
    yield f"{'#' * len(path.split())} {path}\n"
    yield from _prose(command.help or "")
    usage = " ".join(command.collect_usage_pieces(context))
    yield f"```text\n{path} {usage}\n```\n"
    records = [p.get_help_record(context) for p in command.get_params(context)]
    rows = [(_names(r[0]), plain(r[1])) for r in records if r is not None]
    yield table(("option", "what it does"), rows)
    if isinstance(command, click.Group):
        for part in sorted(command.commands):
            yield from _describe(command.commands[part], context, part)


def _names(text: str) -> str:
    return ", ".join(map(code, text.split(", ")))


def _prose(text: str) -> Iterator[str]:
    """Paragraphs; what click keeps as it is becomes code."""
    for part in re.split(r"\n\s*\n", inspect.cleandoc(text)):
        if part.startswith("\b"):
            head, *lines = part.removeprefix("\b\n").splitlines()
            if head.endswith(":"):
                yield f"{plain(head)}\n"
            else:
                lines = [head, *lines]
            yield f"```text\n{inspect.cleandoc(chr(10).join(lines))}\n```\n"
        else:
            yield f"{plain(part)}\n"
