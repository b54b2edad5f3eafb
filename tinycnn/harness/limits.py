"""Limits of a firmware against what was measured; one that is broken is a failed check.

A linker knows flash and RAM, a device its arena and stack.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from tinycnn.device import DeviceStatus
from tinycnn.harness.health import HealthCheck

__all__ = ["Limit", "judge_limits"]


@dataclass(frozen=True, slots=True)
class Limit:
    """The most that a firmware may take of something.

    Attributes:
        name: Of what: "flash_bytes", "ram_bytes", "arena_bytes" or "stack_bytes".
        most: So much is allowed.
        whose: Who says so, such as "[budgets]".
        linked: What it takes by its linker; None where a device has to say it.
    """

    name: str
    most: int
    whose: str
    linked: int | None = None


def judge_limits(
    limits: Sequence[Limit], status: DeviceStatus | None
) -> tuple[HealthCheck, ...]:
    """Whether each of `limits` is kept.

    Args:
        limits: Of the firmware.
        status: What the device said after its last image; None if it cannot say.
    """
    measured: dict[str, int] = {}
    if status is not None:
        measured = {
            "arena_bytes": status.arena_bytes,
            "stack_bytes": status.stack_bytes,
        }
    return tuple(
        _judge(limit, limit.linked or measured.get(limit.name, 0)) for limit in limits
    )


def _judge(limit: Limit, value: int) -> HealthCheck:
    name = f"{limit.name} of {limit.whose}"
    if not value:
        return HealthCheck(name, "not checked", "it is not measured on this device")
    text = f"expected at most {limit.most:,}, got {value:,}"
    return HealthCheck(name, "failed" if value > limit.most else "passed", text)
