"""What one run of a model gave, or of its preprocessing."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

__all__ = ["Inference", "Preprocessing"]


@dataclass(frozen=True, slots=True, eq=False)
class Inference:
    """One run of the model.

    Attributes:
        index: Counts the images that this device was given, from 0.
        output: The bytes of all outputs, laid end to end; read-only.
        cycles: Processor cycles of the run; 0 when the device has no counter.
        micros: Microseconds of the run, by the device's clock.
        board_id: Of the board that ran it.
        slack: How many steps above `output` each of its bytes may be, where a device
            prints rounded numbers instead of bytes; None where it is exact.
    """

    index: int
    output: NDArray[np.int8]
    cycles: int
    micros: int
    board_id: str = ""
    slack: NDArray[np.uint8] | None = None


@dataclass(frozen=True, slots=True, eq=False)
class Preprocessing:
    """What a device made of one raw frame.

    Attributes:
        input: The bytes of the model's input; read-only.
        cycles: Processor cycles it took; 0 when the device has no counter.
        micros: Microseconds, by the device's clock.
    """

    input: NDArray[np.int8]
    cycles: int
    micros: int
