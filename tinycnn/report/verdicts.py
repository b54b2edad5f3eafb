"""What a validation found, as page, summary and JUnit show it."""

from __future__ import annotations

from collections.abc import Iterable

from tinycnn.artifacts import Validated
from tinycnn.harness import Health, ValidationResult, describe_shares
from tinycnn.report.data import Verdict
from tinycnn.report.junit import Check

__all__ = ["check_of", "checks_of", "verdict_of"]


def verdict_of(found: ValidationResult | Validated) -> Verdict:
    """The verdict of a validation that has just run, or is read again."""
    if isinstance(found, Validated):
        device, equal = found.device.name, found.equal
    else:
        device, equal = found.device_name, found.images - found.different
    return Verdict(
        device=device,
        equal=equal,
        total=found.images,
        images_per_second=found.images_per_second,
        left_out=max((found.total or 0) - found.images, 0),
        ended=found.ended,
        causes=tuple(
            line
            for part in (found.diagnosis, found.reasons)
            for line in (part.lines if part else ())
        ),
        boards=tuple(describe_shares(found.shares)),
        is_explained=found.reasons is not None and found.reasons.forgives,
        bisection=found.bisection,
        decision=found.decision,
        health=found.health,
    )


def checks_of(verdicts: Iterable[Verdict]) -> list[Check]:
    """All test cases of JUnit: outputs first, then how the devices are."""
    known = list(verdicts)
    sound = [_check_health(verdict.health) for verdict in known if verdict.health]
    return [*map(check_of, known), *sound]


def check_of(verdict: Verdict) -> Check:
    """A test case of JUnit; what has ended early has not passed."""
    name, images = "outputs equal the reference", verdict.total
    message = f"{images - verdict.equal} of {images} images differ"
    if verdict.left_out:
        name += f", {images} of {images + verdict.left_out} images"
        message += f"; partial: {verdict.left_out} were not compared"
    passed = verdict.equal == images or verdict.is_explained
    passed = passed and not verdict.ended
    message = "; ".join([message, *verdict.boards])
    if verdict.causes and verdict.equal < images:
        message += f"; {verdict.causes[-1]}"
    if verdict.bisection is not None:
        message += f"; {verdict.bisection.verdict}"
    if (decision := verdict.decision) is not None:
        name = f"agreement with the reference of {decision.rule.wanted}"
        message = "; ".join([message, *decision.lines])
        passed = decision.verdict == "pass"
    if verdict.ended:
        message += f"; {verdict.ended}"
    return Check(name, passed, message)


def _check_health(health: Health) -> Check:
    failed = "; ".join(f"{check.name}: {check.detail}" for check in health.failed)
    passed = sum(check.state == "passed" for check in health.checks)
    message = failed or f"{passed} of {len(health.checks)} checks passed"
    return Check("the device is sound", health.is_sound, message)
