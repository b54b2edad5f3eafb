"""What each differing output is explained by: a reference's rounding, or a kernel."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import Literal

__all__ = ["Kind", "Reason", "Reasons", "forgive"]

Kind = Literal["rounding", "kernel", "unexplained"]
_SAID = 3  # operators of a reason
_COMPILED = re.compile(r"tinycnn \S+")  # no library is named that the model runs in


@dataclass(frozen=True, slots=True)
class Reason:
    """What gives a device's answers, byte for byte.

    Attributes:
        kind: Another reference's rounding, kernels of another kind, or nothing known.
        name: Of the reference or the kernels.
        images: Differing images whose answers it gives.
        operators: Operators at which it first leaves the reference, the most frequent
            first, each with its images.
    """

    kind: Kind
    name: str
    images: int
    operators: tuple[tuple[str, int], ...] = ()

    @property
    def line(self) -> str:
        """What a verdict says."""
        text = f"{self.images:,} by {self.name}"
        if self.kind == "unexplained":
            text = f"{self.images:,} unexplained"
        if not self.operators:
            return text
        named = ", ".join(f"{op} ({n})" for op, n in self.operators[:_SAID])
        return f"{text}, first at {named}"


@dataclass(frozen=True, slots=True)
class Reasons:
    """What the differing images are explained by, each by one thing.

    Attributes:
        reasons: The most frequent first, what is unexplained last.
        examined: Differing images that were looked at; fewer are spread evenly.
        differing: Differing images that there are.
        forgives: Whether that is no fault of the device: all of them are explained by
            one other reference's rounding, and nobody promised to round otherwise.
    """

    reasons: tuple[Reason, ...]
    examined: int
    differing: int
    forgives: bool = False

    def count(self, kind: Kind) -> int:
        """Images that are explained by something of a kind."""
        return sum(reason.images for reason in self.reasons if reason.kind == kind)

    @property
    def lines(self) -> tuple[str, ...]:
        """What a verdict says."""
        whose = f"{self.differing:,} differing images"
        if self.examined < self.differing:
            whose = f"{self.examined:,} of {whose}, spread evenly"
        return (f"of {whose}: {'; '.join(reason.line for reason in self.reasons)}",)


def forgive(found: Reasons, generator: str) -> Reasons:
    """What was found, forgiven where it is another rounding that nobody has excluded.

    Args:
        found: Of all differing images, or of a part, which is never forgiven.
        generator: Of the firmware; of what we compiled equality is promised.
    """
    is_ours = _COMPILED.fullmatch(generator) is not None
    is_all = found.examined == found.differing
    is_rounding = [reason.kind for reason in found.reasons] == ["rounding"]
    return replace(found, forgives=is_rounding and is_all and not is_ours)
