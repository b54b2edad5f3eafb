"""What a mistake is: a way to get other answers, that can be replayed on the host.

In: what a device was given and what it answered. Out: either what to run on a reference
instead of what should have run, or the answers themselves. Rows are bytes: of all
inputs, or all outputs, of one image.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from tinycnn.choices import Numerics
from tinycnn.device import TensorInfo

__all__ = ["Given", "Indices", "Mistake", "Replay", "Rows", "Trial"]

Rows = NDArray[np.int8]
Indices = NDArray[np.intp]


@dataclass(frozen=True, slots=True, eq=False)
class Given:
    """A device's answers, and all that they should have followed from.

    Attributes:
        model: The `.tflite` file.
        numerics: The reference that computed `expected`.
        inputs: One row an image, in the order in which they were sent.
        expected: Outputs of the reference.
        got: Outputs of the device.
        input: The model's input; None if it has several.
        output: The model's first output.
        others: Other `.tflite` files that the device may carry, by name.
    """

    model: bytes
    numerics: Numerics
    inputs: Rows
    expected: Rows
    got: Rows
    input: TensorInfo | None
    output: TensorInfo
    others: Mapping[str, bytes] = field(default_factory=dict)

    @property
    def differing(self) -> Indices:
        """The images whose outputs are not equal."""
        return np.flatnonzero((self.expected != self.got).any(axis=1))


@dataclass(frozen=True, slots=True, eq=False)
class Trial:
    """What a reference is to run so that it makes a mistake.

    Attributes:
        model: A `.tflite` file.
        reference: The interpreter's name; that of a `Numerics`, or of other kernels.
        inputs: One row an image.
    """

    model: bytes
    reference: str
    inputs: Rows


Replay = Callable[[Given, Indices], "Trial | Rows | None"]


@dataclass(frozen=True, slots=True, eq=False)
class Mistake:
    """One likely mistake.

    Attributes:
        name: What a verdict calls it.
        explanation: What the device, or who feeds it, does instead.
        hint: What to look at.
        replay: For chosen images, what to run or what is answered; None where the
            mistake cannot be made.
        family: Mistakes that differ in a number only have a family in common.
        choice_bits: Of what the replay itself chose to fit the device's answers.
    """

    name: str
    explanation: str
    hint: str
    replay: Replay
    family: str
    choice_bits: float = 0.0
