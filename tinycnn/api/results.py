"""What was found, as Python objects that a notebook can show."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from tinycnn.harness import Profile, ValidationResult, profile_to_json, result_to_json
from tinycnn.report import verdict_of
from tinycnn.report.part import render_part

__all__ = ["Profiled", "Validated"]


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Validated:
    """Whether a device computes what the reference does; true if all outputs are equal.

    Attributes:
        result: All that was found.
    """

    result: ValidationResult

    def __bool__(self) -> bool:
        return self.result.passed

    def __repr__(self) -> str:
        sign = "equal" if self else "DIFFERENT"
        return (
            f"{sign}: {self.equal:,} of {self.images:,} outputs on "
            f"{self.result.device_name} equal {self.result.reference}"
        )

    def _repr_html_(self) -> str:
        return render_part("Verdict", verdict=verdict_of(self.result))

    @property
    def images(self) -> int:
        """Inputs that were compared."""
        return self.result.images

    @property
    def equal(self) -> int:
        """Those whose outputs are the reference's, byte for byte."""
        return self.result.images - self.result.different

    @property
    def outputs(self) -> NDArray[np.int8]:
        """The device's output bytes, one row an input."""
        return self.result.outputs

    @property
    def accuracy(self) -> float | None:
        """By the labels; None without."""
        return self.result.device_accuracy

    @property
    def explanation(self) -> tuple[str, ...]:
        """Why outputs differ, a line each; empty if none do."""
        return verdict_of(self.result).causes

    def to_json(self) -> str:
        """As `tinycnn validate --json` prints it."""
        return result_to_json(self.result)


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Profiled:
    """What each operator takes on a device.

    Attributes:
        result: All that was found.
    """

    result: Profile

    def __repr__(self) -> str:
        ms = self.milliseconds
        time = "" if ms is None else f", {ms:,.2f} ms"
        return f"{self.cycles:,} cycles{time} on {self.result.device}"

    def _repr_html_(self) -> str:
        return render_part("Profile", profile=self.result)

    @property
    def cycles(self) -> int:
        """Of all operators."""
        return self.result.cycles

    @property
    def milliseconds(self) -> float | None:
        """At the board's clock; None without one."""
        return self.result.milliseconds

    def to_json(self) -> str:
        """As `tinycnn profile --json` prints it."""
        return profile_to_json(self.result)
