"""What a validation found, as lines on the terminal."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from tinycnn.cli.console import print_start_up
from tinycnn.cli.each import print_shares
from tinycnn.cli.health import print_health
from tinycnn.cli.lines import echo_wrapped

if TYPE_CHECKING:
    from tinycnn.harness import ValidationResult

__all__ = ["print_next_step", "print_verdict"]

_SHOWN = 5


def print_verdict(result: ValidationResult) -> None:
    """Print what was found, and what explains it."""
    from tinycnn.harness import list_reservations

    for difference in result.differences[:_SHOWN]:
        echo_wrapped(
            f"image {difference.index}: expected {list(difference.expected)}, "
            f"got {list(difference.got)}"
        )
    equal = result.images - result.different
    echo_wrapped(
        f"{_name_verdict(result)}: {equal} of {result.images} images "
        f"{_name_equal(result)} on {result.device_name}, "
        f"{result.images_per_second:.0f} images/s"
    )
    if result.is_partial:
        why = f": {result.ended}" if result.ended else ""
        echo_wrapped(f"partial: {result.images} of {result.total} images{why}")
    for part in (result.decision, result.diagnosis, result.reasons, result.bisection):
        for line in part.lines if part is not None else ():
            echo_wrapped(line)
    print_shares(result)
    print_health(result.health)
    if result.device_accuracy is not None:
        is_picked = result.is_partial and result.order == "risk"
        whose = ", of images that were picked as hard" if is_picked else ""
        click.echo(f"{result.measure}: {result.device_accuracy:.2%}{whose}")
    click.echo(f"reference: {result.reference}")
    for line in list_reservations(result.device):
        echo_wrapped(line)
    if result.device.foreign is not None:
        return
    click.echo(f"arena: {result.device.arena_bytes:,} bytes in use")
    print_start_up(result.device)


def print_next_step(result: ValidationResult) -> None:
    """Print what would find out more of what nothing explains."""
    causes = result.diagnosis.explanations if result.diagnosis else ()
    is_open = result.reasons is not None and result.reasons.count("unexplained") > 0
    if is_open and not causes and result.bisection is None:
        echo_wrapped(
            "hint: --bisect finds the first operator and number that differ; a board "
            "on a port needs debug firmware for that: tinycnn build --trace"
        )


def _name_verdict(result: ValidationResult) -> str:
    if result.ended:
        return "STOPPED"
    if result.decision is not None and result.decision.verdict == "open":
        return "UNDECIDED"
    if result.is_explained:
        return "EXPLAINED"
    return "PASS" if result.passed else "FAIL"


def _name_equal(result: ValidationResult) -> str:
    from tinycnn.harness import EQUAL_AS_PRINTED

    return "equal" if result.device.foreign is None else EQUAL_AS_PRINTED
