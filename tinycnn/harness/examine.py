"""A device is examined: are its answers the same whatever came before?

A model has no memory. So an image gives the same outputs when it is sent again, in
another order, after a restart and after an hour; and between two runs nobody writes
into the arena. What a device answered first is what it is compared with: whether that
is right is the verdict's business.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from tinycnn.device import Device, DeviceStatus, StatusAction
from tinycnn.errors import DeviceError
from tinycnn.harness.health import HealthCheck
from tinycnn.harness.verdict import Bytes, Indices

__all__ = ["Sample", "examine", "examine_restarted"]

_FEW, _MANY = 16, 200
_IDLE_S = 0.06
_HOUR_S = 3_600.0
_WRAP_US = 1 << 32  # where a device's microseconds begin anew
_LEAP_TIMEOUT_S = 5.0
_MOST_RUNS = 64  # until the microseconds have begun anew
_SLOWER, _SLACK_US = 4, 1_000  # than the slowest run before is not plausible


@dataclass(frozen=True, slots=True, eq=False)
class Sample:
    """Images and what a device made of them the first time.

    Attributes:
        indices: Their places in the data set.
        images: One row of input bytes each.
        outputs: One row of output bytes each.
        micros: The longest run, by the device's clock.
        seed: Of the other order.
    """

    indices: Indices
    images: Bytes
    outputs: Bytes
    micros: int = 0
    seed: int = 1

    def pick(self, most: int) -> list[int]:
        """Rows of the sample, at most so many, spread evenly."""
        rows = np.linspace(0, len(self.indices) - 1, min(most, len(self.indices)))
        return [int(row) for row in rows.round()]


class _Changed(Exception):
    """A check failed: at this row of the sample, as the text says."""

    def __init__(self, row: int | None, text: str) -> None:
        super().__init__(text)
        self.row = row


class _NotChecked(Exception):
    """A check cannot be made, as the text says."""


_Action = Callable[[Device, Sample], str]


def examine(
    device: Device,
    sample: Sample,
    on_progress: Callable[[int, int], None] | None = None,
) -> tuple[HealthCheck, ...]:
    """What the device is like, but for a restart.

    Args:
        device: It has answered the sample's images.
        sample: These images and answers.
        on_progress: Called with checks done and checks to do.

    Raises:
        DeviceError: If it fails; says during which check.
    """
    found = []
    for done, (name, action) in enumerate(_ACTIONS.items()):
        found.append(_check(name, action, device, sample))
        if on_progress is not None:
            on_progress(done + 1, len(_ACTIONS))
    return tuple(found)


def examine_restarted(
    device: Device, sample: Sample, before: DeviceStatus
) -> HealthCheck:
    """Whether the device answers as before, now that it was to restart.

    Args:
        device: The same one, that restarted itself or was opened again, which restarts
            many.
        sample: What it answered the first time.
        before: What it said before.

    Raises:
        DeviceError: If it fails.
    """

    def restarted(device: Device, sample: Sample) -> str:
        status = device.status()
        if status.uptime_us >= before.uptime_us:
            raise _NotChecked(
                "the board restarts neither by itself nor when its port is opened"
            )
        _compare(device, sample, sample.pick(_FEW))
        causes = ", ".join(status.reset_causes) or "unknown cause"
        return f"{_count(sample, _FEW)} again, started by {causes}"

    return _check("after a restart", restarted, device, sample)


def _check(name: str, action: _Action, device: Device, sample: Sample) -> HealthCheck:
    """What came of one check, which begins with whole guards."""
    try:
        device.status(StatusAction.MEND)
        return HealthCheck(name, "passed", action(device, sample))
    except _Changed as changed:
        row = changed.row
        image = None if row is None else int(sample.indices[row])
        return HealthCheck(name, "failed", str(changed).rstrip(), image)
    except _NotChecked as reason:
        return HealthCheck(name, "not checked", str(reason))
    except DeviceError as error:
        raise type(error)(f"health, {name}: {error}", error.hint) from error


def _send_twice(device: Device, sample: Sample) -> str:
    rows = sample.pick(_FEW)
    _compare(device, sample, [row for row in rows for _ in range(2)])
    return f"{_count(sample, _FEW)}, each twice in a row"


def _shuffle(device: Device, sample: Sample) -> str:
    rows = np.random.default_rng(sample.seed).permutation(sample.pick(_MANY))
    _compare(device, sample, rows.tolist())
    return f"{_count(sample, _MANY)} in another order"


def _wait(device: Device, sample: Sample) -> str:
    """Seal the arena after a run, wait, and look whether the seal holds."""
    rows = sample.pick(3)
    for row in rows:
        status = _run_sealed(device, sample, row)
        if status.broken_seals:
            parts = " and ".join(status.broken_seals)
            text = f"the arena ({parts}) changed after {_of(sample, row)}"
            raise _Changed(row, text)
    return f"the arena is untouched after {len(rows)} runs"


def _run_sealed(device: Device, sample: Sample, row: int) -> DeviceStatus:
    device.status(StatusAction.SEAL)
    _compare(device, sample, [row])
    device.pass_time(1.0)
    time.sleep(_IDLE_S)
    status = device.status()
    if not status.sealed and not status.broken_seals:
        raise _NotChecked("the device seals no arena")
    return status


def _write(device: Device, sample: Sample) -> str:
    """Writing an image changes the inputs alone."""
    rows = sample.pick(3)
    for row in rows:
        status = _run_sealed(device, sample, row)
        if "rest" in status.broken_seals:
            raise _NotChecked("the arena changes anyway")
        device.write(sample.images[row])
        after = device.status()
        if "rest" in after.broken_seals:
            text = f"writing {_of(sample, row)} changed the arena beside the inputs"
            raise _Changed(row, text)
        _check_guards(after, row, f"by writing {_of(sample, row)}")
    return f"{len(rows)} images change the inputs alone"


def _paint(device: Device, sample: Sample) -> str:
    """What the model reads before it has written it would be paint."""
    rows = sample.pick(_FEW)
    for row in rows:
        if device.status(StatusAction.PAINT).arena_written_bytes:
            raise _NotChecked("the engine keeps data of its own in the arena")
        _compare(device, sample, [row], "in a painted arena")
    status = device.status()
    written = f"{status.arena_written_bytes:,} of {status.arena_room_bytes:,} bytes"
    return f"{_count(sample, _FEW)}; a run writes {written} of the arena"


def _pass_an_hour(device: Device, sample: Sample) -> str:
    """An hour, then what is left until the microseconds begin anew, and past that."""
    rows, most_us = sample.pick(_FEW), _SLOWER * sample.micros + _SLACK_US
    _leap(device, _HOUR_S)
    _compare(device, sample, rows, "an hour later", most_us)
    left_us = _WRAP_US - 2 * sample.micros - device.status().uptime_us
    if left_us > 0:
        _leap(device, left_us / 1e6)
    for run in range(_MOST_RUNS):
        row = rows[run % len(rows)]
        _compare(device, sample, [row], "at the end of 2^32 us", most_us)
        if device.status().uptime_us > _WRAP_US:
            break
    else:
        _leap(device, 1.0)
    _compare(device, sample, rows, "after the end of 2^32 us", most_us)
    hours = device.status().uptime_us / 3.6e9
    return f"{_count(sample, _FEW)} after {hours:.1f} simulated hours"


def _leap(device: Device, seconds: float) -> None:
    """Let simulated time pass, and wait until the device has noticed."""
    before = device.status().uptime_us
    if not device.pass_time(seconds):
        raise _NotChecked("only simulated time can be made to pass")
    end = time.monotonic() + _LEAP_TIMEOUT_S
    while device.status().uptime_us - before < seconds * 1e6:
        if time.monotonic() > end:
            raise _Changed(None, f"the device's clock did not pass {seconds:,.0f} s")
        time.sleep(0.001)


def _compare(
    device: Device,
    sample: Sample,
    rows: Sequence[int],
    when: str = "",
    most_us: int | None = None,
) -> None:
    """Send rows of the sample in this order; their outputs are those of before.

    Args:
        device: It keeps its guards whole meanwhile.
        sample: What it answered the first time.
        rows: Which; the first that is not as before is named.
        when: What is special, in words.
        most_us: How long one may take; any time without.
    """
    previous = ""
    for row in rows:
        image = f"{_of(sample, row)}{previous}"
        got = device.infer(sample.images[row])
        if not np.array_equal(got.output, sample.outputs[row]):
            raise _Changed(row, f"{image} gave other outputs than before {when}")
        if most_us is not None and got.micros > most_us:
            text = f"{image} took {got.micros:,} us {when}, {sample.micros:,} before"
            raise _Changed(row, text)
        _check_guards(device.status(), row, f"by {image} {when}")
        previous = f" after {_of(sample, row)}"


def _check_guards(status: DeviceStatus, row: int, by: str) -> None:
    if status.dead_guards:
        places = ", ".join(status.dead_guards)
        raise _Changed(row, f"overwritten {places}, {by}")


def _of(sample: Sample, row: int) -> str:
    return f"image {sample.indices[row]}"


def _count(sample: Sample, most: int) -> str:
    count = len(sample.pick(most))
    return f"{count} image{'s' if count > 1 else ''}"


_ACTIONS: dict[str, _Action] = {
    "same image twice": _send_twice,
    "another order": _shuffle,
    "between two runs": _wait,
    "an image is written": _write,
    "memory never written": _paint,
    "an hour later": _pass_an_hour,
}
