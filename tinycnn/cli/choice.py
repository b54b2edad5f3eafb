"""An option that is one of several names, and asks whether the nearest was meant."""

from __future__ import annotations

from typing import Any

import click

from tinycnn.names import did_you_mean

__all__ = ["OneOf"]


class OneOf(click.Choice[str]):
    """One of several names."""

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> Any:
        """The name itself.

        Raises:
            click.BadParameter: If it is none of them; asks for the nearest.
        """
        try:
            return super().convert(value, param, ctx)
        except click.BadParameter as error:
            question = did_you_mean(str(value), map(str, self.choices))
            text = error.message.rstrip(".")
            self.fail(f"{text}; {question}" if question else text, param, ctx)
