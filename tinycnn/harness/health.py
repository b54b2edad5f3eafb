"""Is a device sound? What its STATUS says before and after a run, and what was tried.

A verdict on outputs says nothing of memory that was overwritten without harm so far. A
finding is a check with a name; those that failed say where, and with which image first.
Limits are held against what was measured: a linker knows flash and RAM, a device its
arena and stack.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal

from tinycnn.device import DeviceStatus

__all__ = ["CheckState", "Health", "HealthCheck", "Limit"]
__all__ += ["judge_again", "judge_health", "judge_limits", "judge_status"]

CheckState = Literal["passed", "failed", "not checked"]

_DEEPEST_BYTES = 8_192  # of the stack that a device paints
_CRASHES = {"watchdog", "lockup"}


@dataclass(frozen=True, slots=True)
class HealthCheck:
    """One thing that was looked at.

    Attributes:
        name: What.
        state: What came of it.
        detail: What was seen; why it failed or was not checked.
        image: The first image with which it failed, by its place in the data set.
    """

    name: str
    state: CheckState
    detail: str
    image: int | None = None


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


@dataclass(frozen=True, slots=True)
class Health:
    """What is known of a device's health.

    Attributes:
        checks: What was looked at, in that order.
        status: What the device said after the last image; None if it cannot say.
        is_examined: Whether all was tried that can be.
        before: What the device said before the first image.
        limits: What its firmware was held against.
    """

    checks: tuple[HealthCheck, ...] = ()
    status: DeviceStatus | None = None
    is_examined: bool = False
    before: DeviceStatus | None = None
    limits: tuple[Limit, ...] = ()

    @property
    def failed(self) -> tuple[HealthCheck, ...]:
        """The checks that failed."""
        return tuple(check for check in self.checks if check.state == "failed")

    @property
    def is_sound(self) -> bool:
        """Whether no check failed."""
        return not self.failed


def judge_health(
    before: DeviceStatus, after: DeviceStatus, limits: Sequence[Limit]
) -> Health:
    """What a device's STATUS before and after a run tell, and its limits.

    Args:
        before: Said before the first image.
        after: Said after the last one.
        limits: Of the firmware.
    """
    checks = judge_status(before, after) + judge_limits(limits, after)
    return Health(checks, after, before=before, limits=tuple(limits))


def judge_again(told: Health) -> Health:
    """The same with the checks that follow from what a device said.

    Those that only an examination could make are kept; so are words before a detail
    that say which device it is of.
    """
    if told.before is None or told.status is None:
        return told
    follow = judge_health(told.before, told.status, told.limits).checks
    said, kept = told.checks[: len(follow)], told.checks[len(follow) :]
    is_same = len(said) == len(follow) and all(
        (one.name, one.state, one.image) == (other.name, other.state, other.image)
        and one.detail in (other.detail, f"{_name_device(one)}{other.detail}")
        for one, other in zip(said, follow, strict=True)
    )
    return told if is_same else replace(told, checks=(*follow, *kept))


def _name_device(check: HealthCheck) -> str:
    name, colon, _ = check.detail.partition(": ")
    return f"{name}{colon}"


def judge_status(before: DeviceStatus, after: DeviceStatus) -> tuple[HealthCheck, ...]:
    """What a device's STATUS before and after a run tell."""
    return (
        _judge_guards(before, after),
        _judge_stack(after),
        _tell_arena(after),
        _judge_start(before, after),
    )


def _judge_guards(before: DeviceStatus, after: DeviceStatus) -> HealthCheck:
    """Whether guards were overwritten: there nobody has a reason to write."""
    if not after.guards:
        return HealthCheck("guards", "not checked", "the firmware has none")
    dead = after.dead_guards
    if not dead:
        return HealthCheck("guards", "passed", f"{len(after.guards)} guards are whole")
    when = "before" if set(dead) <= set(before.dead_guards) else "during"
    text = f"overwritten {', '.join(dead)}, {when} the run"
    return HealthCheck("guards", "failed", text)


def _judge_stack(after: DeviceStatus) -> HealthCheck:
    used, room = after.stack_bytes, after.stack_room_bytes
    if not used:
        return HealthCheck("stack", "not checked", "the stack's end is not known")
    least = " or more" if used >= _DEEPEST_BYTES else ""
    text = f"{used:,} bytes{least} of stack used of {room:,}"
    full = room > 0 and used >= room
    return HealthCheck("stack", "failed" if full else "passed", text)


def _tell_arena(after: DeviceStatus) -> HealthCheck:
    text = f"{after.arena_bytes:,} bytes in use, "
    text += f"{after.arena_written_bytes:,} written of {after.arena_room_bytes:,}"
    return HealthCheck("arena", "passed", text)


def _judge_start(before: DeviceStatus, after: DeviceStatus) -> HealthCheck:
    causes = ", ".join(after.reset_causes) or "unknown cause"
    is_again = after.uptime_us < before.uptime_us
    text = f"up for {after.uptime_us / 1e6:,.1f} s, started by {causes}"
    if is_again:
        text = f"restarted during the run by {causes}"
    crashed = is_again and bool(_CRASHES & set(after.reset_causes))
    return HealthCheck("start", "failed" if crashed else "passed", text)


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
        _judge_limit(limit, limit.linked or measured.get(limit.name, 0))
        for limit in limits
    )


def _judge_limit(limit: Limit, value: int) -> HealthCheck:
    name = f"{limit.name} of {limit.whose}"
    if not value:
        return HealthCheck(name, "not checked", "it is not measured on this device")
    text = f"expected at most {limit.most:,}, got {value:,}"
    return HealthCheck(name, "failed" if value > limit.most else "passed", text)
