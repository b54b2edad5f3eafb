"""What quantizing one layer does to a network's answers."""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["Sensitivity"]


@dataclass(frozen=True, slots=True)
class Sensitivity:
    """How well a network answers with one layer quantized, the others not.

    Attributes:
        layer: What is quantized: a layer's name, "nothing" or "all".
        parameters: How many weights it has.
        loss: Mean cross-entropy.
        accuracy: Share of images that are classified correctly.
    """

    layer: str
    parameters: int
    loss: float
    accuracy: float
