"""What a validation found, as lines on the terminal."""

from __future__ import annotations

import textwrap
from typing import TYPE_CHECKING

import click

from tinycnn.cli.console import print_start_up
from tinycnn.cli.each import print_shares
from tinycnn.cli.health import print_health

if TYPE_CHECKING:
    from tinycnn.harness import ValidationResult

__all__ = ["print_verdict"]

_SHOWN = 5


def print_verdict(result: ValidationResult) -> None:
    """Print what was found, and what explains it."""
    from tinycnn.harness import list_reservations

    for difference in result.differences[:_SHOWN]:
        click.echo(
            f"image {difference.index}: expected {list(difference.expected)}, "
            f"got {list(difference.got)}"
        )
    equal = result.images - result.different
    verdict = "PASS" if result.passed else "FAIL"
    if result.is_explained:
        verdict = "EXPLAINED"
    if result.decision is not None and result.decision.verdict == "open":
        verdict = "UNDECIDED"
    if result.ended:
        verdict = "STOPPED"
    click.echo(
        f"{verdict}: {equal} of {result.images} images {_name_equal(result)} "
        f"on {result.device_name}, "
        f"{result.images_per_second:.0f} images/s"
    )
    if result.is_partial:
        why = f": {result.ended}" if result.ended else ""
        click.echo(f"partial: {result.images} of {result.total} images{why}")
    if result.decision is not None:
        click.echo("\n".join(result.decision.lines))
    if result.diagnosis is not None:
        click.echo("\n".join(result.diagnosis.lines))
    if result.reasons is not None:
        for line in result.reasons.lines:
            click.echo(textwrap.fill(line, 80, subsequent_indent="  "))
    if result.bisection is not None:
        for line in result.bisection.lines:
            click.echo(textwrap.fill(line, 80, subsequent_indent="  "))
    print_shares(result)
    print_health(result.health)
    if result.device_accuracy is not None:
        is_picked = result.is_partial and result.order == "risk"
        whose = ", of images that were picked as hard" if is_picked else ""
        click.echo(f"{result.measure}: {result.device_accuracy:.2%}{whose}")
    click.echo(f"reference: {result.reference}")
    for line in list_reservations(result.device):
        click.echo(line)
    if result.device.foreign is not None:
        return
    click.echo(f"arena: {result.device.arena_bytes:,} bytes in use")
    print_start_up(result.device)


def _name_equal(result: ValidationResult) -> str:
    from tinycnn.harness import EQUAL_AS_PRINTED

    return "equal" if result.device.foreign is None else EQUAL_AS_PRINTED
