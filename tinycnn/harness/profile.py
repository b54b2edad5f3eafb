"""A profile: what each operator takes on a device, and the file that says so.

A device runs the model kernel call by kernel call; the compilation of the same model
tells which operator each call is a part of. Operators without kernel calls, such as
RESHAPE, take nothing and are left out.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace

import numpy as np
from numpy.typing import NDArray

from tinycnn.about import __version__
from tinycnn.analysis.cost import OpCost
from tinycnn.analysis.fit import Analysis, Call
from tinycnn.analysis.losses import NO_LOSS, Loss
from tinycnn.device import Device, DeviceInfo, StepRun
from tinycnn.errors import DeviceError
from tinycnn.harness.identity import Identity, check_identity

__all__ = ["OpProfile", "Profile", "profile", "profile_operators"]
__all__ += ["profile_to_json"]


@dataclass(frozen=True, slots=True)
class OpProfile:
    """What one operator took.

    Attributes:
        index: The operator's number in the file.
        kind: The TFLite operator.
        kernel: The C functions that computed it.
        macs: Its multiply-accumulates.
        cycles: Processor cycles of all its kernel calls.
        predicted_cycles: By the compiler's cost model; None without one.
        stack_bytes: Most stack that a call used; 0 when unknown.
        loss: Against what would be possible.
    """

    index: int
    kind: str
    kernel: str
    macs: int
    cycles: int
    predicted_cycles: int | None
    stack_bytes: int
    loss: Loss = NO_LOSS

    @property
    def cycles_per_mac(self) -> float | None:
        """None for an operator without weights."""
        return self.cycles / self.macs if self.macs else None


@dataclass(frozen=True, slots=True)
class Profile:
    """What one run of a model took, operator by operator.

    Attributes:
        model_sha256: Of the `.tflite` file.
        device: What the device is called.
        method: How the cycles were found: "estimated (...)" or "measured (...)".
        clock_hz: Processor clock; 0 when unknown.
        cache_on: Whether the instruction cache was on; None when unknown.
        operators: In execution order.
        inference_cycles: Of a run in one go.
    """

    model_sha256: str
    device: str
    method: str
    clock_hz: int
    cache_on: bool | None
    operators: tuple[OpProfile, ...]
    inference_cycles: int

    @property
    def cycles(self) -> int:
        """Of all operators."""
        return sum(op.cycles for op in self.operators)

    @property
    def macs(self) -> int:
        """Of all operators."""
        return sum(op.macs for op in self.operators)

    @property
    def stack_bytes(self) -> int:
        """Most stack that an operator used."""
        return max((op.stack_bytes for op in self.operators), default=0)

    @property
    def milliseconds(self) -> float | None:
        """Time of all operators; None without a clock."""
        return self.cycles / self.clock_hz * 1e3 if self.clock_hz else None

    def share(self, op: OpProfile) -> float:
        """The part of all cycles that `op` took, 0 to 1."""
        return op.cycles / max(self.cycles, 1)


def profile(
    device: Device,
    image: NDArray[np.int8],
    analysis: Analysis,
    *,
    identity: Identity,
    cycle_model: str | None = None,
) -> Profile:
    """Run the model on one image and measure each operator.

    Args:
        device: An open device.
        image: The bytes of all inputs, laid end to end.
        analysis: Of the compilation that the device must carry.
        identity: What the device must say of itself.
        cycle_model: What a simulated device estimates cycles by.

    Raises:
        DeviceError: If the device is another than was built, cannot tell cycles, or
            fails.
    """
    info = device.info()
    check_identity(device.name, identity, info)
    if not info.counts_cycles and not info.clock_hz:
        text = f"{device.name}: expected a cycle counter or a known clock, got neither"
        raise DeviceError(text, hint="profile on the simulated board: --device sim")
    inference = device.infer(image)
    steps, calls = device.profile(image), analysis.calls
    if len(steps) != len(calls):
        text = f"{device.name}: expected {len(calls)} kernel calls, got {len(steps)}"
        hint = "flash the firmware that was built last; only our own engine has steps"
        raise DeviceError(text, hint=hint)
    source = "cycle counter" if info.counts_cycles else "microseconds"
    whole = StepRun(inference.cycles, inference.micros, 0)
    return Profile(
        model_sha256=info.model_sha256,
        device=device.name,
        method=(
            f"estimated ({cycle_model})" if cycle_model else f"measured ({source})"
        ),
        clock_hz=info.clock_hz,
        cache_on=info.cache_on,
        operators=profile_operators(
            analysis,
            [replace(step, cycles=_count_cycles(step, info)) for step in steps],
        ),
        inference_cycles=_count_cycles(whole, info),
    )


def profile_operators(
    analysis: Analysis, steps: Sequence[StepRun]
) -> tuple[OpProfile, ...]:
    """The operators of a compiled model, from the cycles of each kernel call."""
    took = list(zip(analysis.calls, steps, strict=True))
    operators = (
        _sum_up(cost, loss, [(c, run) for c, run in took if c.step == step])
        for step, (cost, loss) in enumerate(
            zip(analysis.costs, analysis.losses, strict=True)
        )
    )
    return tuple(op for op in operators if op.kernel)


def _sum_up(
    cost: OpCost, loss: Loss, took: Sequence[tuple[Call, StepRun]]
) -> OpProfile:
    """An operator out of its kernel calls."""
    predicted = [c.predicted_cycles for c, _ in took if c.predicted_cycles is not None]
    return OpProfile(
        index=cost.index,
        kind=cost.kind,
        kernel=", ".join(dict.fromkeys(call.function for call, _ in took)),
        macs=cost.macs,
        cycles=sum(step.cycles for _, step in took),
        predicted_cycles=sum(predicted) if predicted else None,
        stack_bytes=max((step.stack_bytes for _, step in took), default=0),
        loss=loss,
    )


def _count_cycles(step: StepRun, info: DeviceInfo) -> int:
    """The cycles of a step, from its time where nothing counts them."""
    if info.counts_cycles:
        return step.cycles
    return round(step.micros * info.clock_hz / 1e6)


def profile_to_json(profile: Profile) -> str:
    """The profile as JSON text, ending in a newline."""
    value = {
        "tinycnn": __version__,
        **asdict(profile),
        "cycles": profile.cycles,
        "macs": profile.macs,
        "milliseconds": profile.milliseconds,
        "stack_bytes": profile.stack_bytes,
        "operators": [
            {
                **asdict(op),
                "cycles_per_mac": op.cycles_per_mac,
                "share": profile.share(op),
            }
            for op in profile.operators
        ],
    }
    return json.dumps(value, indent=2, sort_keys=True) + "\n"
