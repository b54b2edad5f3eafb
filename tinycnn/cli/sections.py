"""A command of many options, whose help lists them in groups."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import click

__all__ = ["SectionedCommand"]


class SectionedCommand(click.Command):
    """Lists its options under titles.

    Args:
        sections: Options by the title that they come under, as they are typed; all
            others come last, under "Options".
        arguments: Those of `click.Command`.
    """

    def __init__(
        self, *, sections: Mapping[str, Sequence[str]], **arguments: Any
    ) -> None:
        super().__init__(**arguments)
        self.sections = sections

    def format_options(
        self, ctx: click.Context, formatter: click.HelpFormatter
    ) -> None:
        """Write a list of options a section."""
        records = {}
        for param in self.get_params(ctx):
            record = param.get_help_record(ctx)
            if isinstance(param, click.Option) and record is not None:
                records[max(param.opts, key=len)] = record
        named = {name for names in self.sections.values() for name in names}
        others = [name for name in records if name not in named]
        for title, names in {**self.sections, "Options": others}.items():
            with formatter.section(title):
                formatter.write_dl([records[name] for name in names])
