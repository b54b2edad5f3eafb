"""How a device's health is printed: what failed, and what an examination found."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from tinycnn.harness import Health

__all__ = ["print_health"]

_MARKS = {"passed": "ok", "not checked": "--"}
_SHORT = ("guards", "stack")


def print_health(health: Health | None) -> None:
    """Print a line for each check that failed, then what an examination found.

    Args:
        health: None prints nothing.
    """
    if health is None:
        return
    for check in health.failed:
        image = "" if check.image is None else f" (first image: {check.image})"
        click.echo(f"UNSOUND: {check.name}: {check.detail}{image}")
    if health.is_examined:
        click.echo("health:")
        width = max(len(check.name) for check in health.checks)
        for check in health.checks:
            if check.state != "failed":
                mark = _MARKS[check.state]
                click.echo(f" {mark} {check.name:<{width}}  {check.detail}")
    elif health.is_sound:
        told = [
            c.detail for c in health.checks if c.name in _SHORT and c.state == "passed"
        ]
        click.echo(f"health: sound: {'; '.join(told)}")
