"""Lines that fit a terminal of 80 columns."""

from __future__ import annotations

import textwrap

import click

__all__ = ["echo_wrapped", "wrapped"]

_WIDTH = 80


def wrapped(line: str, *, head: str = "", indent: str = "  ") -> str:
    """A line on as many as it needs; what has no blanks is not broken.

    Args:
        line: What is to be said.
        head: What the first line begins with.
        indent: What the others begin with.
    """
    text = textwrap.fill(
        line,
        _WIDTH,
        initial_indent=head,
        subsequent_indent=indent,
        break_long_words=False,
        break_on_hyphens=False,
    )
    return text or head.rstrip()


def echo_wrapped(line: str, *, head: str = "", indent: str = "  ") -> None:
    """Print a line as `wrapped` makes it."""
    click.echo(wrapped(line, head=head, indent=indent))
