"""How a device's health is printed: what failed, and what an examination found."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from tinycnn.cli.lines import echo_wrapped

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
        echo_wrapped(f"UNSOUND: {check.name}: {check.detail}{image}")
    if health.is_examined:
        click.echo("health:")
        width = max(len(check.name) for check in health.checks)
        for check in health.checks:
            if check.state != "failed":
                mark = _MARKS[check.state]
                head = f" {mark} {check.name:<{width}}  "
                echo_wrapped(check.detail, head=head, indent=" " * len(head))
    elif health.is_sound:
        told = [
            c.detail for c in health.checks if c.name in _SHORT and c.state == "passed"
        ]
        echo_wrapped(f"health: sound: {'; '.join(told)}")
